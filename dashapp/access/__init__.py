"""Who reads, and what each reader may see and change: sign-in, roles, the table of rights, the data behind them."""

from functools import partial

from flask import Flask

from dashapp.access import sign_in
from dashapp.access.curation import reachable, refusal, signature, why_absent
from dashapp.access.door import Door, may_open
from dashapp.access.facade import ReadersData
from dashapp.access.keeper import EXTENSION, Audit, ForbiddenError, Keeper, audit, exported, record
from dashapp.access.recognise import by_proxy, by_session
from dashapp.access.rights import ROUTES, PageRights, Rights
from dashapp.access.sign_in import CSRF_COOKIE
from dashapp.reader import LOCAL
from pipeline.settings import Settings

__all__ = [
    "CSRF_COOKIE",
    "ROUTES",
    "Audit",
    "ForbiddenError",
    "PageRights",
    "ReadersData",
    "Rights",
    "audit",
    "exported",
    "may_open",
    "reachable",
    "record",
    "refusal",
    "register",
    "signature",
    "why_absent",
]


def register(server: Flask, settings: Settings, rights: Rights) -> None:
    """Stand at the door of ``server`` with its rights, and add the routes of signing in where the mode has them.

    Raises ``ExposureError`` for settings under which the door would stand open.
    """
    if settings.auth == "local":
        Door(lambda: LOCAL, rights=rights).stand(server)
        return
    settings.check_exposure()
    keeper = Keeper(settings)
    server.extensions[EXTENSION] = keeper
    if settings.auth == "proxy":
        Door(partial(by_proxy, settings), rights=rights).stand(server)
    else:
        own_page = partial(sign_in.from_own_page, keeper)
        Door(partial(by_session, keeper), sign_in="/sign-in", own_page=own_page, rights=rights).stand(server)
    sign_in.register(server, keeper)
    if settings.auth == "oidc":
        from dashapp.access import provider  # it takes a third of a second to load, and other modes have no use for it

        provider.register(server, keeper)
