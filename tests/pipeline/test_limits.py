"""What a stranger sends is worked on elsewhere, with an end to its time and memory; faults come back as they were."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.contract import Segmentation
from pipeline.errors import InputError
from pipeline.processors import TooMuchError, limited, limited_process, own_folder
from pipeline.scoring import apart, score_apart
from tests.pipeline.sources_support import tiny_spec
from tests.support import as_stored, make_training

MODULES = ("pipeline.scoring",)


def echo(value: object) -> tuple[int, object]:
    return os.getpid(), value


def take(megabytes: int) -> int:
    held = bytearray(b"x") * (megabytes << 20)
    time.sleep(0.5)
    return len(held)


def fail() -> None:
    error = InputError.because("too blue", expected="red", remedy="paint it")
    raise error


def test_the_work_is_done_in_another_process() -> None:
    process, value = limited(echo, {"a": 1}, seconds=60, memory=1 << 30, modules=MODULES)

    assert process != os.getpid()
    assert value == {"a": 1}


def test_an_error_comes_back_with_its_parts() -> None:
    with pytest.raises(InputError, match=r"too blue\. Expected: red") as caught:
        limited(fail, seconds=60, memory=1 << 30, modules=MODULES)

    assert caught.value.parts["remedy"] == "paint it"


def test_what_takes_too_long_is_ended_and_others_run_meanwhile() -> None:
    counted = 0
    ended = threading.Event()

    def count() -> None:
        nonlocal counted
        while not ended.is_set():
            counted += 1
            time.sleep(0.01)

    beside = threading.Thread(target=count)
    beside.start()
    started = time.monotonic()
    with pytest.raises(TooMuchError, match="time"):
        limited(time.sleep, 60, seconds=2, memory=1 << 30, modules=MODULES)
    ended.set()
    beside.join()

    assert time.monotonic() - started < 10
    assert counted > 50


def test_what_takes_too_much_memory_is_ended() -> None:
    assert limited(take, 100, seconds=60, memory=1 << 29, modules=MODULES) == 100 << 20
    with pytest.raises(TooMuchError, match="memory"):
        limited(take, 900, seconds=60, memory=1 << 29, modules=MODULES)


def test_a_process_that_dies_is_an_error_and_no_wait() -> None:
    with pytest.raises(TooMuchError, match="end"):
        limited(os._exit, 9, seconds=60, memory=1 << 30, modules=MODULES)


@pytest.fixture(scope="module")
def stored() -> Segmentation:
    return replace(as_stored(make_training(60), k=2), spec=tiny_spec().model_dump_json())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (",".join(f"column {n}" for n in range(100_000)).encode() + b"\n1\n", "too many columns"),
        (b";".join(b"c%d" % n for n in range(2_100)) + b"\n", "too many columns"),
        (b"\n\n" + b"\t" * 5_000 + b"\n", "too many columns"),
        (b"id,spend,orders\n" + b",,,,,,,,,\n" * 900_000, "too many cells"),
        (b"," * 10_000_000, "too many columns"),
        (b"id,spend," + b"x" * 5_000 + b"\n1,2,3\n", "a name in the header is too long"),
    ],
)
def test_a_file_wider_than_customers_are_is_refused_before_it_is_read(
    stored: Segmentation, content: bytes, said: str
) -> None:
    started = time.process_time()

    with pytest.raises(InputError, match=said):
        score_apart(stored, "new.csv", content)

    assert time.process_time() - started < 1.0


def take_long(*_upload: object) -> None:
    time.sleep(20)


def test_an_upload_that_takes_too_long_is_told_in_words(stored: Segmentation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_score", take_long)
    monkeypatch.setattr(apart, "SECONDS", 0.3)

    with pytest.raises(InputError, match="more time or memory than an upload may"):
        score_apart(stored, "new.csv", b"id,spend,orders\n1,2,3\n")


def test_when_all_places_are_taken_the_next_is_told_so(stored: Segmentation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.processors.limited_process._places", threading.BoundedSemaphore(1))
    monkeypatch.setattr(apart, "SECONDS", 1.0)
    holder = threading.Thread(
        target=lambda: limited(time.sleep, 3, seconds=20, memory=1 << 30, modules=MODULES), daemon=True
    )
    holder.start()
    time.sleep(0.3)

    with pytest.raises(InputError, match="others are being placed"):
        score_apart(stored, "new.csv", b"id,spend,orders\n1,2,3\n")
    holder.join()


def put_down_and_sleep(seconds: float) -> None:
    handle, _name = tempfile.mkstemp(prefix="canary-")
    os.write(handle, b"canary@example.org")
    Path("canary-beside").write_bytes(b"canary@example.org")
    time.sleep(seconds)


def test_what_a_killed_process_put_down_is_taken_away(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "korzina-own-of-a-killed-worker").mkdir()

    with own_folder() as other:
        with pytest.raises(TooMuchError, match="time"):
            limited(put_down_and_sleep, 60, seconds=10, memory=1 << 30, modules=MODULES)
        assert list(tmp_path.iterdir()) == [other]
    assert not Path("canary-beside").exists()


def test_a_process_puts_files_where_they_are_taken_away(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for where in (tempfile.gettempdir, os.getcwd):
        told = Path(limited(where, seconds=60, memory=1 << 30, modules=MODULES))
        assert told.parent == tmp_path
        assert not told.exists()


def test_uploads_that_wait_leave_threads_for_everybody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited_process, "_places", threading.BoundedSemaphore(1))
    monkeypatch.setattr(limited_process, "_doors", threading.BoundedSemaphore(3))
    told: list[str] = []

    def wait() -> None:
        try:
            limited(time.sleep, 2, seconds=60, memory=1 << 30, modules=MODULES)
        except TooMuchError as error:
            told.append(str(error))

    threads = [threading.Thread(target=wait, daemon=True) for _ in range(16)]
    for thread in threads:
        thread.start()
    time.sleep(1)

    assert told == ["busy"] * 13
    assert sum(thread.is_alive() for thread in threads) == 3
    for thread in threads:
        thread.join()
    assert len(told) == 13
