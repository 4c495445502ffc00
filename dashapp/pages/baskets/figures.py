"""The heat map of the Baskets page: lift by pair, on a scale that is centred on chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dashapp.charts import Scheme, diverging, empty_figure, escaped, figure_of
from dashapp.findings import Rule, affinity, pair_words
from dashapp.i18n import _, decimal
from dashapp.telling import number

MOST, MOST_NARROW = 22, 8  # items on a desk and on a phone, where more would be too small to hit
WRITTEN = 10  # up to so many items each cell says its lift
_ROW, _TALL_ROW, _LABELS = 24, 52, 200  # few items have room for tall rows
_TICKS = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16)
_FINE_TICKS = (1 / 3, 1 / 2, 0.7, 1, 1.4, 2, 3)


def height(items: int) -> int:
    """Pixels of a map of so many items, their names below included."""
    return max(4, items) * (_ROW if items > WRITTEN else _TALL_ROW) + _LABELS


def heat(rules: Sequence[Rule], items: Sequence[str], picked: Rule | None, look: Scheme) -> go.Figure:
    """Lift of every pair of ``items``; a pair that may be chance is pale, the picked one has a frame."""
    if len(items) < 2:
        return empty_figure(_("There is no pair to draw"), look)
    names = affinity.items_of(rules)
    inside = [rule for rule in rules if set(rule.items) <= set(items)]
    sure = [rule for rule in inside if rule.beyond]
    colours, reach = np.log2(affinity.lifts(sure, items)), _reach(sure)
    pale = np.where(np.isfinite(affinity.lifts([rule for rule in inside if not rule.beyond], items)), 1.0, np.nan)
    label = [escaped(names[key], 24) for key in items]
    shared: dict[str, Any] = {
        "type": "heatmap",
        "x": list(items),
        "y": list(items),
        "xgap": 1,
        "ygap": 1,
        "hovertext": _hover(inside, items),
        "hoverinfo": "text",
        "hoverongaps": False,
    }
    if len(items) <= WRITTEN:
        shared |= {"text": _written(inside, items), "texttemplate": "%{text}"}
    traces = [
        {**shared, "z": _cells(pale), "showscale": False, "colorscale": [[0, look.grid], [1, look.grid]]},
        {
            **shared,
            "z": _cells(colours),
            "zmin": -reach,
            "zmax": reach,
            "colorscale": diverging(look),
            "colorbar": _bar(reach, [rule.lift for rule in sure], look),
        },
    ]
    axis: dict[str, Any] = {
        "type": "category",
        "categoryarray": list(items),
        "categoryorder": "array",
        "tickmode": "array",
        "tickvals": list(items),
        "ticktext": label,
        "showgrid": False,
    }
    slant: dict[str, Any] = {"tickangle": -90} if len(items) > WRITTEN else {"autotickangles": [0, 40, 90]}
    return figure_of(
        traces,
        look,
        shapes=_frames(picked, items, look),
        margin={"l": 4, "r": 4, "t": 48, "b": 4},
        xaxis={**axis, **slant},
        yaxis={**axis, "autorange": "reversed"},
    )


def _reach(rules: Sequence[Rule]) -> float:
    """Half the width of the scale in doublings; the rarest extremes share its ends."""
    far = [abs(math.log2(rule.lift)) for rule in rules if rule.lift > 0]
    return max(0.5, min(4.0, float(np.quantile(far, 0.95)))) if far else 1.0


def _bar(reach: float, lift_values: Sequence[float], look: Scheme) -> dict[str, Any]:
    """The key lies above the map, where a phone has room for it; an end that takes in more says so."""
    ends = [(-reach, "≤"), (reach, "≥")]
    open_ends = [
        (end, f"{sign} {_times(2**end)}")
        for end, sign in ends
        if any((math.log2(lift) - end) * end > 0.01 for lift in lift_values if lift > 0)
    ]
    inner = [math.log2(lift) for lift in (_TICKS if reach >= 2 else _FINE_TICKS)]
    marks = [
        (step, _times(2**step))
        for step in inner
        if abs(step) <= reach and all(abs(step - end) > reach / 4 for end, _words in open_ends)
    ]
    marks += [(end * 0.96, words) for end, words in open_ends]  # a little inside, so that it is not clipped
    return {
        "orientation": "h",
        "x": 0,
        "xanchor": "left",
        "y": 1.0,
        "yanchor": "bottom",
        "ypad": 4,
        "xpad": 0,
        "len": 1.0,
        "thickness": 10,
        "outlinewidth": 0,
        "tickvals": [place for place, _words in marks],
        "ticktext": [words for _place, words in marks],
        "ticks": "",
        "tickfont": {"size": 12, "color": look.muted},
        "title": {"text": _("times as often as chance"), "side": "top", "font": {"size": 12, "color": look.muted}},
    }


def _times(value: float) -> str:
    """Without the zeros that a number of places would add."""
    rounded = round(value, 1)
    return decimal(rounded, 0 if rounded.is_integer() else 1) if value >= 0.3 else decimal(value, 2)


def _hover(rules: Sequence[Rule], items: Sequence[str]) -> list[list[str]]:
    return _square(
        rules,
        items,
        lambda rule: (
            f"<b>{escaped(rule.first)}</b> + <b>{escaped(rule.second)}</b><br>"
            + _("{times} times as often as chance", times=pair_words.times(rule.lift))
            + "<br>"
            + _("together: {n}", n=number(rule.count))
            + f"<br>{pair_words.short_verdict(rule)}"
        ),
    )


def _written(rules: Sequence[Rule], items: Sequence[str]) -> list[list[str]]:
    return _square(rules, items, lambda rule: pair_words.times(rule.lift))


def _square(rules: Sequence[Rule], items: Sequence[str], said: Any) -> list[list[str]]:
    place = {key: number_ for number_, key in enumerate(items)}
    cells = [[""] * len(items) for _row in items]
    for rule in rules:
        row, column = place[rule.items[0]], place[rule.items[1]]
        cells[row][column] = cells[column][row] = said(rule)
    return cells


def _cells(table: Any) -> list[list[float | None]]:
    return [[float(lift) if math.isfinite(lift) else None for lift in row] for row in table]


def _frames(picked: Rule | None, items: Sequence[str], look: Scheme) -> list[dict[str, Any]]:
    """A frame round both cells of the picked pair."""
    if picked is None or not set(picked.items) <= set(items):
        return []
    x_place, two = (list(items).index(key) for key in picked.items)
    return [
        {
            "type": "rect",
            "x0": x - 0.5,
            "x1": x + 0.5,
            "y0": y - 0.5,
            "y1": y + 0.5,
            "line": {"color": look.ink, "width": 3},
        }
        for x, y in ((x_place, two), (two, x_place))
    ]
