"""Where a request comes from, also through a proxy that we know."""

from __future__ import annotations

import ipaddress

from flask import request

from pipeline.settings import Settings


def address(settings: Settings) -> str:
    """The sender's address; behind a proxy that we know, the last of ``X-Forwarded-For`` that is no proxy's."""
    sender = request.remote_addr or ""
    passed = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    while is_proxy(sender, settings) and passed and passed[-1]:
        sender = passed.pop()
    return sender[:45]


def is_proxy(sender: str, settings: Settings) -> bool:
    """Whether an address is one of ``KORZINA_PROXY_ADDRESSES``."""
    try:
        return any(ipaddress.ip_address(sender) in network for network in settings.proxies)
    except ValueError:
        return False
