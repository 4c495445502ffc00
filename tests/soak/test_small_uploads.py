"""Uploads of up to 10 MB that are much work: a worker answers others meanwhile, and does little of it itself."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import dash
import pytest
from flask.testing import FlaskClient

from dashapp.app import create_app
from dashapp.data import SegmentationData
from pipeline.contract import Segmentation
from pipeline.errors import InputError
from pipeline.scoring import score_apart
from pipeline.settings import Settings
from tests.dashapp.conftest import RUN, MemoryStore, champion
from tests.malformed.bombs import BOMBS
from tests.malformed.measuring import memory
from tests.malformed.trying import small_run
from tests.support import as_stored, make_training

HEAD = b"id,spend,orders\n"
UPLOADS: dict[str, Callable[[], bytes]] = {
    "names.csv": lambda: ",".join(f"column {n}" for n in range(100_000)).encode() + b"\n1\n",
    "names.csv.gz": lambda: gzip.compress(",".join(f"column {n}" for n in range(100_000)).encode() + b"\n1\n"),
    "commas.csv": lambda: b"," * 10_000_000,
    "commas.csv.gz": lambda: gzip.compress(b"," * 10_000_000),
    "lines of commas.csv": lambda: HEAD + b",,\n" * 3_300_000,
    "cells.csv": lambda: HEAD + b"".join(b"c%d,%s,1\n" % (n, b"9" * 1_000_000) for n in range(9)),
    "words.csv": lambda: HEAD + b"".join(b"%s,1,1\n" % (b"%d" % n * 500_000) for n in range(9)),
    "quotes.csv": lambda: HEAD + b'"' * 9_000_000,
    "open quotes.csv": lambda: HEAD + b'"a,1,2\n' * 1_200_000,
    "rules.csv": lambda: HEAD + b"-" * 9_000_000 + b"x",
    "customers.csv": lambda: HEAD + b"".join(b"c%d,%d.5,%d\n" % (n, n % 400, n % 15) for n in range(600_000)),
    "records.json": lambda: b"[" + b"{}," * 3_000_000 + b"{}]",
    "keys.json": lambda: json.dumps([{f"k{n}": 1} for n in range(500_000)]).encode(),
    "lists.json": lambda: b"[" * 9_000_000,
    **{name: BOMBS[name] for name in ("far_corner.xlsx", "old_corners.xls", "names.json", "bomb.csv.gz", "nested.zip")},
}
READ = {"customers.csv": 600_000, "words.csv": 9}  # customers; the others are refused
LONGEST = 3.0  # seconds until /healthz answers, on a machine that does much else; usually a hundredth


@pytest.fixture(scope="module")
def client() -> Iterator[FlaskClient]:
    dash.page_registry.clear()
    store = MemoryStore({RUN: as_stored(make_training(200), k=3)}, (champion(),))
    yield create_app(SegmentationData(lambda: store, Settings())).server.test_client()
    dash.page_registry.clear()


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Segmentation:
    return small_run(tmp_path_factory.mktemp("run"))


@pytest.mark.parametrize("name", list(UPLOADS))
def test_others_are_answered_meanwhile(name: str, client: FlaskClient, stored: Segmentation, tmp_path: Path) -> None:
    content, ended, waits = UPLOADS[name](), threading.Event(), [0.0]

    def ask() -> None:
        while not ended.is_set():
            started = time.monotonic()
            assert client.get("/healthz").status_code == 200
            waits.append(time.monotonic() - started)
            time.sleep(0.02)

    other = threading.Thread(target=ask)
    other.start()
    started = time.process_time()
    try:
        with memory() as taken:
            if name in READ:
                assert len(score_apart(stored, name, content).table) == READ[name]
            else:
                with pytest.raises(InputError):
                    score_apart(stored, name, content)
    finally:
        ended.set()
        other.join()

    assert max(waits) < LONGEST, max(waits)
    assert len(waits) > 1
    assert taken.most < 300 << 20, taken.most >> 20
    assert time.process_time() - started < 20, "the worker itself did the work"
