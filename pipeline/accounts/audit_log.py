"""The audit log: who did what and when, in entries that are only added, each chained to the one before by a keyed hash.

Entry ``n`` carries ``HMAC-SHA256(key, mac of n - 1, entry n)`` (Schneier and Kelsey 1999, without their evolving key):
whoever lacks the key can neither change nor put in an entry. That the last ones were not cut off shows by the head,
number and mac of the last entry, which is anchored outside the database: in a file, and wherever an operator notes it.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

import sqlalchemy as sql

from pipeline.accounts.database import AUDIT, AccountDatabase
from pipeline.errors import StoreError
from pipeline.settings import Settings

Event = Literal[
    "start", "sign-in", "sign-in refused", "sign-out", "refused", "promote", "rollback", "rename", "export", "score",
    "users", "purge", "unreadable",
]  # fmt: skip
_START = "0" * 64
_LONGEST, _DIGITS = 300, 18


@dataclass(frozen=True)
class AuditEntry:
    """One thing that was done or refused. Columns are told by their names, rows by their number; never a value."""

    event: Event
    who: str = ""
    role: str = ""
    address: str = ""
    run: str = ""
    rows: int | None = None
    filters: tuple[str, ...] = ()  # names of columns
    told: str = ""  # a form, a route, a setting's name; nothing that a table holds
    when: float = 0.0  # seconds since the epoch; set when it is added
    number: int = 0  # likewise, from 1

    @property
    def moment(self) -> str:
        """When, in UTC."""
        return datetime.fromtimestamp(self.when, UTC).isoformat(timespec="seconds")


@dataclass(frozen=True)
class Head:
    """The last entry's number and mac."""

    number: int
    mac: str

    def __str__(self) -> str:
        return f"{self.number}:{self.mac}"

    @classmethod
    def read(cls, text: str) -> Head | None:
        """``number:mac`` as a head; None for anything else."""
        number, _colon, mac = text.strip().partition(":")
        is_head = number.isdecimal() and len(number) < _DIGITS and len(mac) == len(_START)
        return cls(int(number), mac) if is_head else None


class AuditLog:
    """The log in a database of accounts, its head anchored in ``anchor``; methods raise ``StoreError``."""

    def __init__(self, database: AccountDatabase, key: bytes, anchor: Path) -> None:
        self._database, self._key, self._anchor = database, key, anchor

    @classmethod
    def of(cls, settings: Settings) -> AuditLog:
        """The log that these settings name; its anchor lies in the home folder."""
        return cls(AccountDatabase(settings.accounts), settings.key("audit"), settings.home.absolute() / "audit.head")

    def add(self, entry: AuditEntry) -> Head:
        """Add an entry; it is in the database when this returns."""
        with self._anchored() as anchored:
            with self._database.writing(AUDIT) as connection:
                last = connection.execute(sql.select(AUDIT).order_by(AUDIT.c.number.desc()).limit(1)).first()
                number, mac = (last.number, last.mac) if last else (0, _START)
                text = _written(entry, number + 1)
                head = Head(number + 1, self._mac(mac, text))
                connection.execute(AUDIT.insert().values(number=head.number, entry=text, mac=head.mac))
            if anchored is None or head.number > anchored.number:
                self._anchor_at(head)
        return head

    def last(self, most: int = 200) -> tuple[AuditEntry, ...]:
        """The latest entries, the newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(sql.select(AUDIT).order_by(AUDIT.c.number.desc()).limit(most)).all()
        return tuple(_read(row.entry, row.number) for row in rows)

    def verify(self, noted: Head | None = None) -> tuple[Head, tuple[str, ...]]:
        """Where the log stands, and what is wrong with it, in words; ``noted``: a head that was written down before."""
        faults, number, mac = [], 0, _START
        known = {head.number: head for head in (self._anchored_head(), noted) if head}
        with self._database.reading() as connection:
            for row in connection.execute(sql.select(AUDIT).order_by(AUDIT.c.number)):
                if row.number != number + 1:
                    faults.append(f"entries {number + 1} to {row.number - 1} are missing")
                if not hmac.compare_digest(self._mac(mac, row.entry), row.mac):
                    faults.append(f"entry {row.number} was changed, or what stood before it, or the key is another")
                number, mac = row.number, row.mac
                if number in known and known.pop(number).mac != mac:
                    faults.append(f"entry {number} is not the one that was noted as the head")
        faults += [f"entries {number + 1} to {head.number} were cut off" for head in known.values()]
        if number and self._anchored_head() is None:
            faults.append(f"the anchor {self._anchor} is {'no head' if self._anchor.exists() else 'missing'}")
        return Head(number, mac), tuple(faults)

    def _mac(self, before: str, text: str) -> str:
        return hmac.new(self._key, f"{before}\n{text}".encode(), hashlib.sha256).hexdigest()

    @contextmanager
    def _anchored(self) -> Iterator[Head | None]:
        """The head as anchored, which nobody else on this machine moves meanwhile."""
        try:
            self._anchor.parent.mkdir(parents=True, exist_ok=True)
            with (self._anchor.parent / f".{self._anchor.name}.lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield self._anchored_head()
        except OSError as error:
            raise StoreError.because(
                "the audit log's anchor cannot be written",
                found=str(error.strerror),
                remedy=f"make {self._anchor.parent} writable for the account that the dashboard runs under",
            ) from error

    def _anchored_head(self) -> Head | None:
        return Head.read(self._anchor.read_text("ascii", "replace")) if self._anchor.exists() else None

    def _anchor_at(self, head: Head) -> None:
        beside = self._anchor.with_name(f".{self._anchor.name}.new")
        beside.write_text(f"{head}\n", "ascii")
        os.replace(beside, self._anchor)  # noqa: PTH105 - the one call that is atomic on every system


def _written(entry: AuditEntry, number: int) -> str:
    values = asdict(entry) | {"when": time.time(), "number": number}
    short = {name: value[:_LONGEST] if isinstance(value, str) else value for name, value in values.items()}
    return json.dumps(short, sort_keys=True)  # in ASCII: half a surrogate from a browser is no text to a database


def _read(text: str, number: int) -> AuditEntry:
    """An entry; one that somebody wrote over hides no other, and stands there as unreadable."""
    try:
        values = json.loads(text)
        entry = AuditEntry(**{**values, "filters": tuple(values["filters"])})
        texts = (entry.who, entry.role, entry.address, entry.run, entry.told, *entry.filters)
        numbers = (entry.number, 0 if entry.rows is None else entry.rows)
        fits = all(type(text) is str for text in texts) and all(type(number) is int for number in numbers)
        if entry.moment and entry.event in get_args(Event) and fits:
            return entry
    except (AttributeError, ArithmeticError, LookupError, OSError, RecursionError, TypeError, ValueError):
        pass  # of JSON, of the fields, of the calendar
    return AuditEntry("unreadable", number=number)
