"""Folders for a while: nobody else reads them, and those of the dead go, and only those."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.processors import OwnFolder, own_folder, remove_left

ROOT = Path(__file__).parents[2]
HOLD = """
import sys, time
from pathlib import Path
from pipeline.processors import own_folder
with own_folder(Path(sys.argv[1])) as folder:
    (folder / "rows").write_text("canary@example.org")
    print(folder, flush=True)
    time.sleep(60)
"""


def test_it_is_its_users_alone_and_gone_at_the_end(tmp_path: Path) -> None:
    with own_folder(tmp_path) as folder:
        (folder / "deep/er").mkdir(parents=True)
        assert folder.stat().st_mode & 0o077 == 0
    with pytest.raises(KeyError), own_folder(tmp_path):
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_that_of_a_living_process_stays_and_that_of_a_killed_one_goes(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout
        theirs = Path(other.stdout.readline().strip())
        with own_folder(tmp_path) as mine:
            assert {theirs, mine} == set(tmp_path.iterdir())
        other.send_signal(signal.SIGKILL)
        other.wait(timeout=30)
    assert (theirs / "rows").is_file()

    with own_folder(tmp_path) as mine:
        assert list(tmp_path.iterdir()) == [mine]


def test_what_a_stranger_puts_under_such_a_name_leads_nowhere(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").touch()
    (tmp_path / "korzina-own-link").symlink_to(precious)
    os.mkfifo(tmp_path / "korzina-own-fifo")
    (tmp_path / "korzina-own-file").touch()
    (tmp_path / "korzina-own-left").mkdir()
    (tmp_path / "korzina-own-left/link").symlink_to(precious)

    remove_left(tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "korzina-own-fifo",
        "korzina-own-file",
        "korzina-own-link",
        "precious",
    ]
    assert (precious / "file").is_file()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a folder to somebody else")
def test_another_users_stays(tmp_path: Path) -> None:
    (tmp_path / "korzina-own-theirs").mkdir()
    os.chown(tmp_path / "korzina-own-theirs", 65534, 65534)
    remove_left(tmp_path)
    assert (tmp_path / "korzina-own-theirs").is_dir()


@pytest.mark.parametrize("first", ["opened", "taken away"])
def test_one_that_was_taken_away_before_it_was_locked_is_made_again(
    first: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, opened = OwnFolder(tmp_path), os.open

    def taken_away(path: Path, flags: int) -> int:
        monkeypatch.setattr(os, "open", opened)
        if first == "taken away":
            remove_left(tmp_path)
        handle = opened(path, flags)
        remove_left(tmp_path)
        return handle

    monkeypatch.setattr(os, "open", taken_away)
    assert folder.make().is_dir()
    folder.remove()


def temporary(tree: ast.AST) -> Iterator[int]:
    """Lines that make a temporary folder by themselves."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            name = node.attr if isinstance(node, ast.Attribute) else node.id
            if name in ("TemporaryDirectory", "mkdtemp"):
                yield node.lineno


def test_every_folder_for_a_while_is_one_of_these() -> None:
    files = [file for room in ("pipeline", "dashapp", "korzina") for file in (ROOT / room).rglob("*.py")]
    found = [f"{file.relative_to(ROOT)}:{line}" for file in files for line in temporary(ast.parse(file.read_text()))]
    assert [place.partition(":")[0] for place in found] == ["pipeline/serving/programs.py"]  # logs, which are to stay
