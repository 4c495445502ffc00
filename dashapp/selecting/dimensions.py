"""What a run's customers can be counted and filtered by: one ``Dimension`` a chart, with its bins in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
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
    names_its_unit,
)

Array = npt.NDArray[Any]
Kind = Literal["segment", "number", "category", "mix", "map"]

SEGMENT, MAP, RUN, SURE, RFM = "segment", "map", "run", "silhouette", "rfm"
_OWN = frozenset({SEGMENT, MAP, RUN, SURE, RFM})
UNKNOWN, REST = "", "…"  # tokens of customers whose value is not known, and of all rarer categories together
MOST_BINS, MOST_CATEGORIES, MOST_CHARTS = 24, 12, 9
_TAIL = 0.005  # share of customers at either end that goes into an open bin
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
    found = [segment_dimension(segmentation), Dimension(MAP, "map", Message.of("Map"))]
    found += [mix_dimension(group) for group in mixes(segmentation)]
    for column in segmentation.dataset.columns:
        if (
            column.role in ("active", "passive", "outcome")
            and column.group is None
            and column.name in segmentation.customers
        ):
            found += column_dimension(column, segmentation, reserved)
    return (*found, *sure_dimension(segmentation))


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
        yield from (one for one in available if one.kind in ("category", "number") and one.column)


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
    return bool(len(segmentation.assignments)) and bool(segmentation.assignments[Assignments.SILHOUETTE].notna().all())


def sure_dimension(segmentation: Segmentation) -> list[Dimension]:
    """Silhouette of each customer; none where it was measured on a sample only."""
    if not all_measured(segmentation):
        return []
    values = segmentation.assignments[Assignments.SILHOUETTE].to_numpy(dtype=np.float64)
    return [_in_bins(Dimension(SURE, "number", Message.of("How surely a customer belongs (silhouette)")), values)]


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
    series = segmentation.customers[column.name]
    if series.notna().sum() == 0:
        return []
    name = column_name(column, reserved)
    if column.kind in NUMERIC_KINDS:
        values = to_numbers(series)
        return [_number(name, column, values)] if np.isfinite(values).any() else []
    if column.kind in CATEGORY_KINDS or column.kind == "flag":
        return [_category(name, column, series, segmentation.category_profiles)]
    return []


def to_numbers(series: pd.Series) -> Array:
    """Float values with NaN where nothing is known; those of a column of floats itself, not to be written to."""
    if series.dtype == np.float64:
        return series.to_numpy()
    values: Array = pd.to_numeric(series, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return values


def to_codes(column: Column, series: pd.Series) -> tuple[Array, list[str]]:
    """Each customer's category as its place in the list of them, -1 where it is not known; a flag is yes or no."""
    if column.kind == "flag":
        values = to_numbers(series.astype("Float64") if series.dtype == bool else series)
        return np.select([values == 1, values == 0], [0, 1], default=-1), ["yes", "no"]
    codes, found = pd.factorize(series.astype("string"))
    return codes, [str(one) for one in found]


def column_name(column: Column, reserved: frozenset[str]) -> str:
    """Name of a column's dimension: its own, or with a prefix where that is taken by one of ours or reserved."""
    taken = column.name in _OWN | reserved or column.name.startswith(("main.", "column.", f"{RFM}."))
    return f"column.{column.name}" if taken else column.name


def _number(name: str, column: Column, values: Array) -> Dimension:
    known = values[np.isfinite(values)]
    whole = column.kind == "integer" and bool((known == np.round(known)).all())
    return _in_bins(
        Dimension(name, "number", column.label, column.name, column.unit, column.format, whole=whole),
        known,
    )


def _in_bins(dimension: Dimension, known: Array) -> Dimension:
    edges, step = nice_edges(known, whole=dimension.whole)
    tokens = tuple(range_token(low, high) for low, high in pairwise(edges))
    return replace(dimension, tokens=tokens, labels=tokens, edges=edges, step=step)


def _category(name: str, column: Column, series: pd.Series, profiles: pd.DataFrame) -> Dimension:
    codes, words = to_codes(column, series)
    counted = np.bincount(codes[codes >= 0], minlength=len(words))
    counts = pd.Series(counted, index=words)[counted > 0].sort_values(ascending=False, kind="stable")
    own = profiles[profiles[CategoryProfiles.COLUMN] == column.name][CategoryProfiles.CATEGORY]
    ranked = dict.fromkeys([*column.order, *(["yes", "no"] if column.kind == "flag" else map(str, own)), *counts.index])
    found = [word for word in ranked if word in counts.index]
    ordered = column.kind == "ordered" or bool(column.order)
    if not ordered and column.kind != "flag":
        found.sort(key=lambda word: -int(counts[word]))
    kept = found if len(found) <= MOST_CATEGORIES else found[: MOST_CATEGORIES - 1]
    rest = len(found) - len(kept)
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


def nice_edges(known: Array, *, whole: bool) -> tuple[tuple[float, ...], float]:
    """Round bin edges over the bulk of the values; the outer ones are infinite where values lie beyond them."""
    low, high = np.quantile(known, [_TAIL, 1 - _TAIL])
    step = _nice_step(max(high - low, 0.0) / (MOST_BINS - 4), whole=whole)
    first = math.floor(low / step)
    last = max(math.floor(high / step) + 1, first + 1)
    edges = [float(f"{place * step:.12g}") for place in range(first, last + 1)]
    if known.min() < edges[0]:
        edges[0] = -math.inf
    if known.max() >= edges[-1]:
        edges[-1] = math.inf
    if math.isinf(edges[0]) and math.isinf(edges[-1]) and len(edges) == 2:
        edges = [-math.inf, float(np.median(known)), math.inf]
    return tuple(edges), step


def _nice_step(wanted: float, *, whole: bool) -> float:
    if wanted <= 0:
        return 1.0
    scale = 10.0 ** math.floor(math.log10(wanted))
    step = next(scale * factor for factor in (1, 2, 2.5, 5, 10) if scale * factor >= wanted * 0.999)
    if whole:
        return max(1.0, float(math.ceil(step)))
    return float(f"{step:.12g}")


def range_token(low: float | None, high: float | None) -> str:
    """``30~35``; an open end is left out."""
    ends = ["" if end is None or math.isinf(end) else f"{end:.10g}" for end in (low, high)]
    return "~".join(ends)
