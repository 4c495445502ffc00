"""The door: who a request comes from, and whether the table of rights lets that reader have what is asked for."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from flask import Flask, Response, g, redirect, request

from dashapp.access.keeper import record, record_refusal
from dashapp.access.rights import ASSETS, Least, PageRights, Rights, outputs_in
from dashapp.access.screens import PUBLIC_ASSETS
from dashapp.i18n import _
from dashapp.prefix import outer
from dashapp.reader import LOCAL, NOBODY, Reader, let_in, reader, sentence
from pipeline.errors import StoreError

CALLBACK = "/_dash-update-component"
_PAGES = ("/", "/<path:path>", "/report", "/account", "/customers.csv", "/customers.xlsx", "/customers.txt")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Door:
    """Stands before every request.

    What comes before it (Dash draws every page once, before its first request, to know the ids) is drawn for nobody.
    """

    recognise: Callable[[], Reader]  # the reader of the present request; ``NOBODY`` where nobody has signed in
    sign_in: str = ""  # where a browser is sent that has not signed in
    own_page: Callable[[], bool] = lambda: True  # whether a callback carries the token of its session
    rights: Rights = field(default_factory=Rights)

    def stand(self, server: Flask) -> None:
        """Stand before every request to ``server``, and after those that hand out rows."""
        server.before_request(self.admit)
        server.after_request(self._note_rows)

    def admit(self) -> Response | None:
        """None lets the request pass; else the answer to who may not have it."""
        rule = request.url_rule.rule if request.url_rule else None
        least = self.rights.routes.get(rule) if rule else None
        if rule is None or least == "anybody":  # no rule: nothing is there, and Flask says so
            return None
        try:
            let_in(LOCAL if least == "operator" else self.recognise())
        except StoreError as error:  # who it is cannot be known now
            _log.error("nobody can be let in: %s", error)  # it names a file or a host, and nobody has signed in yet
            return sentence(503, _("Signing in is not possible now. Try again in a minute."))
        if not _reaches(least) and not _is_public(rule):
            return self._refuse(rule)
        if rule == CALLBACK and request.method == "POST":
            asked = _outputs_asked()
            if not all(_reaches(self.rights.outputs.get(output)) for output in asked):
                return self._refuse(", ".join(asked))
            if not self.own_page():
                _log.warning("refused 403: a callback without the token of its session")
                return sentence(403, _("The request fits no part of this dashboard. Reload the page."))
        return None

    def _refuse(self, what: str) -> Response:
        who = reader()
        if who is NOBODY or (not who.role and not who.name):
            if self.sign_in and request.method == "GET" and what in _PAGES:
                query = request.query_string.decode("ascii", "replace")
                wanted = request.path + (f"?{query}" if query else "")
                return redirect(f"{outer(self.sign_in)}?{urlencode({'next': wanted})}", 303)  # type: ignore[return-value]
            return sentence(401, _("Sign in first."))
        _log.warning("refused 403 to %s: %s", who.role or "somebody without a role", what[:200])
        record_refusal("refused", told=what)
        return sentence(403, _("Your role does not include this."))

    def _note_rows(self, answer: Response) -> Response:
        """Where rows about people leave that no exporter has told of, the audit log says at least that they did."""
        rule = request.url_rule.rule if request.url_rule else ""
        asked = _outputs_asked() if rule == CALLBACK and answer.status_code == 200 else (rule,)
        if answer.status_code == 200 and self.rights.exports & set(asked) and not g.get("korzina_exported"):
            record("export", told=", ".join(asked))
        return answer


def may_open(page: PageRights) -> bool:
    """Whether the present reader's role reaches the page whose rights these are."""
    return _reaches(page.least)


def _is_public(rule: str) -> bool:
    """What the sign-in page is drawn with."""
    return rule == ASSETS and (request.view_args or {}).get("filename") in PUBLIC_ASSETS


def _outputs_asked() -> tuple[str, ...]:
    try:
        body = request.get_json(silent=True)
    except (RecursionError, UnicodeDecodeError):
        body = None
    callback = body.get("output") if isinstance(body, dict) else None
    # nonsense is one output that nobody knows
    return outputs_in(callback) if isinstance(callback, str) else ("",)


def _reaches(least: Least | None) -> bool:
    """Whether the present reader reaches what asks for ``least``; None, for what is not in the table, is for nobody.

    In ``local`` mode nothing is withheld: nobody is told apart from whoever runs the program.
    """
    who = reader()
    if least is None:
        return who is LOCAL
    return least == "anybody" or least == "operator" or who.has(least)
