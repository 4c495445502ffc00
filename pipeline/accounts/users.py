"""Users with a password: added, disabled and given a role on the command line, checked at the sign-in page."""

from __future__ import annotations

import time
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from threading import BoundedSemaphore

import argon2
import sqlalchemy as sql

from pipeline.accounts.database import SESSIONS, USERS, AccountDatabase
from pipeline.errors import UsageError
from pipeline.settings import READER_ROLES, ReaderRole

LONGEST_NAME, SHORTEST_PASSWORD, LONGEST_PASSWORD = 100, 12, 1024
_AT_ONCE = BoundedSemaphore(2)  # each check takes 64 MB and a tenth of a second


@dataclass(frozen=True)
class User:
    """Somebody who may sign in."""

    name: str
    role: ReaderRole
    disabled: bool = False


class Users:
    """The users in a database of accounts; all methods raise ``StoreError`` where it does not answer."""

    def __init__(self, database: AccountDatabase) -> None:
        self._database = database
        self._hasher = argon2.PasswordHasher()  # argon2id with the parameters of RFC 9106 for 64 MB

    def add(self, name: str, role: str, password: str) -> User:
        """A new user; raises ``UsageError`` for a name that is taken, an unknown role or a weak password."""
        user = User(known_as(name), _role(role))
        hashed = self._hash(user.name, password)
        with self._database.writing(USERS) as connection:
            if connection.execute(sql.select(USERS.c.name).where(USERS.c.name == user.name)).first():
                raise UsageError.because(f"there is a user {user.name!r} already", remedy="choose another name")
            values = {"name": user.name, "role": user.role, "password": hashed, "disabled": False}
            connection.execute(USERS.insert().values(**values, created=time.time()))
        return user

    def all(self) -> tuple[User, ...]:
        """Every user, by name."""
        columns = (USERS.c.name, USERS.c.role, USERS.c.disabled)
        with self._database.reading() as connection:
            return tuple(User(*row) for row in connection.execute(sql.select(*columns).order_by(USERS.c.name)))

    def find(self, name: str) -> User | None:
        """The user called so; None where there is none."""
        wanted = plain_name(name)
        return next((user for user in self.all() if user.name == wanted), None)

    def disable(self, name: str) -> None:
        """Let nobody in under that name any more; open sessions end at once. Raises ``UsageError`` for no such user."""
        self._change(name, disabled=True)

    def enable(self, name: str) -> None:
        """Let a disabled user in again; raises ``UsageError`` for no such user."""
        self._change(name, disabled=False)

    def give_role(self, name: str, role: str) -> None:
        """Another role, from the next request on; raises ``UsageError``."""
        self._change(name, role=_role(role))

    def give_password(self, name: str, password: str) -> None:
        """Another password; open sessions end at once. Raises ``UsageError``."""
        self._change(name, password=self._hash(known_as(name), password))

    def check(self, name: str, password: str) -> User | None:
        """The user of that name and password, if it is not disabled; takes as long for a name that there is not."""
        wanted = plain_name(name)
        with self._database.reading() as connection:
            row = connection.execute(sql.select(USERS).where(USERS.c.name == wanted)).mappings().first()
        nobodys = self._nobodys  # made at the first check, of whatever name
        right = self._verify(str(row["password"]) if row and row["password"] else nobodys, password)
        if row is None or not right or row["disabled"] or not row["password"]:
            return None
        return User(row["name"], row["role"])

    def _change(self, name: str, **values: object) -> None:
        wanted = known_as(name)
        with self._database.writing(USERS) as connection:
            changed = connection.execute(USERS.update().where(USERS.c.name == wanted).values(**values)).rowcount
            if not changed:
                raise UsageError.because(f"there is no user {wanted!r}", remedy="korzina users list names them")
            if "role" not in values:
                connection.execute(SESSIONS.delete().where(SESSIONS.c.name == wanted))

    def _hash(self, name: str, password: str) -> str:
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD or password.casefold() in (name, name * 2):
            raise UsageError.because(
                "the password is too easy to guess, or too long",
                expected=f"{SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters that are not the name",
            )
        return self._hasher.hash(password)

    def _verify(self, hashed: str, password: str) -> bool:
        if len(password) > LONGEST_PASSWORD:
            return False
        with _AT_ONCE:
            try:
                return self._hasher.verify(hashed, password)
            except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError, UnicodeEncodeError):
                return False

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("nobody's password")


def known_as(name: str) -> str:
    """A name as it is kept: in lower case and composed; raises ``UsageError`` for what can be none."""
    plain = plain_name(name)
    if not plain or len(plain) > LONGEST_NAME or not plain.isprintable():
        raise UsageError.because("that can be no user's name", expected=f"1 to {LONGEST_NAME} printable characters")
    return plain


def plain_name(name: str) -> str:
    """The user that a name stands for: composed, in lower case, without blanks around it."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _role(role: str) -> ReaderRole:
    if role not in READER_ROLES:
        raise UsageError.because(f"there is no role {role!r}", expected=", ".join(READER_ROLES))
    return role
