"""Where the dashboard is: at a server's root, or under the path at which a proxy shows it (``KORZINA_URL_PREFIX``).

Inside, every address starts at the root. What goes out to a browser passes through ``outer``; a path that comes from
one, through ``inner``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import has_request_context, redirect, request

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from flask import Response

_BARE = "korzina.bare_prefix"  # in the environment of a request whose path is the prefix without its last slash


class UnderPrefix:
    """A WSGI application shown under ``prefix``, whether the proxy in front passes it on or takes it away."""

    def __init__(self, application: WSGIApplication, prefix: str) -> None:
        self._application, self._prefix = application, prefix

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The answer to the same request without the prefix; the prefix itself is the first page's (``add_slash``)."""
        path, prefix = str(environ.get("PATH_INFO", "")), self._prefix
        environ[_BARE] = path == prefix
        environ["PATH_INFO"] = path.removeprefix(prefix) or "/" if f"{path}/".startswith(f"{prefix}/") else path
        environ["SCRIPT_NAME"] = prefix
        return self._application(environ, start_response)


def add_slash() -> Response | None:
    """Leads from the prefix to its first page, whose own address ends with a slash; None lets a request pass.

    To be asked behind the guard, like all that answers: of a stranger, and with the headers of every answer.
    """
    if not request.environ.get(_BARE) or request.method not in ("GET", "HEAD"):
        return None
    query = request.query_string.decode("ascii", "replace")
    return redirect(outer("/") + (f"?{query}" if query else ""), 302)  # type: ignore[return-value]


def outer(path: str) -> str:
    """The address of a page or a file of ours, for a browser."""
    return f"{_prefix()}{path}"


def inner(path: object) -> str:
    """The page behind an address that a browser sends; empty for what is none."""
    prefix = _prefix()
    if not isinstance(path, str) or not (path == prefix or path.startswith(f"{prefix}/")):
        return ""
    return path.removeprefix(prefix) or "/"


def _prefix() -> str:
    return request.script_root if has_request_context() else ""
