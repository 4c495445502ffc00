"""What a run's customers can be counted and filtered by: one ``Dimension`` a chart, with its bins in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.contract import (
    CATEGORY_KINDS,
    NUMERIC_KINDS,
    Assignments,
    CategoryProfiles,
    Column,
    Dataset,
    Group,
    Meaning,
    Message,
    Quantity,
    Segmentation,
    Tallies,
    names_its_unit,
    population,
)

Array = npt.NDArray[Any]
Kind = Literal["segment", "number", "category", "mix", "map"]

SEGMENT, MAP, RUN, SURE, RFM = "segment", "map", "run", "silhouette", "rfm"
_OWN = frozenset({SEGMENT, MAP, RUN, SURE, RFM})
UNKNOWN, REST = population.UNKNOWN, population.REST
THREADS = 2  # that code the customers of a run, once
MOST_BINS, MOST_CATEGORIES, MOST_CHARTS = population.MOST_BINS, 12, 9
_SHOWN: tuple[Meaning, ...] = ("age", "income", "spend", "average_cheque")
_SHOWN_AFTER: tuple[Meaning, ...] = ("marital_status", "household", "children", "education", "orders", "recency")


@dataclass(frozen=True)
class Dimension:
    """One thing to count by and to filter on; ``tokens`` and ``labels`` have one entry a bin."""

    name: str  # in the URL too
    kind: Kind
    label: str
    column: str = ""  # of the customers table, where the dimension is one
    unit: str = ""
    format: str = ",.3~r"
    whole: bool = False  # holds whole numbers only
    tokens: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    edges: tuple[float, ...] = ()  # number only: one more than bins, infinite where the bin is open
    step: float = 1.0

    def retold(self, tell: Callable[[str], str]) -> Dimension:
        """The same with the words of another language; tokens, which stand in addresses, stay."""
        labels = self.labels if self.kind == "number" else tuple(map(tell, self.labels))
        return replace(self, label=tell(self.label), unit=tell(self.unit), labels=labels)

    @property
    def bins(self) -> int:
        """Number of bins."""
        return len(self.tokens)

    @property
    def axis_title(self) -> str:
        """Label with its unit, where it does not say that itself: "days since the last purchase"."""
        return self.label if not self.unit or names_its_unit(self) else f"{self.label}, {self.unit}"

    @property
    def ends(self) -> tuple[float, float]:
        """Where the outermost bars of a number end; an open one is as wide as the others."""
        first, last = self.edges[0], self.edges[-1]
        return (
            self.edges[1] - self.step if math.isinf(first) else first,
            self.edges[-2] + self.step if math.isinf(last) else last,
        )

    @property
    def centres(self) -> list[float]:
        """Where each bin's bar stands; a bin of whole numbers is centred on the numbers it holds."""
        shift = (self.step - 1) / 2 if self.whole else self.step / 2
        lows = [self.edges[1] - self.step if math.isinf(low) else low for low in self.edges[:-1]]
        return [low + shift for low in lows]


def dimensions(segmentation: Segmentation, reserved: frozenset[str] = frozenset()) -> tuple[Dimension, ...]:
    """Every dimension of a run: segments, map, the two mixes and every described column; none is named as reserved."""
    listed = [segment_dimension(segmentation), Dimension(MAP, "map", Message.of("Map"))]
    listed += [mix_dimension(group) for group in mixes(segmentation)]
    described = [
        column
        for column in segmentation.dataset.columns
        if column.role in ("active", "passive", "outcome")
        and column.group is None
        and column.name in segmentation.customers
    ]
    with ThreadPoolExecutor(THREADS) as threads:  # each looks for quantiles of all customers
        for made in threads.map(lambda column: column_dimension(column, segmentation, reserved), described):
            listed += made
    return (*listed, *sure_dimension(segmentation))


def explore_charts(dataset: Dataset, available: Sequence[Dimension]) -> tuple[Dimension, ...]:
    """The charts of the Explore page in reading order: what the data set has, never more than ``MOST_CHARTS``."""
    return tuple(dict.fromkeys(_wanted(dataset, available)))[:MOST_CHARTS]


def _wanted(dataset: Dataset, available: Sequence[Dimension]) -> Iterator[Dimension]:
    of_column = {dimension.column: dimension for dimension in available if dimension.column}

    def meant(meanings: Sequence[Meaning]) -> Iterator[Dimension]:
        columns = (dataset.meaning(meaning) for meaning in meanings)
        return (of_column[column.name] for column in columns if column and column.name in of_column)

    yield from meant(_SHOWN)
    yield from (dimension for dimension in available if dimension.kind == "mix")
    yield from meant(_SHOWN_AFTER[:4])
    if not all(map(dataset.meaning, _SHOWN)):  # a data set without the usual columns shows what it has
        yield from meant(_SHOWN_AFTER)
        yield from (
            dimension for dimension in available if dimension.kind in ("category", "number") and dimension.column
        )


def segment_dimension(segmentation: Segmentation) -> Dimension:
    """Segments, by the key that survives a re-train."""
    return Dimension(
        SEGMENT,
        "segment",
        Message.of("Segment"),
        tokens=tuple(card.key for card in segmentation.cards),
        labels=tuple(card.name for card in segmentation.cards),
    )


