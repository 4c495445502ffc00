"""Eight first starts at once, round after round: all of them save, and nobody is told of damage."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from pipeline.settings import Settings
from pipeline.store import Store

ROOT = Path(__file__).resolve().parents[2]
WRITERS, ROUNDS = 8, 20


def test_eight_first_saves_at_once_all_succeed(tmp_path: Path, tell: Callable[[str], None]) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.soak.first_saves", str(tmp_path)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        for _ in range(WRITERS)
    ]
    outcomes = []
    try:
        assert [writer.stdout.readline() for writer in writers if writer.stdout] == ["ready\n"] * WRITERS
        for number in range(ROUNDS):
            for writer in writers:
                assert writer.stdin
                writer.stdin.write(f"round-{number}\n")
            outcomes.append([writer.stdout.readline().strip() for writer in writers if writer.stdout])
    finally:
        for writer in writers:
            writer.communicate(timeout=60)

    whole = [outcome == ["saved"] * WRITERS for outcome in outcomes]
    tell(f"{sum(whole)} of {ROUNDS} rounds of {WRITERS} writers")
    assert [said for outcome in outcomes for said in outcome if said != "saved"] == []
    for number in range(ROUNDS):
        store = Store.open(Settings(home=tmp_path / f"round-{number}", tracking_uri=""))
        assert len(store.runs("sample")) == WRITERS
        assert len(store.history("sample")) == WRITERS
