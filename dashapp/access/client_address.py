"""Where a request comes from, also through a proxy that we know."""

from __future__ import annotations

from flask import request

from pipeline.settings import Settings, plain_address


def address(settings: Settings) -> str:
    """The sender's address; behind a proxy that we know, the last of ``X-Forwarded-For`` that is no proxy's.

    Proxies write IPv4 as IPv6 and add ports, and a browser may send anything: an address is taken in its plain form,
    and what is none is not believed.
    """
    sender = _plain(request.remote_addr or "")
    passed = request.headers.get("X-Forwarded-For", "").split(",")
    while is_proxy(sender, settings) and passed:
        nearer = _plain(passed.pop())
        if not nearer:
            break
        sender = nearer
    return sender


def is_proxy(sender: str, settings: Settings) -> bool:
    """Whether an address is one of ``KORZINA_PROXY_ADDRESSES``."""
    address = plain_address(sender)
    return address is not None and any(address in network for network in settings.proxies)


def _plain(text: str) -> str:
    address = plain_address(text)
    return "" if address is None else str(address)
