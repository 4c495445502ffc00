"""A store of any number of customers, written a million at a time: ten million need no more memory than one.

As ``grown.py``, it draws the customers of a trained run again with a little noise; tables go through the store's own
writer.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from grown import grow

from pipeline.contract import Artifacts, Assignments, Customers, RunRecord, write_table
from pipeline.settings import Settings
from pipeline.stages import Training

PART = 2**20  # customers, as many as a row group


def crowd(base: Training, n: int, home: Path) -> str:
    """``n`` customers in a new store, the recommended k and its neighbours; returns the id of the promoted run."""
    from pipeline.recording import record_training
    from pipeline.store import Store

    parts = [grow_part(base, first, min(PART, n - first)) for first in range(0, n, PART)]
    with tempfile.TemporaryDirectory(dir=home.parent) as draft:
        folder = Path(draft)
        sizes = {one.record.k: np.zeros(one.record.k, np.int64) for one in parts[0]().candidates}
        files: dict[str, pq.ParquetWriter] = {}
        for part in parts:
            training = part()
            _write(files, folder, Artifacts.CUSTOMERS, training.customers)
            _write(files, folder, Artifacts.PROJECTION, training.projection)
            for one in training.candidates:
                _write(files, folder, f"k{one.record.k}/{Artifacts.ASSIGNMENTS}", one.assignments)
                sizes[one.record.k] += np.bincount(one.assignments[Assignments.SEGMENT], minlength=one.record.k)
        for writer in files.values():
            writer.close()
        record = record_training(_resized(parts[0](), n, sizes))
        own = (Artifacts.CUSTOMERS, Artifacts.PROJECTION)
        children = {
            k: _filed(child, folder, {Artifacts.ASSIGNMENTS: f"k{k}/{Artifacts.ASSIGNMENTS}"})
            for k, child in record.children.items()
        }
        record = replace(
            record, parent=_filed(record.parent, folder, dict(zip(own, own, strict=True))), children=children
        )
        store = Store.open(Settings(home=home), create=True)
        saved = store.save(replace(record, rows=n), experiment=base.dataset.spec)
    store.promote(saved.run_ids[base.decision.k], reason="benchmark", who="benchmark")
    return saved.run_ids[base.decision.k]


def grow_part(base: Training, first: int, count: int) -> Callable[[], Training]:
    """``count`` customers whose keys start at ``first``; made when it is called, the same each time."""

    def make() -> Training:
        made = grow(replace(base, plans={}), count, seed=first + 1)
        keys = np.arange(first, first + count)
        customers = made.customers.assign(**{str(made.customers.columns[0]): keys})
        if base.dataset.id_column in customers:
            customers[base.dataset.id_column] = pd.Series(keys).astype("str")
        candidates = tuple(_rekeyed(one, keys, first) for one in made.candidates)
        projection = made.projection.assign(**{Customers.KEY: keys})
        return replace(made, customers=customers, candidates=candidates, projection=projection, plans={})

    return make


def _rekeyed(one, keys: np.ndarray, first: int):
    table = one.assignments.assign(**{Assignments.KEY: keys})
    if first:
        table[Assignments.SILHOUETTE] = np.nan
    return replace(one, placed=type(one.placed)(table))


def _resized(training: Training, n: int, sizes: dict[int, np.ndarray]) -> Training:
    def resized(one):
        held = sizes[one.record.k]
        cards = tuple(
            card.model_copy(update={"size": int(held[card.segment]), "share": float(held[card.segment] / n)})
            for card in one.cards
        )
        return replace(one, cards=cards, record=one.record.model_copy(update={"sizes": tuple(map(int, held))}))

    ledger = training.ledger.model_copy(update={"rows_in": n, "rows_out": n, "dropped": 0, "quarantined": 0})
    return replace(training, candidates=tuple(map(resized, training.candidates)), ledger=ledger)


def _write(files: dict[str, pq.ParquetWriter], folder: Path, name: str, frame: pd.DataFrame) -> None:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    if name not in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_table(PurePosixPath(name).stem, frame.head(1), path)  # held against the contract
        floats = [field.name for field in table.schema if pa.types.is_floating(field.type)]
        files[name] = pq.ParquetWriter(
            path, table.schema, use_dictionary=[column for column in table.column_names[1:] if column not in floats]
        )
    files[name].write_table(table.cast(files[name].schema), row_group_size=PART)


def _filed(record: RunRecord, folder: Path, names: dict[str, str]) -> RunRecord:
    tables = {name: table for name, table in record.tables.items() if name not in names}
    return replace(record, tables=tables, files={name: folder / place for name, place in names.items()})
