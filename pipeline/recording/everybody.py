"""What a sweep of very many customers leaves beside their tables, for readers who cannot hold these in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from pipeline.contract import Artifacts, RunRecord, SweepRecord, Typical, population
from pipeline.stages import Training
from pipeline.tallying import Tables, describe


def with_everybody(record: SweepRecord, training: Training, folder: Path, most: int) -> SweepRecord:
    """The record with exact tallies and a sample of at most ``most`` customers; itself where there are no more.

    The tables of ``record`` are files already; new ones are written below ``folder``.
    """
    if record.rows <= most:
        return record
    typical = [one.typical[Typical.KEY].to_numpy(np.int64) for one in training.candidates]
    tables = Tables(
        training.dataset,
        record.parent.files[Artifacts.CUSTOMERS],
        record.parent.files[Artifacts.PROJECTION],
        {k: child.files[Artifacts.ASSIGNMENTS] for k, child in record.children.items()},
        strata=record.recommended_k,
        rfm_scores=record.parent.files.get(Artifacts.RFM_SCORES),
        spend=training.rfm.monetary.column if training.rfm else None,
        typical=np.unique(np.concatenate(typical)) if typical else np.empty(0, np.int64),
    )
    made = describe(tables, folder / "everybody", min(population.SAMPLE_ROWS, most))
    told = {**record.parent.records, Artifacts.POPULATION: made.population.model_dump_json()}
    return replace(
        record,
        parent=replace(_more(record.parent, made.sweep), records=told),
        children={k: _more(child, made.runs[k]) for k, child in record.children.items()},
    )


def _more(record: RunRecord, files: Mapping[str, Path]) -> RunRecord:
    return replace(record, files={**record.files, **files})
