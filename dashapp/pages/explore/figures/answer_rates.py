"""Who answers campaigns: a bar a segment, all customers in grey behind it, and the line of all together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashapp.charts import Scheme, empty_figure, escaped, figure_of, mark
from dashapp.i18n import _
from dashapp.pricing import FEWEST
from dashapp.selecting import OfferAnswers
from dashapp.telling import number, percent, with_trust
from pipeline.contract import SegmentCard

ROW = 46  # pixels a segment
_PALE = 0.25


def draw(
    responses: OfferAnswers, cards: Sequence[SegmentCard], chosen: Sequence[str], look: Scheme, *, selected: bool
) -> go.Figure:
    """The share of offers that were answered; a segment with too few offers has no bar."""
    if not responses.customers:
        return empty_figure(_("No customers match."), look)
    traces = [_bars(responses.everyone, cards, (), look, ghost=True)] if selected else []
    traces.append(_bars(responses.shown, cards, chosen, look, ghost=False))
    overall = _rate(*responses.everyone.sum(axis=1)) or 0.0
    rates = [_rate(*table[:, card.segment]) or 0.0 for table in (responses.shown, responses.everyone) for card in cards]
    top = max(*rates, overall) or 1.0
    names = [
        {
            "x": 0,
            "y": place,
            "yshift": 16,
            "xanchor": "left",
            "showarrow": False,
            "font": {"size": 12},
            "text": f"{mark(card.colour).glyph} {escaped(with_trust(card, 34, among=cards))}",
        }
        for place, card in enumerate(cards)
    ]
    line = {
        "type": "line",
        "x0": overall,
        "x1": overall,
        "y0": -0.5,
        "y1": len(cards) - 0.5,
        "line": {"color": look.muted, "width": 1, "dash": "dot"},
    }
    return figure_of(
        traces,
        look,
        barmode="overlay",
        dragmode=False,
        annotations=names,
        shapes=[line],
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        xaxis={"visible": False, "range": [0, top * 1.25]},
        yaxis={"visible": False, "range": [len(cards) - 0.6, -0.66]},
    )


def sentence(responses: OfferAnswers) -> str:
    """The rate of those shown beside that of all."""
    every, mine = _rate(*responses.everyone.sum(axis=1)), _rate(*responses.shown.sum(axis=1))
    if every is None:
        return ""
    if mine is None:
        return _("Too few offers to these customers to tell a share.")
    if mine == every:
        return _("{share} of all offers were answered (dotted line).", share=percent(every))
    return _(
        "{share} of the offers to these customers were answered; all customers: {every} (dotted line).",
        share=percent(mine),
        every=percent(every),
    )


def rows(responses: OfferAnswers, cards: Sequence[SegmentCard]) -> list[list[str]]:
    """Offers, answered and share of each segment, as a table has them."""
    return [
        [
            number(int(responses.shown[0, card.segment])),
            number(int(responses.shown[1, card.segment])),
            _told(_rate(*responses.shown[:, card.segment])),
            _told(_rate(*responses.everyone[:, card.segment])),
        ]
        for card in cards
    ]


def _bars(
    table: Any, cards: Sequence[SegmentCard], chosen: Sequence[str], look: Scheme, *, ghost: bool
) -> dict[str, Any]:
    rates = [_rate(*table[:, card.segment]) for card in cards]
    pale = [1.0 if ghost or not chosen or card.key in chosen else _PALE for card in cards]
    words = [
        f"{escaped(with_trust(card))}<br>"
        + _(
            "{answered} of {offers} offers answered ({share})",
            answered=number(int(table[1, card.segment])),
            offers=number(int(table[0, card.segment])),
            share=_told(rate),
        )
        for card, rate in zip(cards, rates, strict=True)
    ]
    return {
        "type": "bar",
        "orientation": "h",
        "y": list(range(len(cards))),
        "x": [rate or 0.0 for rate in rates],
        "width": 0.44 if ghost else 0.3,
        "name": _("All customers") if ghost else _("Answered"),
        "marker": {
            "color": [look.ghost if ghost else mark(card.colour, look).colour for card in cards],
            "opacity": pale,
        },
        "text": ["" if ghost else _told(rate) for rate in rates],
        "textposition": "outside",
        "cliponaxis": False,
        "textfont": {"size": 12, "color": look.muted},
        "hovertext": words,
        "hoverinfo": "text",
        "meta": [card.key for card in cards],
    }


def _rate(offers: float, answered: float) -> float | None:
    return float(answered / offers) if offers >= FEWEST else None


def _told(rate: float | None) -> str:
    return _("too few") if rate is None else percent(rate)
