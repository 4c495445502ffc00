"""A chart's numbers as CSV: with the selection, the run and the date they belong to, safe to open in a spreadsheet."""

from __future__ import annotations

from dashapp.i18n import _
from dashapp.selecting import Filtered
from dashapp.telling import bin_label, chips, csv_text, moment
from pipeline.contract import Segmentation


def about(it: Segmentation, filtered: Filtered) -> list[tuple[str, object]]:
    """Where the numbers come from."""
    filters = "; ".join(words for _, words in chips(filtered.selection, filtered.dimensions))
    return [
        (_("Run"), it.run_id),
        (_("Trained"), moment(it.started)),
        (_("Data"), it.dataset.title),
        (_("Segments"), it.k),
        (_("Selection"), filters or _("All customers")),
    ]


def as_csv(it: Segmentation, filtered: Filtered, name: str) -> str:
    """One row a bin and one column a segment; the first lines say what it is."""
    part = filtered.slice(name)
    header = [part.dimension.label, *(card.name for card in it.cards), _("All customers")]
    rows = [
        [
            bin_label(part.dimension, place),
            *(f"{part.shown[card.segment, place]:.10g}" for card in it.cards),
            f"{part.everyone[:, place].sum():.10g}",
        ]
        for place in range(part.shown.shape[1])
    ]
    return csv_text(header, rows, about(it, filtered))
