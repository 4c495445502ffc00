"""Customers who are not in memory: their exact tallies, who of them passes, and how sure an estimate is."""

from dashapp.selecting.on_disk.counted import Count, estimated, exactly
from dashapp.selecting.on_disk.outright import answers, member_sums, weights_of
from dashapp.selecting.on_disk.passing import Passing, category_bins
from dashapp.selecting.on_disk.tallied import Tallied
from dashapp.selecting.on_disk.weighed import weighted_median

__all__ = [
    "Count",
    "Passing",
    "Tallied",
    "answers",
    "category_bins",
    "estimated",
    "exactly",
    "member_sums",
    "weighted_median",
    "weights_of",
]
