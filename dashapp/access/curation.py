"""Who may change what the store holds: analysts; in ``local`` mode whoever sits here, where a setting allows it.

There nobody signs in, so a change has to come from a browser on the machine that it runs on, straight and from
its own page. Each check closes one way around that: a machine elsewhere (address), a proxy that makes everybody look
local (forwarding headers), a foreign site in the same browser (Origin), a foreign name that resolves to this machine
(Host; DNS rebinding).
"""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from flask import has_request_context, request

from dashapp.i18n import _
from dashapp.reader import reader
from pipeline.settings import Settings, account_name, is_loopback

_FORWARDED = ("Forwarded", "Via", "X-Real-Ip", "Client-Ip", "True-Client-Ip", "Cf-Connecting-Ip")
_log = logging.getLogger(__name__)


def why_absent(settings: Settings) -> str:
    """Why the reader sees no controls, in words; empty where there are some."""
    if settings.auth != "local":
        return "" if reader().may("change") else _("Only analysts can change this.")
    if not settings.curate:
        return _(
            "Changing this from the page is switched off. Whoever runs the dashboard may switch it on with "
            "KORZINA_CURATE=true."
        )
    if not is_loopback(settings.host):
        return _(
            "The dashboard can be reached from other machines and has no sign-in, so nothing can be changed from "
            "its pages."
        )
    if has_request_context() and not _is_near():
        return _("Changes are possible only in a browser on the machine that the dashboard runs on.")
    return ""


def refusal(settings: Settings) -> str:
    """Why the server refuses a change that was asked for, in words; empty where it may be made."""
    why = why_absent(settings)
    if not why and not (has_request_context() and _is_own_page()):
        why = _("Refused: the request did not come from a page of this dashboard.")
    if why:
        _log.warning("a change was refused: %s", why)
    return why


def signature() -> str:
    """Who signs: the reader who signed in, else the account that the dashboard runs under."""
    return reader().name if reader().signed_in else account_name()


def reachable(address: str) -> bool:
    """Whether the reader's browser can open ``address``: this machine's own is open only to a browser on it."""
    return not is_loopback(urlsplit(address).hostname or "") or (has_request_context() and _is_near())


def _is_near() -> bool:
    """The sender's address, that nobody has passed the request on, and the name that the browser knows us by."""
    passed_on = any(
        name.title().startswith("X-Forwarded-") or name.title() in _FORWARDED for name, _value in request.headers
    )
    return (
        is_loopback(request.remote_addr or "")
        and not passed_on
        and is_loopback(urlsplit(f"//{request.host}").hostname or "")
    )


def _is_own_page() -> bool:
    """Browsers send ``Origin`` with every change; one that is missing or foreign is no page of ours."""
    origin, site = request.headers.get("Origin", ""), request.headers.get("Sec-Fetch-Site", "same-origin")
    return bool(origin) and urlsplit(origin).netloc == request.host and site == "same-origin"
