"""All customers of a run without their rows: how many, exact tallies, and a weighted sample that stands for them.

What ``population.json``, ``tallies.parquet``, ``pairs.parquet`` and the tables below ``sample/`` hold, how columns are
binned, and what a reader of a run gets of all this.
"""

from pipeline.contract.population.binning import (
    MOST_BINS,
    REST,
    TAIL,
    UNKNOWN,
    Spread,
    bins_of_mix,
    bins_of_number,
    edges_of,
    positive,
    spread_of,
    to_codes,
    to_numbers,
)
from pipeline.contract.population.everybody import Everybody, self_weighting, stand_in_weights
from pipeline.contract.population.population_record import SAMPLE_ROWS, PopulationRecord, Stratum
from pipeline.contract.population.tally_tables import POPULATION_TABLES, Pairs, Tallies, TallySource, Weights

__all__ = [
    "MOST_BINS",
    "POPULATION_TABLES",
    "REST",
    "SAMPLE_ROWS",
    "TAIL",
    "UNKNOWN",
    "Everybody",
    "Pairs",
    "PopulationRecord",
    "Spread",
    "Stratum",
    "Tallies",
    "TallySource",
    "Weights",
    "bins_of_mix",
    "bins_of_number",
    "edges_of",
    "positive",
    "self_weighting",
    "spread_of",
    "stand_in_weights",
    "to_codes",
    "to_numbers",
]
