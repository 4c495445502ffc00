"""What a store holds, as a purge sees it: whole sweeps, and what nobody can open any more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from pipeline.contract import Artifacts, Customers, Dataset, PopulationRecord
from pipeline.errors import StoreError
from pipeline.store import Eraser, StoredRun


@dataclass(frozen=True)
class Sweep:
    """One completed training: its parent run with the customers, and a run for each number of segments."""

    parent: StoredRun
    children: tuple[StoredRun, ...]

    @property
    def runs(self) -> tuple[StoredRun, ...]:
        """All of them."""
        return (self.parent, *self.children)

    @property
    def in_use(self) -> bool:
        """Whether one of its runs is a champion."""
        return any(run.in_use for run in self.runs)


@dataclass(frozen=True)
class Rows:
    """The rows about people in one sweep."""

    dataset: Dataset
    customers: pd.DataFrame
    quarantine: pd.DataFrame

    @classmethod
    def of(cls, eraser: Eraser, sweep: Sweep) -> Rows:
        """As they are stored; raises ``StoreError`` where a file is missing or damaged, or all rows are elsewhere."""
        files = eraser.files(sweep.parent)
        address = (
            files.record(Artifacts.POPULATION, PopulationRecord).address if files.has(Artifacts.POPULATION) else None
        )
        if address is not None:
            raise StoreError.because(
                f"run {sweep.parent.run_id} holds a sample of its customers; the rows of all of them are elsewhere",
                found=address,
                remedy="remove the rows there and at the source, train again, and delete this run with "
                "'korzina purge --before'",
            )
        return cls(
            files.record(Artifacts.DATASET, Dataset),
            files.table(Artifacts.CUSTOMERS),
            files.table(Artifacts.QUARANTINE),
        )

    @property
    def frames(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """What they say of people: without the key, the rule that set a row aside, and where it stood."""
        aside = self.quarantine.drop(columns=["rule", "row"], errors="ignore")
        return self.customers.drop(columns=Customers.keys(self.customers).name), aside


def sorted_out(eraser: Eraser, experiment: str | None) -> tuple[tuple[Sweep, ...], tuple[StoredRun, ...]]:
    """Whole sweeps, and all other runs: deleted in MLflow, never finished, or without the sweep that they belong to.

    Raises ``StoreError`` while a training writes: what it is about to save cannot be seen yet.
    """
    runs = [run for run in eraser.runs() if experiment in (None, run.experiment)]
    if any(eraser.is_open(run) for run in runs):
        raise StoreError.because(
            "a training is being saved at this moment, and its rows cannot be looked through yet",
            remedy="wait until it has ended, then run this again",
        )
    whole = [run for run in runs if run.complete and not run.deleted]
    sweeps = tuple(
        Sweep(run, tuple(child for child in whole if child.parent == run.run_id)) for run in whole if run.parent is None
    )
    listed = {run.run_id for sweep in sweeps for run in sweep.runs}
    return sweeps, tuple(run for run in runs if run.run_id not in listed)


def experiments_of(runs: Iterable[StoredRun]) -> frozenset[str]:
    """The experiments that these runs are of."""
    return frozenset(run.experiment for run in runs)
