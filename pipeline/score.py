"""New customers -> segments of a trained run, through the same cleaning and the same transforms. No model is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.contract import Assignments, Customers, Ledger, Segmentation
from pipeline.drift import Drift, measure_drift
from pipeline.errors import InputError
from pipeline.features import apply_transform
from pipeline.geometry import squared_distances

FIT_QUANTILE = 0.995  # farther from its centre than this share of the training's customers: fits none


@dataclass(frozen=True)
class Scored:
    """Customers placed, one row each, in the order of their ids."""

    table: pd.DataFrame
    ledger: Ledger
    notes: tuple[str, ...]
    drift: Drift

    @property
    def rows(self) -> int:
        """Number of customers placed."""
        return len(self.table)

    def summary(self) -> dict[str, Any]:
        """Counts for a script to read."""
        return {
            "rows_in": self.ledger.rows_in, "rows_out": self.rows, "dropped": self.ledger.dropped,
            "quarantined": self.ledger.quarantined, "fits_none": int((~self.table["fits"]).sum()),
            "segments": {str(name): int(count) for name, count in self.table["segment_name"].value_counts().items()},
            "notes": list(self.notes), "drift": self.drift.summary(),
        }


def score_file(segmentation: Segmentation, data: str, output: Path) -> Scored:
    """Clean ``data`` by the run's own spec, place every customer and write a CSV; raises ``InputError``."""
    from pipeline.clean import clean
    from pipeline.sources import read_source
    from pipeline.spec import restore_spec

    spec = restore_spec(segmentation.spec)
    cleaned = clean(read_source(spec, data), spec, minimum_rows=1)
    table = place(cleaned.customers, segmentation)
    name = spec.id.column
    ids = cleaned.customers[name] if name in cleaned.customers else cleaned.customers[Customers.KEY]
    table.insert(0, name, ids.to_numpy())
    try:
        neutralise_formulas(table).to_csv(output, index=False, encoding="utf-8")
    except OSError as error:
        raise InputError.because(f"{output} cannot be written ({error.strerror})") from error
    drift = measure_drift(cleaned.customers, table["segment"].to_numpy(dtype=np.int64) - 1, segmentation)
    told = tuple(f"{entry.rule}: {entry.detail}" for entry in cleaned.ledger.entries
                 if entry.rows and entry.rule != "imputed")  # drift tells of those with the value that stands in
    return Scored(table, cleaned.ledger, (*told, *drift.notes()), drift)


def place(customers: pd.DataFrame, segmentation: Segmentation) -> pd.DataFrame:
    """Segment (counted from 1), name, distance, second segment, confidence and fit of each customer.

    ``confidence`` is 1 - d1 / d2 for the distances to the nearest and second nearest centre: 0 on the border, 1 on the
    centre. ``fits`` is false for customers farther from their centre than nearly everyone in training.
    """
    distances = np.sqrt(squared_distances(apply_transform(customers, segmentation.transform), segmentation.centres))
    order = np.argsort(distances, axis=1, kind="stable")
    rows = np.arange(len(distances))
    own, second = order[:, 0], order[:, 1]
    nearest, next_nearest = distances[rows, own], distances[rows, second]
    names: Mapping[int, str] = {card.segment: card.name for card in segmentation.cards}
    reach = segmentation.assignments.groupby(Assignments.SEGMENT)[Assignments.DISTANCE].quantile(FIT_QUANTILE)
    return pd.DataFrame({
        "segment": own + 1, "segment_name": [names[segment] for segment in own], "distance": nearest,
        "second_segment": second + 1,
        "confidence": 1 - nearest / np.where(next_nearest > 0, next_nearest, 1.0),
        "fits": nearest <= reach.reindex(range(segmentation.k)).to_numpy()[own],
    })


def neutralise_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """A copy in which no text cell starts a spreadsheet formula (=, +, -, @, tab): such cells get an apostrophe."""
    safe = table.copy()
    for name in safe.columns:
        if pd.api.types.is_string_dtype(safe[name]) or safe[name].dtype == object:
            text = safe[name].astype("str")
            safe[name] = text.where(~text.str.match(r"^[=+\-@\t\r]"), "'" + text)
    return safe
