"""What is done from the command line and from Python stands in the audit log, signed by the system's user."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

import korzina
from pipeline.__main__ import app
from pipeline.accounts import AccountDatabase, AuditEntry, AuditLog, Sessions
from pipeline.contract import SavedSweep
from pipeline.errors import KorzinaError, StoreError
from pipeline.settings import Settings, account_name

KEY = "0f9d" * 4 + "c7a1b2e8" * 3
PASSWORD = "correct horse battery"


@pytest.fixture
def home(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KORZINA_HOME", str(settings.home))
    monkeypatch.setenv("KORZINA_SECRET_KEY", KEY)
    return settings.home


def run(*arguments: str, given: str = "") -> str:
    return CliRunner().invoke(app, arguments, input=given, catch_exceptions=False).output


def entries() -> list[AuditEntry]:
    return list(reversed(AuditLog.of(Settings()).last()))


def test_each_change_from_outside_the_dashboard_is_written_down(
    home: Path, saved: SavedSweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.serving.ReportMaker.make", lambda *_arguments: None)  # a process of its own
    first, second = saved.run_ids[2], saved.run_ids[3]

    run("promote", first, "--reason", "why")
    korzina.open(home).promote(second, reason="why")
    run("rollback", "--reason", "back")
    run("users", "add", "anna", "--role", "viewer", "--password-stdin", given=f"{PASSWORD}\n")
    run("users", "role", "anna", "analyst")
    run("users", "password", "anna", "--password-stdin", given=f"{PASSWORD} two\n")
    run("users", "disable", "anna")
    run("users", "enable", "anna")

    assert [(entry.event, entry.run or entry.told) for entry in entries()] == [
        ("promote", first),
        ("promote", second),
        ("rollback", "sample"),
        ("users", "adds anna, viewer"),
        ("users", "makes anna analyst"),
        ("users", "gives anna another password"),
        ("users", "disables anna"),
        ("users", "enables anna"),
    ]
    assert {(entry.who, entry.role) for entry in entries()} == {(account_name(), "cli")}
    assert json.loads(run("audit", "verify", "--json"))["faults"] == []
    assert PASSWORD not in " ".join(entry.told for entry in entries())


def test_a_change_that_cannot_be_written_down_does_not_happen(home: Path, saved: SavedSweep) -> None:
    (home / "accounts.db").mkdir()
    with pytest.raises(StoreError, match="database of accounts"):
        run("promote", saved.run_ids[2], "--reason", "why")

    (home / "accounts.db").rmdir()
    assert json.loads(run("runs", "--json"))["runs"][0]["champion_version"] is None


def test_without_a_secret_no_log_is_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KORZINA_SECRET_KEY", "")
    run("users", "add", "boris", "--password-stdin", given=f"{PASSWORD}\n")
    monkeypatch.setenv("KORZINA_SECRET_KEY", KEY)
    assert entries() == []


@pytest.mark.parametrize("name", ["anna@id.example", "Anna@ID.example"])
def test_sessions_of_a_provider_s_user_can_be_ended(home: Path, name: str) -> None:
    sessions = Sessions(AccountDatabase(Settings().accounts))
    tokens = [sessions.start(name, "analyst", own=False) for _ in range(2)]
    other = sessions.start("boris", "viewer", own=False)

    assert run("users", "sign-out", name) == f"{name}: 2 sessions ended\n"

    assert [sessions.find(token) for token in tokens] == [None, None]
    assert sessions.find(other) is not None
    assert entries()[-1].told == f"signs {name} out everywhere"


def test_the_command_tells_of_a_line_that_was_taken_out(home: Path) -> None:
    import sqlite3

    for name in ("anna", "boris"):
        run("users", "sign-out", name)
    with closing(sqlite3.connect(home / "accounts.db")) as connection, connection:
        connection.execute("DROP TRIGGER korzina_audit_no_DELETE")
        connection.execute("DELETE FROM korzina_audit WHERE number = 2")
    connection.close()

    with pytest.raises(KorzinaError, match=r"not whole.*2 to 2 were cut off"):
        run("audit", "verify")
