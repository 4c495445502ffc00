"""Sessions on the server: the browser holds a random token, the database its hash; what is revoked is gone at once."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass

import sqlalchemy as sql

from pipeline.accounts.database import CLOCK_SECONDS, SESSIONS, USERS, AccountDatabase
from pipeline.settings import READER_ROLES, ReaderRole

SESSION_SECONDS = 8 * 3600


@dataclass(frozen=True)
class Session:
    """Somebody who has signed in."""

    name: str
    role: ReaderRole
    hint: str = ""  # the provider's id token


class Sessions:
    """The sessions in a database of accounts; all methods raise ``StoreError`` where it does not answer."""

    def __init__(self, database: AccountDatabase) -> None:
        self._database = database

    def start(self, name: str, role: ReaderRole, *, own: bool, hint: str = "") -> str:
        """A new session of eight hours; its token is for the browser, and nowhere else."""
        token, now = secrets.token_urlsafe(32), time.time()
        values = {
            "token": _hashed(token),
            "name": name,
            "role": role,
            "own": own,
            "ends": now + SESSION_SECONDS,
            "hint": hint,
        }
        with self._database.writing(SESSIONS) as connection:
            connection.execute(SESSIONS.delete().where(SESSIONS.c.ends < now))
            connection.execute(SESSIONS.insert().values(**values))
        return token

    def find(self, token: str) -> Session | None:
        """Whose session it is, with the role that the user has now; None for one that has ended.

        One that would last longer than a new one was started before the clock was set back, and has ended too.
        """
        now, latest = time.time(), time.time() + SESSION_SECONDS + CLOCK_SECONDS
        query = (
            sql.select(SESSIONS, USERS.c.role.label("role_now"), USERS.c.disabled)
            .outerjoin(USERS, USERS.c.name == SESSIONS.c.name)
            .where(SESSIONS.c.token == _hashed(token), SESSIONS.c.ends.between(now, latest))
        )
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().first()
        if row is None or row["disabled"]:
            return None
        role = row["role_now"] if row["own"] else row["role"]
        return Session(row["name"], role, row["hint"]) if role in READER_ROLES else None

    def end(self, token: str) -> None:
        """End one session."""
        with self._database.writing(SESSIONS) as connection:
            connection.execute(SESSIONS.delete().where(SESSIONS.c.token == _hashed(token)))

    def end_all(self, name: str) -> int:
        """End every session of a user; how many there were."""
        with self._database.writing(SESSIONS) as connection:
            return connection.execute(SESSIONS.delete().where(SESSIONS.c.name == name)).rowcount


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
