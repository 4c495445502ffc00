"""Each request has an id, is timed and counted, and where wanted has its line in the log: never with its query.

A query holds filters, which are values of the data; the address up to it holds none.
"""

from __future__ import annotations

import logging
import re
import time
import uuid

from flask import Flask, Response, g, request

from dashapp.logs import REQUEST_ID
from dashapp.observing.counters import REQUEST_SECONDS, REQUESTS

_HEADER = "X-Request-ID"
_PLAIN = re.compile(r"[A-Za-z0-9._-]{1,64}")  # what a proxy may have named a request, and no log is broken by
_METHODS = ("GET", "POST", "HEAD", "OPTIONS")
_OTHER = "other"
_log = logging.getLogger("dashapp.requests")


def watch(server: Flask, *, log: bool) -> None:
    """Bind to ``server``; ``log`` says whether each request has its line."""

    def start() -> None:
        given = request.headers.get(_HEADER, "")
        g.request_id = given if _PLAIN.fullmatch(given) else uuid.uuid4().hex[:16]
        g.started = time.perf_counter()
        REQUEST_ID.set(g.request_id)

    def end(answer: Response) -> Response:
        seconds = time.perf_counter() - g.get("started", time.perf_counter())
        route = request.url_rule.rule if request.url_rule else _OTHER
        method = request.method if request.method in _METHODS else _OTHER
        REQUESTS.labels(route, method, str(answer.status_code)).inc()
        REQUEST_SECONDS.labels(route).observe(seconds)
        answer.headers[_HEADER] = g.get("request_id", "-")
        if log:
            told = {"method": method, "route": route, "status": answer.status_code, "ms": round(seconds * 1000, 1)}
            _log.info("%s %s %s %.1f ms", method, route, answer.status_code, told["ms"], extra=told)
        return answer

    server.before_request_funcs.setdefault(None, []).insert(0, start)  # before whatever may refuse the request
    server.after_request(end)
