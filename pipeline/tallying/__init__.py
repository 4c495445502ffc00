"""Everybody's Parquet tables -> exact tallies and a weighted sample, for readers with less memory than customers."""

from pipeline.tallying.counts import MOST_WORDS, ByTwo, add_member, answers_of, pairs_of, rows_of, tally_table
from pipeline.tallying.customer_columns import BinnedColumn, TallyPlan
from pipeline.tallying.sample import allocated, drawn
from pipeline.tallying.tally_sweep import Described, SweepTables, describe

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
