"""Attempts to sign in, counted for each name and each address in the database, since workers share no memory.

An attempt is counted before the password is looked at, so that many at once are no way around the count; one that
succeeded is taken back, since an office has one address. A name counts as the user it stands for, however it is
written, and an IPv6 address for its networks: a subscriber has as many addresses as he likes. Both are kept as keyed
hashes: people type passwords into the field for the name.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import time
from collections.abc import Mapping

import sqlalchemy as sql

from pipeline.accounts.database import ATTEMPTS, CLOCK_SECONDS, AccountDatabase
from pipeline.accounts.users import plain_name
from pipeline.settings import plain_address

WINDOW_SECONDS = 15 * 60
MOST_BY_NAME, MOST_BY_ADDRESS = 5, 30
MOST_NOTED = 30  # refusals of one sender in the audit log, which a stranger is not to fill
_IPV6 = {64: MOST_BY_ADDRESS, 48: 2 * MOST_BY_ADDRESS}  # bits of a network: what a line and what a customer is given


class Attempts:
    """How often somebody tried; all methods raise ``StoreError`` where the database does not answer."""

    def __init__(self, database: AccountDatabase, key: bytes) -> None:
        self._database, self._key = database, key

    def count(self, name: str, address: str) -> bool:
        """Count one more attempt; False where there were too many in the last quarter of an hour, and it is refused.

        A refused attempt is not counted, so a lock ends by itself fifteen minutes after the attempts that led to it.
        """
        limits = {self._hidden("name", plain_name(name)): MOST_BY_NAME}
        limits |= {self._hidden("address", place): most for place, most in _places(address).items()}
        return self._add(limits) is not None

    def may_note(self, sender: str) -> tuple[bool, bool]:
        """Whether another refusal of a user or an address goes into the audit log, and whether it is the last for now.

        A sender's refusals are noted ``MOST_NOTED`` times in a quarter of an hour.
        """
        *_, place = _places(sender)  # the widest network
        before = self._add({self._hidden("noted", place): MOST_NOTED})
        return before is not None, before == MOST_NOTED - 1

    def _add(self, limits: Mapping[str, int]) -> int | None:
        """Count once for each subject, and say how often the last was there; None where one of them is at its limit."""
        now, made = time.time(), 0
        with self._database.writing(ATTEMPTS) as connection:
            past = sql.not_(ATTEMPTS.c.moment.between(now - WINDOW_SECONDS, now + CLOCK_SECONDS))  # or a clock set back
            connection.execute(ATTEMPTS.delete().where(past))
            for subject, most in limits.items():
                there = sql.select(sql.func.count()).select_from(ATTEMPTS).where(ATTEMPTS.c.subject == subject)
                made = connection.execute(there).scalar_one()
                if made >= most:
                    return None
            connection.execute(ATTEMPTS.insert(), [{"subject": subject, "moment": now} for subject in limits])
        return made

    def succeeded(self, name: str, address: str) -> None:
        """After a sign-in: no attempt under that name counts any more, and from the address all but this one still do.

        Whoever has an account can so sign in as often as he likes, and has not one guess more at those of others.
        """
        with self._database.writing(ATTEMPTS) as connection:
            connection.execute(ATTEMPTS.delete().where(ATTEMPTS.c.subject == self._hidden("name", plain_name(name))))
            for place in _places(address):
                same = ATTEMPTS.c.subject == self._hidden("address", place)
                last = sql.select(sql.func.max(ATTEMPTS.c.id)).where(same).scalar_subquery()  # this one, or as good
                connection.execute(ATTEMPTS.delete().where(ATTEMPTS.c.id == last))

    def _hidden(self, kind: str, subject: str) -> str:
        text = f"{kind}:{subject}".encode("utf-8", "replace")
        return hmac.new(self._key, text, hashlib.sha256).hexdigest()


def _places(address: str) -> dict[str, int]:
    """Under what an address is counted, and how often it may try: its networks where it is IPv6, else the text."""
    plain = plain_address(address)
    if plain is None or plain.version == 4:
        return {address if plain is None else str(plain): MOST_BY_ADDRESS}
    return {str(ipaddress.ip_network((plain, bits), strict=False)): most for bits, most in _IPV6.items()}
