"""Names of segments beside and above the rows of the charts, and the heights that these need."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dashapp.charts import Scheme, mark, wrapped
from dashapp.i18n import _
from dashapp.telling import TRUST_WORDS, graded
from pipeline.contract import SegmentCard

LEAST, AROUND = 360, 90  # pixels of a chart, and of its axis and margins
MOST = 4  # lines of a name
LINE, WIDE = 145, 300  # pixels of a name in one line: so that two columns of a phone hold it, or the whole of one


def height_of(rows: int, *, row: int = 68) -> int:
    """Height of a chart with so many rows, a name above or beside each."""
    return max(LEAST, AROUND + row * rows)


def named(card: SegmentCard, look: Scheme) -> str:
    """Symbol in its colour, the whole name in short lines, and how far the segment is to be trusted."""
    return f"{mark(card.colour, look).sign} " + "<br>".join(wrapped(title(card), LINE, MOST))


def title(card: SegmentCard) -> str:
    """Name of a segment, and how far to trust it."""
    return f"{card.name} · {_(TRUST_WORDS[card.trust])}"


def above(
    card: SegmentCard, y: float, more: str, look: Scheme, among: Iterable[SegmentCard], *, shift: int = 0
) -> dict[str, Any]:
    """The name over its row, from the left edge on; with its grade where those of ``among`` differ."""
    name = card.name + graded(card, among)
    return {
        "x": 0,
        "xref": "paper",
        "xanchor": "left",
        "y": y,
        "yanchor": "bottom",
        "yshift": shift,
        "showarrow": False,
        "align": "left",
        "font": {"size": 12, "color": look.ink},
        "text": f"{mark(card.colour, look).sign} " + "<br>".join(wrapped(name + more, WIDE, MOST)),
    }
