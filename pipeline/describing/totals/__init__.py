"""What all customers add up to by segment: from their rows where these are at hand, else from sums of an engine."""

from pipeline.describing.totals.at_hand import RowTotals
from pipeline.describing.totals.everybody import FoldedTotals, with_sizes

__all__ = ["FoldedTotals", "RowTotals", "with_sizes"]
