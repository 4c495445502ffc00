"""Each segment's part of customers and spend."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import plotly.graph_objects as go

from dashapp.charts.labels import wrapped_apart
from dashapp.charts.theme import Scheme, empty_figure, escaped, figure_of, mark
from dashapp.findings import Portion
from dashapp.i18n import _
from dashapp.telling import graded, number, percent, with_trust
from pipeline.contract import SegmentCard

ROW, LEAST = 84, 400  # pixels a segment, and of the whole chart
_HAIR = 0.03  # of all customers; a bar that is thinner has no name beside it
_PALE, _LINE, _FULL = 0.25, 140, 0.48  # pixels of a line beside a bar, which takes this much of the width at most


def marimekko(portions: Sequence[Portion], look: Scheme, *, selected: bool) -> go.Figure:
    """A bar a segment: as thick as its share of the customers, as long as what one of them spends.

    Its area is therefore its share of the spend. With ``selected`` all customers stand behind it in grey.
    """
    if not portions:
        return empty_figure(_("No segments"), look)
    ends = list(accumulate(portion.card.share for portion in portions))
    places = [end - portion.card.share / 2 for end, portion in zip(ends, portions, strict=True)]
    longest = max(max(_level(portion.level), _level(portion.whole)) for portion in portions) or 1.0
    traces = [_bars(portions, places, look, ghost=True)] if selected else []
    traces.append(_bars(portions, places, look, ghost=False))
    cards = [portion.card for portion in portions]
    lines = wrapped_apart({card.name: max(1, _room(card) - 1) for card in cards}, _LINE, bold=True)
    names = [
        _bar_label(portion, place, look, selected=selected, cards=cards, lines=lines[portion.card.name])
        for portion, place in zip(portions, places, strict=True)
        if portion.card.share >= _HAIR
    ]
    rated = any(portion.whole is not None for portion in portions)
    usual = (
        [
            {
                "x": 1,
                "y": 0,
                "xanchor": "left",  # a line near the edge has no room on both sides
                "yanchor": "bottom",
                "text": _("average customer"),
                "showarrow": False,
                "font": {"size": 12, "color": look.muted},
            }
        ]
        if rated
        else []
    )
    line = {
        "type": "line",
        "x0": 1,
        "x1": 1,
        "y0": 0,
        "y1": ends[-1],
        "layer": "above",
        "line": {"color": look.muted, "width": 1, "dash": "dot"},
    }
    return figure_of(
        traces,
        look,
        barmode="overlay",
        annotations=[*names, *usual],
        shapes=[line] if rated else [],
        margin={"l": 0, "r": 0, "t": 22, "b": 0},
        dragmode=False,
        xaxis={"visible": False, "range": [0, longest / _FULL]},
        yaxis={"visible": False, "range": [ends[-1], 0]},
    )


def _bars(portions: Sequence[Portion], places: Sequence[float], look: Scheme, *, ghost: bool) -> dict[str, Any]:
    colours = [look.ghost if ghost else mark(portion.card.colour, look).colour for portion in portions]
    return {
        "type": "bar",
        "orientation": "h",
        "y": list(places),
        "x": [
            _level(portion.whole if ghost else portion.level) if ghost or portion.customers else 0.0
            for portion in portions
        ],
        "width": [portion.card.share * (1.0 if ghost else portion.fraction) for portion in portions],
        "name": _("All customers") if ghost else _("Spend of a customer"),
        "marker": {
            "color": colours,
            "opacity": [1.0 if ghost or portion.chosen else _PALE for portion in portions],
            "line": {"color": look.surface, "width": 1.5},
        },
        "hovertext": [_bar_words(portion) for portion in portions],
        "hoverinfo": "text",
        "meta": [portion.card.key for portion in portions],
    }


def _bar_words(portion: Portion) -> str:
    lines = [
        f"<b>{escaped(with_trust(portion.card))}</b>",
        _("{share} of customers", share=percent(portion.card.share)),
    ]
    if portion.card.revenue_share is not None:
        lines.append(_("{share} of spend", share=percent(portion.card.revenue_share)))
    if portion.whole is not None:
        lines.append(_("a customer spends {times} times the average", times=number(portion.whole, 1)))
    if portion.customers < portion.card.size:
        lines.append(_("selected: {n} of {m}", n=number(portion.customers), m=number(portion.card.size)))
        if portion.level is not None:
            lines.append(_("one of those spends {times} times the average", times=number(portion.level, 1)))
    return "<br>".join(lines)


def _room(card: SegmentCard) -> int:
    """Lines beside the segment's bar: fewer beside a thin one."""
    return bisect([0.07, 0.12, 0.18], card.share) + 1


def _bar_label(
    portion: Portion,
    place: float,
    look: Scheme,
    *,
    selected: bool,
    cards: Sequence[SegmentCard],
    lines: Sequence[str],
) -> dict[str, Any]:
    """Name, share and grade, beside the bar; the name alone beside a thin one."""
    style = mark(portion.card.colour, look)
    counted = (
        _("not selected")
        if not portion.chosen
        else _("{n} of {m}", n=number(portion.customers), m=number(portion.card.size))
        if selected
        else _("{share} of customers", share=percent(portion.card.share))
        if portion.card.revenue_share is None
        else _("{share} of spend", share=percent(portion.card.revenue_share))
    )
    text = f"{style.sign} " + "<br>".join(f"<b>{line}</b>" for line in lines)
    if _room(portion.card) > 1:
        text += f"<br>{counted}{graded(portion.card, cards)}"
    return {
        "x": max(_level(portion.level) if portion.customers else 0.0, _level(portion.whole)),
        "y": place,
        "text": text,
        "xanchor": "left",
        "align": "left",
        "showarrow": False,
        "xshift": 6,
        "bgcolor": look.surface,
        "font": {"size": 12, "color": look.ink if portion.chosen else look.muted},
    }


def _level(value: float | None) -> float:
    return 1.0 if value is None else max(0.0, value)
