"""The audit log: what was removed, changed, put in or cut off shows."""

from __future__ import annotations

import multiprocessing
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.accounts import AccountDatabase, AuditEntry, AuditLog, Head
from pipeline.errors import StoreError

KEY = b"a key that nobody else has"


def log_in(folder: Path, key: bytes = KEY) -> AuditLog:
    return AuditLog(AccountDatabase(f"sqlite:///{folder}/accounts.db"), key, folder / "audit.head")


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    log = log_in(tmp_path)
    for number in range(1, 6):
        log.add(AuditEntry("export", "anna", "marketer", run="ab12", rows=number, filters=("age", "segment")))
    return log


def test_what_was_added_is_there_in_order_and_verifies(log: AuditLog) -> None:
    head, faults = log.verify()

    assert (head.number, faults) == (5, ())
    assert [entry.rows for entry in log.last(3)] == [5, 4, 3]
    assert log.last(1)[0].filters == ("age", "segment")


@pytest.mark.parametrize(
    ("attack", "told"),
    [
        ("DELETE FROM korzina_audit WHERE number = 3", "entries 3 to 3 are missing"),
        ("DELETE FROM korzina_audit WHERE number >= 4", "entries 4 to 5 were cut off"),
        ("DELETE FROM korzina_audit", "entries 1 to 5 were cut off"),
        ("UPDATE korzina_audit SET entry = replace(entry, 'anna', 'eve!') WHERE number = 5", "entry 5 was changed"),
        ("UPDATE korzina_audit SET number = number + 1 WHERE number = 5", "entries 5 to 5 are missing"),
        ("INSERT INTO korzina_audit SELECT 6, entry, mac FROM korzina_audit WHERE number = 5", "entry 6 was changed"),
        (
            "DELETE FROM korzina_audit WHERE number = 2; UPDATE korzina_audit SET number = number - 1 WHERE number > 2",
            "entry 2 was changed",
        ),
    ],
)
def test_an_attack_on_the_database_shows(log: AuditLog, tmp_path: Path, attack: str, told: str) -> None:
    with closing(sqlite3.connect(tmp_path / "accounts.db")) as connection, connection:
        for act in ("UPDATE", "DELETE"):
            connection.execute(f"DROP TRIGGER korzina_audit_no_{act}")
        connection.executescript(attack)

    assert told in " ".join(log_in(tmp_path).verify()[1])


@pytest.mark.parametrize("act", ["DELETE FROM korzina_audit", "UPDATE korzina_audit SET entry = ''"])
def test_the_database_itself_only_takes_additions(log: AuditLog, tmp_path: Path, act: str) -> None:
    connection = sqlite3.connect(tmp_path / "accounts.db")
    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        connection.execute(act)
    connection.close()


@pytest.mark.parametrize(
    "entry",
    [
        *("garbage", "[]", "null", '{"event": "x"}', '{"number": 1}', "\x00", "[" * 100_000, '{"event": ' + "9" * 5000),
        '{"event": "export", "filters": [], "when": 5, "number": 4, "rows": ""}',
        '{"event": "export", "who": 3, "filters": 3, "when": "x", "number": "a"}',
        *(
            f'{{"event": "export", "filters": ["a"], "when": {moment}}}'
            for moment in ("1e300", '"NaN"', "-1e20", "1e999")
        ),
    ],
)
def test_an_entry_that_was_written_over_hides_no_other(log: AuditLog, tmp_path: Path, entry: str) -> None:
    with closing(sqlite3.connect(tmp_path / "accounts.db")) as connection, connection:
        connection.execute("DROP TRIGGER korzina_audit_no_UPDATE")
        connection.execute("UPDATE korzina_audit SET entry = ? WHERE number = 4", (entry,))

    assert [(one.number, one.event) for one in log.last(3)] == [(5, "export"), (4, "unreadable"), (3, "export")]
    assert [one.moment for one in log.last(5)]
    assert "entry 4 was changed" in log.verify()[1][0]


@pytest.mark.parametrize("anchor", ["", "x", "9" * 5000 + ":" + "0" * 64, "5:short", "\xff"])
def test_an_anchor_that_is_no_head_shows_and_stops_nothing(log: AuditLog, tmp_path: Path, anchor: str) -> None:
    (tmp_path / "audit.head").write_text(anchor, "latin-1")

    assert log.verify()[1] == (f"the anchor {tmp_path / 'audit.head'} is no head",)
    assert log.add(AuditEntry("export", "anna")).number == 6
    assert log.verify()[1] == ()
    assert Head.read("9" * 5000 + ":" + "0" * 64) is None


def test_a_log_and_an_anchor_put_back_together_show_by_a_head_that_was_noted(log: AuditLog, tmp_path: Path) -> None:
    before = (tmp_path / "accounts.db").read_bytes(), (tmp_path / "audit.head").read_bytes()
    noted = log.add(AuditEntry("rollback", "anna", "analyst"))
    for name, content in zip(("accounts.db", "audit.head"), before, strict=True):
        (tmp_path / name).write_bytes(content)

    assert log_in(tmp_path).verify()[1] == ()
    assert "entries 6 to 6 were cut off" in log_in(tmp_path).verify(Head.read(str(noted)))[1]


def test_a_missing_anchor_and_another_key_show(log: AuditLog, tmp_path: Path) -> None:
    assert "the key is another" in " ".join(log_in(tmp_path, b"other").verify()[1])
    (tmp_path / "audit.head").unlink()
    assert "anchor" in " ".join(log.verify()[1])


def test_an_anchor_that_lags_after_a_kill_is_no_alarm(log: AuditLog, tmp_path: Path) -> None:
    before = (tmp_path / "audit.head").read_text()
    log.add(AuditEntry("sign-out", "anna"))
    (tmp_path / "audit.head").write_text(before)

    assert log.verify()[1] == ()


def _add(folder: Path, who: str) -> None:
    for _ in range(10):
        log_in(folder).add(AuditEntry("export", who))


def test_several_processes_write_one_chain(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_add, args=(tmp_path, who)) for who in ("anna", "boris", "carl")]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    head, faults = log_in(tmp_path).verify()

    assert (head.number, faults) == (30, ())
    assert Head.read((tmp_path / "audit.head").read_text()) == head


@pytest.mark.parametrize("text", ["x" * 10_000, "\ud800", "a\nb", "Анна"])
def test_whatever_a_browser_sends_can_be_kept(log: AuditLog, text: str) -> None:
    log.add(AuditEntry("sign-in refused", text, told=text))

    assert log.verify()[1] == ()
    assert log.last(1)[0].who == text[:300]


def test_where_it_cannot_be_written_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "audit").write_text("a file where a folder has to be")
    log = AuditLog(AccountDatabase(f"sqlite:///{tmp_path}/accounts.db"), KEY, tmp_path / "audit" / "head")
    with pytest.raises(StoreError, match="audit"):
        log.add(AuditEntry("start"))
