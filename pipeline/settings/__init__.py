"""Environment variables and ``.env`` as one frozen ``Settings``, and which of them would show data to anybody."""

from pipeline.settings.environment import PACKAGES, Settings, account_name
from pipeline.settings.exposure import READER_ROLES, Network, ReaderRole, groups, is_loopback, plain_address

__all__ = [
    "PACKAGES",
    "READER_ROLES",
    "Network",
    "ReaderRole",
    "Settings",
    "account_name",
    "groups",
    "is_loopback",
    "plain_address",
]
