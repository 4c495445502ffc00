"""Environment variables and ``.env`` as one frozen ``Settings``, and which of them would show data to anybody."""

from pipeline.settings.exposure import Network, groups, is_loopback, is_weak
from pipeline.settings.values import PACKAGES, Settings, account_name

__all__ = ["PACKAGES", "Network", "Settings", "account_name", "groups", "is_loopback", "is_weak"]
