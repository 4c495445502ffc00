"""An OpenID provider that misbehaves, or somebody in its place: whose id tokens are believed, and which are not."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from dashapp.access.provider import Provider
from pipeline.settings import Settings

ISSUER, CLIENT, NONCE = "https://id.example", "korzina", "of this attempt"
OURS = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"})
CURVE = ECKey.generate_key("P-256", {"kid": "2", "use": "sig"})
STRANGERS = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"})
SECRET = "a secret of the client and of nobody else"


def good() -> dict[str, Any]:
    now = int(time.time())
    return {"iss": ISSUER, "aud": CLIENT, "sub": "7", "exp": now + 300, "iat": now, "nonce": NONCE}


def signed(claims: Mapping[str, Any], key: Any = OURS, **header: Any) -> str:
    protected = {"alg": "RS256", "kid": "1", **header}
    return jwt.encode(protected, dict(claims), key, algorithms=[str(protected["alg"])])


def unsigned(claims: Mapping[str, Any], algorithm: str = "none", signature: str = "") -> str:
    parts = ({"alg": algorithm, "typ": "JWT"}, claims)
    texts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*texts, signature])


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:
    made = Provider(Settings(oidc_issuer=ISSUER, oidc_client_id=CLIENT, oidc_client_secret=SECRET, role_claim="groups"))
    answers = {
        f"{ISSUER}/.well-known/openid-configuration": {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"},
        f"{ISSUER}/keys": {"keys": [OURS.as_dict(private=False), CURVE.as_dict(private=False)]},
    }
    monkeypatch.setattr(made, "_ask", lambda address, _bearer="": answers[address])
    return made


def believed() -> dict[str, str]:
    """Tokens made at this moment: one that a run of tests keeps would be refused for its age."""
    now = int(time.time())
    return {
        "as it is": signed(good()),
        "by PSS": signed(good(), alg="PS256"),
        "by a curve": signed(good(), CURVE, alg="ES256", kid="2"),
        "for us in a list": signed({**good(), "aud": [CLIENT]}),
        "for several and made for us": signed({**good(), "aud": [CLIENT, "other"], "azp": CLIENT}),
        "of clocks that differ": signed({**good(), "iat": now + 20, "exp": now - 20}),
    }


@pytest.mark.parametrize("kind", believed())
def test_what_the_provider_says_for_us_and_now_is_believed(provider: Provider, kind: str) -> None:
    assert provider.claims({"id_token": believed()[kind]}, NONCE)["sub"] == "7"


def forged() -> dict[str, str]:
    """Likewise made at this moment, so that each is refused for what it is called."""
    return {
        "another issuer": signed({**good(), "iss": "https://evil.example"}),
        "an issuer with more behind it": signed({**good(), "iss": f"{ISSUER}.evil.example"}),
        "no issuer": signed({k: v for k, v in good().items() if k != "iss"}),
        "for another client": signed({**good(), "aud": "other"}),
        "for other clients": signed({**good(), "aud": ["other", "third"]}),
        "for no client": signed({**good(), "aud": []}),
        "for a client called like ours": signed({**good(), "aud": f"{CLIENT} "}),
        "for several and made for another": signed({**good(), "aud": [CLIENT, "other"], "azp": "other"}),
        "for several and made for nobody": signed({**good(), "aud": [CLIENT, "other"]}),
        "made for another": signed({**good(), "azp": "other"}),
        "of another attempt": signed({**good(), "nonce": "of another"}),
        "of no attempt": signed({k: v for k, v in good().items() if k != "nonce"}),
        "of no one": signed({k: v for k, v in good().items() if k != "sub"}),
        "of an empty one": signed({**good(), "sub": ""}),
        "expired": signed({**good(), "exp": int(time.time()) - 100}),
        "without an end": signed({k: v for k, v in good().items() if k != "exp"}),
        "with an end in words": signed({**good(), "exp": "tomorrow"}),
        "with an end that is none": unsigned({**good(), "exp": float("nan")}),
        "of tomorrow": signed({**good(), "iat": int(time.time()) + 86400, "exp": int(time.time()) + 90000}),
        "not valid yet": signed({**good(), "nbf": int(time.time()) + 3600}),
        "unsigned": unsigned(good()),
        "unsigned in other letters": unsigned(good(), "nOnE"),
        "signed by a stranger under our number": signed(good(), STRANGERS),
        "signed by a stranger under no number": signed(good(), STRANGERS, kid="unknown"),
        "signed by a key that it brings": signed(good(), STRANGERS, jwk=STRANGERS.as_dict(private=False)),
        "signed by a key at an address that it brings": signed(good(), STRANGERS, jku="https://evil.example/keys"),
        "signed by the client's own secret": signed(good(), OctKey.import_key(SECRET), alg="HS256"),
        "a signature of another token": ".".join(
            [*signed({**good(), "sub": "1"}).split(".")[:2], signed(good()).split(".")[2]]
        ),
        "none": "",
        "no text of three parts": "a.b",
        "bytes": "\x00.\x00.\x00",
        "an encrypted one": "e30.e30.e30.e30.e30",
    }


@pytest.mark.parametrize("kind", forged())
def test_whatever_else_is_said_lets_nobody_in(provider: Provider, kind: str) -> None:
    assert provider.claims({"id_token": signed(good())}, NONCE)
    with pytest.raises(Exception):  # noqa: B017, PT011 - ``back`` refuses on whatever is raised
        provider.claims({"id_token": forged()[kind]}, NONCE)


def test_a_public_key_is_no_shared_secret(provider: Provider) -> None:
    """HS256 with the public key as the secret: the oldest confusion of algorithms."""
    body = unsigned(good(), "HS256").rstrip(".")
    for secret in (OURS.as_pem(private=False), OURS.as_pem(private=False).strip(), json.dumps(OURS.as_dict()).encode()):
        mac = base64.urlsafe_b64encode(hmac.digest(secret, body.encode(), "sha256")).decode().rstrip("=")
        with pytest.raises(Exception):  # noqa: B017, PT011
            provider.claims({"id_token": f"{body}.{mac}"}, NONCE)


@pytest.mark.parametrize("named", ["https://evil.example", "", None, f"{ISSUER}/other", ["x"]])
def test_a_provider_that_calls_itself_otherwise_is_none(
    provider: Provider, named: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider, "_ask", lambda *_given: {"issuer": named, "jwks_uri": "https://evil.example/keys"})
    with pytest.raises(Exception, match="another name"):
        provider.claims({"id_token": signed(good())}, NONCE)
