"""What an app keeps to know its readers: sessions, users, attempts and the audit log; nothing in ``local`` mode."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from flask import current_app, g, has_request_context

from dashapp.access.client_address import address
from dashapp.i18n import _
from dashapp.reader import reader
from pipeline.accounts import AccountDatabase, Attempts, AuditEntry, AuditLog, Event, Sessions, Users
from pipeline.errors import StoreError
from pipeline.settings import Settings

EXTENSION = "korzina-access"
_MOST_FOLLOWED = 20_000  # entries: a quarter of a second


class ForbiddenError(StoreError):
    """The present reader may not have what was asked for."""


class Keeper:
    """The accounts behind one app; opened at first use, so that it may be made before a fork."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._database = AccountDatabase(settings.accounts)

    @cached_property
    def users(self) -> Users:
        """Who has a password here."""
        return Users(self._database)

    @cached_property
    def sessions(self) -> Sessions:
        """Who has signed in."""
        return Sessions(self._database)

    @cached_property
    def attempts(self) -> Attempts:
        """Who has tried."""
        return Attempts(self._database, self.settings.key("attempts"))

    @cached_property
    def log(self) -> AuditLog:
        """What was done."""
        return AuditLog.of(self.settings)


def keeper() -> Keeper | None:
    """The keeper of the app that answers the present request; None in ``local`` mode, and outside requests."""
    found: Keeper | None = current_app.extensions.get(EXTENSION) if has_request_context() else None
    return found


def record(
    event: Event,
    *,
    who: str = "",
    run: str = "",
    rows: int | None = None,
    told: str = "",
    filters: tuple[str, ...] = (),
) -> None:
    """Put what the present reader does into the audit log, where there is one; raises ``StoreError``."""
    keep = keeper()
    if keep is None:
        return
    name, role = who or reader().name, reader().role or ""
    keep.log.add(AuditEntry(event, name, role, address(keep.settings), run, rows, filters, told))


def record_refusal(event: Event, *, who: str = "", told: str) -> None:
    """Put it into the audit log that somebody was refused, unless that sender was noted so often that it floods it."""
    keep = keeper()
    if keep is None:
        return
    noted, last = keep.attempts.may_note(reader().name or address(keep.settings))
    if noted:
        record(event, who=who, told=f"{told}; no more of this sender is noted for fifteen minutes" if last else told)


@dataclass(frozen=True)
class Audit:
    """The audit log as an analyst sees it."""

    entries: tuple[AuditEntry, ...]  # the latest, the newest first
    number: int  # of the last entry
    head: str
    checked: bool  # whether the whole chain was followed
    faults: tuple[str, ...]


def audit(most: int) -> Audit | None:
    """The latest entries, and whether the log is whole; None where none is kept.

    Raises ``ForbiddenError`` for readers who may not see it, ``StoreError`` where it cannot be read.
    """
    if not reader().may("audit"):
        raise ForbiddenError(_("Your role does not include this."))
    keep = keeper()
    if keep is None:
        return None
    entries = keep.log.last(most)
    number = entries[0].number if entries else 0
    if number > _MOST_FOLLOWED:
        return Audit(entries, number, "", checked=False, faults=())
    head, faults = keep.log.verify()
    return Audit(entries, number, str(head), checked=True, faults=faults)


def exported(run: str, rows: int, told: str, filters: tuple[str, ...] = ()) -> None:
    """Rows about people are on their way to the reader: record who took how many; raises ``StoreError``."""
    if keeper() is not None:
        record("export", run=run, rows=rows, told=told, filters=filters)
        g.korzina_exported = True
