"""What a reader has selected, as a value: from a URL's query, to a URL's query, and in words.

Whatever a browser sends is untrusted: parsing never raises on it, it leaves out what does not fit and says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from dashapp.i18n import _
from dashapp.selecting.dimensions import RUN, Dimension, range_token
from dashapp.selecting.outlines import simplify

_LONGEST_QUERY, _MOST_CORNERS, _FAR = 8_000, 64, 1e12


@dataclass(frozen=True)
class Values:
    """Customers in any of these bins, given by their tokens in the dimension's order."""

    tokens: tuple[str, ...]


@dataclass(frozen=True)
class Range:
    """Customers with ``low <= value < high``; None leaves an end open."""

    low: float | None
    high: float | None


@dataclass(frozen=True)
class Area:
    """Customers inside a polygon on the map; a box is a polygon of four corners."""

    corners: tuple[tuple[float, float], ...]


Filter = Values | Range | Area


@dataclass(frozen=True)
class Selection:
    """Filters by dimension, in a fixed order; customers have to pass all of them."""

    filters: Mapping[str, Filter] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether anything is selected."""
        return bool(self.filters)

    def having(self, name: str, chosen: Filter | None) -> Selection:
        """The same with one filter set, replaced or (None) taken away."""
        rest = {key: value for key, value in self.filters.items() if key != name}
        return Selection(rest if chosen is None else {**rest, name: chosen})

    def toggled(self, dimension: Dimension, token: str) -> Selection:
        """The same after a click on one mark of a dimension; an unknown token changes nothing."""
        if token not in dimension.tokens:
            return self
        held = self.filters.get(dimension.name)
        if dimension.kind == "number":
            clicked = parse_range(token)
            return self.having(dimension.name, None if held == clicked else clicked)
        tokens = set(held.tokens) if isinstance(held, Values) else set()
        return self.having(dimension.name, values_of(dimension, tokens ^ {token}))


def values_of(dimension: Dimension, tokens: set[str]) -> Values | None:
    """The tokens in the dimension's order; None (no filter) where there is none."""
    kept = tuple(token for token in dimension.tokens if token in tokens)
    return Values(kept) if kept else None


def parse_range(token: str) -> Range | None:
    """``30~45``, ``~45`` or ``30~``; None where it is no such thing."""
    parts = token.split("~")
    if len(parts) != 2 or parts == ["", ""]:
        return None
    try:
        low, high = (float(part) if part else None for part in parts)
    except ValueError:
        return None
    if any(end is not None and not abs(end) < _FAR for end in (low, high)):
        return None
    return None if low is not None and high is not None and low >= high else Range(low, high)


def range_of(dimension: Dimension, low: float, high: float) -> Range | None:
    """The range between two ends of a slider; an end that reaches the outermost bar is open."""
    first, last = dimension.ends
    span = (None if low <= first else float(low), None if high >= last else float(high))
    if span == (None, None) or not (abs(low) < _FAR and abs(high) < _FAR) or low >= high:
        return None
    return Range(*span)


def filter_of(dimension: Dimension, token: str) -> Values | Range | None:
    """The filter that lets one bin pass; None for an unknown one."""
    if token not in dimension.tokens:
        return None
    return parse_range(token) if dimension.kind == "number" else Values((token,))


def snapped(dimension: Dimension, low: float, high: float) -> Range | None:
    """The range of the bars that a drag from ``low`` to ``high`` covers; the nearest one where it covers none."""
    if not (abs(low) < _FAR and abs(high) < _FAR) or not dimension.bins:
        return None
    low, high = min(low, high), max(low, high)
    centres = dimension.centres
    inside = [place for place, centre in enumerate(centres) if low <= centre <= high]
    if not inside:
        middle = (low + high) / 2
        inside = [min(range(dimension.bins), key=lambda place: abs(centres[place] - middle))]
    if len(inside) == dimension.bins:
        return None
    ends = (dimension.edges[inside[0]], dimension.edges[inside[-1] + 1])
    return parse_range(range_token(*ends))


