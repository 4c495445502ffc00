"""Whether the server that holds the store answers at all, asked before what takes seconds to import is imported.

On a machine with much else to do a command's imports take longer than this wait. It needs Python's own library alone,
and judges nothing else: ``Store.open`` looks again, and closer.
"""

from __future__ import annotations

import os
import socket
import struct
from urllib.parse import SplitResult, parse_qs, urlsplit

from pipeline.errors import UnreadableError, without_password
from pipeline.settings import Settings

_PATIENCE = 3.0  # seconds, as ``Store.open`` has
_MAY_ENCRYPT = struct.pack("!ii", 8, 80877103)  # PostgreSQL's SSLRequest: one letter answers it, before any sign-in
_OTHERWISE = {
    "host",
    "hostaddr",
    "port",
    "service",
    "connect_timeout",
}  # by which libpq goes elsewhere, or waits longer
_PROXIES = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")
_REMEDY = "check KORZINA_TRACKING_URI and that the database is up"


def refuse_silent(settings: Settings) -> None:
    """Raise ``UnreadableError`` where nobody answers at the store's address; for other kinds of stores nothing."""
    parts = urlsplit(settings.store_uri)
    asked = _question(parts)
    try:
        place = (parts.hostname or "", parts.port or (5432 if parts.scheme.startswith("postgres") else 80))
    except ValueError:  # a port that is none, of which the store tells
        return
    if not asked or not place[0] or "," in place[0]:
        return
    try:
        with socket.create_connection(place, timeout=_PATIENCE) as connection:
            connection.sendall(asked)
            if not connection.recv(1):
                raise ConnectionError("the connection was closed without an answer")
    except OSError as error:
        raise _fault(without_password(settings.store_uri), error) from error


def _question(parts: SplitResult) -> bytes:
    """What any server of that kind answers at once; nothing where another way leads to it than this address."""
    if parts.scheme.startswith("postgres"):
        return b"" if _OTHERWISE & parse_qs(parts.query).keys() else _MAY_ENCRYPT
    if parts.scheme != "http" or any(os.environ.get(name) for name in _PROXIES):
        return b""
    host = parts.netloc.rpartition("@")[2]
    return f"GET {parts.path.rstrip('/')}/health HTTP/1.0\r\nHost: {host}\r\n\r\n".encode()


def _fault(place: str, error: OSError) -> UnreadableError:
    if place.startswith("http"):
        return UnreadableError.because(
            f"the tracking server {place} does not answer as it should",
            found=str(error),
            remedy="start it, or check KORZINA_TRACKING_URI",
        )
    if isinstance(error, TimeoutError):
        return UnreadableError.because(
            f"the database {place} accepts connections and does not answer",
            found=str(error),
            remedy="see whether it is frozen, overloaded or waits for a lock; nothing here needs a restart",
        )
    return UnreadableError.because(f"the store {place} cannot be used", found=str(error), remedy=_REMEDY)
