"""Who may sign in, and what was done: users, sessions, failed attempts and the audit log, in a small database."""

from pipeline.accounts.attempts import Attempts
from pipeline.accounts.audit_log import AuditEntry, AuditLog, Event, Head
from pipeline.accounts.database import AccountDatabase
from pipeline.accounts.operator import by_operator
from pipeline.accounts.sessions import SESSION_SECONDS, Session, Sessions
from pipeline.accounts.users import User, Users, known_as

__all__ = [
    "SESSION_SECONDS",
    "AccountDatabase",
    "Attempts",
    "AuditEntry",
    "AuditLog",
    "Event",
    "Head",
    "Session",
    "Sessions",
    "User",
    "Users",
    "by_operator",
    "known_as",
]
