"""What a purge would remove: whole sweeps before a day, or one person's rows in every sweep."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd

from pipeline.contract import Artifacts, Assignments
from pipeline.errors import UsageError
from pipeline.purging.sweeps import Rows, Sweep, sorted_out
from pipeline.purging.traces import Traces, cells_of, cells_still_there
from pipeline.store import Eraser, StoredRun

UNREADABLE = "text"  # the column of rows set aside that holds lines which could not be taken apart
_LEAST_LEFT = 10  # customers; a sweep of fewer is removed as a whole


@dataclass(frozen=True)
class PurgeRequest:
    """Either a day or ids of people; ``champions``: also what is in use may go."""

    before: date | None = None
    customers: tuple[str, ...] = ()
    experiment: str | None = None
    champions: bool = False

    def __post_init__(self) -> None:
        """Refuse what is neither, or both."""
        if (self.before is None) == (not self.customers):
            raise UsageError.because(
                "nobody can tell what is to be removed", expected="--before DATE, or --customer ID, and not both"
            )
        if any(not person.strip() for person in self.customers):
            raise UsageError.because("--customer is empty", expected="the id of one customer")


@dataclass(frozen=True)
class SweepRows:
    """One person's rows in one sweep, by their places: a customer's, and those of rows set aside."""

    sweep: Sweep
    customers: int  # rows of its table before
    keys: tuple[int, ...]
    aside: tuple[int, ...] = ()


@dataclass(frozen=True)
class PurgePlan:
    """What would be removed, and what would not."""

    sweeps: tuple[Sweep, ...] = ()  # as a whole
    rows: tuple[SweepRows, ...] = ()
    runs: tuple[StoredRun, ...] = ()  # deleted in MLflow, unfinished, or of segments that tell of hardly anybody else
    orphans: tuple[str, ...] = ()  # folders that no run knows
    kept: tuple[Sweep, ...] = ()  # older than the day, but in use
    without_ids: tuple[Sweep, ...] = ()  # where nobody can be looked for
    traces: Traces = field(default_factory=Traces)

    @property
    def is_empty(self) -> bool:
        """Whether nothing would be removed."""
        return not (self.sweeps or self.rows or self.runs or self.orphans)

    @property
    def removed_rows(self) -> int:
        """Rows about people that would go from sweeps that stay."""
        return sum(len(rows.keys) + len(rows.aside) for rows in self.rows)

    def counts(self) -> dict[str, int]:
        """In numbers, for a question, a script and the audit log."""
        return {
            "sweeps": len(self.sweeps),
            "runs": sum(len(sweep.runs) for sweep in self.sweeps) + len(self.runs),
            "rows": self.removed_rows,
            "changed_sweeps": len(self.rows),
            "folders": len(self.orphans),
            "kept": len(self.kept),
            "without_ids": len(self.without_ids),
        }


def plan_purge(eraser: Eraser, request: PurgeRequest) -> PurgePlan:
    """What ``request`` would remove; changes nothing.

    Raises
    ------
    StoreError
        Where a training is being saved, or a run cannot be read and so not be searched.
    UsageError
        Where a champion would have to go, and ``request`` does not say that it may.
    """
    sweeps, others = sorted_out(eraser, request.experiment)
    if request.before is not None:
        plan = _before(eraser, request, sweeps, others)
    else:
        plan = _of_people(eraser, request, sweeps, others)
    _check_champions(request, plan)
    return plan


def _before(
    eraser: Eraser, request: PurgeRequest, sweeps: tuple[Sweep, ...], others: tuple[StoredRun, ...]
) -> PurgePlan:
    assert request.before is not None  # noqa: S101 (for the type checker; the caller looked)
    moment = datetime(request.before.year, request.before.month, request.before.day, tzinfo=UTC).timestamp()
    old = [sweep for sweep in sweeps if sweep.parent.started < moment]
    return PurgePlan(
        sweeps=tuple(sweep for sweep in old if request.champions or not sweep.in_use),
        kept=tuple(sweep for sweep in old if sweep.in_use and not request.champions),
        runs=tuple(run for run in others if run.started < moment),
        orphans=eraser.orphans(older_than=moment),
    )


def _of_people(
    eraser: Eraser, request: PurgeRequest, sweeps: tuple[Sweep, ...], others: tuple[StoredRun, ...]
) -> PurgePlan:
    """What cannot be searched goes as a whole: what was deleted anyway, never finished, or belongs to no run."""
    ids = frozenset(person.strip() for person in request.customers)
    removed, whole, lost, without_ids = [], [], [], []
    words: frozenset[str] = frozenset()
    for sweep in sweeps:
        rows = Rows.of(eraser, sweep)
        if rows.dataset.id_column is None:
            without_ids.append(sweep)
        mine = _rows_of(ids, sweep, rows)
        if not (mine.keys or mine.aside):
            continue
        words |= cells_of(_picked(rows, mine))
        if len(rows.customers) - len(mine.keys) < _LEAST_LEFT:
            whole.append(sweep)
            continue
        gone = [child for child in sweep.children if _tells(eraser, child, mine.keys)]
        lost += gone
        kept = tuple(child for child in sweep.children if child not in gone)
        removed.append(replace(mine, sweep=replace(sweep, children=kept)))
    return PurgePlan(
        sweeps=tuple(whole),
        rows=tuple(removed),
        runs=(*others, *lost),
        orphans=eraser.orphans(),
        without_ids=tuple(without_ids),
        traces=Traces(ids, _nobody_elses(eraser, words, sweeps, removed)),
    )


def traces_of(eraser: Eraser, removed: SweepRows, sweeps: tuple[Sweep, ...]) -> Traces:
    """The words that would be left of these rows alone."""
    rows = Rows.of(eraser, removed.sweep)
    words, column = cells_of(_picked(rows, removed)), rows.dataset.id_column
    ids = cells_of([rows.customers.iloc[list(removed.keys)][[column]]]) if column in rows.customers else frozenset()
    return Traces(ids, _nobody_elses(eraser, words - ids, sweeps, [removed]))


def _rows_of(ids: frozenset[str], sweep: Sweep, rows: Rows) -> SweepRows:
    """Rows whose id it is; of lines that could not be taken apart those in which it stands."""
    column, traces = rows.dataset.id_column, Traces(ids)
    keys, aside = np.zeros(len(rows.customers), dtype=bool), np.zeros(len(rows.quarantine), dtype=bool)
    if column in rows.customers:
        keys = _text(rows.customers[column]).isin(ids).to_numpy()
    if column in rows.quarantine:
        aside |= _text(rows.quarantine[column]).isin(ids).to_numpy()
    if UNREADABLE in rows.quarantine:
        lines = _text(rows.quarantine[UNREADABLE])
        aside |= np.array([traces.redact(line) != line for line in lines], dtype=bool)
    return SweepRows(sweep, len(keys), _places(keys), _places(aside))


def _picked(rows: Rows, removed: SweepRows) -> Iterator[pd.DataFrame]:
    customers, quarantine = rows.frames
    yield customers.iloc[list(removed.keys)]
    yield quarantine.iloc[list(removed.aside)]


def _nobody_elses(
    eraser: Eraser, words: frozenset[str], sweeps: Iterable[Sweep], removed: Iterable[SweepRows]
) -> frozenset[str]:
    """Those of the words that no other person has in any sweep, and that no spec knows."""
    mine = {rows.sweep.parent.run_id: rows for rows in removed}
    for sweep in sweeps:
        rows, own = Rows.of(eraser, sweep), mine.get(sweep.parent.run_id)
        frames = rows.frames
        if own is not None:
            frames = _without(frames[0], own.keys), _without(frames[1], own.aside)
        spec = eraser.files(sweep.parent).text(Artifacts.SPEC)
        words -= cells_still_there(words, frames)
        words -= {word for word in words if word in spec}
    return words


def _tells(eraser: Eraser, child: StoredRun, keys: tuple[int, ...]) -> bool:
    """Whether half or more of some segment are these rows: its centre would go on telling of them."""
    labels = eraser.files(child).table(Artifacts.ASSIGNMENTS)[Assignments.SEGMENT].to_numpy(dtype=np.int64)
    mine = np.bincount(labels[list(keys)], minlength=labels.max() + 1)
    return bool((2 * mine >= np.bincount(labels))[mine > 0].any())


def _check_champions(request: PurgeRequest, plan: PurgePlan) -> None:
    used = [run for run in (*plan.runs, *(run for sweep in plan.sweeps for run in sweep.runs)) if run.in_use]
    if used and not request.champions:
        raise UsageError.because(
            f"the champion {used[0].run_id[:8]} of {used[0].experiment!r} would have to be removed as a whole: it was "
            "deleted in MLflow, or a segment of it is hardly anybody but this person",
            remedy="promote another run first, or add --champions to remove it all the same",
        )


def _without(frame: pd.DataFrame, places: tuple[int, ...]) -> pd.DataFrame:
    return frame.drop(index=frame.index[list(places)])


def _text(series: pd.Series) -> pd.Series:
    return series.astype(object).where(series.notna(), "").astype(str).str.strip()


def _places(mask: np.ndarray) -> tuple[int, ...]:
    return tuple(np.flatnonzero(mask).tolist())
