"""What all customers add up to by segment: from their rows where these are at hand, else from sums of an engine."""

from pipeline.describing.segment_totals.folded import FoldedTotals, with_sizes
from pipeline.describing.segment_totals.of_rows import RowTotals

__all__ = ["FoldedTotals", "RowTotals", "with_sizes"]
