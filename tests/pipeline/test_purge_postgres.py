"""The same purge where the database is PostgreSQL: no row of it holds the person, and no page of its files."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import psycopg
import pytest

from pipeline.purging import PurgeRequest, carry_out, plan_purge
from pipeline.settings import Settings
from pipeline.store import Store
from tests.pipeline.sources_support import postgres_server
from tests.support import make_training, save_training

pytestmark = pytest.mark.e2e
ID = "C00007"


def dumped(url: str) -> str:
    """Every row of every table, as text."""
    with psycopg.connect(url) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return "\n".join(str(row) for (name,) in names for row in connection.execute(f'SELECT * FROM "{name}"'))


def pages_with(url: str, word: str) -> list[str]:
    """Files of the database's tables in whose bytes the word stands, dead rows too."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        paths = connection.execute(
            "SELECT pg_relation_filepath(oid) FROM pg_class WHERE relkind IN ('r', 't') AND relnamespace IN "
            "('public'::regnamespace, 'pg_toast'::regnamespace) AND pg_relation_filepath(oid) IS NOT NULL"
        ).fetchall()
        return [
            path
            for (path,) in paths
            for (content,) in connection.execute("SELECT pg_read_binary_file(%s)", (path,))
            if word.encode() in content
        ]


def test_a_person_and_old_trainings_are_gone_from_postgresql(tmp_path: Path) -> None:
    training = dataclasses.replace((made := make_training(60)), candidates=made.candidates[:2])
    with postgres_server() as url:
        settings = Settings(home=tmp_path / "home", tracking_uri=url.replace("postgresql://", "postgresql+psycopg://"))
        saved = save_training(training, settings)
        store = Store.open(settings)
        store.promote(saved.run_ids[3], reason=f"{ID} asked for it", who="anna")
        assert ID in dumped(url)
        assert pages_with(url, ID)

        with store.erasing() as eraser:
            carry_out(eraser, plan_purge(eraser, PurgeRequest(customers=(ID,))))

        assert ID not in dumped(url)
        assert pages_with(url, ID) == []
        assert len(Store.open(settings).load(saved.run_ids[3]).customers) == 59
        assert store.examine() == ()

        with store.erasing() as eraser:
            carry_out(eraser, plan_purge(eraser, PurgeRequest(before=date(2200, 1, 1), champions=True)))

        assert store.runs() == ()
        assert saved.sweep_run_id not in dumped(url)
