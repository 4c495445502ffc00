"""What each segment answered to each campaign: rates with intervals, shrunken, corrected for many looks, in a word."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pipeline.campaigns.profit import break_even
from pipeline.campaigns.response_rates import advise, associated, shrunken_intervals
from pipeline.contract import Dataset, Labels, Responses, empty_table
from pipeline.statistics import FEW, FEWEST, Vector, benjamini_hochberg, wilson

UNKNOWN = -1  # segment of a customer of whom nothing was known before a campaign


def respond_by_segment(
    customers: pd.DataFrame,
    dataset: Dataset,
    segments: Labels,
    k: int,
    prices: Mapping[str, tuple[float, float]],
    then: Mapping[str, Labels] | None = None,
) -> pd.DataFrame:
    """Table ``responses``.

    Parameters
    ----------
    customers, dataset, segments, k
        Customers with today's segment of each, (n,), of ``k``.
    prices
        (cost, revenue) of the campaigns whose prices are known, by outcome column.
    then
        Segment of each customer by what was known when the campaign began, (n,), by outcome column; ``UNKNOWN`` for
        those of whom nothing was. None, or a campaign without them: today's segments stand in, which know what came
        after the contact, so that their rates are an association and no advice.
    """
    parts = [
        _campaign(
            customers[campaign.column].to_numpy(dtype=np.float64, na_value=np.nan),
            campaign.column,
            (then or {}).get(campaign.column, segments),
            k,
            prices.get(campaign.column),
            before=campaign.column in (then or {}),
        )
        for campaign in dataset.campaigns
        if campaign.column in customers
    ]
    parts = [part for part in parts if part[Responses.N].iloc[0] > 0]
    if not parts:
        return empty_table("responses")
    table = pd.concat(parts, ignore_index=True)
    return table.assign(**{Responses.Q: benjamini_hochberg(table[Responses.Q])})


def _campaign(
    outcome: Vector, campaign: str, segments: Labels, k: int, prices: tuple[float, float] | None, *, before: bool
) -> pd.DataFrame:
    contacted = ~np.isnan(outcome)
    every_n, every_s = float(contacted.sum()), float(outcome[contacted].sum())
    contacted &= segments != UNKNOWN
    n = np.asarray(np.bincount(segments[contacted], weights=contacted[contacted], minlength=k), dtype=np.float64)
    s = np.asarray(np.bincount(segments[contacted], weights=outcome[contacted], minlength=k), dtype=np.float64)
    shrunken, low, high = shrunken_intervals(s, n)
    all_n, all_s = np.append(every_n, n), np.append(every_s, s)
    rate = np.divide(all_s, all_n, out=np.full(k + 1, np.nan), where=all_n >= FEWEST)
    wilson_low, wilson_high = wilson(all_s, all_n)
    even = break_even(*prices) if prices else None
    return pd.DataFrame(
        {
            Responses.SEGMENT: np.arange(-1, k),
            Responses.CAMPAIGN: pd.Series([campaign] * (k + 1), dtype="str"),
            Responses.N: all_n.astype(np.int64),
            Responses.RESPONSES: all_s.astype(np.int64),
            Responses.RATE: rate,
            Responses.LOW: np.where(all_n >= FEWEST, wilson_low, np.nan),
            Responses.HIGH: np.where(all_n >= FEWEST, wilson_high, np.nan),
            # a handful of people betrays nothing by its prior; shown only with the rate
            Responses.SHRUNKEN: np.append(rate[0], np.where(n >= FEWEST, shrunken, np.nan)),
            Responses.SHRUNKEN_LOW: np.append(wilson_low[0], np.where(n >= FEWEST, low, np.nan)),
            Responses.SHRUNKEN_HIGH: np.append(wilson_high[0], np.where(n >= FEWEST, high, np.nan)),
            Responses.Q: np.append(np.nan, _p_values(s, n)),
            Responses.SMALL: (all_n < FEW).astype(np.int64),
            Responses.WORD: pd.Series(_words(all_n, all_s, even, before=before), dtype="str"),
        }
    )


def _words(n: Vector, successes: Vector, even: float | None, *, before: bool) -> list[str]:
    """Of everybody and of each segment; everybody is judged alone."""
    if even is None:
        return [""] * len(n)
    if not before:
        return [*advise(n[:1], successes[:1], even), *associated(n[1:])]
    return [*advise(n[:1], successes[:1], even), *advise(n[1:], successes[1:], even)]


def _p_values(successes: Vector, n: Vector) -> Vector:
    """Two-sided p of each segment against the campaign's other customers; nan under 30 on either side.

    The score test with the hypergeometric variance, since the segment is part of the whole it is compared with.
    """
    from scipy.special import erfc

    total, all_s = float(n.sum()), float(successes.sum())
    rate = all_s / total if total else 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        deviation = np.sqrt(n * rate * (1 - rate) * (total - n) / max(total - 1, 1))
        p = np.asarray(erfc(np.abs(successes - n * rate) / deviation / np.sqrt(2)))
    return np.where((n >= FEWEST) & (total - n >= FEWEST) & (deviation > 0), p, np.nan)
