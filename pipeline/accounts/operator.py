"""What whoever has an account on this machine does from the command line or from Python, in the audit log."""

from __future__ import annotations

from pipeline.accounts.audit_log import AuditEntry, AuditLog, Event
from pipeline.settings import Settings, account_name

COMMAND_LINE = "cli"  # the role under which such entries stand: nobody signed in


def by_operator(settings: Settings, event: Event, *, run: str = "", rows: int | None = None, told: str = "") -> None:
    """Add an entry signed by the operating system's user, where a log is kept; raises ``StoreError``.

    It is added before what it tells of: a change that cannot be logged does not happen.
    """
    if settings.keeps_log:
        AuditLog.of(settings).add(AuditEntry(event, account_name(), COMMAND_LINE, run=run, rows=rows, told=told))
