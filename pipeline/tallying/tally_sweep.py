"""What a run beyond a page's memory holds beside its tables, made from these tables on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.contract import (
    Artifacts,
    Customers,
    Dataset,
    PopulationRecord,
    Weights,
    of_sample,
    population,
    write_table,
)
from pipeline.tallying.counts import answered, pair_table, tallied, tally_table
from pipeline.tallying.customer_columns import Array, CustomerColumns, rfm_counted, segments_of
from pipeline.tallying.sample import Rows, allocated, drawn, write_rows

SALT = "a page's sample"


@dataclass(frozen=True)
class SweepTables:
    """Everybody's Parquet tables of one sweep, of whichever k are wanted."""

    dataset: Dataset
    customers: Path
    projection: Path
    assignments: Mapping[int, Path]
    strata: int  # the k by whose segments the sample is drawn
    rfm_scores: Path | None = None
    spend: str | None = None  # column of the money that RFM looks at
    typical: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))  # keys, of every k
    wanted: tuple[int, ...] = ()  # what is to be tallied of ``assignments``; (): every k

    @property
    def ks(self) -> tuple[int, ...]:
        """Every k that is to be tallied."""
        return self.wanted or tuple(self.assignments)


@dataclass(frozen=True)
class Described:
    """The record and the files, by the names of their artifacts."""

    population: PopulationRecord
    sweep: Mapping[str, Path]
    runs: Mapping[int, Mapping[str, Path]]


def describe(tables: SweepTables, folder: Path, sample: int = population.SAMPLE_ROWS) -> Described:
    """Count everybody exactly and draw the sample; files are written below ``folder``.

    One column is in memory at a time, and a byte of each customer for everything that is counted.
    """
    everyone = CustomerColumns(tables.dataset, tables.customers)
    labels = {k: segments_of(path) for k, path in tables.assignments.items()}
    tallies = _tallies(tables, everyone, {k: labels[k] for k in tables.ks})
    strata = labels[tables.strata]
    sizes = np.bincount(strata, minlength=tables.strata)
    chosen = drawn(strata, allocated(sizes, sample), SALT)
    drew = np.bincount(strata[chosen], minlength=tables.strata)
    record = PopulationRecord(
        rows=everyone.rows,
        salt=SALT,
        strata=tuple(population.Stratum(rows=int(n), sampled=int(m)) for n, m in zip(sizes, drew, strict=True)),
        spreads=everyone.spreads,
        missing=everyone.missing(),
    )
    rows = np.union1d(chosen, np.searchsorted(_keys(everyone), tables.typical))
    weights = np.where(np.isin(rows, chosen), (sizes / np.maximum(drew, 1))[strata[rows]], 0.0)
    return _written(tables, folder, record, tallies, rows, weights)


@dataclass(frozen=True)
class _Tallies:
    by_k: Mapping[int, pd.DataFrame]
    pairs: pd.DataFrame


def _tallies(tables: SweepTables, everyone: CustomerColumns, labels: Mapping[int, Array]) -> _Tallies:
    rows: dict[int, list[tuple[object, ...]]] = {k: [] for k in labels}
    counted = []
    for binned in (*everyone.counted(), *(rfm_counted(tables.rfm_scores) if tables.rfm_scores else ())):
        counted.append(binned)
        for k, tallied_rows in tallied(binned, labels).items():
            rows[k] += tallied_rows
    for name, values in everyone.answers():
        for k, tallied_rows in answered(name, values, labels).items():
            rows[k] += tallied_rows
    spend = everyone.numbers(tables.spend) if tables.spend in everyone.names and tables.spend else None
    return _Tallies({k: tally_table(tallied_rows) for k, tallied_rows in rows.items()}, pair_table(counted, spend))


def _written(
    tables: SweepTables,
    folder: Path,
    record: PopulationRecord,
    tallies: _Tallies,
    rows: Rows,
    weights: npt.NDArray[np.float64],
) -> Described:
    held = {Artifacts.CUSTOMERS: tables.customers, Artifacts.PROJECTION: tables.projection}
    if tables.rfm_scores:
        held[Artifacts.RFM_SCORES] = tables.rfm_scores
    sweep = {of_sample(name): _taken(path, rows, folder / "sweep" / of_sample(name)) for name, path in held.items()}
    keys = Customers.keys(pd.read_parquet(sweep[of_sample(Artifacts.CUSTOMERS)]))
    table = pd.DataFrame({Weights.KEY: keys.to_numpy(np.int64), Weights.WEIGHT: weights})
    sweep[Artifacts.WEIGHTS] = _table(table, folder / "sweep", Artifacts.WEIGHTS)
    sweep[Artifacts.PAIRS] = _table(tallies.pairs, folder / "sweep", Artifacts.PAIRS)
    runs = {
        k: {
            of_sample(Artifacts.ASSIGNMENTS): _taken(path, rows, folder / f"k{k}" / of_sample(Artifacts.ASSIGNMENTS)),
            Artifacts.TALLIES: _table(tallies.by_k[k], folder / f"k{k}", Artifacts.TALLIES),
        }
        for k, path in ((k, tables.assignments[k]) for k in tables.ks)
    }
    return Described(record, sweep, runs)


def _taken(source: Path, rows: Rows, target: Path) -> Path:
    write_rows(source, rows, target)
    return target


def _table(frame: pd.DataFrame, folder: Path, name: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(PurePosixPath(name).stem, frame, path)
    return path


def _keys(everyone: CustomerColumns) -> npt.NDArray[np.int64]:
    return everyone.column(everyone.names[0]).to_numpy(np.int64)
