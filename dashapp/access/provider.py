"""Signing in at an OpenID provider: a code with PKCE (S256), and an id token whose every claim is checked."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit

from authlib.integrations.requests_client import OAuth2Session
from flask import Flask, Response, redirect, request
from joserfc import jwt
from joserfc.jwk import KeySet

from dashapp.access import screens, sign_in
from dashapp.access.keeper import Keeper, record_refusal
from dashapp.access.recognise import COOKIE, highest_role
from dashapp.i18n import _
from dashapp.prefix import outer
from pipeline.settings import Settings, is_loopback

_WAIT_SECONDS, _KEPT_SECONDS, _FLOW_SECONDS = 5, 600, 600
_FLOW = "__Host-korzina-flow"  # state, nonce and verifier of one attempt, signed
_ALGORITHMS = [
    "RS256",
    "PS256",
    "ES256",
    "RS384",
    "RS512",
    "PS384",
    "PS512",
    "ES384",
    "ES512",
]
_LEEWAY = 60  # seconds that clocks may differ


class ProviderError(Exception):
    """The provider did not answer, or answered what is not to be believed."""


class ForeignAnswerError(ProviderError):
    """The browser brought an answer that this attempt did not ask for: its fault, and none of a server."""


@dataclass
class Provider:
    """One provider, with what it says of itself, kept for ten minutes."""

    settings: Settings
    _known: dict[str, Any] | None = None
    _keys: KeySet | None = None
    _looked: float = float("-inf")

    @property
    def name(self) -> str:
        """What a reader knows it by."""
        return urlsplit(self.settings.oidc_issuer).netloc

    def known(self) -> dict[str, Any]:
        """Its addresses; raises ``ProviderError``."""
        if self._known is None or time.monotonic() - self._looked > _KEPT_SECONDS:
            issuer = self.settings.oidc_issuer.rstrip("/")
            described = self._ask(f"{issuer}/.well-known/openid-configuration")
            if str(described.get("issuer", "")).rstrip("/") != issuer:
                raise ProviderError("it calls itself by another name than KORZINA_OIDC_ISSUER")
            self._known, self._keys, self._looked = described, None, time.monotonic()
        return self._known

    def claims(self, token: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        """What the id token says, if it is the provider's, for us, of this attempt and of now."""
        given = str(token.get("id_token", ""))
        try:
            decoded = jwt.decode(given, self._signers(), algorithms=_ALGORITHMS)
        except ValueError:  # a key that the provider has turned to since
            self._keys = None
            decoded = jwt.decode(given, self._signers(), algorithms=_ALGORITHMS)
        registry = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY,
            iss={"essential": True, "value": self.known()["issuer"]},
            aud={"essential": True, "value": self.settings.oidc_client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        registry.validate(decoded.claims)
        several = isinstance(decoded.claims["aud"], list) and len(decoded.claims["aud"]) > 1
        if (several or "azp" in decoded.claims) and decoded.claims.get("azp") != self.settings.oidc_client_id:
            raise ProviderError("the id token was made for somebody else")
        return dict(decoded.claims)

    def session(self, back: str = "") -> OAuth2Session:
        """A conversation with it."""
        return OAuth2Session(
            self.settings.oidc_client_id,
            self.settings.oidc_client_secret,
            scope="openid profile email",
            redirect_uri=back,
            code_challenge_method="S256",
        )

    def userinfo(self, token: Mapping[str, Any]) -> dict[str, Any]:
        """What it says of the user beside the id token; nothing where it has no such address."""
        address = self.known().get("userinfo_endpoint")
        return self._ask(str(address), str(token.get("access_token", ""))) if address else {}

    def _signers(self) -> KeySet:
        if self._keys is None:
            self._keys = KeySet.import_key_set(self._ask(str(self.known()["jwks_uri"])))  # type: ignore[arg-type]
        return self._keys

    def _ask(self, address: str, bearer: str = "") -> dict[str, Any]:
        with self.session() as session:
            headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
            answer = session.request("GET", address, withhold_token=True, headers=headers, timeout=_WAIT_SECONDS)
            answer.raise_for_status()
            content = answer.json()
        if not isinstance(content, dict):
            raise ProviderError("it answered with no JSON object")
        return content


def register(server: Flask, keeper: Keeper) -> None:
    """Add the routes of signing in at the provider."""
    provider = Provider(keeper.settings)
    server.add_url_rule("/sign-in", "sign_in", partial(show, provider))
    server.add_url_rule("/sign-in/start", "sign_in_start", partial(start, keeper, provider))
    server.add_url_rule("/sign-in/back", "sign_in_back", partial(back, keeper, provider))
    server.add_url_rule("/sign-out", "sign_out", partial(leave, keeper, provider), methods=["POST"])


def show(provider: Provider) -> Response:
    """A button that leads to the provider."""
    if (chosen := sign_in.language_chosen()) is not None:
        return chosen
    wanted = urlencode({"next": request.args.get("next", "")})
    return screens.provider_link(provider=provider.name, start=f"{outer('/sign-in/start')}?{wanted}")


def start(keeper: Keeper, provider: Provider) -> Response:
    """Off to the provider, with a state, a nonce and a verifier that only this browser has."""
    flow = {name: secrets.token_urlsafe(48) for name in ("state", "nonce", "verifier")}
    try:
        with provider.session(_back_address()) as session:
            address, _state = session.create_authorization_url(
                provider.known()["authorization_endpoint"],
                state=flow["state"],
                nonce=flow["nonce"],
                code_verifier=flow["verifier"],
            )
    except Exception as error:  # whatever a provider that is down, or another program in its place, makes of it
        return _failed(provider, error)
    answer: Response = redirect(address, 303)  # type: ignore[assignment]
    flow |= {"next": sign_in.after(request.args.get("next", "")), "ends": str(time.time() + _FLOW_SECONDS)}
    answer.set_cookie(
        _FLOW, _signed(keeper, flow), max_age=_FLOW_SECONDS, secure=True, httponly=True, samesite="Lax", path="/"
    )
    return answer


def back(keeper: Keeper, provider: Provider) -> Response:
    """From the provider: the code is exchanged, the id token checked, and a session opened for whoever has a role."""
    try:
        flow = _flow(keeper)
        if not sign_in.same(request.args.get("state", ""), flow["state"]):
            raise ForeignAnswerError("the answer does not belong to this browser's attempt")
        if request.args.get("iss", provider.known()["issuer"]) != provider.known()["issuer"]:
            raise ForeignAnswerError("another provider answered")
        with provider.session(_back_address()) as session:
            token = session.fetch_token(
                provider.known()["token_endpoint"],
                code=request.args.get("code", ""),
                code_verifier=flow["verifier"],
                timeout=_WAIT_SECONDS,
            )
        claims = provider.claims(token, flow["nonce"])
        told = claims if _in(claims, keeper.settings.role_claim) else {**_same_user(provider, token, claims), **claims}
    except Exception as error:  # likewise: nothing that goes wrong here lets anybody in, or shows a traceback
        record_refusal("sign-in refused", who="(unknown name)", told=type(error).__name__)
        return _failed(provider, error)
    name = _shown(str(told.get("preferred_username") or told.get("email") or claims["sub"]))
    role = highest_role(_in(told, keeper.settings.role_claim), keeper.settings)
    if role is None:
        record_refusal("sign-in refused", who=name, told="no claim that gives a role")
        words = _("You have an account there, but no role here. Ask whoever runs this dashboard.")
        return _leave_flow(screens.provider_link(provider=provider.name, start=_again(), problem=words, status=403))
    hint = str(token.get("id_token", ""))
    return _leave_flow(sign_in.open_session(keeper, name, role, flow["next"], own=False, hint=hint))


def leave(keeper: Keeper, provider: Provider) -> Response:
    """Sign out here, then at the provider."""
    token = request.cookies.get(COOKIE, "")
    session = keeper.sessions.find(token) if token else None
    answer = sign_in.leave(keeper)
    try:
        address = provider.known().get("end_session_endpoint") if session else None
    except Exception:  # signing out here does not hang on the provider
        address = None
    if address and session and not keeper.sessions.find(token):
        home = _back_address().removesuffix("/sign-in/back") + "/sign-in"
        query = {"post_logout_redirect_uri": home, "client_id": keeper.settings.oidc_client_id}
        answer.headers["Location"] = f"{address}?{urlencode({'id_token_hint': session.hint, **query})}"
    return answer


def _in(claims: Mapping[str, Any], path: str) -> tuple[str, ...]:
    """The texts under a claim, into which dots lead: ``realm_access.roles``; a name with dots in it comes first."""
    held: Any = claims.get(path)
    if held is None:
        held = claims
        for part in path.split("."):
            held = held.get(part) if isinstance(held, Mapping) else None
    if isinstance(held, str):
        return (held,)
    return tuple(part for part in held if isinstance(part, str)) if isinstance(held, list) else ()


def _shown(name: str) -> str:
    """A name that people give themselves, as it goes into pages, logs and terminals: without signs that steer these."""
    return "".join(sign for sign in name if sign.isprintable()).strip()[:100] or "(unprintable)"


def _same_user(provider: Provider, token: Mapping[str, Any], claims: Mapping[str, Any]) -> dict[str, Any]:
    told = provider.userinfo(token)
    if told.get("sub") != claims["sub"]:
        raise ProviderError("it answered for another user")
    return told


def _back_address() -> str:
    """Where the provider sends a browser back to; through TLS wherever it is not this machine."""
    scheme = "http" if is_loopback(urlsplit(f"//{request.host}").hostname or "") else "https"
    return f"{scheme}://{request.host}{outer('/sign-in/back')}"


def _signed(keeper: Keeper, flow: Mapping[str, str]) -> str:
    text = base64.urlsafe_b64encode(json.dumps(flow).encode()).decode()
    return f"{text}.{hmac.new(keeper.settings.key('flow'), text.encode(), 'sha256').hexdigest()}"


def _flow(keeper: Keeper) -> dict[str, str]:
    text, _dot, mac = request.cookies.get(_FLOW, "").rpartition(".")
    wanted = hmac.new(keeper.settings.key("flow"), text.encode("utf-8", "replace"), "sha256").hexdigest()
    flow: dict[str, str] = json.loads(base64.urlsafe_b64decode(text)) if sign_in.same(mac, wanted) else {}
    if float(flow.get("ends", 0)) < time.time():
        raise ForeignAnswerError("the attempt is too old, or of another browser")
    return flow


def _again() -> str:
    return outer("/sign-in/start")


def _leave_flow(answer: Response) -> Response:
    answer.delete_cookie(_FLOW, secure=True, httponly=True, samesite="Lax", path="/")
    return answer


def _failed(provider: Provider, error: Exception) -> Response:
    sign_in.log.warning("signing in at the provider failed: %s", type(error).__name__)
    words = _("Signing in did not work. Try again; if it happens again, tell whoever runs this dashboard.")
    status = 400 if isinstance(error, ForeignAnswerError) else 502
    return _leave_flow(screens.provider_link(provider=provider.name, start=_again(), problem=words, status=status))
