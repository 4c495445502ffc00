"""The door: who a request comes from, and whether the table of rights lets that reader have what is asked for."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from flask import Flask, Response, request

from dashapp.access import rights
from dashapp.access.rights import Least
from dashapp.i18n import _
from dashapp.reader import LOCAL, Reader, let_in, reader

CALLBACK = "/_dash-update-component"
Recognise = Callable[[], Reader]  # the reader of the present request; ``NOBODY`` where nobody has signed in
_log = logging.getLogger(__name__)


def local() -> Reader:
    """In ``local`` mode: whoever sits at this machine is an analyst."""
    return LOCAL


def stand(server: Flask, recognise: Recognise) -> None:
    """Stand before every request to ``server``.

    Whatever comes before (Dash draws every page once, before its first request, to know the ids) is drawn for nobody.
    """
    server.before_request(partial(_admit, recognise))


def may_open(page: str) -> bool:
    """Whether the present reader's role reaches the page called so."""
    return _reaches(rights.PAGES.get(page))


def _admit(recognise: Recognise) -> Response | None:
    """None lets the request pass; else the answer to who may not have it."""
    rule = request.url_rule.rule if request.url_rule else None
    least = rights.ROUTES.get(rule) if rule else None
    if rule is None or least == "anybody":  # no rule: nothing is there, and Flask says so
        return None
    let_in(LOCAL if least == "operator" else recognise())
    if not _reaches(least):
        return _refuse(rule)
    if rule == CALLBACK and request.method == "POST":
        asked = _outputs_asked()
        if not all(_reaches(rights.OUTPUTS.get(output)) for output in asked):
            return _refuse(", ".join(asked))
    return None


def _outputs_asked() -> tuple[str, ...]:
    try:
        body = request.get_json(silent=True)
    except RecursionError:  # nested thousands deep, which the parser does not call a fault of the text
        body = None
    callback = body.get("output") if isinstance(body, dict) else None
    # nonsense is one output that nobody knows
    return rights.outputs_in(callback) if isinstance(callback, str) else ("",)


def _reaches(least: Least | None) -> bool:
    """Whether the present reader reaches what asks for ``least``; None, for what is not in the table, is for nobody.

    In ``local`` mode nothing is withheld: nobody is told apart from whoever runs the program.
    """
    who = reader()
    if least is None:
        return who is LOCAL
    return least == "anybody" or least == "operator" or who.has(least)


def _refuse(what: str) -> Response:
    who = reader()
    _log.warning("refused to %s: %s", who.role or "nobody", what[:200])
    status, words = (403, _("Your role does not include this.")) if who.role else (401, _("Sign in first."))
    return Response(f"{words}\n", status=status, content_type="text/plain; charset=utf-8")
