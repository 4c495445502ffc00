"""Doing what a plan says, so that a kill leaves whole runs and a note by which the next purge goes on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipeline.contract import Artifacts, Assignments
from pipeline.purging.purge_plan import PurgePlan, SweepRows, traces_of
from pipeline.purging.rewriting import Removal
from pipeline.purging.sweeps import Sweep, experiments_of, sorted_out
from pipeline.purging.traces import Traces
from pipeline.recording import remove_left
from pipeline.store import Eraser, RunFiles, StoredRun


def carry_out(eraser: Eraser, plan: PurgePlan) -> None:
    """Remove for good what ``plan`` says. Raises ``StoreError``; what was begun is ended by the next purge.

    Texts come first: the words to look for are known from the rows, and so as long as those are there.
    """
    eraser.redact(plan.traces.redact)
    eraser.drop_caches()
    remove_left(eraser.home)
    for rows in plan.rows:
        _remove_rows(eraser, rows, plan.traces)
    gone = [*(run for sweep in plan.sweeps for run in sweep.runs), *plan.runs]
    eraser.delete(gone)
    eraser.delete_orphans(plan.orphans)
    eraser.finish(experiments_of([*gone, *(rows.sweep.parent for rows in plan.rows)]))
    for rows in plan.rows:
        eraser.forget(rows.sweep.parent)


def finish_pending(eraser: Eraser) -> int:
    """End what a killed purge began; in how many sweeps."""
    sweeps, _others = sorted_out(eraser, None)
    pending = [rows for sweep in sweeps if (rows := _noted(eraser, sweep)) is not None]
    for rows in pending:
        if len(eraser.files(rows.sweep.parent).table(Artifacts.CUSTOMERS)) == rows.customers:
            traces = traces_of(eraser, rows, sweeps)
            eraser.redact(traces.redact)
            _remove_rows(eraser, rows, traces)
    if pending:
        eraser.finish(experiments_of(rows.sweep.parent for rows in pending))
    for rows in pending:
        eraser.forget(rows.sweep.parent)
    return len(pending)


def _remove_rows(eraser: Eraser, rows: SweepRows, traces: Traces) -> None:
    """Children first: their labels stand at the places of the parent's customers, which a kill must not lose."""
    parent, note = rows.sweep.parent, {"keys": rows.keys, "aside": rows.aside, "customers": rows.customers}
    if rows.keys:  # rows set aside alone are found again by whoever asks again
        eraser.note(parent, json.dumps(note))
    removal = Removal(eraser.files(parent), rows.keys, rows.aside, traces)
    sizes = {}
    for child in rows.sweep.children:
        if len(_labels(eraser, child)) == rows.customers and rows.keys:
            eraser.change(child, removal.rewrite_child)
        eraser.change_models(child, traces.without_cells().redact_files)
        labels = _labels(eraser, child)
        sizes[int(labels.max()) + 1] = tuple(labels.value_counts().sort_index().tolist())

    def rewrite(files: RunFiles, folder: Path) -> None:
        removal.rewrite_parent(files, folder)
        removal.rewrite_sizes(folder, sizes)

    eraser.change(parent, rewrite)


def _noted(eraser: Eraser, sweep: Sweep) -> SweepRows | None:
    """What the note of a killed purge says."""
    text = eraser.noted(sweep.parent)
    if not text:
        return None
    note = json.loads(text)
    return SweepRows(sweep, note["customers"], tuple(note["keys"]), tuple(note["aside"]))


def _labels(eraser: Eraser, child: StoredRun) -> Any:
    return eraser.files(child).table(Artifacts.ASSIGNMENTS)[Assignments.SEGMENT]
