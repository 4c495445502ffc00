"""Cells that a spreadsheet merged: the order, its day and its customer stand on the first of its lines only."""

from __future__ import annotations

import pandas as pd

from pipeline.understanding.evidence import fits, names_customer, words

_LEAST, _MOST = 0.05, 0.95  # share of the lines on which they are blank


def merged_columns(frame: pd.DataFrame) -> tuple[str, ...]:
    """Columns that are blank on the very same lines, a customer, and an order or a day among them; () for none.

    A line without a customer alone is a stranger's: her order and its day are known. Where these are blank as well,
    and the first line of the table is not, the line belongs to what stands above.
    """
    blank = frame.isna()
    customers = [str(name) for name in frame if names_customer(str(name)) or fits(words.EMAIL, str(name))]
    for customer in customers:
        gaps = blank[customer]
        if not _LEAST <= gaps.mean() <= _MOST or gaps.iloc[0]:
            continue
        alike = [str(name) for name in frame if (blank[name] == gaps).all()]
        when = [name for name in map(str, frame) if fits(words.ORDER, name) or fits(words.DAY, name)]
        if when and set(when) <= set(alike) and len(alike) < len(frame.columns):
            return tuple(alike)
    return ()
