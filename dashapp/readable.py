"""What the dashboard asks of a store; whatever answers it can be shown."""

from __future__ import annotations

from typing import Protocol

from pipeline.contract import (
    Annotation,
    Champion,
    Dataset,
    Placement,
    Promotion,
    RunSummary,
    Segmentation,
)


class ReadableStore(Protocol):
    """What the dashboard asks of ``pipeline.store.Store``."""

    def runs(self, experiment: str | None = None) -> tuple[RunSummary, ...]:
        """Completed candidate runs, newest sweep first."""

    def load(self, run_id: str) -> Segmentation:
        """One completed run; ``run_id`` may be the start of an id."""

    def champions(self) -> tuple[Champion, ...]:
        """The champion of every experiment that has one, newest promotion first."""

    def placement(self, run_id: str) -> Placement:
        """Who is where in one completed run."""

    def about(self, run_id: str) -> tuple[Dataset, str]:
        """What data one completed run is of, with the text of their spec."""

    def history(self, experiment: str) -> tuple[Promotion, ...]:
        """Every move of an experiment's champion, oldest first."""

    def annotations(self, experiment: str | None = None) -> tuple[Annotation, ...]:
        """Names and notes of segments, oldest first."""

    def promote(self, run_id: str, *, reason: str, who: str) -> Champion:
        """Make a run the champion."""

    def rollback(self, experiment: str, *, reason: str, who: str) -> Champion:
        """Go back to the champion before."""

    def annotate(self, run_id: str, key: str, *, who: str, name: str | None = None, note: str = "") -> Annotation:
        """Name a segment, or write a note on it."""
