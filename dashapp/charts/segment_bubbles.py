"""Orders by cheque: a bubble a segment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashapp.charts.labels import Bubble, beside, wrapped
from dashapp.charts.portions import _PALE
from dashapp.charts.theme import Scheme, empty_figure, escaped, figure_of, mark, tinted
from dashapp.findings import Portion, overview_numbers
from dashapp.i18n import _
from dashapp.telling import amount, customers, graded, number, with_trust
from pipeline.contract import Column, Profiles, Segmentation

_NAME = 125  # pixels of a line of a name


def bubbles(
    segmentation: Segmentation, portions: Sequence[Portion], look: Scheme, *, selected: bool, named: bool = True
) -> go.Figure:
    """Median orders by median cheque (else what differs most), the area of a bubble for the customers.

    Names stand beside the bubbles; where there is no room for them, symbols stand in the bubbles.
    """
    axes = overview_numbers.bubble_axes(segmentation)
    if axes is None or not portions:
        return empty_figure(_("These data have no two numbers to draw the segments by"), look)
    right, above = axes
    medians = segmentation.profiles.set_index([Profiles.SEGMENT, Profiles.COLUMN])[Profiles.MEDIAN]
    points = [
        (float(medians[portion.card.segment, right.name]), float(medians[portion.card.segment, above.name]))
        for portion in portions
    ]
    across, up = _padded([x for x, _ in points]), _padded([y for _, y in points])
    largest = max(portion.card.size for portion in portions)
    whole = [16 + 40 * (portion.card.size / largest) ** 0.5 for portion in portions]
    traces = [
        trace
        for portion, (x, y), size in zip(portions, points, whole, strict=True)
        for trace in _marks(portion, x, y, size, _bubble_words(portion, x, y, right, above), look, selected, named)
    ]
    marks = [
        Bubble(
            (x - across[0]) / (across[1] - across[0]),
            (y - up[0]) / (up[1] - up[0]),
            size / 2,
            wrapped(portion.card.name + graded(portion.card, [portion.card for portion in portions]), _NAME, 4),
        )
        for portion, (x, y), size in zip(portions, points, whole, strict=True)
    ]
    notes = (
        [
            _bubble_label(portion, point, at, bubble.lines, look)
            for portion, point, at, bubble in zip(portions, points, beside(marks), marks, strict=True)
        ]
        if named
        else []
    )
    return figure_of(
        traces,
        look,
        annotations=notes,
        xaxis={"title": {"text": _("{label} (median)", label=escaped(right.axis_title))}, "range": across},
        yaxis={"title": {"text": _("{label} (median)", label=escaped(above.axis_title))}, "range": up},
    )


def _marks(
    portion: Portion, x: float, y: float, size: float, words: str, look: Scheme, selected: bool, named: bool
) -> list[dict[str, Any]]:
    """One segment's bubble of those who are shown; with ``selected`` all of its customers stand behind it in grey."""
    shared = {
        "type": "scatter",
        "mode": "markers",
        "x": [x],
        "y": [y],
        "meta": portion.card.key,
        "name": escaped(portion.card.name),
        "hoverinfo": "text",
        "hovertext": [words],
    }
    behind = {
        **shared,
        "marker": {"color": tinted(look.ghost, 0.6), "size": [size], "line": {"color": look.muted, "width": 1}},
    }
    style = mark(portion.card.colour, look)
    ink = style.ink if portion.chosen else look.ink
    sign = {"mode": "markers+text", "text": [style.glyph], "textfont": {"size": 13, "color": ink}}
    front = {
        **shared,
        **({} if named else sign),
        "marker": {
            "color": tinted(style.colour, 0.8 if portion.chosen else _PALE),
            "line": {"color": look.surface, "width": 1.5},
            "size": [size * portion.fraction**0.5 if portion.customers else 0],
        },
    }
    return [behind, front] if selected else [front]


def _bubble_label(
    portion: Portion, point: tuple[float, float], at: tuple[float, float], lines: Sequence[str], look: Scheme
) -> dict[str, Any]:
    """The name beside its bubble, with a thin line to it where it had to stand apart."""
    style = mark(portion.card.colour, look)
    text = f"{style.sign} " + "<br>".join(lines)
    return {
        "x": point[0],
        "y": point[1],
        "ax": at[0],
        "ay": at[1],
        "text": text,
        "showarrow": True,
        "arrowhead": 0,
        "arrowwidth": 1,
        "arrowcolor": style.colour,
        "standoff": 4,
        "font": {"size": 12, "color": look.ink},
    }


def _bubble_words(portion: Portion, x: float, y: float, right: Column, above: Column) -> str:
    lines = [f"<b>{escaped(with_trust(portion.card))}</b>", customers(portion.card.size)]
    if portion.customers < portion.card.size:
        lines.append(_("selected: {n} of {m}", n=number(portion.customers), m=number(portion.card.size)))
    return "<br>".join(
        [
            *lines,
            f"{escaped(right.label)}: {amount(x, right.unit, right.format)}",
            f"{escaped(above.label)}: {amount(y, above.unit, above.format)}",
        ]
    )


def _padded(values: Sequence[float]) -> list[float]:
    low, high = min(values), max(values)
    room = (high - low) * 0.3 or abs(high) * 0.3 or 1.0
    return [low - room, high + room]
