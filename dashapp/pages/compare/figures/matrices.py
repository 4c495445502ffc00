"""Two runs as matrices: how their segments overlap, and what changed inside those that go on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashapp.charts import Scheme, empty_figure, escaped, figure_of, mark, wrapped
from dashapp.i18n import _, decimal
from dashapp.pages.compare.figures.titles import LINE, MOST, named
from dashapp.pages.compare.matching import Delta, Match, RunPair
from dashapp.telling import number, of_column, percent


def overlap(pair: RunPair, look: Scheme, *, narrow: bool = False) -> go.Figure:
    """Rows: the segments of the first run; how their customers spread over the second, whose symbols head the columns.

    A ``narrow`` one has symbols for the rows too.
    """
    shares = pair.shares
    rows = [mark(card.colour, look).sign if narrow else named(card, look) for card in pair.a.cards]
    columns = [mark(card.colour, look).sign for card in pair.b.cards]
    hover = [
        [
            _(
                "{n} of “{a}” are in “{b}”",
                n=number(int(pair.table[row, column])),
                a=escaped(card.name),
                b=escaped(other.name),
            )
            for column, other in enumerate(pair.b.cards)
        ]
        for row, card in enumerate(pair.a.cards)
    ]
    text = [[percent(value) if value >= 0.005 else "" for value in row] for row in shares.tolist()]
    light = "#ffffff" if look.name == "light" else "#181d27"
    heat = {"z": shares.tolist(), "zmin": 0, "zmax": 1, "colorscale": [[0, light], [1, look.accent]]}
    top = {"ticktext": columns, "title": {"text": _("second run")}}
    return _matrix(heat | {"text": text, "hovertext": hover}, rows, top, look)


def deltas(shifted: Sequence[Delta], going: Sequence[Match], look: Scheme) -> go.Figure:
    """What changed inside the segments that go on: shift of the mean, with both medians in the cell's words."""
    if not shifted:
        return empty_figure(_("No segment goes on, so no profile can be compared"), look)
    most = max(0.2, *(abs(shift) for delta in shifted for shift in delta.shifts))
    cards = [match.b for match in going if match.b is not None]
    hover = [
        [
            f"{escaped(delta.column.label)}, “{escaped(card.name)}”: {of_column(before, delta.column)} → "
            f"{of_column(after, delta.column)}"
            for card, before, after in zip(cards, delta.before, delta.after, strict=True)
        ]
        for delta in shifted
    ]
    text = [
        ["=" if abs(shift) < 0.05 else f"{'+' if shift > 0 else '−'}{decimal(abs(shift), 1)}" for shift in delta.shifts]
        for delta in shifted
    ]
    low, high = ("#b35806", "#1f6fa8") if look.name == "light" else ("#f1a340", "#6fb4e8")
    heat = {
        "z": [list(delta.shifts) for delta in shifted],
        "zmin": -most,
        "zmax": most,
        "colorscale": [[0, low], [0.5, look.surface], [1, high]],
    }
    rows = ["<br>".join(wrapped(delta.column.label, LINE, MOST)) for delta in shifted]
    top = {"ticktext": [mark(card.colour, look).sign for card in cards]}
    return _matrix(heat | {"text": text, "hovertext": hover}, rows, top, look)


def _matrix(heat: dict[str, Any], rows: Sequence[str], top: dict[str, Any], look: Scheme) -> go.Figure:
    """A cell for each row and column with its text inside; the first row on top, the columns' names above it."""
    across, down = list(range(len(top["ticktext"]))), list(range(len(rows)))
    cells = {
        "type": "heatmap",
        "x": across,
        "y": down,
        "texttemplate": "%{text}",
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    return figure_of(
        [cells | heat],
        look,
        xaxis={"side": "top", "showgrid": False, "tickfont": {"size": 14}, "tickvals": across, **top},
        yaxis={"autorange": "reversed", "showgrid": False, "tickvals": down, "ticktext": rows},
    )
