"""Everybody's Parquet tables -> exact tallies and a weighted sample, for readers with less memory than customers."""

from pipeline.tallying.describe import Described, Tables, describe
from pipeline.tallying.sample import allocated, drawn

__all__ = ["Described", "Tables", "allocated", "describe", "drawn"]
