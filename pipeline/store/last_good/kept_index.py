"""The rows of a database as one file with a checksum, and the ``Index`` that answers from it."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pipeline.contract import Message
from pipeline.errors import UnreadableError
from pipeline.store.tracking.index import ExperimentRow, ModelRow, RunRow
from pipeline.store.tracking.tag_names import PARENT


@dataclass(frozen=True)
class Listing:
    """Completed runs and registered models, and when they were seen; answers as ``Index``."""

    seen: float  # seconds since the epoch
    all_runs: Sequence[RunRow]
    all_models: Sequence[ModelRow]

    def runs(self, *, experiment: str | None = None, prefix: str = "", sweep: str | None = None) -> list[RunRow]:
        """See ``Index``."""
        return [
            row
            for row in self.all_runs
            if experiment in (None, row.experiment)
            and row.run_id.startswith(prefix)
            and (sweep is None or sweep in (row.run_id, row.tags.get(PARENT)))
        ]

    def models(self, name: str | None = None) -> list[ModelRow]:
        """See ``Index``."""
        return [model for model in self.all_models if name in (None, model.name)]

    def experiment(self, name: str) -> ExperimentRow | None:
        """See ``Index``; the tags, which MLflow's pages alone need, are not kept."""
        return next((ExperimentRow(row.experiment_id) for row in self.all_runs if row.experiment == name), None)

    def purged(self) -> str:
        """See ``Index``; what is kept is dropped by a purge."""
        return ""


def write(file: Path, listing: Listing) -> None:
    """Put the listing into ``file``, whole or not at all: a line with the checksum of what follows it."""
    body = json.dumps(
        {
            "seen": listing.seen,
            "runs": [asdict(row) for row in listing.all_runs],
            "models": [asdict(model) for model in listing.all_models],
        }
    ).encode()
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".listing-", dir=file.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def read(file: Path) -> Listing:
    """The listing in ``file``; raises ``UnreadableError`` where there is none or it is not as it was written."""
    try:
        checksum, _line, body = file.read_bytes().partition(b"\n")
        if hashlib.sha256(body).hexdigest().encode() != checksum:
            raise ValueError("the checksum differs")
        told = json.loads(body)
        return Listing(
            float(told["seen"]),
            tuple(RunRow(**row) for row in told["runs"]),
            tuple(ModelRow(**model) for model in told["models"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnreadableError.because(
            Message.of("what the store held before was not kept, or is damaged: {file}", file=str(file)),
            found=str(error),
        ) from error
