"""The sheet on recency, frequency and money: the usual cells beside the segments, and where each score begins."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashapp.data import Run
from dashapp.findings import rfm_numbers
from dashapp.i18n import _
from dashapp.report.sheet import sentences, sheet
from dashapp.widgets import segment_with_trust, table
from pipeline.contract import SegmentCard

_MOST_BESIDE = 4  # segments that have room as columns on a sheet of paper
_LARGEST = 3  # cells named of a segment


def rfm(run: Run) -> Component | None:
    """Cells by segments and the limits of the scores; nothing of a run without RFM scores."""
    held, segmentation = rfm_numbers.cells_of(run, run.cube.everyone), run.segmentation
    if held is None or segmentation.rfm is None:
        return None
    across, limits = _("Which cells are the segments made of?"), _("Which values have which score?")
    share = [_("Share of spend")] if held.column else []
    beside = segmentation.cards if len(segmentation.cards) <= _MOST_BESIDE else []
    header = [_("RFM cell"), _("Customers"), *share, *(segment_with_trust(card) for card in beside)]
    named = [
        [rfm_numbers.name(held, cell), *row[: len(header) - 1]]
        for cell, row in zip(held.held, rfm_numbers.rows(held), strict=True)
    ]
    by_segment = [] if beside else [_largest(held, segmentation.cards)]
    return sheet(
        "rfm",
        segmentation,
        [
            html.H2(_("Who bought lately, who often? (RFM)")),
            *sentences(rfm_numbers.summary(held), _(rfm_numbers.WHAT)),
            html.H3(across),
            table(header, named, caption=across),
            *by_segment,
            html.H3(limits),
            table(*rfm_numbers.limits(segmentation, segmentation.rfm), caption=limits),
            *sentences(*segmentation.rfm.notes),
        ],
    )


def _largest(held: rfm_numbers.Cells, cards: Sequence[SegmentCard]) -> Component:
    """The largest cells of each segment, where the segments are too many to be columns."""
    title = _("Which cells are the segments made of?")
    cells = {cell: row[-len(cards) :] for cell, row in zip(held.held, rfm_numbers.rows(held), strict=True)}
    rows = []
    for place, card in enumerate(cards):
        counts = held.segments[place]
        ranked = sorted(cells, key=lambda cell: -counts[held.cells.tokens.index(cell)])[:_LARGEST]
        told = [f"{rfm_numbers.name(held, cell)}: {cells[cell][place]}" for cell in ranked]
        rows.append([segment_with_trust(card), "; ".join(told)])
    return table([_("Segment"), _("RFM cell")], rows, caption=title)
