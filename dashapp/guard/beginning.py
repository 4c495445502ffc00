"""Dash's own set-up, which one request does while the others wait.

Dash completes itself within the first request to a process (Dash 4.4: ``_setup_server``, and the router of
``enable_pages``), and marks that as done before it is: a request beside the first one is answered by half an app. A
browser that is given its callbacks then never shows a page's title, or no page at all.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock

from dash import Dash
from flask import request

from dashapp.guard.admission import OPEN

Hook = Callable[[], object]


def set_up_once(app: Dash) -> None:
    """Let whoever comes while Dash sets itself up wait for the end of it; whoever asks after health need not."""
    lock = RLock()
    hooks = app.server.before_request_funcs[None]
    hooks[:] = [_alone(hook, lock) if getattr(hook, "__module__", "") == "dash.dash" else hook for hook in hooks]


def _alone(hook: Hook, lock: RLock) -> Hook:
    def run() -> object:
        if not lock.acquire(blocking=request.path not in OPEN):
            return None
        try:
            return hook()
        finally:
            lock.release()

    return run
