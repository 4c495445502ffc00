"""Who reads, and what each reader may see and change: sign-in, roles, the table of rights, the data behind them."""

from flask import Flask

from dashapp.access.curation import reachable, refusal, signature, why_absent
from dashapp.access.door import local, may_open, stand
from dashapp.access.facade import ForbiddenError, ReadersData
from pipeline.settings import Settings

__all__ = ["ForbiddenError", "ReadersData", "may_open", "reachable", "refusal", "register", "signature", "why_absent"]


def register(server: Flask, _settings: Settings) -> None:
    """Stand at the door of ``server``; to be called after everything that may be asked of it is registered."""
    stand(server, local)
