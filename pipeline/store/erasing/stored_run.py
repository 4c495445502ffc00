"""A run as a purge sees it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StoredRun:
    """One run that the database knows, whatever became of it."""

    run_id: str
    experiment: str
    started: float  # seconds since the epoch, UTC
    artifact_uri: str
    parent: str | None
    complete: bool  # saved to the end
    deleted: bool  # in MLflow, where it can be restored until it is removed for good
    writer: str  # who writes it, while it is open; else empty
    in_use: bool  # a registered model's alias points at it
