"""Charts of the Score page."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from dashapp.charts import Scheme, escaped, figure_of, mark, tinted
from dashapp.i18n import _
from dashapp.telling import customers, number, percent
from pipeline.contract import DRIFTED, MOVED, DriftWord, FeatureDrift, SegmentCard

ROW, HEAD, LEAST = 48, 60, 150  # pixels
_LONGEST, _CUT = 48, 3.0  # characters of a name; an index beyond which bars are no longer told apart
_NOTHING = [None]  # so that the legend names a word that no bar has
_COLOURS: dict[DriftWord, str] = {"stable": "#5b8fb9", "moved": "#c98a12", "drifted": "#c4462f"}


def height(rows: int) -> int:
    """Pixels for so many bars."""
    return max(LEAST, HEAD + ROW * rows)


def segments(counts: Sequence[int], cards: Sequence[SegmentCard], look: Scheme, *, compare: bool) -> go.Figure:
    """New customers by segment; with ``compare`` as shares, each with a line at its share in training."""
    total = max(sum(counts), 1)
    values = [count / total if compare else count for count in counts]
    marks = [mark(card.colour, look) for card in cards]
    rows = list(range(len(cards)))
    traces: list[dict[str, object]] = [
        {
            "type": "bar",
            "orientation": "h",
            "y": rows,
            "x": values,
            "width": 0.36,
            "showlegend": False,
            "marker": {"color": [style.colour for style in marks]},
            "hoverinfo": "text",
            "hovertext": [
                _hover(card, count, total, compare=compare) for card, count in zip(cards, counts, strict=True)
            ],
        }
    ]
    if compare:
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [card.share for card in cards],
                "y": rows,
                "showlegend": True,
                "name": _("share in the training data"),
                "hoverinfo": "skip",
                "marker": {"symbol": "line-ns-open", "size": 12, "color": look.ink, "line": {"width": 2.5}},
            }
        )
    most = max([*values, *(card.share for card in cards if compare)], default=1) or 1
    names = _above(
        [f"{style.sign} {escaped(card.name, _LONGEST)}" for style, card in zip(marks, cards, strict=True)], look
    )
    beside = [
        {
            "x": 1,
            "xref": "paper",
            "xanchor": "right",
            "y": row,
            "showarrow": False,
            "text": percent(value) if compare else number(value),
            "font": {"size": 13, "color": look.ink},
        }
        for row, value in enumerate(values)
    ]  # at the edge, where no line of the training can run through it
    return figure_of(
        traces,
        look,
        legend=_LEGEND,
        showlegend=compare,
        xaxis={"visible": False, "range": [0, most * 1.3]},
        yaxis={"visible": False, "range": [len(cards) - 0.5, -0.7]},
        annotations=[*names, *beside],
    )


def drift(
    features: Sequence[FeatureDrift], words: dict[DriftWord, str], medians: Sequence[tuple[str, str]], look: Scheme
) -> go.Figure:
    """How far each trait has moved, a bar each, coloured and named by what it means, on bands of the same meaning."""
    traces = []
    for word, colour in _COLOURS.items():
        rows = [place for place, feature in enumerate(features) if feature.word == word]
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "x": [min(features[row].psi, _CUT) for row in rows] or _NOTHING,
                "y": rows or _NOTHING,
                "width": 0.36,
                "marker": {"color": colour},
                "name": words[word],
                "showlegend": True,
                "text": [number(features[row].psi, 2) for row in rows],
                "textposition": "outside",
                "cliponaxis": False,
                "hoverinfo": "text",
                "hovertext": [
                    _(
                        "{trait}: {word}. Half of the new customers are over {new}, in training over {old}.",
                        trait=escaped(features[row].label),
                        word=words[word],
                        new=medians[row][0],
                        old=medians[row][1],
                    )
                    for row in rows
                ],
            }
        )
    end = max(1.2 * max([min(feature.psi, _CUT) for feature in features], default=0.0), DRIFTED * 1.3)
    words_apart: tuple[tuple[DriftWord, float, float], ...] = (("moved", MOVED, DRIFTED), ("drifted", DRIFTED, end))
    bands = [
        {
            "type": "rect",
            "x0": left,
            "x1": right,
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "layer": "below",
            "line": {"width": 0},
            "fillcolor": tinted(_COLOURS[word], 0.1),
        }
        for word, left, right in words_apart
    ]
    return figure_of(
        traces,
        look,
        shapes=bands,
        legend=_LEGEND,
        showlegend=True,
        xaxis={"visible": False, "range": [0, end]},
        yaxis={"visible": False, "range": [len(features) - 0.5, -0.7]},
        annotations=_above([escaped(feature.label, _LONGEST) for feature in features], look),
    )


_LEGEND = {
    "orientation": "h",
    "x": 0,
    "xref": "container",
    "y": 1,
    "yref": "container",
    "yanchor": "top",
    "itemclick": False,
    "itemdoubleclick": False,
    "traceorder": "normal",
}


def _above(names: Sequence[str], look: Scheme) -> list[dict[str, object]]:
    """The name of each row, safe for Plotly, above its bar."""
    return [
        {
            "x": 0,
            "xref": "paper",
            "xanchor": "left",
            "y": row,
            "yanchor": "bottom",
            "yshift": 9,
            "showarrow": False,
            "text": name,
            "font": {"size": 12, "color": look.ink},
        }
        for row, name in enumerate(names)
    ]


def _hover(card: SegmentCard, count: int, total: int, *, compare: bool) -> str:
    words = f"{escaped(card.name)}: {customers(count)}"
    if not compare:
        return words
    return words + " " + _("({share}; in training {old})", share=percent(count / total), old=percent(card.share))
