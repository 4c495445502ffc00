"""The sheet on recency, frequency and money: the usual cells beside the segments, and where each score begins."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashapp.data import Run
from dashapp.findings import rfm_numbers
from dashapp.i18n import _
from dashapp.report.parts import sentences, sheet
from dashapp.widgets import segment_with_trust, table


def rfm(run: Run) -> Component | None:
    """Cells by segments and the limits of the scores; nothing of a run without RFM scores."""
    held, it = rfm_numbers.cells_of(run, run.cube.everyone), run.segmentation
    if held is None or it.rfm is None:
        return None
    across, limits = _("Which cells are the segments made of?"), _("Which values have which score?")
    share = [_("Share of revenue")] if held.column else []
    header = [_("RFM cell"), _("Customers"), *share, *(segment_with_trust(card) for card in it.cards)]
    named = [[rfm_numbers.name(held, cell), *row] for cell, row in zip(held.held, rfm_numbers.rows(held), strict=True)]
    return sheet(
        "rfm",
        it,
        [
            html.H2(_("Who bought lately, who often? (RFM)")),
            *sentences(rfm_numbers.summary(held), _(rfm_numbers.WHAT)),
            html.H3(across),
            table(header, named, caption=across),
            html.H3(limits),
            table(*rfm_numbers.limits(it, it.rfm), caption=limits),
            *sentences(*it.rfm.notes),
        ],
    )
