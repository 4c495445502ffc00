"""Signing in with a password and signing out: the routes, their cross-site tokens, and the cookies of a session."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from functools import partial
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, redirect, request

from dashapp.access import screens
from dashapp.access.client_address import address
from dashapp.access.keeper import Keeper, record, record_refusal
from dashapp.access.recognise import COOKIE
from dashapp.i18n import COOKIE as LANGUAGE_COOKIE
from dashapp.i18n import LANGUAGES, _
from dashapp.prefix import outer
from dashapp.reader import reader
from pipeline.accounts import SESSION_SECONDS
from pipeline.settings import ReaderRole

BEFORE = "__Host-korzina-before"  # a random text of whoever has not signed in, to which the form's token belongs
CSRF_COOKIE = "korzina-csrf"  # Dash copies it into the header with every callback
CSRF_HEADER = "X-CSRFToken"
log = logging.getLogger(__name__)


def register(server: Flask, keeper: Keeper) -> None:
    """Add the routes of signing in and out."""
    if keeper.settings.auth == "password":
        server.add_url_rule("/sign-in", "sign_in", partial(show, keeper), methods=["GET"])
        server.add_url_rule("/sign-in", "sign_in_with", partial(check, keeper), methods=["POST"])
    if keeper.settings.auth == "password":
        server.add_url_rule("/sign-out", "sign_out", partial(leave, keeper), methods=["POST"])
    server.add_url_rule("/account", "account", partial(account, keeper))
    server.add_url_rule("/sign-in.js", "sign_in_script", screens.script)


def show(keeper: Keeper) -> Response:
    """The form; a token of its own goes into a cookie and into the form."""
    if (chosen := language_chosen()) is not None:
        return chosen
    before = request.cookies.get(BEFORE, "") or secrets.token_urlsafe(32)
    answer = screens.password_form(csrf=token_for(keeper, before), after=ours(request.args.get("next", "")))
    answer.set_cookie(BEFORE, before, secure=True, httponly=True, samesite="Lax", path="/")
    return answer


def check(keeper: Keeper) -> Response:
    """Let in whoever knows the password; in every other case say the same, whatever was wrong."""
    name, wanted = request.form.get("name", "")[:100], ours(request.form.get("next", ""))
    before = request.cookies.get(BEFORE, "")
    again = partial(screens.password_form, csrf=token_for(keeper, before), name=name, after=wanted)
    if not (before and same(request.form.get("csrf", ""), token_for(keeper, before))):
        return redirect(outer("/sign-in"), 303)  # type: ignore[return-value]  # werkzeug's is Flask's here
    sender = address(keeper.settings)
    if not keeper.attempts.count(name, sender):
        _refused(keeper, name, "too many attempts")
        return again(problem=_("Too many attempts. Try again in fifteen minutes."), status=429)
    user = keeper.users.check(name, request.form.get("password", ""))
    if user is None:
        _refused(keeper, name, "wrong name or password, or disabled")
        return again(problem=_("This name and this password do not belong together."), status=401)
    keeper.attempts.succeeded(name, sender)
    return open_session(keeper, user.name, user.role, outer(wanted), own=True)


def open_session(keeper: Keeper, name: str, role: ReaderRole, wanted: str, *, own: bool, hint: str = "") -> Response:
    """Start a session, which ends whatever session the browser had, and lead to the page that was wanted."""
    old = request.cookies.get(COOKIE, "")
    if old:
        keeper.sessions.end(old)
    token = keeper.sessions.start(name, role, own=own, hint=hint)
    record("sign-in", who=name, told=role)
    answer: Response = redirect(wanted, 303)  # type: ignore[assignment]
    answer.set_cookie(COOKIE, token, max_age=SESSION_SECONDS, secure=True, httponly=True, samesite="Lax", path="/")
    answer.set_cookie(
        CSRF_COOKIE, token_for(keeper, token), max_age=SESSION_SECONDS, secure=True, samesite="Lax", path="/"
    )  # read by the page's own script
    answer.delete_cookie(BEFORE, secure=True, httponly=True, samesite="Lax", path="/")
    return answer


def account(keeper: Keeper) -> Response:
    """Who has signed in."""
    if (chosen := language_chosen()) is not None:
        return chosen
    token = token_for(keeper, request.cookies.get(COOKIE, ""))
    issuer = urlsplit(keeper.settings.oidc_issuer)
    forms = f" {issuer.scheme}://{issuer.netloc}" if keeper.settings.auth == "oidc" else ""  # to sign out there too
    return screens.account(reader(), csrf=token, can_leave=keeper.settings.auth != "proxy", forms=forms)


def leave(keeper: Keeper) -> Response:
    """End the session, here and in every copy of the cookie."""
    token = request.cookies.get(COOKIE, "")
    if not same(request.form.get("csrf", ""), token_for(keeper, token)):
        return redirect(outer("/account"), 303)  # type: ignore[return-value]
    record("sign-out")
    keeper.sessions.end(token)
    return forget(redirect(outer("/sign-in"), 303))  # type: ignore[arg-type]


def forget(answer: Response) -> Response:
    """Take the cookies of a session away."""
    answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Lax", path="/")
    answer.delete_cookie(CSRF_COOKIE, secure=True, samesite="Lax", path="/")
    return answer


def token_for(keeper: Keeper, session: str) -> str:
    """The token by which our own pages prove that they are; it belongs to one session and tells nothing of it."""
    return hmac.new(keeper.settings.key("csrf"), session.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def from_own_page(keeper: Keeper) -> bool:
    """Whether a callback carries the token of its session."""
    return same(request.headers.get(CSRF_HEADER, ""), token_for(keeper, request.cookies.get(COOKIE, "")))


def same(given: str, wanted: str) -> bool:
    """Whether two texts are the same; the time that it takes says nothing."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


def after(wanted: str) -> str:
    """The address of the page that was wanted before signing in."""
    return outer(ours(wanted))


def ours(wanted: str) -> str:
    """The page of ours that was wanted before signing in, from our root; the first one for anything else."""
    known = wanted.startswith("/") and not wanted.startswith(("//", "/sign-", "/account"))
    return wanted if known and "\\" not in wanted and wanted.isprintable() else "/"


def language_chosen() -> Response | None:
    """The same page in the language that a link of it names, which is remembered."""
    code = request.args.get("language", "")
    if code not in LANGUAGES:
        return None
    wanted = request.args.get("next", "")
    query = f"?{urlencode({'next': ours(wanted)})}" if wanted else ""
    answer: Response = redirect(outer(request.path) + query, 303)  # type: ignore[assignment]
    answer.set_cookie(LANGUAGE_COOKIE, code, max_age=365 * 24 * 3600, samesite="Lax", path=outer("/"))
    return answer


def _refused(keeper: Keeper, name: str, why: str) -> None:
    known = keeper.users.find(name)  # a name that nobody has may be a password, typed into the wrong field
    log.warning("a sign-in was refused: %s", why)
    record_refusal("sign-in refused", who=known.name if known else "(unknown name)", told=why)
