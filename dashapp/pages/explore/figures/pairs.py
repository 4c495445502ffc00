"""Any two traits against each other: how many customers have both, and what goes together more often than by chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from dashapp.charts import Scheme, empty_figure, escaped, figure_of, tinted, wrapped
from dashapp.data import Run
from dashapp.i18n import _
from dashapp.selecting import Array, Dimension, Filtered
from dashapp.telling import bin_label, customers, number, percent
from pipeline.contract import Meaning

HEIGHT, _TICKS, _LEAST = 420, 8, 30
_ROOM, _FEW = 110, 8  # pixels of a line of a name at an axis; bins up to which three lines have room, else two
_WANTED: tuple[Meaning, ...] = ("income", "spend", "orders", "age", "average_cheque", "recency")


@dataclass(frozen=True)
class CrossTabulation:
    """Customers by the bins of two dimensions, (bins across, bins up)."""

    across: Dimension
    up: Dimension
    counts: Array


def pair_of(filtered: Filtered, across: Dimension, up: Dimension) -> CrossTabulation:
    """The two under every filter but their own."""
    return CrossTabulation(across, up, filtered.together(across.name, up.name))


def opening(run: Run) -> tuple[str, str]:
    """The two that a reader sees first: known by most and not each other's cause; whatever there is otherwise."""
    columns = [run.segmentation.dataset.meaning(meaning) for meaning in _WANTED]
    named = [column.name for column in columns if column and column.name in run.cube.dimensions]
    names = list(
        dict.fromkeys([*named, *(name for name, dimension in run.cube.dimensions.items() if dimension.kind != "map")])
    )
    return names[0], names[1] if len(names) > 1 else names[0]


def draw(pair: CrossTabulation, look: Scheme) -> go.Figure:
    """A cell for each two bins, the deeper the more customers; a click filters on both."""
    if not pair.counts.sum():
        return empty_figure(_("No customers match."), look)
    accent = look.accent
    scale = [[0, look.surface], [0.001, tinted(accent, 0.1)], [0.25, tinted(accent, 0.45)], [1, tinted(accent, 1)]]
    rights, tops = (
        [_name(dimension, place) for place in range(dimension.bins)] for dimension in (pair.across, pair.up)
    )
    words = [
        [f"{right}<br>{top}<br><b>{customers(int(count))}</b>" for right, count in zip(rights, row, strict=True)]
        for top, row in zip(tops, pair.counts.T, strict=True)
    ]
    tokens = [
        [[[pair.across.name, right], [pair.up.name, top]] for right in pair.across.tokens] for top in pair.up.tokens
    ]
    trace = {
        "type": "heatmap",
        "z": np.sqrt(pair.counts.T).round(2).tolist(),
        "colorscale": scale,
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "text": words,
        "hoverinfo": "text",
        "customdata": tokens,
    }
    return figure_of([trace], look, dragmode=False, xaxis=_axis(pair.across), yaxis=_axis(pair.up))


def sentence(pair: CrossTabulation) -> str:
    """The fullest cell, and the two that go together most beyond chance."""
    total = pair.counts.sum()
    if not total:
        return _("No customers match.")
    x, y = np.unravel_index(int(pair.counts.argmax()), pair.counts.shape)
    most = _(
        "Most often “{one}” with “{other}”: {share}.",
        one=_name(pair.across, int(x)),
        other=_name(pair.up, int(y)),
        share=percent(float(pair.counts[x, y] / total)),
    )
    expected = np.outer(pair.counts.sum(axis=1), pair.counts.sum(axis=0)) / total
    lift = np.where((expected >= _LEAST) & (pair.counts >= _LEAST), pair.counts / np.maximum(expected, 1e-9), 0.0)
    x, y = np.unravel_index(int(lift.argmax()), lift.shape)
    if lift[x, y] < 1.2 or pair.across.name == pair.up.name:
        return most
    return " ".join(
        [
            most,
            _(
                "“{one}” and “{other}” go together {times} times as often as by chance.",
                one=_name(pair.across, int(x)),
                other=_name(pair.up, int(y)),
                times=number(float(lift[x, y]), 1),
            ),
        ]
    )


def title(pair: CrossTabulation) -> str:
    """What is counted."""
    return f"{pair.across.axis_title} × {pair.up.axis_title}"


def table(pair: CrossTabulation) -> tuple[list[str], list[list[str]]]:
    """The same as a table: its header, and a row a bin across."""
    header = ["", *(bin_label(pair.up, place) for place in range(pair.up.bins))]
    return header, [
        [bin_label(pair.across, x), *(number(int(count)) for count in row)] for x, row in enumerate(pair.counts)
    ]


def _name(dimension: Dimension, place: int) -> str:
    return escaped(f"{dimension.label}: {bin_label(dimension, place)}")


def _axis(dimension: Dimension) -> dict[str, object]:
    base = {"title": {"text": escaped(dimension.axis_title)}, "showgrid": False}
    if dimension.kind != "number":
        labels = dimension.labels
        return {
            **base,
            "tickvals": list(range(dimension.bins)),
            "ticktext": ["<br>".join(wrapped(label, _ROOM, 3 if dimension.bins <= _FEW else 2)) for label in labels],
        }
    edges = [place for place, edge in enumerate(dimension.edges) if np.isfinite(edge)]
    shown = edges[:: max(1, -(-len(edges) // _TICKS))]
    return {
        **base,
        "tickvals": [place - 0.5 for place in shown],
        "ticktext": [number(dimension.edges[place]) for place in shown],
    }
