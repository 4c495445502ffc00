"""What each segment answered to each campaign: rates with intervals, shrunken, corrected for many looks, in a word."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pipeline.campaigns.profit import advice, break_even
from pipeline.contract import Dataset, Labels, Responses, empty_table
from pipeline.statistics import FEW, FEWEST, Vector, benjamini_hochberg, wilson

_STRENGTHS = np.geomspace(1.0, 10_000.0, 120)  # of the prior, in contacts


def fit_prior(successes: Vector, n: Vector) -> tuple[float, float]:
    """Beta prior (a, b) of one campaign's rates: mean overall, strength by maximum likelihood (beta-binomial).

    The strength is between 1 and 10,000 contacts: groups that do not differ lean on the common rate entirely.
    """
    from scipy.special import betaln

    total = float(n.sum())
    mean = (float(successes.sum()) + 0.5) / (total + 1.0)
    a, b = _STRENGTHS[:, None] * mean, _STRENGTHS[:, None] * (1 - mean)
    likelihood = (betaln(a + successes, b + n - successes) - betaln(a, b)).sum(axis=1)
    best = float(_STRENGTHS[int(np.argmax(likelihood))])
    return best * mean, best * (1 - mean)


def shrink(successes: Vector, n: Vector) -> Vector:
    """Rates leaning towards the overall rate, (groups,); a group without contacts gets the overall rate."""
    a, b = fit_prior(successes, n)
    return np.asarray((successes + a) / (n + a + b))


def respond_by_segment(
    customers: pd.DataFrame, dataset: Dataset, segments: Labels, k: int, prices: Mapping[str, tuple[float, float]]
) -> pd.DataFrame:
    """Table ``responses``; ``prices`` gives (cost, revenue) of the campaigns whose prices are known."""
    parts = [
        _campaign(
            customers[campaign.column].to_numpy(dtype=np.float64, na_value=np.nan),
            campaign.column,
            segments,
            k,
            prices.get(campaign.column),
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
    outcome: Vector, campaign: str, segments: Labels, k: int, prices: tuple[float, float] | None
) -> pd.DataFrame:
    from scipy.special import betaincinv

    contacted = ~np.isnan(outcome)
    n = np.asarray(np.bincount(segments[contacted], weights=contacted[contacted], minlength=k), dtype=np.float64)
    s = np.asarray(np.bincount(segments[contacted], weights=outcome[contacted], minlength=k), dtype=np.float64)
    a, b = fit_prior(s, n)
    shrunken = (s + a) / (n + a + b)
    low, high = (betaincinv(s + a, n - s + b, at) for at in (0.025, 0.975))
    all_n, all_s = np.append(n.sum(), n), np.append(s.sum(), s)
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
            Responses.WORD: pd.Series(
                [
                    "" if even is None else advice(int(one), lower, upper, even)
                    for one, lower, upper in zip(all_n, wilson_low, wilson_high, strict=True)
                ],
                dtype="str",
            ),
        }
    )


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
