"""Environment variables and ``.env`` -> one frozen ``Settings``; nothing else reads the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an operator may set; every field is ``KORZINA_<NAME>`` in the environment."""

    model_config = SettingsConfigDict(env_prefix="KORZINA_", env_file=".env", extra="ignore", frozen=True)

    home: Path = Field(Path("mlruns"), description="folder of the store when no tracking URI is set")
    tracking_uri: str = Field("", description="MLflow tracking URI; empty: sqlite in the home folder")
    artifact_root: str = Field("", description="folder of artifacts; empty: artifacts/ beside the database")
    experiment: str = Field("", description="data set that the dashboard opens first; empty: the latest champion's")
    host: str = Field("127.0.0.1", description="address that the dashboard listens on")
    port: int = Field(8050, ge=1, le=65535, description="port of the dashboard")
    mlflow_port: int = Field(5000, ge=1, le=65535, description="port of the MLflow UI")
    mlflow_url: str = Field(
        "", description="address of MLflow's pages that the dashboard links to; empty: the tracking server's, if any"
    )
    workers: int = Field(2, ge=1, description="gunicorn workers")
    threads: int = Field(4, ge=1, description="threads a worker")
    poll_seconds: float = Field(5.0, gt=0, description="how often the dashboard looks for a new champion")
    curate: bool = Field(
        False, description="promote, roll back and rename from the dashboard; on the loopback address only"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="least level that is logged")

    @property
    def store_uri(self) -> str:
        """The tracking URI in force."""
        return self.tracking_uri or f"sqlite:///{(self.home / 'mlflow.db').absolute()}"

    @property
    def mlflow_pages(self) -> str:
        """Address of MLflow's pages without a user and password; empty where there are none that we know of."""
        address = self.mlflow_url or (self.store_uri if self.store_uri.startswith("http") else "")
        parts = urlsplit(address)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl().rstrip("/")

    @property
    def database_file(self) -> Path | None:
        """The SQLite file behind the store, or None where the store is a server or another database."""
        if not self.store_uri.startswith("sqlite:///"):
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
