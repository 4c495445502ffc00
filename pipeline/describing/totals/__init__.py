"""What all customers add up to by segment: from their rows where these are at hand, else from sums of an engine."""

from pipeline.describing.totals.at_hand import AtHand
from pipeline.describing.totals.everybody import Everybody, with_sizes

__all__ = ["AtHand", "Everybody", "with_sizes"]