def area_of(xs: Sequence[float], ys: Sequence[float], span: float) -> Area | None:
    """A drawn outline, simplified and rounded to what the eye can tell on a map ``span`` units wide."""
    points = [(float(x), float(y)) for x, y in zip(xs, ys, strict=False) if abs(x) < _FAR and abs(y) < _FAR]
    digits = max(0, 2 - math.floor(math.log10(span))) if span > 0 else 2
    thinned = simplify(points, span / 200) if len(points) > 2 else []
    rounded = list(dict.fromkeys((round(x, digits) + 0.0, round(y, digits) + 0.0) for x, y in thinned))
    return Area(tuple(rounded)) if 3 <= len(rounded) <= _MOST_CORNERS else None


# ------------------------------------------------------------------ URL


def to_query(selection: Selection, run: str | None = None) -> str:
    """The query string, without the question mark; empty where nothing is selected and no run named."""
    pairs = [(RUN, run)] if run else []
    for name, chosen in selection.filters.items():
        pairs += [(name, text) for text in _texts(chosen)]
    return urlencode(pairs, safe="~,:")


def parse_query(
    query: str, dimensions: Mapping[str, Dimension], reserved: frozenset[str] = frozenset()
) -> tuple[Selection, tuple[str, ...]]:
    """The selection that a query string holds, and a sentence for each part that does not fit this run.

    What pages keep in the address under ``reserved`` names is no part of it.
    """
    if len(query) > _LONGEST_QUERY:
        return Selection(), (_("The address is too long to be read; everything is shown."),)
    given: dict[str, list[str]] = {}
    for parameter, text in parse_qsl(query.removeprefix("?"), keep_blank_values=True, errors="replace"):
        given.setdefault(parameter, []).append(text)
    for parameter in (RUN, *reserved):
        given.pop(parameter, None)
    filters: dict[str, Filter] = {}
    notices: list[str] = []
    for parameter, texts in given.items():
        dimension = dimensions.get(parameter)
        chosen = _read(dimension, texts) if dimension else None
        if dimension is None or chosen is None:
            label = dimension.label if dimension else parameter[:40]
            notices.append(_("The filter on “{label}” does not fit these data and was left out.", label=label))
            continue
        if isinstance(chosen, Values) and len(chosen.tokens) < len(set(texts)):
            notices.append(
                _("Some values of “{label}” do not occur in these data and were left out.", label=dimension.label)
            )
        filters[dimension.name] = chosen
    return Selection(filters), tuple(notices)


def page_parameters(query: str, reserved: frozenset[str]) -> list[tuple[str, str]]:
    """What pages keep in the address under ``reserved`` names; unchecked."""
    given = parse_qsl(query.removeprefix("?")[:_LONGEST_QUERY], errors="replace")
    return [(name, text) for name, text in given if name in reserved]


def _texts(chosen: Filter) -> list[str]:
    if isinstance(chosen, Values):
        return list(chosen.tokens)
    if isinstance(chosen, Range):
        return ["~".join("" if end is None else repr(end).removesuffix(".0") for end in (chosen.low, chosen.high))]
    return [",".join(repr(end).removesuffix(".0") for corner in chosen.corners for end in corner)]


def _read(dimension: Dimension, texts: Sequence[str]) -> Filter | None:
    if dimension.kind == "map":
        return _read_area(texts[-1])
    if dimension.kind == "number":
        return parse_range(texts[-1])
    return values_of(dimension, set(texts))


def _read_area(text: str) -> Area | None:
    parts = text.split(",")
    if len(parts) % 2 or not 3 <= len(parts) // 2 <= _MOST_CORNERS:
        return None
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        return None
    if not all(abs(number) < _FAR for number in numbers):
        return None
    return Area(tuple(zip(numbers[::2], numbers[1::2], strict=True)))
