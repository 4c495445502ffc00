"""What the dashboard asks of a store; whatever answers it can be shown, and is told without markup in its units."""

from __future__ import annotations

from dataclasses import replace
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

_PLAIN = str.maketrans("<>", "‹›")  # a chart would read a tag


def plain(segmentation: Segmentation) -> Segmentation:
    """The run with units and currencies that no chart takes for markup: they stand beside every number there is.

    Names, labels and values may well hold ``<`` ("under <25"): charts write them through ``charts.escaped``.
    """
    dataset = segmentation.dataset
    units = [*(column.unit for column in dataset.columns), *(group.unit for group in dataset.groups), dataset.currency]
    if not any("<" in unit or ">" in unit for unit in units):
        return segmentation
    columns = tuple(column.model_copy(update={"unit": column.unit.translate(_PLAIN)}) for column in dataset.columns)
    groups = tuple(group.model_copy(update={"unit": group.unit.translate(_PLAIN)}) for group in dataset.groups)
    told = {"columns": columns, "groups": groups, "currency": dataset.currency.translate(_PLAIN)}
    return replace(segmentation, dataset=dataset.model_copy(update=told))


class ReadableStore(Protocol):
    """What the dashboard asks of ``pipeline.store.Store``."""

    def runs(self, experiment: str | None = None) -> tuple[RunSummary, ...]:
        """Completed candidate runs, newest sweep first."""

    def load(self, run_id: str) -> Segmentation:
        """One completed run; ``run_id`` may be the start of an id."""

    def prepare_run(self, run_id: str) -> None:
        """Make what stands in for a run's customers, where ``load`` raised ``UnpreparedError``; takes a while."""

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

    def purged(self) -> str:
        """Changes whenever rows were removed from completed runs, which else never change."""

    def promote(self, run_id: str, *, reason: str, who: str) -> Champion:
        """Make a run the champion."""

    def rollback(self, experiment: str, *, reason: str, who: str) -> Champion:
        """Go back to the champion before."""

    def annotate(self, run_id: str, key: str, *, who: str, name: str | None = None, note: str = "") -> Annotation:
        """Name a segment, or write a note on it."""
