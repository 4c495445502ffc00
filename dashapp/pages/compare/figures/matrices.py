"""Two runs as matrices: how their segments overlap, and what changed inside those that go on."""

from __future__ import annotations

from collections.abc import Sequence

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
    traces = [
        {
            "type": "heatmap",
            "z": shares.tolist(),
            "x": list(range(len(columns))),
            "y": list(range(len(rows))),
            "zmin": 0,
            "zmax": 1,
            "text": text,
            "texttemplate": "%{text}",
            "showscale": False,
            "xgap": 2,
            "ygap": 2,
            "colorscale": [[0, light], [1, look.accent]],
            "hovertext": hover,
            "hovertemplate": "%{hovertext}<extra></extra>",
        }
    ]
    return figure_of(
        traces,
        look,
        xaxis={
            "side": "top",
            "showgrid": False,
            "tickfont": {"size": 14},
            "tickvals": list(range(len(columns))),
            "ticktext": columns,
            "title": {"text": _("second run")},
        },
        yaxis={"autorange": "reversed", "tickvals": list(range(len(rows))), "ticktext": rows, "showgrid": False},
    )


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
    traces = [
        {
            "type": "heatmap",
            "z": [list(delta.shifts) for delta in shifted],
            "x": list(range(len(cards))),
            "y": list(range(len(shifted))),
            "zmin": -most,
            "zmax": most,
            "text": text,
            "texttemplate": "%{text}",
            "colorscale": [[0, low], [0.5, look.surface], [1, high]],
            "showscale": False,
            "xgap": 2,
            "ygap": 2,
            "hovertext": hover,
            "hovertemplate": "%{hovertext}<extra></extra>",
        }
    ]
    return figure_of(
        traces,
        look,
        xaxis={
            "side": "top",
            "showgrid": False,
            "tickfont": {"size": 14},
            "tickvals": list(range(len(cards))),
            "ticktext": [mark(card.colour, look).sign for card in cards],
        },
        yaxis={
            "autorange": "reversed",
            "tickvals": list(range(len(shifted))),
            "showgrid": False,
            "ticktext": ["<br>".join(wrapped(delta.column.label, LINE, MOST)) for delta in shifted],
        },
    )
