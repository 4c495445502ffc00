"""Who went where, from one division of the customers to the next: Sankey charts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from dashapp.charts import Scheme, escaped, figure_of, mark, tinted, wrapped_apart
from dashapp.i18n import _
from dashapp.pages.compare.figures.titles import named
from dashapp.pages.compare.matching import RunPair
from dashapp.telling import number
from pipeline.contract import Labels, Placement, SegmentCard

_SHORT, _SHORTEST = 112, 80  # pixels of a name in one line of a flow on a phone, of two stages and of three


def movers(pair: RunPair, look: Scheme, *, narrow: bool = False) -> go.Figure:
    """Who went where: every customer that both runs hold, from the left segment to the right one."""
    return flow([pair.a.cards, pair.b.cards], [pair.table], look, narrow=narrow)


def lineage(runs: Sequence[Placement], tables: Sequence[Labels], look: Scheme, *, narrow: bool = False) -> go.Figure:
    """How the segments split from one number of segments to the next."""
    return flow([run.cards for run in runs], tables, look, narrow=narrow)


def flow(stages: Sequence[Sequence[SegmentCard]], tables: Sequence[Labels], look: Scheme, *, narrow: bool) -> go.Figure:
    """A Sankey of customers through stages; ``tables[i]`` counts from stage ``i`` to the next.

    A ``narrow`` one has short names, and only symbols where names from both sides would meet.
    """
    cards = [card for stage in stages for card in stage]
    labels = _narrow_labels(stages, look) if narrow else [named(card, look) for card in cards]
    starts = np.cumsum([0, *(len(stage) for stage in stages)])
    sizes = [int(total) for total in tables[0].sum(axis=1)] + [int(n) for table in tables for n in table.sum(axis=0)]
    links = [
        (int(starts[place]) + row, int(starts[place + 1]) + column, int(table[row, column]))
        for place, table in enumerate(tables)
        for row, column in zip(*np.nonzero(table), strict=True)
    ]
    return figure_of(
        [
            {
                "type": "sankey",
                "arrangement": "fixed",
                "textfont": {"size": 12, "color": look.ink, "shadow": "none"},
                "node": {
                    "label": labels,
                    "pad": 24,
                    "thickness": 16,
                    "color": [mark(card.colour, look).colour for card in cards],
                    "line": {"width": 0},
                    "customdata": [
                        _("“{name}”: {n}", name=escaped(card.name), n=number(size))
                        for card, size in zip(cards, sizes, strict=True)
                    ],
                    "hovertemplate": "%{customdata}<extra></extra>",
                },
                "link": {
                    "source": [a for a, _b, _n in links],
                    "target": [b for _a, b, _n in links],
                    "value": [n for _a, _b, n in links],
                    "color": [tinted(mark(cards[a].colour, look).colour, 0.35) for a, _b, _n in links],
                    "customdata": [
                        _("{n} from “{a}” to “{b}”", n=number(n), a=escaped(cards[a].name), b=escaped(cards[b].name))
                        for a, b, n in links
                    ],
                    "hovertemplate": "%{customdata}<extra></extra>",
                },
            }
        ],
        look,
        margin={"l": 8, "r": 8, "t": 12, "b": 12},
    )


def _narrow_labels(stages: Sequence[Sequence[SegmentCard]], look: Scheme) -> list[str]:
    """Short names where there is little room, no two the same; symbols alone where names from both sides would meet."""
    ends = [card.name for stage in (stages[0], stages[-1]) for card in stage]
    lines = wrapped_apart(dict.fromkeys(ends, 3), _SHORT if len(stages) == 2 else _SHORTEST)
    return [
        mark(card.colour, look).sign + (" " + "<br>".join(lines[card.name]) if place in (0, len(stages) - 1) else "")
        for place, stage in enumerate(stages)
        for card in stage
    ]
