"""Which settings would show people's data to whoever asks: the dashboard does not start under them."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Literal

from pipeline.errors import ExposureError

if TYPE_CHECKING:
    from pipeline.settings.environment import Settings

ReaderRole = Literal["viewer", "marketer", "analyst"]
READER_ROLES: tuple[ReaderRole, ...] = ("viewer", "marketer", "analyst")  # each may what those before it may
_LEAST_SECRET = 32  # characters
_KNOWN = re.compile(r"change.?me|secret.?key|example|password|korzina|default|0123456789|abcdefgh|12345678", re.I)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_MADE_BY = "make one with 'openssl rand -hex 32' and keep it in the environment, the same for every worker and start"


def check(settings: Settings) -> None:
    """Raise ``ExposureError`` where these settings would show people's data to whoever asks."""
    if settings.auth == "local":
        _check_local(settings)
        return
    if settings.auth == "proxy":
        _check_proxy(settings)
    if settings.auth != "proxy" or settings.secret_key:
        _check_secret("SECRET_KEY", settings.secret_key)
    if settings.auth == "oidc":
        _check_oidc(settings)
    if not parts(settings.allowed_hosts) and not is_loopback(settings.host):
        _refuse("ALLOWED_HOSTS", settings.auth, "the names under which browsers reach the dashboard")
    for group, role in groups(settings.roles).items():
        if role not in READER_ROLES:
            raise ExposureError.because(
                f"KORZINA_ROLES gives {group!r} the role {role!r}",
                expected=f"GROUP=ROLE; GROUP=ROLE with the roles {', '.join(READER_ROLES)}",
                remedy="correct it, or leave it out where the provider names the roles themselves",
            )


def groups(given: str) -> dict[str, str]:
    """``KORZINA_ROLES``: group of the provider -> role; a group may hold any sign but ``;``."""
    pairs = [part.rpartition("=") for part in given.split(";") if part.strip()]
    return {group.strip(): role.strip() for group, _equal, role in pairs}


def parts(given: str) -> list[str]:
    """What stands between commas."""
    return [part.strip() for part in given.split(",") if part.strip()]


def is_loopback(address: str) -> bool:
    """Whether a host name or address is this machine's own, which nobody reaches from outside."""
    if address.lower() == "localhost":
        return True
    plain = _read(address.strip("[]"))
    return plain is not None and plain.is_loopback


def plain_address(text: str) -> Address | None:
    """An address without port, brackets and zone, which proxies add, IPv4 within IPv6 as IPv4; None for none."""
    bare = text.strip()
    host, _colon, port = bare.rpartition(":")
    with_port = host and port.isdecimal() and (":" not in host or host.endswith("]"))
    return _read((host if with_port else bare).removeprefix("[").removesuffix("]"))


def _read(text: str) -> Address | None:
    try:
        plain = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(plain, "ipv4_mapped", None) or plain


def _check_local(settings: Settings) -> None:
    if not is_loopback(settings.host):
        raise ExposureError.because(
            f"KORZINA_HOST={settings.host} can be reached from other machines, and nobody would have to sign in",
            expected="an address of this machine alone, such as 127.0.0.1",
            remedy="leave KORZINA_HOST out; or let people sign in: KORZINA_AUTH=password, KORZINA_AUTH=oidc or "
            "KORZINA_AUTH=proxy "
            "(docs/operations.md)",
        )


def _check_proxy(settings: Settings) -> None:
    lacking = [
        name
        for name, given in (("PROXY_ADDRESSES", settings.proxy_addresses), ("ALLOWED_HOSTS", settings.allowed_hosts))
        if not parts(given)
    ]
    if is_weak(settings.proxy_secret):
        lacking.append("PROXY_SECRET")
    if lacking:
        names = ", ".join(f"KORZINA_{name}" for name in lacking)
        raise ExposureError.because(
            f"KORZINA_AUTH=proxy without {names}",
            expected="the proxy's addresses, a secret of 32 random characters or more that it sends with every "
            "request, and the names under which browsers reach it",
            remedy="set them; docs/operations.md has an example for nginx",
        )


def _check_oidc(settings: Settings) -> None:
    wanted = {
        "OIDC_ISSUER": "the address of the provider",
        "OIDC_CLIENT_ID": "the name under which the provider knows this dashboard",
        "OIDC_CLIENT_SECRET": "what the provider gave with it",
        "ROLE_CLAIM": "the claim that says who may what; without it whoever has an account there would be let in",
    }
    for name, meaning in wanted.items():
        if not getattr(settings, name.lower()).strip():
            _refuse(name, settings.auth, meaning)
    issuer = settings.oidc_issuer
    if not issuer.startswith("https://") and not re.match(r"http://(127\.0\.0\.1|localhost|\[::1\])([:/]|$)", issuer):
        raise ExposureError.because(
            "KORZINA_OIDC_ISSUER is not reached through TLS", expected="https://...", remedy="give its https address"
        )


def _check_secret(name: str, given: str) -> None:
    if not given:
        _refuse(name, "password or oidc", "a secret of the server", _MADE_BY)
    if is_weak(given):
        raise ExposureError.because(
            f"KORZINA_{name} can be guessed",
            expected=f"{_LEAST_SECRET} random characters or more that stand in no document",
            remedy=_MADE_BY,
        )


def is_weak(secret: str) -> bool:
    """Whether a secret is short, monotonous or known from examples."""
    return len(secret) < _LEAST_SECRET or len(set(secret)) < _LEAST_SECRET // 4 or bool(_KNOWN.search(secret))


def _refuse(name: str, auth: str, expected: str, remedy: str = "") -> None:
    raise ExposureError.because(
        f"KORZINA_AUTH={auth} without KORZINA_{name}",
        expected=expected,
        remedy=remedy or f"set KORZINA_{name}; docs/operations.md has examples",
    )
