"""Who may ask at all: known hosts (against DNS rebinding), our own pages (Origin), and whom the proxy has signed in.

``local``: whoever sits at this machine. ``proxy``: whom a proxy in front lets through; it speaks from an address that
we know and sends a secret that only the two of us know. ``/healthz`` and ``/readyz`` tell of nobody, and answer all.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import request
from werkzeug.exceptions import SecurityError

from dashapp.i18n import _
from pipeline.settings import Settings, is_loopback, plain_address

SECRET_HEADER = "X-Korzina-Proxy-Secret"  # noqa: S105 - the name of a header
OPEN = ("/healthz", "/readyz")
_METRICS = "/metrics"  # which asks for its own token, or answers this machine only
_LOOKING = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Refused:
    """Why a request is not answered: HTTP's number, for the log, and for whoever asked."""

    status: int
    why: str
    words: str


def stranger(settings: Settings) -> Refused | None:
    """Why the present request may not pass; None where it may."""
    if request.path in OPEN and request.method in _LOOKING:
        return None
    if request.path == _METRICS:
        return None if settings.metrics_token else _unknown_host(settings)
    return _unknown_host(settings) or _unknown_sender(settings) or _foreign_page(settings)


def _unknown_host(settings: Settings) -> Refused | None:
    try:
        host = _name(request.host)
    except SecurityError:
        host = ""
    if host and _is_ours(host, settings):
        return None
    return Refused(
        421,
        f"the host name {host[:100]!r} is not among KORZINA_ALLOWED_HOSTS",
        _("This dashboard is not known under that name. Whoever runs it can add the name to KORZINA_ALLOWED_HOSTS."),
    )


def _unknown_sender(settings: Settings) -> Refused | None:
    address = request.remote_addr or ""
    if settings.auth == "local":
        # a socket file has no address: who may open it is said by its permissions
        if not address or is_loopback(address):
            return None
        return Refused(403, "it came from another machine", _("This dashboard answers on its own machine only."))
    if settings.auth != "proxy":  # whoever it is, is asked to sign in here (``access``)
        return None
    sender = plain_address(address)
    known = sender is not None and any(sender in network for network in settings.proxies)
    given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "replace")
    # compared in any case, so that the time it takes says nothing
    same = hmac.compare_digest(given, settings.proxy_secret.encode()) and bool(settings.proxy_secret)
    if known and same:
        return None
    why = "its secret is missing or wrong" if known else "it did not come from one of KORZINA_PROXY_ADDRESSES"
    return Refused(403, why, _("This dashboard answers through its sign-in only."))


def _foreign_page(settings: Settings) -> Refused | None:
    """A page of another site in the reader's browser; programs that are no browsers send neither of the headers.

    On this machine other programs have pages too, on other ports: there a browser's own word is asked for, or the port.
    """
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site", "")
    if origin is None:
        own = request.method in _LOOKING or site in ("", "same-origin", "none")
    else:
        parts = _split(origin)
        name = _name(parts)
        same = parts == request.host or name in settings.hosts or (is_loopback(name) and site == "same-origin")
        own = bool(parts) and same and site in ("", "same-origin")
    if own:
        return None
    return Refused(
        403,
        f"a page of {(origin or site)[:100]!r} asked",
        _("The request came from a page of another site, or under a name that is not in KORZINA_ALLOWED_HOSTS."),
    )


def _is_ours(name: str, settings: Settings) -> bool:
    # behind a proxy this machine's own names say nothing of who asks; the secret does
    return is_loopback(name) or name in settings.hosts


def _split(origin: str) -> str:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return ""
    return parts.netloc if parts.scheme in ("http", "https") else ""


def _name(place: str) -> str:
    """A host's name without its port, in lower case."""
    try:
        return (urlsplit(f"//{place}").hostname or "").rstrip(".")
    except ValueError:
        return ""
