"""How often two categories are in one basket, by segment: exact, a block of baskets at a time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.sparse import csr_array

from pipeline.contract import Labels, Matrix
from pipeline.describing.basket_lines import Baskets, Codes
from pipeline.processors import one_thread

APART = -1  # a segment's number for baskets that count for everybody only
LEFT_OUT = -2  # for those that count for nobody
_FEW = 65_536  # baskets a dense block, whose sums float32 holds exactly
_MANY = 2_000_000  # baskets a sparse block, each of which costs a table of categories by categories
_DENSE = 8  # times as many categories as a basket holds: up to there zeros are multiplied sooner than left out


def frequencies(baskets: Baskets, of_owner: Labels) -> tuple[Labels, int]:
    """In how many baskets each category is, and how many baskets there are of owners that are not ``LEFT_OUT``."""
    often, number = np.zeros(len(baskets.names), dtype=np.int64), 0
    for block in _blocks(len(baskets.owner), _MANY):
        kept = of_owner[baskets.owner[block]] != LEFT_OUT
        codes = baskets.codes[baskets.starts[block.start] : baskets.starts[block.stop]]
        lengths = np.diff(baskets.starts[block.start : block.stop + 1])
        often += np.bincount(codes if kept.all() else codes[np.repeat(kept, lengths)], minlength=len(often))
        number += int(np.count_nonzero(kept))
    return often, number


def count_pairs_of(baskets: Baskets, chosen: Codes, of_owner: Labels, k: int) -> tuple[Matrix, Matrix]:
    """How often two of the ``chosen`` categories meet in each segment, (k + 1, m, m), the last for no segment.

    ``of_owner`` holds each owner's segment, ``APART`` or ``LEFT_OUT``. The second result is the baskets of each.
    """
    with one_thread("blas"):  # products of a few columns by a few: several threads take longer than one
        return _pairs_of(baskets, chosen, of_owner, k)


def _pairs_of(baskets: Baskets, chosen: Codes, of_owner: Labels, k: int) -> tuple[Matrix, Matrix]:
    m = len(chosen)
    counts, totals = np.zeros((k + 1, m, m)), np.zeros(k + 1)
    place = np.full(len(baskets.names), -1, dtype=np.int32)
    place[chosen] = np.arange(m, dtype=np.int32)
    dense = m * len(baskets.owner) <= _DENSE * len(baskets.codes)
    for block in _blocks(len(baskets.owner), _FEW if dense else _MANY):
        of_basket = of_owner[baskets.owner[block]].astype(np.int16)
        columns = place[baskets.codes[baskets.starts[block.start] : baskets.starts[block.stop]]]
        lengths = np.diff(baskets.starts[block.start : block.stop + 1])
        rows = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
        if len(chosen) < len(baskets.names):
            rows, columns = rows[columns >= 0], columns[columns >= 0]
        if dense:
            _add_dense(counts, rows, columns, of_basket)
            totals += np.bincount(of_basket[of_basket != LEFT_OUT] % (k + 1), minlength=k + 1)
        else:
            ones = np.ones(len(rows), dtype=np.int32)
            own = np.flatnonzero(of_basket != LEFT_OUT)
            items = csr_array((ones, (rows, columns)), shape=(len(lengths), m))[own]
            added, baskets_added = count_pairs(items, of_basket[own], k)
            counts += added
            totals += baskets_added
    return counts, totals


def count_pairs(items: csr_array, segments: Codes, k: int) -> tuple[Matrix, Matrix]:
    """The same of a sparse matrix (baskets, categories) of 0 and 1 and the segment of each basket."""
    own = np.where(segments < 0, k, segments)
    counts = np.zeros((k + 1, items.shape[1], items.shape[1]))
    for segment in range(k + 1):
        part = items[np.flatnonzero(own == segment)]
        if part.shape[0]:
            counts[segment] = (part.T @ part).toarray()
    return counts, np.bincount(own, minlength=k + 1).astype(np.float64)


def _add_dense(counts: Matrix, rows: Codes, columns: Codes, segments: Codes) -> None:
    """Add a block's products; ``APART`` is the last place of ``counts``, as Python counts from the end."""
    items = np.zeros((len(segments), counts.shape[1]), dtype=np.float32)
    items[rows, columns] = 1.0
    order = np.argsort(segments, kind="stable")
    ordered, items = segments[order], items[order]
    for segment in np.unique(ordered).tolist():
        if segment != LEFT_OUT:
            start, stop = np.searchsorted(ordered, [segment, segment + 1])
            part = items[start:stop]
            counts[segment] += part.T @ part


def _blocks(n: int, size: int) -> Iterator[slice]:
    return (slice(start, min(start + size, n)) for start in range(0, n, size))
