"""What a reader is told, and the log, where an answer could not be made: one line, no traceback, no value of a cell."""

from __future__ import annotations

import logging
import traceback

from dash.exceptions import CallbackException
from flask import Response
from werkzeug.exceptions import HTTPException

from dashapp.i18n import _
from dashapp.reader import sentence

_log = logging.getLogger(__name__)


def on_failure(error: Exception) -> Response | HTTPException:
    """The answer where a request failed; HTTP's own errors stay as they are."""
    if isinstance(error, HTTPException):
        return error
    if isinstance(error, CallbackException):  # Dash found that the answer does not fit the outputs that were asked for
        _log.warning("refused 400: the outputs asked for are not those of the callback")
        return sentence(400, _("The request fits no part of this dashboard. Reload the page."))
    report(error, "a request")
    return sentence(500, _("This could not be shown. The details are in the log of the server."))


def report(error: BaseException, what: str) -> None:
    """One line on where ``what`` failed, without the error's words, which may quote a cell; ``debug`` logs them too."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    place = f"{last[0].filename}:{last[0].lineno}" if last else "an unknown place"
    _log.error("%s failed: %s at %s", what, type(error).__name__, place)
    _log.debug("%s failed", what, exc_info=error)
