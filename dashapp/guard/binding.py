"""Binds the guard to an app: the door before all else, the check of what is asked when Dash knows its callbacks."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from dash import Dash
from flask import Response, request

from dashapp.guard.admission import stranger
from dashapp.guard.beginning import set_up_once
from dashapp.guard.bodies import misfit
from dashapp.guard.failures import on_failure
from dashapp.guard.libraries import is_served
from dashapp.guard.security_headers import Policy
from dashapp.i18n import _
from dashapp.reader import sentence
from pipeline.settings import Settings

MCP_PATH = "/_mcp"
_ANY_METHOD = ("GET", "POST", "PUT", "PATCH", "DELETE")
_log = logging.getLogger(__name__)


def door(settings: Settings) -> Callable[[], Response | None]:
    """What is to be asked before anything else: whether somebody may ask at all."""
    return partial(_keep_out, settings)


def register(app: Dash, *scripts: str) -> None:
    """Guard every request to ``app`` behind the door; to be called when its pages and callbacks are registered.

    Parameters
    ----------
    scripts
        The texts of the scripts that stand in the page itself, besides Dash's own.
    """
    server = app.server
    set_up_once(app)
    server.before_request(partial(_check, app))
    server.after_request(Policy(app, scripts).put_on)
    server.register_error_handler(Exception, on_failure)
    server.add_url_rule(MCP_PATH, "no_tools", _no_tools, methods=_ANY_METHOD)


def _keep_out(settings: Settings) -> Response | None:
    """The answer to somebody who may not ask anything, or to a page of another site; None lets the request pass."""
    refused = stranger(settings)
    if refused is None:
        return None
    _log.warning("refused %s: %s", refused.status, refused.why)
    return sentence(refused.status, refused.words)


def _check(app: Dash) -> Response | None:
    """The answer to a request that fits nothing of the dashboard; None lets it pass to Dash."""
    rule = request.url_rule.rule if request.url_rule else ""
    if rule.endswith("/_dash-update-component") and request.method == "POST":
        why = misfit(app.callback_map, request)
        if why:
            _log.warning("refused 400: %s", why)
            return sentence(400, _("The request fits no part of this dashboard. Reload the page."))
    asked = request.view_args or {}
    if "fingerprinted_path" in asked and not is_served(app.registered_paths, asked):  # Dash's rule; Plotly's has ours
        return sentence(404, _("There is no such file."))
    return None


def _no_tools() -> Response:
    return sentence(404, _("There is no such page"))
