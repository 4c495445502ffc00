"""RFM as something to count by and to filter on: the named cell of each customer, and her three scores."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dashapp.selecting.dimensions import RFM, Array, Dimension
from pipeline.contract import RFM_NAMES, Message, RfmScores, Segmentation

RECENCY, FREQUENCY, MONETARY = f"{RFM}.recency", f"{RFM}.frequency", f"{RFM}.monetary"
COLUMNS = {RECENCY: RfmScores.RECENCY, FREQUENCY: RfmScores.FREQUENCY, MONETARY: RfmScores.MONETARY}
_LABELS = {
    RECENCY: Message.of("Recency score"),
    FREQUENCY: Message.of("Frequency score"),
    MONETARY: Message.of("Monetary score"),
}
_SCORES = tuple(map(str, range(1, 6)))


def rfm_dimensions(segmentation: Segmentation) -> tuple[Dimension, ...]:
    """The cell, then the scores; none of a run without any."""
    if segmentation.rfm is None or not (segmentation.rfm_scores[RfmScores.CELL] != "").any():
        return ()
    cells = Dimension(
        RFM, "category", Message.of("RFM cell"), tokens=tuple(RFM_NAMES), labels=tuple(RFM_NAMES.values())
    )
    scores = (Dimension(name, "category", label, tokens=_SCORES, labels=_SCORES) for name, label in _LABELS.items())
    return (cells, *scores)


def rfm_places(scores: pd.DataFrame, dimension: Dimension) -> Array | None:
    """Each customer's bin, (n,), the number of bins where it is not known; None for any other dimension."""
    if dimension.name == RFM:
        places = {token: place for place, token in enumerate(dimension.tokens)}
        return scores[RfmScores.CELL].map(places).fillna(dimension.bins).to_numpy(dtype=np.int64)
    if dimension.name not in COLUMNS:
        return None
    known = scores[COLUMNS[dimension.name]].to_numpy(dtype=np.int64)
    return np.where(known > 0, known - 1, dimension.bins)
