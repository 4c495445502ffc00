"""The part of a spec about recency, frequency and monetary value."""

from __future__ import annotations

from typing import Literal

from pipeline.spec.engines import Part

Cuts = tuple[float, float, float, float]


class RfmCuts(Part):
    """Cut points of one's own: four rising numbers a score, in the column's units; a value equal to one is below it."""

    recency: Cuts | None = None
    """Left out: the quintiles of the customers trained on."""
    frequency: Cuts | None = None
    """Left out: the quintiles of the customers trained on."""
    monetary: Cuts | None = None
    """Left out: the quintiles of the customers trained on."""


class RfmSpec(Part):
    """Recency, frequency and monetary value as scores from 1 to 5 beside the segments; never clustered on."""

    recency: str
    """Column of how long ago a customer last bought."""
    frequency: str
    """Column of how often she bought."""
    monetary: str
    """Column of what she spent."""
    recent: Literal["low", "high"] = "low"
    """Which values of recency are recent ones: low (days since the last purchase), or high (number of a month)."""
    cuts: RfmCuts = RfmCuts()
    """Where a score ends and the next begins; kept with the run, so that new customers are scored alike."""
