"""A chart's numbers as CSV: with the selection, the run and the date they belong to, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io

from dashapp.crossfilter import Filtered
from dashapp.i18n import _
from dashapp.words import bin_label, chips, moment
from pipeline.contract import Segmentation

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(it: Segmentation, filtered: Filtered, name: str) -> str:
    """One row a bin and one column a segment; the first lines say what it is."""
    part = filtered.slice(name)
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\r\n")
    filters = [words for _, words in chips(filtered.selection, filtered.dimensions)]
    rows.writerow([_("Run"), it.run_id])
    rows.writerow([_("Trained"), moment(it.started)])
    rows.writerow([_("Data"), harmless(it.dataset.title)])
    rows.writerow([_("Segments"), it.k])
    rows.writerow([_("Selection"), harmless("; ".join(filters) or _("All customers"))])
    rows.writerow([])
    rows.writerow([harmless(part.dimension.label), *(harmless(card.name) for card in it.cards), _("All customers")])
    for place in range(part.shown.shape[1]):
        counts = [f"{part.shown[card.segment, place]:.10g}" for card in it.cards]
        rows.writerow([harmless(bin_label(part.dimension, place)), *counts, f"{part.everyone[:, place].sum():.10g}"])
    return "\ufeff" + written.getvalue()


def harmless(text: str) -> str:
    """Text that a spreadsheet does not take for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(_FORMULA) else text
