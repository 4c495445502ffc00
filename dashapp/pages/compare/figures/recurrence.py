"""How much of each segment comes back on other samples."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import plotly.graph_objects as go

from dashapp.charts import Scheme, empty_figure, escaped, figure_of, mark, tinted
from dashapp.i18n import _, decimal
from dashapp.pages.compare.figures.titles import above
from pipeline.contract import SegmentCard

PATTERN, STABLE, HIGHLY = 0.6, 0.75, 0.85  # Hennig 2007: below the first no trust, then a pattern, and so on
OF_THE_WORST = 0.7  # stable, where there are more segments than the data support and the worst repeat counts


def bands(cards: Sequence[SegmentCard]) -> tuple[float, float, float]:
    """Where the bands end that say how far to trust a segment; no segment called solid lies below its band."""
    of_the_worst = any(card.trust == "solid" and card.jaccard is not None and card.jaccard < STABLE for card in cards)
    return PATTERN, OF_THE_WORST if of_the_worst else STABLE, HIGHLY


def returns(cards: Sequence[SegmentCard], look: Scheme) -> go.Figure:
    """How much of each segment comes back on other samples, over the bands that say how far to trust it."""
    rated = [card for card in cards if card.jaccard is not None]
    if not rated:
        return empty_figure(_("This run does not know how stable each segment is"), look)
    ends = bands(rated)
    edges, start = (0.0, *ends, 1.0), min(0.4, *(card.jaccard - 0.15 for card in rated if card.jaccard is not None))
    stripes = [
        {
            "type": "rect",
            "x0": low,
            "x1": high,
            "y0": 0,
            "y1": 1,
            "yref": "paper",
            "layer": "below",
            "line": {"width": 0},
            "fillcolor": tinted(look.accent, 0.03 + 0.055 * place),
        }
        for place, (low, high) in enumerate(pairwise(edges))
    ]
    shown = [mark(card.colour, look) for card in rated]
    traces = [
        {
            "type": "scatter",
            "mode": "markers+text",
            "x": [card.jaccard for card in rated],
            "y": list(range(len(rated)))[::-1],
            "text": [decimal(card.jaccard or 0.0, 2) for card in rated],
            "textposition": "middle left",
            "textfont": {"size": 12, "color": look.ink},
            "marker": {
                "size": 14,
                "opacity": 1,
                "color": [card_style.colour for card_style in shown],
                "symbol": [card_style.symbol for card_style in shown],
                "line": {"color": look.surface, "width": 1},
            },
            "hovertext": [escaped(card.name) for card in rated],
            "hovertemplate": "%{hovertext}: %{text}<extra></extra>",
        }
    ]
    rows = list(range(len(rated)))[::-1]
    return figure_of(
        traces,
        look,
        shapes=stripes,
        margin={"l": 8, "r": 8, "t": 4, "b": 8},
        annotations=[above(card, row, "", look, rated, shift=9) for card, row in zip(rated, rows, strict=True)],
        xaxis={
            "range": [start, 1.04],
            "tickvals": list(ends),
            "tickformat": ".2~f",
            "showgrid": False,
            "title": {"text": _("share of the segment that comes back")},
        },
        yaxis={"visible": False, "range": [-0.5, len(rated) - 0.2]},
    )
