"""Making what stands in for a run of very many customers that was saved without: once a machine, in another process."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.contract import Artifacts, Dataset, Decision, Message, RfmScale, Typical, population
from pipeline.errors import StoreError
from pipeline.processors import TooMuchError, limited
from pipeline.settings import Settings
from pipeline.store.artifacts import RunFiles, manifest
from pipeline.store.beyond.standing_in import prepared_at
from pipeline.store.tracking.index import Index, RunRow
from pipeline.tallying import SweepTables, describe

_SECONDS, _MEMORY = 3_600.0, 2**40  # of the other process: it reads a column at a time, and nobody waits for it
_MODULES = ("pandas", "pyarrow.parquet", "pipeline.tallying")


@dataclass(frozen=True)
class SweepRuns:
    """A run, its sweep's parent, and the run whose segments the sample is drawn by."""

    run: RunRow
    parent: RunRow
    recommended: RunRow

    @classmethod
    def of(cls, run: RunRow, parent: RunRow, index: Index) -> SweepRuns:
        """The run with those that the index has of its sweep; a run itself where none is recommended."""
        sweep = index.runs(sweep=parent.run_id)
        return cls(run, parent, next((row for row in sweep if row.tags.get("recommended") == "true"), run))


def prepare(wanted: SweepRuns, folder: Callable[[RunRow], Path], settings: Settings, most: int | None = None) -> None:
    """Make it unless it is there; who comes second waits for the first. Raises ``StoreError``.

    The sample is of ``most`` customers at most: a reader has memory for no more.
    """
    target = prepared_at(settings, wanted.run)
    target.parent.mkdir(parents=True, exist_ok=True)
    with (target.parent / f".{wanted.run.run_id}.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (target / Artifacts.MANIFEST).is_file():
            return
        tables, sample = _tables(wanted, folder), min(population.SAMPLE_ROWS, most or population.SAMPLE_ROWS)
        draft = target.with_name(f".draft-{wanted.run.run_id}")
        shutil.rmtree(draft, ignore_errors=True)  # what a killed worker left
        try:
            limited(_write, tables, draft, sample, seconds=_SECONDS, memory=_MEMORY, modules=_MODULES)
            shutil.rmtree(target, ignore_errors=True)
            (draft / "made").rename(target)
        except (TooMuchError, OSError) as error:
            raise StoreError.because(
                Message.of("run {run} could not be prepared to be shown", run=wanted.run.run_id[:12]),
                found=str(error)[:200],
                remedy=Message.of("free some memory and disk space below the home folder, then reload the page"),
            ) from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def _tables(wanted: SweepRuns, folder: Callable[[RunRow], Path]) -> SweepTables:
    sweep = RunFiles(wanted.parent.run_id, folder(wanted.parent))
    own, first = (RunFiles(row.run_id, folder(row)) for row in (wanted.run, wanted.recommended))
    decision = sweep.record(Artifacts.DECISION, Decision)
    typical = own.table_or_empty(Artifacts.TYPICAL)
    labels = {wanted.run.params["k"]: own, str(decision.k): first}
    rfm = sweep.record(Artifacts.RFM, RfmScale) if sweep.has(Artifacts.RFM) else None
    return SweepTables(
        sweep.record(Artifacts.DATASET, Dataset),
        sweep.path(Artifacts.CUSTOMERS),
        sweep.path(Artifacts.PROJECTION),
        {int(k): files.path(Artifacts.ASSIGNMENTS) for k, files in labels.items()},
        strata=decision.k,
        rfm_scores=sweep.path(Artifacts.RFM_SCORES) if rfm else None,
        spend=rfm.monetary.column if rfm else None,
        typical=typical[Typical.KEY].to_numpy(np.int64),
        wanted=(int(wanted.run.params["k"]),),
    )


def _write(tables: SweepTables, draft: Path, sample: int) -> None:
    """In the other process: describe, and lay the files out as those of a run."""
    described = describe(tables, draft / "parts", sample)
    made = draft / "made"
    (made / Artifacts.POPULATION).parent.mkdir(parents=True)
    (made / Artifacts.POPULATION).write_text(described.population.model_dump_json(), "utf-8")
    for name, path in {**described.sweep, **described.runs[tables.ks[0]]}.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        path.rename(made / name)
    (made / Artifacts.MANIFEST).write_text(manifest(made).model_dump_json(), "utf-8")
