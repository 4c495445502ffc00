"""Who a request comes from, by the mode: this machine, a session of ours, or what a proxy in front says."""

from __future__ import annotations

import hmac
from collections.abc import Iterable

from flask import request

from dashapp.access.client_address import is_proxy
from dashapp.access.keeper import Keeper
from dashapp.reader import NOBODY, Reader
from pipeline.settings import READER_ROLES, ReaderRole, Settings, groups

COOKIE = "__Host-korzina"  # a browser takes it from this host alone, through TLS
SECRET_HEADER = "X-Korzina-Proxy-Secret"  # noqa: S105 - the name of a header


def by_session(keeper: Keeper) -> Reader:
    """The reader whose session the browser's cookie names."""
    token = request.cookies.get(COOKIE, "")
    session = keeper.sessions.find(token) if token else None
    return Reader(session.name, session.role) if session else NOBODY


def by_proxy(settings: Settings) -> Reader:
    """Whom the proxy names, if it is the proxy: a known address, and the secret that only the two of us know."""
    given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "replace")
    same = hmac.compare_digest(given, settings.proxy_secret.encode()) and bool(settings.proxy_secret)
    name = request.headers.get(settings.proxy_user_header, "").strip()
    if not (same and is_proxy(request.remote_addr or "", settings) and name and name.isprintable()):
        return NOBODY
    said = request.headers.get(settings.proxy_role_header, "").replace(";", ",").split(",")
    return Reader(name[:100], highest_role(said, settings))


def highest_role(said: Iterable[str], settings: Settings) -> ReaderRole | None:
    """The highest role among groups that a provider names; None, and no access, where none of them is one of ours."""
    known = groups(settings.roles) or {role: role for role in READER_ROLES}
    found = {known[group.strip()] for group in said if group.strip() in known}
    return next((role for role in READER_ROLES[::-1] if role in found), None)
