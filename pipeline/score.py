"""New customers -> segments of a trained run, through the same cleaning and the same transforms. No model is loaded."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipeline.contract import Assignments, Ledger, Scored, Scores, Segmentation
from pipeline.drift import measure_drift
from pipeline.errors import InputError
from pipeline.features import apply_transform
from pipeline.geometry import squared_distances

if TYPE_CHECKING:
    from pipeline.spec import Spec

FIT_QUANTILE = 0.995  # farther from its centre than this share of the training's customers: fits none
_PARQUET = b"PAR1"


def score_file(segmentation: Segmentation, data: str, output: Path) -> Scored:
    """Place every customer in ``data`` and write a CSV; raises ``InputError``."""
    scored = score(segmentation, data)
    try:
        neutralise_formulas(scored.table).to_csv(output, index=False, encoding="utf-8")
    except OSError as error:
        raise InputError.because(f"{output} cannot be written ({error.strerror})") from error
    return scored


def score_upload(segmentation: Segmentation, name: str, content: bytes) -> Scored:
    """Place the customers of a text table that came over the network; nothing of it stays on the disk.

    Raises
    ------
    InputError
        Naming the file as its sender does.
    """
    if content.startswith(_PARQUET):  # a few kilobytes of it can unfold to gigabytes
        raise InputError.because(f"{name} is a Parquet file", expected="a table as text (CSV)",
                                 remedy="save it as CSV, or use 'korzina score'")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, re.sub(r"[^\w. -]", "_", name).strip(". ")[-80:] or "upload.csv")
        file.write_bytes(content)
        here = f"{folder}{os.sep}"
        try:
            scored = score(segmentation, str(file))
        except InputError as error:
            raise InputError(str(error).replace(here, "")) from error
        return replace(scored, ledger=Ledger.model_validate_json(scored.ledger.model_dump_json().replace(here, "")))


def score(segmentation: Segmentation, data: str) -> Scored:
    """Clean ``data`` by the run's own spec and place every customer; raises ``InputError``."""
    from pipeline.clean import clean
    from pipeline.history import read_history
    from pipeline.outlook import response_outlook
    from pipeline.sources import read_source
    from pipeline.spec import restore_spec

    spec = restore_spec(segmentation.spec)
    # the id goes back to who sent it, even where the run keeps none
    spec = spec.model_copy(update={"path": "", "id": spec.id.model_copy(update={"keep": True})})
    ready = _is_ready(spec, data)
    cleaned = clean(read_source(_as_table(spec) if ready else spec, data), spec, minimum_rows=1)
    customers = cleaned.customers
    table = place(customers, segmentation)
    labels = table[Scores.SEGMENT].to_numpy(dtype=np.int64) - 1
    outlook = response_outlook(customers, labels, segmentation, spec, None if ready else read_history(spec, data))
    table.insert(0, spec.id.column, customers[spec.id.column].to_numpy())
    return Scored(table.assign(**outlook.columns), cleaned.ledger, measure_drift(customers, labels, segmentation),
                  outlook.notes)


def _is_ready(spec: Spec, data: str) -> bool:
    """Whether ``data`` is one file although the spec reads several tables: what its query would yield, then."""
    return len(spec.source.tables) > 1 and "://" not in data and Path(data).expanduser().is_file()


def _as_table(spec: Spec) -> Spec:
    return spec.model_copy(update={"source": spec.source.model_copy(update={
        "package": None, "tables": {}, "query": None})})


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
        Scores.SEGMENT: own + 1, Scores.NAME: [names[segment] for segment in own], Scores.DISTANCE: nearest,
        Scores.SECOND: second + 1,
        Scores.CONFIDENCE: 1 - nearest / np.where(next_nearest > 0, next_nearest, 1.0),
        Scores.FITS: nearest <= reach.reindex(range(segmentation.k)).to_numpy()[own],
    })


def neutralise_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """A copy in which no text cell starts a spreadsheet formula (=, +, -, @, tab): such cells get an apostrophe."""
    safe = table.copy()
    for name in safe.columns:
        if pd.api.types.is_string_dtype(safe[name]) or safe[name].dtype == object:
            text = safe[name].astype("str")
            safe[name] = text.where(~text.str.match(r"^[=+\-@\t\r]"), "'" + text)
    return safe