def all_measured(segmentation: Segmentation) -> bool:
    """Whether every customer's silhouette is known, and not only that of a sample."""
    return (
        segmentation.everybody is None
        and bool(len(segmentation.assignments))
        and bool(segmentation.assignments[Assignments.SILHOUETTE].notna().all())
    )


def sure_dimension(segmentation: Segmentation) -> list[Dimension]:
    """Silhouette of each customer; none where it was measured on a sample only."""
    if not all_measured(segmentation):
        return []
    spread = population.spread_of(segmentation.assignments[Assignments.SILHOUETTE].to_numpy(dtype=np.float64))
    made = Dimension(SURE, "number", Message.of("How surely a customer belongs (silhouette)"))
    return [_in_bins(made, spread)] if spread else []


def mixes(segmentation: Segmentation) -> tuple[Group, ...]:
    """Groups whose members stand in the customers table."""
    return tuple(
        group
        for group in segmentation.dataset.groups
        if group.members and set(group.members) <= set(segmentation.customers)
    )


def mix_dimension(group: Group) -> Dimension:
    """What a customer buys most of: one bin a member, and one for those who bought nothing."""
    return Dimension(
        mix_name(group),
        "mix",
        group.label,
        unit=group.unit,
        tokens=(*group.members, UNKNOWN),
        labels=(*group.member_labels, Message.of("Nothing yet")),
    )


def mix_name(group: Group) -> str:
    """Name of the dimension that a group makes."""
    return f"main.{group.key}"


def column_dimension(column: Column, segmentation: Segmentation, reserved: frozenset[str]) -> list[Dimension]:
    """The dimension of a column; none for dates, free text and columns without a single value."""
    name = column_name(column, reserved)
    if column.kind in NUMERIC_KINDS:
        spread = spread_in(segmentation, column)
        return [_number(name, column, spread)] if spread else []
    if column.kind in CATEGORY_KINDS or column.kind == "flag":
        counts = words_in(segmentation, column)
        return [_category(name, column, counts, segmentation.category_profiles)] if len(counts) else []
    return []


def spread_in(segmentation: Segmentation, column: Column) -> population.Spread | None:
    """Of a number; None where no customer has one."""
    everybody = segmentation.everybody
    if everybody is not None and everybody.population is not None:
        return everybody.population.spreads.get(column.name)
    values = population.to_numbers(segmentation.customers[column.name])
    return population.spread_of(values, whole=column.kind == "integer")


def words_in(segmentation: Segmentation, column: Column) -> pd.Series:
    """Customers by category, the most frequent first and equals by name; empty where no customer has one."""
    everybody = segmentation.everybody
    if everybody is not None and everybody.tallies is not None:
        table = everybody.tallies
        mine = table[table[Tallies.SOURCE].eq("category") & table[Tallies.NAME].eq(column.name) & (table["bin"] >= 0)]
        counts = mine.groupby(Tallies.WORD)[Tallies.N].sum()
    else:
        codes, words = population.to_codes(column, segmentation.customers[column.name])
        counts = pd.Series(np.bincount(codes[codes >= 0], minlength=len(words)), index=words)
    ranked: pd.Series = counts[counts > 0].sort_index().sort_values(ascending=False, kind="stable")
    return ranked


def column_name(column: Column, reserved: frozenset[str]) -> str:
    """Name of a column's dimension: its own, or with a prefix where that is taken by one of ours or reserved."""
    taken = column.name in _OWN | reserved or column.name.startswith(("main.", "column.", f"{RFM}."))
    return f"column.{column.name}" if taken else column.name


def _number(name: str, column: Column, spread: population.Spread) -> Dimension:
    made = Dimension(name, "number", column.label, column.name, column.unit, column.format, whole=spread.whole)
    return _in_bins(made, spread)


def _in_bins(dimension: Dimension, spread: population.Spread) -> Dimension:
    edges, step = population.edges_of(spread)
    tokens = tuple(range_token(low, high) for low, high in pairwise(edges))
    return replace(dimension, tokens=tokens, labels=tokens, edges=edges, step=step)


def _category(name: str, column: Column, counts: pd.Series, profiles: pd.DataFrame) -> Dimension:
    own = profiles[profiles[CategoryProfiles.COLUMN] == column.name][CategoryProfiles.CATEGORY]
    ranked = dict.fromkeys([*column.order, *(["yes", "no"] if column.kind == "flag" else map(str, own)), *counts.index])
    words = [word for word in ranked if word in counts.index]
    ordered = column.kind == "ordered" or bool(column.order)
    if not ordered and column.kind != "flag":
        words.sort(key=lambda word: -int(counts[word]))
    kept = words if len(words) <= MOST_CATEGORIES else words[: MOST_CATEGORIES - 1]
    rest = len(words) - len(kept)
    tokens = [*kept, *([REST] if rest else [])]
    named: dict[str, str] = {REST: Message.of("All others ({n})", n=Quantity(rest, "d"))}
    if column.kind == "flag":
        named |= {"yes": Message.of("yes"), "no": Message.of("no")}
    return Dimension(
        name,
        "category",
        column.label,
        column.name,
        tokens=tuple(tokens),
        labels=tuple(named.get(token, token) for token in tokens),
    )


def range_token(low: float | None, high: float | None) -> str:
    """``30~35``; an open end is left out."""
    ends = ["" if end is None or math.isinf(end) else f"{end:.10g}" for end in (low, high)]
    return "~".join(ends)
