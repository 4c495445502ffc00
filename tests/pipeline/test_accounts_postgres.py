"""The accounts in PostgreSQL: users, sessions, attempts and the audit log on a real server."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from pipeline.accounts import AccountDatabase, Attempts, AuditEntry, AuditLog, Sessions, Users
from pipeline.errors import StoreError, UsageError
from tests.pipeline.sources_support import frozen, postgres_server

pytestmark = pytest.mark.e2e
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.fixture
def database(address: str) -> AccountDatabase:
    return AccountDatabase(address.replace("postgresql://", "postgresql+psycopg://"))


def test_users_and_sessions(database: AccountDatabase) -> None:
    users, sessions = Users(database), Sessions(database)
    users.add("anna", "viewer", PASSWORD)
    token = sessions.start("anna", "viewer", own=True)

    assert users.check("anna", PASSWORD) is not None
    assert users.check("anna", PASSWORD[1:]) is None
    with pytest.raises(UsageError):
        users.add("ANNA", "viewer", PASSWORD)
    users.give_role("anna", "analyst")
    found = sessions.find(token)
    assert found is not None
    assert found.role == "analyst"
    users.disable("anna")
    assert sessions.find(token) is None


def test_attempts_at_once_are_counted(database: AccountDatabase) -> None:
    counting, counted = Attempts(database, b"key"), []
    threads = [threading.Thread(target=lambda: counted.append(counting.count("eve", "192.0.2.7"))) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert counted.count(True) == 5
    for _ in range(40):
        assert counting.count("vera", "192.0.2.9")
        counting.succeeded("vera", "192.0.2.9")


def test_a_frozen_server_keeps_nobody_waiting(database: AccountDatabase, address: str) -> None:
    Users(database).add("vera", "viewer", PASSWORD)
    token = Sessions(database).start("vera", "viewer", own=True)
    with frozen(address):
        started = time.monotonic()
        with pytest.raises(StoreError):
            Sessions(database).find(token)
        assert time.monotonic() - started < 3
    assert Sessions(database).find(token) is not None


def test_the_log_is_only_added_to_and_what_was_cut_off_shows(
    database: AccountDatabase, address: str, tmp_path: Path
) -> None:
    log = AuditLog(database, b"key", tmp_path / "audit.head")
    threads = [threading.Thread(target=lambda: log.add(AuditEntry("export", "anna", rows=7))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = log.verify()

    with psycopg.connect(address) as connection:
        for act in ("DELETE FROM korzina_audit", "UPDATE korzina_audit SET mac = ''", "TRUNCATE korzina_audit"):
            with pytest.raises(psycopg.errors.RaiseException, match="only added to"), connection.transaction():
                connection.execute(act)
        connection.execute("DROP TRIGGER korzina_audit_no_change ON korzina_audit")
        connection.execute("DELETE FROM korzina_audit WHERE number > 6")

    assert (whole[0].number, whole[1]) == (8, ())
    assert "entries 7 to 8 were cut off" in log.verify()[1]
