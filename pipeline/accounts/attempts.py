"""Attempts to sign in, counted for each name and each address in the database, since workers share no memory.

An attempt is counted before the password is looked at, so that many at once are no way around the count. Names and
addresses are kept as keyed hashes: people type passwords into the field for the name.
"""

from __future__ import annotations

import hashlib
import hmac
import time

import sqlalchemy as sql

from pipeline.accounts.database import ATTEMPTS, Database

WINDOW_SECONDS = 15 * 60
MOST_BY_NAME, MOST_BY_ADDRESS = 5, 30


class Attempts:
    """How often somebody tried; all methods raise ``StoreError`` where the database does not answer."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database, self._key = database, key

    def count(self, name: str, address: str) -> bool:
        """Count one more attempt; False where there were too many in the last quarter of an hour, and it is refused.

        A refused attempt is not counted, so a lock ends by itself fifteen minutes after the attempts that led to it.
        """
        limits = {self._hidden("name", name): MOST_BY_NAME, self._hidden("address", address): MOST_BY_ADDRESS}
        now = time.time()
        with self._database.writing(ATTEMPTS) as connection:
            connection.execute(ATTEMPTS.delete().where(ATTEMPTS.c.moment < now - WINDOW_SECONDS))
            for subject, most in limits.items():
                made = sql.select(sql.func.count()).select_from(ATTEMPTS).where(ATTEMPTS.c.subject == subject)
                if connection.execute(made).scalar_one() >= most:
                    return False
            connection.execute(ATTEMPTS.insert(), [{"subject": subject, "moment": now} for subject in limits])
        return True

    def forget(self, name: str) -> None:
        """After a sign-in: the attempts under that name no longer count; those from the address still do."""
        with self._database.writing(ATTEMPTS) as connection:
            connection.execute(ATTEMPTS.delete().where(ATTEMPTS.c.subject == self._hidden("name", name)))

    def _hidden(self, kind: str, subject: str) -> str:
        text = f"{kind}:{subject.strip().casefold()}".encode("utf-8", "replace")
        return hmac.new(self._key, text, hashlib.sha256).hexdigest()
