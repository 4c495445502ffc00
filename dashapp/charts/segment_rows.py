"""Charts in rows, each under its words, so that a phone has room for both: bars, dots with intervals, and ticks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashapp.charts.font import fitted
from dashapp.charts.theme import Scheme, escaped, figure_of, mark
from dashapp.i18n import _
from dashapp.telling import percent
from pipeline.contract import SegmentCard

ROW, LINE, LOWEST = 46, 16, 150  # pixels of a row, of a further line of its words, of a chart
_ROOM, _LINES = 300, 2  # pixels that a phone has for words, and lines
_BRACKETS = re.compile(r"\([^)]*\)")


def height(words: Sequence[str], row: int = ROW, lowest: int = LOWEST) -> int:
    """Pixels of a chart with these words above its rows."""
    lines = max((len(_in_lines(word)) for word in words), default=1)
    return max(lowest, len(words) * (row + (lines - 1) * LINE) + 34)


def _in_lines(words: str) -> list[str]:
    whole = _BRACKETS.sub(lambda bracket: bracket[0].replace(" ", "\u00a0"), words)  # no line begins with a lone "8 %)"
    return fitted(whole, _ROOM, _LINES)


def bar_trace(values: Sequence[float], base: float, colour: str, look: Scheme) -> dict[str, Any]:
    """A bar a value, from ``base`` on; values count from there."""
    return {
        "type": "bar",
        "orientation": "h",
        "x": list(values),
        "y": list(range(len(values))),
        "base": base,
        "width": 0.34,
        "offset": -0.02,
        "marker": {"color": colour},
        "textposition": "outside",
        "cliponaxis": False,
        "textfont": {"size": 12, "color": look.muted},
        "hoverinfo": "text",
    }


def dot_trace(
    values: Sequence[float | None],
    lows: Sequence[float | None],
    highs: Sequence[float | None],
    card: SegmentCard,
    look: Scheme,
    *,
    hover: Sequence[str],
    hollow: Sequence[bool] = (),
) -> dict[str, Any]:
    """The segment's symbol at each value, with its interval; a value that is not known has none."""
    style = mark(card.colour, look)
    up = [
        None if value is None or high is None else max(0.0, high - value)
        for value, high in zip(values, highs, strict=True)
    ]
    down = [
        None if value is None or low is None else max(0.0, value - low) for value, low in zip(values, lows, strict=True)
    ]
    symbols = [f"{style.symbol}-open" if empty else style.symbol for empty in hollow] or style.symbol
    return {
        "type": "scatter",
        "mode": "markers",
        "x": list(values),
        "y": _lanes(len(values)),
        "marker": {"color": style.colour, "symbol": symbols, "size": 11},
        "hovertext": list(hover),
        "hoverinfo": "text",
        "name": escaped(card.name),
        "meta": card.key,
        "error_x": {"type": "data", "array": up, "arrayminus": down, "color": style.colour, "thickness": 2, "width": 4},
    }


def tick_trace(values: Sequence[float | None], look: Scheme) -> dict[str, Any]:
    """Where all customers stand: an upright line in each row."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": list(values),
        "y": _lanes(len(values)),
        "name": _("all customers"),
        "hoverinfo": "text",
        "hovertext": ["" if value is None else _("all customers: {value}", value=percent(value)) for value in values],
        "marker": {"symbol": "line-ns-open", "size": 11, "color": look.muted, "line": {"width": 2}},
    }


def in_rows(
    traces: list[dict[str, Any]],
    words: Sequence[str],
    look: Scheme,
    *,
    span: tuple[float, float],
    title: str,
    centre: float | None = None,
    percentages: bool = False,
) -> go.Figure:
    """A chart of ``traces`` in as many rows as there are ``words`` to stand above them; ``span`` is what x shows."""
    notes = [
        {
            "xref": "paper",
            "x": 0,
            "y": place,
            "yanchor": "bottom",
            "yshift": 1,
            "xanchor": "left",
            "text": "<br>".join(map(escaped, _in_lines(word))),
            "align": "left",
            "showarrow": False,
            "font": {"size": 12, "color": look.ink},
        }
        for place, word in enumerate(words)
    ]
    lines = (
        []
        if centre is None
        else [
            {
                "type": "line",
                "x0": centre,
                "x1": centre,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "layer": "below",
                "line": {"color": look.ghost, "width": 1},
            }
        ]
    )
    axis: dict[str, Any] = {"range": list(span), "title": {"text": title}, "showgrid": percentages, "nticks": 5}
    return figure_of(
        traces,
        look,
        annotations=notes,
        shapes=lines,
        barmode="overlay",
        xaxis={**axis, **({"tickformat": ".0%"} if percentages else {"showticklabels": False})},
        yaxis={"visible": False, "range": [len(words) - 0.4, -0.75]},
        margin={"l": 4, "r": 12, "t": 0, "b": 8},
    )


def _lanes(rows: int) -> list[float]:
    """Where the marks of each row stand, under its words."""
    return [place + 0.2 for place in range(rows)]


def span_of(values: Sequence[float | None]) -> tuple[float, float]:
    """What the x axis shows of shares: from 0 to a little beyond the largest."""
    top = max((value for value in values if value is not None), default=0.0) or 1.0
    return -0.02 * top, min(1.02, top * 1.12)
