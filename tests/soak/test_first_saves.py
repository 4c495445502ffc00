"""Eight first starts at once, round after round: all of them save, and nobody is told of damage."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.store import Store
from tests.pipeline.sources_support import postgres_server
from tests.soak.first_saves import settings_of

ROOT = Path(__file__).resolve().parents[2]
WRITERS, ROUNDS = 8, {"sqlite": 20, "postgresql": 2}  # each keeps its connections


@pytest.fixture(params=ROUNDS)
def rounds(request: pytest.FixtureRequest) -> Iterator[tuple[str, list[str]]]:
    """The server's address, empty for SQLite, and the names of the rounds, each of them a database there."""
    names = [f"round_{number}" for number in range(ROUNDS[request.param])]
    if request.param == "sqlite":
        yield "", names
        return
    import psycopg

    with postgres_server() as url:
        with psycopg.connect(url, autocommit=True) as connection:
            for name in names:
                connection.execute(f"CREATE DATABASE {name}".encode())
        yield url.replace("postgresql://", "postgresql+psycopg://").rpartition("/")[0], names


def test_eight_first_saves_at_once_all_succeed(
    rounds: tuple[str, list[str]], tmp_path: Path, tell: Callable[[str], None]
) -> None:
    server, names = rounds
    writers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.soak.first_saves", str(tmp_path), server],
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
        for name in names:
            for writer in writers:
                assert writer.stdin
                writer.stdin.write(f"{name}\n")
            outcomes.append([writer.stdout.readline().strip() for writer in writers if writer.stdout])
    finally:
        for writer in writers:
            writer.communicate(timeout=60)

    whole = [outcome == ["saved"] * WRITERS for outcome in outcomes]
    tell(f"{sum(whole)} of {len(names)} rounds of {WRITERS} writers, {'PostgreSQL' if server else 'SQLite'}")
    assert [said for outcome in outcomes for said in outcome if said != "saved"] == []
    for name in names:
        store = Store.open(settings_of(tmp_path, server, name))
        assert len(store.runs("sample")) == WRITERS
        assert len(store.history("sample")) == WRITERS
