"""Customers counted by segment and bin, and by the bins of two columns: whole numbers, added block by block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from pipeline.contract import Pairs, Tallies
from pipeline.tallying.customer_columns import Array, BinnedColumn

_BLOCK = 2**18  # customers whose codes fit the processor's cache
MOST_WORDS = 200  # a category of more is in no pair


class ByTwo:
    """Counts by two codes, and sums: (first, second) each."""

    def __init__(self, first: int, second: int, *, with_sums: bool = False) -> None:
        self.shape = (first, second)
        self.counts = np.zeros(first * second, dtype=np.int64)
        self.sums = np.zeros(first * second) if with_sums else None

    def add(self, first: Array, second: Array, values: Array | None = None) -> None:
        """Some customers more."""
        cells = first.astype(np.int64) * self.shape[1] + second
        self.counts += np.bincount(cells, minlength=len(self.counts))
        if self.sums is not None and values is not None:
            self.sums += np.bincount(cells, np.nan_to_num(values), minlength=len(self.counts))

    def rows(self) -> Iterator[tuple[int, int, int, float]]:
        """First, second, count and sum of the cells that hold anybody."""
        for cell in np.flatnonzero(self.counts):
            first, second = divmod(int(cell), self.shape[1])
            yield first, second, int(self.counts[cell]), float(self.sums[cell]) if self.sums is not None else 0.0


def tallied(counted: BinnedColumn, labels: Mapping[int, Array]) -> dict[int, list[tuple[object, ...]]]:
    """Rows of the tallies of every k, (k -> rows), for one thing that is counted."""
    held = {k: ByTwo(k, counted.bins + 1, with_sums=counted.source == "number") for k in labels}
    values = next(counted.amounts()) if counted.source == "number" else None
    for part in _blocks(len(counted.codes)):
        codes, amounts = counted.codes[part], None if values is None else values[part]
        for k, segments in labels.items():
            held[k].add(segments[part], codes, amounts)
    rows = {k: rows_of(counted, table) for k, table in held.items()}
    if counted.source == "mix":
        _add_members(counted, labels, rows)
    return rows


def rows_of(counted: BinnedColumn, table: ByTwo) -> list[tuple[object, ...]]:
    """Rows of the tallies of one k from the counts by segment and bin."""
    return [_row(counted, *cell) for cell in table.rows()]


def _row(counted: BinnedColumn, segment: int, place: int, count: int, total: float) -> tuple[object, ...]:
    known = place < counted.bins
    word = counted.words[place] if known and counted.words else ""
    bin_of = -1 if not known else 0 if counted.words else place
    return segment, counted.source, counted.name, bin_of, word, count, total


def _add_members(counted: BinnedColumn, labels: Mapping[int, Array], rows: dict[int, list[tuple[object, ...]]]) -> None:
    """The sums of a mix's members, in the rows of those who buy most of them."""
    for place, amounts in enumerate(counted.amounts()):
        for k, segments in labels.items():
            add_member(counted, place, np.bincount(segments, amounts, minlength=k), rows[k])


def add_member(counted: BinnedColumn, place: int, sums: Array, rows: list[tuple[object, ...]]) -> None:
    """The sums of a member by segment, (k,), in the rows of the mix; a row of nobody where there are none."""
    at = {(row[0], row[3]): index for index, row in enumerate(rows)}
    for segment in np.flatnonzero(sums).tolist():
        row = (segment, counted.source, counted.name, place, "", 0, 0.0)
        index = at.get((segment, place))
        if index is None:
            rows.append((*row[:6], float(sums[segment])))
        else:
            rows[index] = (*rows[index][:6], float(sums[segment]))


def answered(name: str, values: Array, labels: Mapping[int, Array]) -> dict[int, list[tuple[object, ...]]]:
    """Rows of the tallies for an outcome: asked and answered with yes."""
    known, yes = np.isfinite(values), values > 0
    return {
        k: answers_of(name, np.bincount(held[known], minlength=k), np.bincount(held[yes], minlength=k))
        for k, held in labels.items()
    }


def answers_of(name: str, asked: Array, yes: Array) -> list[tuple[object, ...]]:
    """Rows of the tallies from the customers of each segment who were asked and who said yes, (k,) each."""
    return [
        (segment, "answers", name, 0, "", int(of), float(said))
        for segment, (of, said) in enumerate(zip(asked, yes, strict=True))
        if of
    ]


def tally_table(rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    """The ``tallies`` of one k."""
    names = (Tallies.SEGMENT, Tallies.SOURCE, Tallies.NAME, Tallies.BIN, Tallies.WORD, Tallies.N, Tallies.TOTAL)
    types = {Tallies.SEGMENT: "int64", Tallies.BIN: "int64", Tallies.N: "int64", Tallies.TOTAL: "float64"}
    return pd.DataFrame(list(rows), columns=list(names)).astype(types | dict.fromkeys(_TEXTS, "str"))


_TEXTS = (Tallies.SOURCE, Tallies.NAME, Tallies.WORD)


def pair_table(every: Sequence[BinnedColumn], spend: Array | None = None) -> pd.DataFrame:
    """The ``pairs``: each two of the things that are counted; ``spend``, (n,), is summed over those of RFM."""
    narrow = [binned for binned in every if len(binned.words) <= MOST_WORDS]
    tables = {
        (left, right): ByTwo(
            narrow[left].bins + 1, narrow[right].bins + 1, with_sums=spend is not None and _scores(narrow, left, right)
        )
        for left, right in combinations(range(len(narrow)), 2)
    }
    for part in _blocks(len(narrow[0].codes) if narrow else 0):
        codes = [binned.codes[part].astype(np.int64) for binned in narrow]
        amounts = None if spend is None else spend[part]
        for (left, right), table in tables.items():
            table.add(codes[left], codes[right], amounts)
    return pairs_of(narrow, tables)


def pairs_of(narrow: Sequence[BinnedColumn], tables: Mapping[tuple[int, int], ByTwo]) -> pd.DataFrame:
    """The ``pairs`` from the counts by each two, by their places in ``narrow``."""
    rows = [
        (*names, _bin(narrow[left], first), _bin(narrow[right], second), count, total)
        for (left, right), table in tables.items()
        for names in [[Pairs.named(narrow[place].source, narrow[place].name) for place in (left, right)]]
        for first, second, count, total in table.rows()
        if first < narrow[left].bins and second < narrow[right].bins
    ]
    names = (Pairs.LEFT, Pairs.RIGHT, Pairs.LEFT_BIN, Pairs.RIGHT_BIN, Pairs.N, Pairs.TOTAL)
    types = dict.fromkeys(names[:4], "str") | {Pairs.N: "int64", Pairs.TOTAL: "float64"}
    return pd.DataFrame(rows, columns=list(names)).astype(types)


def _scores(every: Sequence[BinnedColumn], left: int, right: int) -> bool:
    return every[left].source == every[right].source == "rfm"


def _bin(counted: BinnedColumn, place: int) -> str:
    return counted.words[place] if counted.words else str(place)


def _blocks(n: int) -> Iterator[slice]:
    return (slice(first, first + _BLOCK) for first in range(0, n, _BLOCK))
