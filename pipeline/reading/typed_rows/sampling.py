"""A sample of customers, for data that are more than this machine holds: those whose ids have the smallest hashes.

All rows of a customer are drawn or none, in whatever order they stand, and a larger sample holds every smaller one.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.folding import column_values, salted, text_hashes
from pipeline.reading.engine import Engine, quote
from pipeline.reading.kinds import as_text
from pipeline.reading.raw import ROW_ID, RawTable

_SALT = "customers"
_BATCH = 1_000_000  # ids that are held as text at a time
_PLACE, _DRAWN = "korzina_place", "korzina_drawn"


@dataclass(frozen=True)
class DrawnRows:
    """Rows of a sample of customers, and where they stand among all."""

    frame: pd.DataFrame
    places: npt.NDArray[np.int64]  # rising, from 0
    left_out: int  # rows of the other customers


def draw_rows(engine: Engine, table: str, id_column: str, customers: int, columns: str = "*") -> DrawnRows | None:
    """The rows of so many customers of a table in the engine, where no other is held; None where it has no more.

    Parameters
    ----------
    columns
        SQL for what is read of each row.

    Raises
    ------
    QueryError
        Where the table cannot be read.
    """
    exact = next((name for name in engine.columns(table) if name.strip() == id_column), None)
    if exact is None and id_column != ROW_ID:
        return None  # cleaning says so in words
    rows = f"(SELECT *, row_number() OVER () - 1 AS {_PLACE} FROM {quote(table)})"
    texts = f"SELECT {_PLACE}, CAST({quote(exact) if exact else f'{_PLACE} + 1'} AS VARCHAR) FROM {rows}"
    read = [(batch.column(0).to_numpy(), text_hashes(batch.column(1))) for batch in engine.batches(texts, _BATCH)]
    if not read:
        return None
    places, hashes = (np.concatenate(parts) for parts in zip(*read, strict=True))
    chosen = _of_smallest(hashes, customers)
    if chosen is None:
        return None
    drawn = np.sort(places[chosen])
    engine.give(_DRAWN, pd.DataFrame({_PLACE: drawn}))
    frame = engine.query(
        f"SELECT {columns} FROM {rows} WHERE {_PLACE} IN (SELECT {_PLACE} FROM {_DRAWN}) ORDER BY {_PLACE}"
    ).drop(columns=_PLACE, errors="ignore")
    return DrawnRows(frame, drawn, len(places) - len(drawn))


def with_sample(raw: RawTable, id_column: str, customers: int) -> RawTable:
    """The rows of so many customers of a table that is in memory; the table itself where it has no more."""
    exact = next((name for name in raw.frame if str(name).strip().strip("\ufeff") == id_column), None)
    if exact is None and id_column != ROW_ID:
        return raw  # cleaning says so in words
    ids = raw.row_ids() if exact is None else as_text(raw.frame[exact])
    places = _of_smallest(text_hashes(column_values(ids)), customers)
    return raw if places is None else at_places(raw, places)


def at_places(raw: RawTable, places: npt.NDArray[np.int64]) -> RawTable:
    """The table with the rows at those places, rising, alone; each keeps the line that it stands on."""
    kept = {int(place): position for position, place in enumerate(places)} if raw.faults else {}
    return replace(
        raw,
        frame=raw.frame.iloc[places].reset_index(drop=True),
        rows=raw.rows[places],
        parts=tuple((bisect_left(places, start), file) for start, file in raw.parts),
        faults=tuple((name, kept[position]) for name, position in raw.faults if position in kept),
        left_out=raw.left_out + len(raw.frame) - len(places),
    )


def _of_smallest(hashes: npt.NDArray[np.uint64], customers: int) -> npt.NDArray[np.int64] | None:
    """Places of the rows whose customers are the first so many by hash, rising; None where there are no more."""
    known = salted(hashes, _SALT)
    different = np.unique(known)
    return None if len(different) <= customers else np.flatnonzero(known <= different[customers - 1])
