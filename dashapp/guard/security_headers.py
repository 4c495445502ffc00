"""Headers of every answer: what a browser may run and load, and that people's data stay out of caches."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from threading import Lock

from dash import Dash
from flask import Response, request

# a file that is taken along, an answer to a callback: nothing in it may run, wherever it is opened
_NOTHING = "default-src 'none'; frame-ancestors 'none'; sandbox"
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_PUBLIC = ("/assets/", "/_dash-component-suites/", "/_favicon.ico")


class Policy:
    """The content security policy of the pages: scripts from here and those in the page by their hashes, no others."""

    def __init__(self, app: Dash, scripts: Sequence[str]) -> None:
        self._app, self._scripts = app, scripts
        self._text, self._making = "", Lock()

    def put_on(self, answer: Response) -> Response:
        """The answer with its headers."""
        for name, value in _ALWAYS.items():
            answer.headers.setdefault(name, value)
        page = answer.mimetype == "text/html" and "Content-Disposition" not in answer.headers
        answer.headers.setdefault("Content-Security-Policy", self._of_pages() if page else _NOTHING)
        if not request.path.startswith(_PUBLIC):
            answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    def _of_pages(self) -> str:
        """Made with the first page, when Dash has registered the last of its own callbacks."""
        with self._making:
            if not self._text:
                hashes = [*self._app.csp_hashes(), *map(_hash, self._scripts)]
                self._text = "; ".join(
                    [
                        "default-src 'self'",
                        f"script-src 'self' {' '.join(hashes)}",
                        "style-src 'self' 'unsafe-inline'",  # React, Plotly and AG Grid set styles on elements
                        "img-src 'self' data: blob:",
                        "font-src 'self' data:",  # AG Grid's signs
                        "worker-src blob:",
                        "object-src 'none'",
                        "base-uri 'none'",
                        "form-action 'none'",
                        "frame-ancestors 'none'",
                    ]
                )
            return self._text


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
