"""A chart's numbers to take along, with the selection, the run and the date they belong to."""

from __future__ import annotations

from dashapp.i18n import _
from dashapp.pages.explore.figures import pairs
from dashapp.selecting import Filtered
from dashapp.telling import Export, bin_label, chips, moment
from pipeline.contract import Segmentation


def about(segmentation: Segmentation, filtered: Filtered) -> list[tuple[str, object]]:
    """Where the numbers come from."""
    filters = "; ".join(words for _, words in chips(filtered.selection, filtered.dimensions))
    return [
        (_("Run"), segmentation.run_id),
        (_("Trained"), moment(segmentation.started)),
        (_("Data"), segmentation.dataset.title),
        (_("Segments"), segmentation.k),
        (_("Selection"), filters or _("All customers")),
    ]


def slice_export(segmentation: Segmentation, filtered: Filtered, name: str) -> Export:
    """One row a bin and one column a segment."""
    part = filtered.slice(name)
    header = [part.dimension.label, *(card.name for card in segmentation.cards), _("All customers")]
    rows = [
        [
            bin_label(part.dimension, place),
            *(float(f"{part.shown[card.segment, place]:.10g}") for card in segmentation.cards),
            float(f"{part.everyone[:, place].sum():.10g}"),
        ]
        for place in range(part.shown.shape[1])
    ]
    return Export(_named(segmentation, name), part.dimension.label, header, rows, about(segmentation, filtered))


def pair_export(segmentation: Segmentation, filtered: Filtered, pair: pairs.CrossTabulation) -> Export:
    """Customers in the bins of two columns: one row a bin across, one column a bin up."""
    header = [pair.across.axis_title, *(bin_label(pair.up, place) for place in range(pair.up.bins))]
    rows = [[bin_label(pair.across, x), *counts] for x, counts in enumerate(pair.counts)]
    name = _named(segmentation, f"{pair.across.name}-{pair.up.name}")
    return Export(name, pairs.title(pair), header, rows, about(segmentation, filtered))


def _named(segmentation: Segmentation, subject: str) -> str:
    return f"korzina-{segmentation.run_id[:8]}-{subject}".replace(".", "-")
