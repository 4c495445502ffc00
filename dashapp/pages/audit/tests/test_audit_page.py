"""The Audit page tells analysts what was done, and nobody else; a broken chain stands first."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from flask import Flask

from dashapp import access
from dashapp.data import SegmentationData
from dashapp.i18n import speak
from dashapp.pages.audit import PAGE
from dashapp.pages.audit.layout import EVENTS, layout
from dashapp.reader import Reader, let_in
from pipeline.accounts import AuditEntry, AuditLog, Event
from pipeline.settings import Settings
from tests.dashapp.conftest import MemoryStore

KEY = "6f1c0e7a94b2d853f7a1c6e0b94d2853aa17"


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Settings]:
    server, settings = Flask("x"), Settings(home=tmp_path, auth="password", secret_key=KEY)
    access.register(server, settings, access.Rights())
    log = AuditLog.of(settings)
    log.add(AuditEntry("sign-in", "anna", "analyst", "198.51.100.7"))
    log.add(AuditEntry("export", "mark", "marketer", run="ab12cd34ef", rows=1234, filters=("age",), told="csv"))
    with server.test_request_context("/audit"):
        let_in(Reader("anna", "analyst"))
        yield settings


def drawn() -> str:
    return str(layout(None, None))  # type: ignore[arg-type]  # it needs neither


def test_it_tells_who_took_how_many_rows(kept: Settings) -> None:
    told = drawn()

    for part in ("mark (marketer)", "Took rows along", "1,234", "age", "csv · ab12cd34", "198.51.100.7"):
        assert part in told
    assert "The log is whole." in told
    assert "2 entries" in told


def test_a_log_that_is_not_whole_says_so(kept: Settings, tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "accounts.db")
    connection.executescript("DROP TRIGGER korzina_audit_no_DELETE; DELETE FROM korzina_audit WHERE number = 2")
    connection.close()

    assert "The log is not whole." in drawn()
    assert "cut off" in drawn()


@pytest.mark.parametrize("role", [None, "viewer", "marketer"])
def test_nobody_else_sees_it(kept: Settings, role: object) -> None:
    let_in(Reader("vera", role))  # type: ignore[arg-type]

    assert "mark" not in drawn()
    assert "mark" not in str(PAGE.drawn(SegmentationData(lambda: MemoryStore({}), kept)))


def test_in_local_mode_it_says_that_there_is_none() -> None:
    assert "No log is kept." in drawn()


def test_every_event_has_words_in_both_languages(kept: Settings) -> None:
    assert EVENTS.keys() == set(get_args(Event))
    speak("ru")
    told = drawn()
    speak("en")

    assert "Выгружены строки" in told
