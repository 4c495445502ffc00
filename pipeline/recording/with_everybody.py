"""What a sweep of very many customers leaves beside their tables, for readers who cannot hold these in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from pipeline.contract import (
    Artifacts,
    Customers,
    RunRecord,
    SweepRecord,
    Typical,
    Weights,
    population,
    write_table,
)
from pipeline.stages import Elsewhere, Training
from pipeline.tallying import SweepTables, describe


def with_everybody(record: SweepRecord, training: Training, folder: Path, most: int) -> SweepRecord:
    """The record with exact tallies and a sample of at most ``most`` customers; itself where there are no more.

    The tables of ``record`` are files already; new ones are written below ``folder``. Where all customers are elsewhere
    its own are the sample, and the tallies were made there.
    """
    if training.elsewhere is not None:
        return _of_sample(record, training, training.elsewhere, folder / "everybody")
    if record.rows <= most:
        return record
    typical = [candidate.typical[Typical.KEY].to_numpy(np.int64) for candidate in training.candidates]
    tables = SweepTables(
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


def _of_sample(record: SweepRecord, training: Training, elsewhere: Elsewhere, folder: Path) -> SweepRecord:
    """The record with what was counted of all customers, and how many of them each of the sample stands for."""
    strata = elsewhere.population.strata
    weight_of_stratum = np.array([stratum.rows / max(stratum.sampled, 1) for stratum in strata])
    keys = Customers.keys(training.customers).to_numpy(np.int64)
    labels = training.candidate(training.decision.k).labels
    weights = pd.DataFrame({Weights.KEY: keys, Weights.WEIGHT: weight_of_stratum[labels]})
    told = {**record.parent.records, Artifacts.POPULATION: elsewhere.population.model_dump_json()}
    sweep = {Artifacts.WEIGHTS: weights, Artifacts.PAIRS: elsewhere.pairs}
    return replace(
        record,
        parent=replace(_more(record.parent, _files(sweep, folder / "sweep")), records=told),
        children={
            k: _more(child, _files({Artifacts.TALLIES: elsewhere.tallies[k]}, folder / f"k{k}"))
            for k, child in record.children.items()
        },
    )


def _files(tables: Mapping[str, pd.DataFrame], folder: Path) -> dict[str, Path]:
    paths = {name: folder / name for name in tables}
    for name, path in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_table(PurePosixPath(name).stem, tables[name], path)
    return paths


def _more(record: RunRecord, files: Mapping[str, Path]) -> RunRecord:
    return replace(record, files={**record.files, **files})
