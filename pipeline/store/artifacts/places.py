"""Where a run's files are: in the store's folder, or in copies of what lies elsewhere."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from pipeline.contract import Artifacts, Message
from pipeline.errors import UnreadableError
from pipeline.processors import own_folder
from pipeline.settings import Settings
from pipeline.store.tracking.index import RunRow

FOLDER = str(PurePosixPath(Artifacts.MANIFEST).parent)


def folder_at(address: str) -> Path | None:
    """The folder of this machine that an address of artifacts names; None where they are elsewhere."""
    parts = urlsplit(address)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return None if parts.scheme else Path(address)


def local_folder(row: RunRow, settings: Settings) -> Path | None:
    """The run's folder below the store's artifact root; where that is no folder, the one that MLflow recorded, or None.

    MLflow records absolute paths. A store that was moved or copied is read where it stands, and never where it came
    from: what is there are another store's files.
    """
    if settings.artifacts and "://" not in settings.artifacts:
        return folder_below(Path(settings.artifacts), row.artifact_uri)
    recorded = urlsplit(row.artifact_uri)
    if recorded.scheme not in ("", "file"):
        return None
    return Path(_address(row.artifact_uri))


def folder_below(root: Path, artifact_uri: str, parts: int = 3) -> Path:
    """Where below ``root`` files are: the last ``parts`` of the address (experiment's folder, run, ``artifacts``).

    Raises ``UnreadableError`` for an address that leads out of ``root``: somebody else than MLflow wrote it.
    """
    last = PurePosixPath(_address(artifact_uri)).parts[-parts:]
    if ".." in last:
        raise UnreadableError.because(
            Message.of("the files of a run are recorded outside of the store"),
            found=artifact_uri,
            remedy=Message.of("restore the store's database from a backup"),
        )
    return Path(root, *last)


def _address(artifact_uri: str) -> str:
    recorded = urlsplit(artifact_uri)
    return unquote(recorded.path) if recorded.scheme == "file" else artifact_uri


def cache_of(settings: Settings) -> Path:
    """The folder for copies of what one store holds; everything below it may be removed at any time."""
    store = hashlib.sha256(settings.store_uri.encode()).hexdigest()[:12]
    return settings.home.absolute() / "cache" / store


def drop_outdated(settings: Settings, purged: str) -> None:
    """Empty the cache where rows were removed from the store since it was filled; ``purged``: when that was."""
    place = cache_of(settings) / "purged"
    if (place.read_text("utf-8") if place.is_file() else "") != purged:
        shutil.rmtree(place.parent, ignore_errors=True)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(purged, "utf-8")


def download(row: RunRow, settings: Settings, client: Any) -> Path:
    """Fetch a remote run's files once into the cache below the home folder; completed runs never change."""
    target = cache_of(settings) / row.run_id
    if (target / Artifacts.MANIFEST).is_file():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with own_folder(target.parent) as draft:
        whole = draft / row.run_id
        whole.mkdir(mode=0o700)
        client.download_artifacts(row.run_id, FOLDER, str(whole))
        shutil.rmtree(target, ignore_errors=True)
        whole.rename(target)
    return target
