"""Everybody's Parquet tables -> exact tallies and a weighted sample, for readers with less memory than customers."""

from pipeline.tallying.columns import BinnedColumn, TallyPlan
from pipeline.tallying.counts import MOST_WORDS, ByTwo, add_member, answers_of, pairs_of, rows_of, tally_table
from pipeline.tallying.describe import Described, SweepTables, describe
from pipeline.tallying.sample import allocated, drawn

__all__ = [
    "MOST_WORDS",
    "BinnedColumn",
    "ByTwo",
    "Described",
    "SweepTables",
    "TallyPlan",
    "add_member",
    "allocated",
    "answers_of",
    "describe",
    "drawn",
    "pairs_of",
    "rows_of",
    "tally_table",
]
