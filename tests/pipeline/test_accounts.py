"""Users, sessions and attempts: what is revoked is gone at once, and nothing is guessed or kept in the clear."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.accounts import AccountDatabase, Attempts, Sessions, Users, attempts, sessions
from pipeline.errors import StoreError, UsageError

PASSWORD = "correct horse battery"


@pytest.fixture
def database(tmp_path: Path) -> AccountDatabase:
    return AccountDatabase(f"sqlite:///{tmp_path}/accounts.db")


@pytest.fixture
def users(database: AccountDatabase) -> Users:
    users = Users(database)
    users.add("Anna", "viewer", PASSWORD)
    return users


def test_a_user_is_let_in_with_the_password_alone(users: Users) -> None:
    assert users.check(" ANNA ", PASSWORD) == users.find("anna")
    for name, given in (("anna", PASSWORD[:-1]), ("anna", ""), ("boris", PASSWORD), ("", ""), ("anna", "x" * 5000)):
        assert users.check(name, given) is None
    assert users.check("anna", "\ud800" * 12) is None


def test_the_database_holds_no_password_and_belongs_to_its_owner(users: Users, database: AccountDatabase) -> None:
    assert database.file is not None
    assert PASSWORD.encode() not in database.file.read_bytes()
    assert b"$argon2id$" in database.file.read_bytes()
    assert database.file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "role", "password"),
    [
        ("anna", "viewer", PASSWORD),
        ("ANNA", "viewer", PASSWORD),
        ("boris", "owner", PASSWORD),
        ("boris", "viewer", "short"),
        ("boris", "viewer", "x" * 1025),
        ("borisborisboris", "viewer", "borisborisboris"),
        ("", "viewer", PASSWORD),
        ("a\nb", "viewer", PASSWORD),
        ("x" * 101, "viewer", PASSWORD),
    ],
)
def test_what_makes_no_user_is_refused_in_words(users: Users, name: str, role: str, password: str) -> None:
    with pytest.raises(UsageError):
        users.add(name, role, password)
    assert [user.name for user in users.all()] == ["anna"]


def test_a_session_has_the_role_of_now_and_ends_with_its_user(users: Users, database: AccountDatabase) -> None:
    held = Sessions(database)
    token = held.start("anna", "viewer", own=True)

    users.give_role("anna", "marketer")
    promoted = held.find(token)
    users.disable("anna")

    assert promoted is not None
    assert promoted.role == "marketer"
    assert held.find(token) is None
    users.enable("anna")
    assert held.find(token) is None, "an old session comes back to life"
    assert users.check("anna", PASSWORD) is not None


def test_a_role_that_nobody_gives_lets_nobody_in(users: Users, database: AccountDatabase) -> None:
    held = Sessions(database)
    own, other = held.start("anna", "viewer", own=True), held.start("eve", "viewer", own=False)
    with closing(sqlite3.connect(str(database.file))) as connection, connection:
        connection.execute("UPDATE korzina_users SET role = 'owner'")
        connection.execute("UPDATE korzina_sessions SET role = 'root'")

    assert (held.find(own), held.find(other)) == (None, None)


def test_signing_out_and_another_password_end_sessions_at_once(users: Users, database: AccountDatabase) -> None:
    held = Sessions(database)
    first, second, third = (held.start("anna", "viewer", own=True) for _ in range(3))

    held.end(first)
    assert (held.find(first) is None, held.find(second) is None) == (True, False)
    assert held.end_all("anna") == 2
    users.give_password("anna", "another good password")
    assert held.find(third) is None
    assert users.check("anna", PASSWORD) is None


def test_a_session_lasts_eight_hours(users: Users, database: AccountDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    token = Sessions(database).start("anna", "viewer", own=True)
    now = sessions.time.time()

    for hours, there in ((7.99, True), (8.01, False)):
        monkeypatch.setattr(sessions.time, "time", lambda hours=hours: now + hours * 3600)
        assert (Sessions(database).find(token) is not None) is there


def test_the_database_holds_no_token(users: Users, database: AccountDatabase) -> None:
    token = Sessions(database).start("anna", "viewer", own=True)

    assert database.file is not None
    assert token.encode() not in database.file.read_bytes()
    for forged in ("", "x", token[:-1], token + "x", "' OR 1=1 --", "\ud800"):
        assert Sessions(database).find(forged) is None


def test_a_user_of_another_provider_has_the_role_that_it_gave_and_can_be_shut_out(
    users: Users, database: AccountDatabase
) -> None:
    held = Sessions(database)
    token = held.start("eve@example.org", "analyst", own=False, hint="id token")

    found = held.find(token)
    assert found is not None
    assert (found.role, found.hint) == ("analyst", "id token")
    held.end_all("eve@example.org")
    assert held.find(token) is None


def test_after_five_wrong_passwords_a_name_is_locked_for_every_worker(
    database: AccountDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = Attempts(database, b"key"), Attempts(AccountDatabase(database._url.render_as_string()), b"key")

    counted = [
        counting.count("Anna", f"192.0.2.{place}") for place, counting in enumerate([first, second, first, second] * 2)
    ]

    assert counted == [True] * 5 + [False] * 3
    assert first.count("boris", "192.0.2.1"), "another name is not locked"
    now = attempts.time.time()
    monkeypatch.setattr(attempts.time, "time", lambda: now + attempts.WINDOW_SECONDS + 1)
    assert second.count("anna", "192.0.2.1"), "a lock ends by itself"


def test_many_names_from_one_address_are_locked_out_too(database: AccountDatabase) -> None:
    counting = Attempts(database, b"key")

    counted = [counting.count(f"name {place}", "192.0.2.7") for place in range(attempts.MOST_BY_ADDRESS + 5)]

    assert counted.count(True) == attempts.MOST_BY_ADDRESS
    assert counting.count("anna", "192.0.2.8")


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8:1:2::7"])
def test_an_office_behind_one_address_is_not_locked_out_by_signing_in(database: AccountDatabase, address: str) -> None:
    counting = Attempts(database, b"key")

    for place in range(3 * attempts.MOST_BY_ADDRESS):
        assert counting.count(f"name {place}", address)
        counting.succeeded(f"name {place}", address)


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8:1:2::7"])
def test_whoever_has_an_account_has_no_more_guesses_at_others(database: AccountDatabase, address: str) -> None:
    counting, guesses = Attempts(database, b"key"), 0

    for place in range(2 * attempts.MOST_BY_ADDRESS):
        guesses += counting.count(f"name {place}", address)
        if counting.count("eve", address):
            counting.succeeded("eve", address)

    assert guesses == attempts.MOST_BY_ADDRESS
    assert not counting.count("eve", address)
    assert counting.count("eve", "192.0.2.8")


def test_signing_in_at_once_with_guesses_takes_back_one_attempt_each(database: AccountDatabase) -> None:
    counting, address = Attempts(database, b"key"), "192.0.2.7"
    guessing = [counting.count(f"name {place}", address) for place in range(attempts.MOST_BY_ADDRESS - 1)]
    assert counting.count("eve", address)

    assert all(guessing)
    assert not counting.count("mallory", address), "what is being looked at counts"
    counting.succeeded("eve", address)
    assert [counting.count(f"other {place}", address) for place in range(2)] == [True, False]


def test_a_clock_that_is_set_back_locks_nobody_for_longer_and_lengthens_no_session(
    users: Users, database: AccountDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting, token, now = Attempts(database, b"key"), Sessions(database).start("anna", "viewer", own=True), time.time()
    assert [counting.count("anna", "192.0.2.7") for _ in range(6)] == [True] * 5 + [False]

    monkeypatch.setattr(time, "time", lambda: now - 30)
    assert not counting.count("anna", "192.0.2.7")
    assert Sessions(database).find(token) is not None
    monkeypatch.setattr(time, "time", lambda: now - 24 * 3600)
    assert counting.count("anna", "192.0.2.7")
    assert Sessions(database).find(token) is None


def test_a_name_written_in_other_ways_is_the_same_user(database: AccountDatabase) -> None:
    counting = Attempts(database, b"key")
    spellings = ("anna", "ANNA", " anna ", "ａｎｎａ", "𝐚𝐧𝐧𝐚", "𝒂𝓷𝔫𝚊", "ⓐⓝⓝⓐ")

    counted = [counting.count(name, f"192.0.2.{place}") for place, name in enumerate(spellings)]
    assert counted == [True] * 5 + [False] * 2


@pytest.mark.parametrize(
    ("addresses", "most"),
    [
        ([f"2001:db8:1:2::{place:x}" for place in range(40)], attempts.MOST_BY_ADDRESS),  # one line's network
        ([f"2001:db8:1:{place:x}::1" for place in range(70)], 2 * attempts.MOST_BY_ADDRESS),  # one customer's
        ([f"192.0.2.7:{49152 + place}" for place in range(20)] + ["::ffff:192.0.2.7"] * 20, attempts.MOST_BY_ADDRESS),
    ],
)
def test_addresses_of_one_sender_are_one(database: AccountDatabase, addresses: list[str], most: int) -> None:
    counting = Attempts(database, b"key")

    assert [counting.count(f"n{place}", sender) for place, sender in enumerate(addresses)].count(True) == most
    assert counting.count("anna", "2001:db8:ffff::1")


def test_nobody_fills_the_audit_log_with_refusals(database: AccountDatabase) -> None:
    counting = Attempts(database, b"key")
    noted = [counting.may_note(f"2001:db8::{place:x}") for place in range(attempts.MOST_NOTED + 10)]

    assert noted == [(True, False)] * (attempts.MOST_NOTED - 1) + [(True, True)] + [(False, False)] * 10
    assert counting.may_note("anna") == (True, False)


def test_many_attempts_at_once_are_no_way_around_the_count(database: AccountDatabase) -> None:
    counting, counted = Attempts(database, b"key"), []
    threads = [threading.Thread(target=lambda: counted.append(counting.count("anna", "192.0.2.7"))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert counted.count(True) == attempts.MOST_BY_NAME


def test_a_name_that_was_tried_is_not_kept(database: AccountDatabase) -> None:
    Attempts(database, b"key").count("mysecretpassword", "192.0.2.7")

    assert database.file is not None
    assert b"mysecretpassword" not in database.file.read_bytes()


@pytest.mark.parametrize("url", ["nonsense", "mysql://localhost/x", "sqlite"])
def test_an_address_that_accounts_cannot_be_kept_at_is_refused_in_words(url: str) -> None:
    with pytest.raises(UsageError, match="KORZINA_USERS"):
        AccountDatabase(url)


def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    (tmp_path / "accounts.db").write_bytes(b"no database" * 100)
    with pytest.raises(StoreError, match=r"accounts\.db"):
        Users(AccountDatabase(f"sqlite:///{tmp_path}/accounts.db")).all()
    with pytest.raises(StoreError) as raised:
        Users(AccountDatabase("postgresql+psycopg://korzina:tops3cret@127.0.0.1:9/x")).all()
    assert "tops3cret" not in str(raised.value)


def test_a_locked_database_is_waited_for(users: Users, database: AccountDatabase) -> None:
    holder = sqlite3.connect(str(database.file), isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    threading.Timer(0.5, lambda: holder.execute("COMMIT")).start()

    users.give_role("anna", "analyst")

    assert users.find("anna") is not None
    holder.close()
