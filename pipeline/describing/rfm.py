"""RFM: recency, frequency and monetary value of each customer as scores from 1 to 5, and the usual named cells.

Scores by quintiles are those of Hughes (1994, Strategic Database Marketing), but that equal values have equal scores:
where most customers made one order, no fifths can be cut, some scores are nobody's, and the scale says so. Nothing here
is clustered on; it stands beside the segments, since marketing knows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from pipeline.contract import (
    TABLES,
    Customers,
    Joined,
    Labels,
    Matrix,
    Message,
    Quantity,
    RfmCells,
    RfmFactor,
    RfmScale,
    RfmScores,
    own,
    percent,
    plain_quantity,
)
from pipeline.spec import RfmCuts, RfmSpec
from pipeline.stages import Candidate, Training

_FIFTHS = (0.2, 0.4, 0.6, 0.8)
_SCORES = range(1, 6)


def with_rfm(training: Training, spec: RfmSpec | None) -> Training:
    """``training`` with the scale and the scores of its customers, where its spec has ``[rfm]``."""
    if spec is None:
        return training
    factors: dict[str, RfmFactor] = {}
    notes: list[Message] = []
    for name in RfmCuts.model_fields:  # recency, frequency, monetary
        values = _values(training.customers, getattr(spec, name))
        factors[name] = _factor(spec, name, values)
        notes += _notes(factors[name], training.dataset.column(factors[name].column).label, values)
    scale = RfmScale(**factors, notes=tuple(notes))
    scores = scale.score(training.customers)
    scores.insert(0, RfmScores.KEY, Customers.keys(training.customers).to_numpy())
    return replace(training, rfm=scale, rfm_scores=scores)


def rfm_cells(training: Training, candidate: Candidate) -> pd.DataFrame:
    """The ``rfm_cells`` table of one k; customers without a cell are left out, unknown money adds nothing."""
    if training.rfm is None:
        raise ValueError("the training has no RFM scores")
    return count_cells(training.rfm, training.rfm_scores, training.customers, candidate.labels)


def count_cells(scale: RfmScale, scores: pd.DataFrame, customers: pd.DataFrame, segments: Labels) -> pd.DataFrame:
    """The ``rfm_cells`` table of customers with these scores in these segments, (n,)."""
    by = [RfmCells.SEGMENT, RfmCells.RECENCY, RfmCells.FREQUENCY, RfmCells.CELL]
    rows = scores[by[1:]].copy()
    rows[RfmCells.SEGMENT] = segments
    rows[RfmCells.MONEY] = _values(customers, scale.monetary.column)
    rows[RfmCells.CUSTOMERS] = 1
    known = rows[rows[RfmCells.CELL] != ""]
    table: pd.DataFrame = known.groupby(by, as_index=False)[[RfmCells.CUSTOMERS, RfmCells.MONEY]].sum()
    return table[list(TABLES["rfm_cells"])]


def _values(customers: pd.DataFrame, column: str) -> Matrix:
    """Numbers, NaN where they are not known; a column that the run does not keep is known of nobody."""
    if column not in customers:
        return np.full(len(customers), np.nan)
    return customers[column].to_numpy(dtype=np.float64, na_value=np.nan)


def _factor(spec: RfmSpec, name: str, values: Matrix) -> RfmFactor:
    """The spec's cut points, else the quintiles: values that occur, so that they can be read and written."""
    given, known = getattr(spec.cuts, name), values[~np.isnan(values)]
    cuts = given or (np.quantile(known, _FIFTHS, method="inverted_cdf") if len(known) else ())
    return RfmFactor(
        column=getattr(spec, name),
        cuts=tuple(map(float, cuts)),
        high_is_good=name != "recency" or spec.recent == "high",
        by="spec" if given else "quintiles",
    )


def _notes(factor: RfmFactor, label: str, values: Matrix) -> Iterator[Message]:
    """What the values do not allow: who has no score, and which scores are nobody's since values repeat."""
    known = values[~np.isnan(values)]
    if not len(known):
        yield Message.of("{label}: the run keeps no values of it, so it gives no scores", label=own(label))
        return
    distinct, counts = np.unique(known, return_counts=True)
    if len(known) < len(values):
        yield Message.counted(
            "{label}: not known for {n} customer, who has no score of it",
            "{label}: not known for {n} customers, who have no score of it",
            len(values) - len(known),
            label=own(label),
        )
    scores = set(factor.scores(known).tolist())
    missing = tuple(Quantity(score) for score in _SCORES if score not in scores)
    if not missing or factor.by == "spec":
        return
    if len(distinct) == 1:
        yield Message.of("{label}: the same for all customers, so its score tells nobody apart", label=own(label))
        return
    most = int(counts.argmax())
    yield Message.counted(
        "{label}: {share} of customers have the same value, {value}, and equal values have equal scores. Fifths of "
        "equal size cannot be cut, and nobody has the score {scores}",
        "{label}: {share} of customers have the same value, {value}, and equal values have equal scores. Fifths of "
        "equal size cannot be cut, and nobody has the scores {scores}",
        len(missing),
        label=own(label),
        share=percent(counts[most] / len(known)),
        value=plain_quantity(float(distinct[most])),
        scores=Joined(missing),
    )
