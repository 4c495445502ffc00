"""Environment variables and ``.env`` -> one frozen ``Settings``; nothing else reads the environment."""

from __future__ import annotations

import getpass
import hashlib
import hmac
import ipaddress
import os
import re
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from pipeline.settings import exposure
from pipeline.settings.exposure import Network, parts

# Where ``pipeline`` and ``dashapp`` lie. Whatever is started from here runs in this folder: Python looks for modules in
# the working folder first, and a reader's own may hold a ``pandas.py``.
PACKAGES = Path(__file__).resolve().parents[2]
_SQLITE = "sqlite:///"


class Settings(BaseSettings):
    """What an operator may set; every field is ``KORZINA_<NAME>`` in the environment."""

    model_config = SettingsConfigDict(env_prefix="KORZINA_", env_file=".env", extra="ignore", frozen=True)

    home: Path = Field(Path("mlruns"), description="folder of the store when no tracking URI is set")
    tracking_uri: str = Field("", description="MLflow tracking URI; empty: sqlite in the home folder")
    artifact_root: str = Field("", description="folder of artifacts; empty: artifacts/ beside the database")
    experiment: str = Field("", description="data set that the dashboard opens first; empty: the latest champion's")
    engine: Literal["", "local", "spark"] = Field(
        "", description="which engine trains: local (this machine) or spark; empty: what the spec says"
    )
    spark_master: str = Field(
        "",
        description="master of Spark: spark://HOST:PORT, sc://HOST:PORT (Connect), local[*]; empty: as Spark is set up",
    )
    spark_address: str = Field(
        "",
        description="folder where Spark may write customers with their segments, such as s3a://bucket/segments: those "
        "that are too many for this machine stay on the cluster then; empty: all come here",
    )
    host: str = Field("127.0.0.1", description="address that the dashboard listens on")
    port: int = Field(8050, ge=1, le=65535, description="port of the dashboard")
    mlflow_port: int = Field(5000, ge=1, le=65535, description="port of the MLflow UI")
    mlflow_url: str = Field(
        "", description="address of MLflow's pages that the dashboard links to; empty: the tracking server's, if any"
    )
    workers: int = Field(2, ge=1, description="gunicorn workers")
    threads: int = Field(16, ge=1, description="threads a worker")
    customers_in_memory: int = Field(
        3_000_000,
        ge=1,
        description="customers of a run up to which a worker of the dashboard holds all; of more it holds a sample "
        "and exact tallies",
    )
    auth: Literal["local", "password", "oidc", "proxy"] = Field(
        "local",
        description="who is let in: this machine (local), users of its own (password), of an OpenID provider (oidc), "
        "of a proxy in front (proxy)",
    )
    secret_key: str = Field(
        "", repr=False, description="secret of the server for password and oidc: 32 random characters or more"
    )
    users: str = Field(
        "",
        repr=False,
        description="database of users, sessions and audit log; empty: accounts.db in the home folder",
    )
    oidc_issuer: str = Field("", description="address of the OpenID provider")
    oidc_client_id: str = Field("", description="name under which the provider knows this dashboard")
    oidc_client_secret: str = Field("", repr=False, description="what the provider gave with that name")
    role_claim: str = Field("", description="claim of the provider that holds roles or groups; dots lead into it")
    roles: str = Field("", description="GROUP=ROLE; GROUP=ROLE: what groups may; empty: the provider names the roles")
    proxy_user_header: str = Field("X-Forwarded-User", description="header in which the proxy says who it is")
    proxy_role_header: str = Field("X-Forwarded-Groups", description="header in which it says the role, or groups")
    allowed_hosts: str = Field(
        "", description="names under which browsers reach the dashboard, with commas; this machine's own always may"
    )
    proxy_addresses: str = Field("", description="addresses or networks of the proxy in front, with commas")
    proxy_secret: str = Field(
        "", repr=False, description="what that proxy sends as X-Korzina-Proxy-Secret; 32 characters or more"
    )
    url_prefix: str = Field("", description="path under which a proxy shows the dashboard, such as /korzina")
    access_log: bool = Field(False, description="log every request in the dashboard's log, without its query")
    metrics_token: str = Field(
        "", description="what a scraper of /metrics sends as its bearer token; empty: this machine only"
    )
    poll_seconds: float = Field(5.0, gt=0, description="how often the dashboard looks for a new champion")
    curate: bool = Field(
        False, description="promote, roll back and rename from the dashboard; on the loopback address only"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="least level that is logged")
    log_form: Literal["text", "json"] = Field(
        "text", description="form of the dashboard's log: lines for people, or json: an object a line"
    )

    @model_validator(mode="before")
    @classmethod
    def _platform_port(cls, given: dict[str, Any]) -> dict[str, Any]:
        """A platform that hosts programs says in ``PORT`` where it expects them; a port of our own goes before it."""
        port = os.environ.get("PORT")
        return {**given, "port": port} if port and "port" not in given else given

    @field_validator("url_prefix")
    @classmethod
    def _plain_prefix(cls, given: str) -> str:
        """``korzina``, ``/korzina`` and ``/korzina/`` are the same: ``/korzina``; ``/`` is none."""
        prefix = given.strip().strip("/")
        if not re.fullmatch(r"[\w.~-]+(/[\w.~-]+)*|", prefix, re.ASCII) or {".", ".."} & set(prefix.split("/")):
            raise ValueError("expected a path of letters, digits and - . _ ~, such as /korzina")
        return f"/{prefix}" if prefix else ""

    @field_validator("proxy_addresses")
    @classmethod
    def _narrow_networks(cls, given: str) -> str:
        for part in parts(given):
            if ipaddress.ip_network(part, strict=False).prefixlen == 0:
                raise ValueError(f"{part} is everybody: expected the addresses of the proxy, such as 10.0.0.2")
        return given

    def check_exposure(self) -> None:
        """Raise ``ExposureError`` where these settings would show people's data to whoever asks."""
        exposure.check(self)

    @property
    def accounts(self) -> str:
        """The address of the database of accounts in force."""
        return self.users or f"{_SQLITE}{(self.home / 'accounts.db').absolute()}"

    @property
    def keeps_log(self) -> bool:
        """Whether an audit log is kept: where people sign in, there is a secret from which its key is made."""
        return not exposure.is_weak(self.secret_key or self.proxy_secret)

    def key(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose, from the server's secret (HMAC as in the expanding step of HKDF)."""
        secret = self.secret_key or self.proxy_secret
        return hmac.new(secret.encode(), f"korzina {purpose}".encode(), hashlib.sha256).digest()

    @property
    def hosts(self) -> frozenset[str]:
        """The names under which browsers may reach the dashboard, besides this machine's own; in lower case."""
        return frozenset(name.lower().strip("[]") for name in parts(self.allowed_hosts))

    @property
    def proxies(self) -> tuple[Network, ...]:
        """The networks that the proxy in front speaks from."""
        return tuple(ipaddress.ip_network(part, strict=False) for part in parts(self.proxy_addresses))

    def absolute(self) -> Self:
        """The same settings, none of which hangs on the working folder any more."""
        uri, artifacts = self.tracking_uri, self.artifact_root
        file = uri.removeprefix(_SQLITE)
        if uri.startswith(_SQLITE) and file and not file.startswith(("/", ":", "file:")):
            uri = f"{_SQLITE}{Path.cwd() / file}"
        if artifacts and "://" not in artifacts:
            artifacts = str(Path(artifacts).absolute())
        places = {"home": self.home.absolute(), "tracking_uri": uri, "artifact_root": artifacts}
        return self.model_copy(update=places)

    def as_environment(self) -> dict[str, str]:
        """The environment variables that give a process in whatever folder the same settings again."""
        settings, prefix = self.absolute(), self.model_config["env_prefix"]
        named = {f"{prefix}{name}".upper(): str(getattr(settings, name)) for name in type(self).model_fields}
        return {
            **named,
            "PYTHONSAFEPATH": "",
        }  # the folder that it is started in, ``PACKAGES``, is where it has to look

    @property
    def store_uri(self) -> str:
        """The tracking URI in force."""
        return self.tracking_uri or f"{_SQLITE}{(self.home / 'mlflow.db').absolute()}"

    @property
    def mlflow_pages(self) -> str:
        """Address of MLflow's pages without a user and password; empty where there are none that we know of."""
        address = self.mlflow_url or (self.store_uri if self.store_uri.startswith("http") else "")
        parts = urlsplit(address)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl().rstrip("/")

    @property
    def database_file(self) -> Path | None:
        """The SQLite file behind the store, or None where the store is a server or another database."""
        if not self.store_uri.startswith(_SQLITE):
            return None
        return Path(unquote(urlsplit(self.store_uri).path[1:])).absolute()

    @property
    def artifacts(self) -> str:
        """Root of the artifacts: a folder's absolute path, or a URI; empty where the tracking server serves them."""
        if self.artifact_root:
            return self.artifact_root if "://" in self.artifact_root else str(Path(self.artifact_root).absolute())
        file = self.database_file
        if file is not None:
            return str(file.parent / "artifacts")
        return "" if self.store_uri.startswith("http") else str((self.home / "artifacts").absolute())


def account_name() -> str:
    """The account that this process runs under; its number where it has no name, as in a container."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # which of them depends on the system and on Python's version
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"
