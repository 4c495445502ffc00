"""Reactions to all campaigns together: offers made to a customer, and how many of them were answered. Plain NumPy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashapp.selecting.dimensions import Array
from pipeline.contract import Segmentation, population


@dataclass(frozen=True)
class OfferAnswers:
    """Offers made and answered, by segment: (2, k) each."""

    shown: Array  # under every filter but that on the segments
    everyone: Array
    customers: int  # that those filters let pass

    @property
    def known(self) -> bool:
        """Whether any campaign is."""
        return bool(self.everyone[0].sum())


def offers(segmentation: Segmentation) -> Array:
    """Offers made to each customer and answered, (2, n) in canonical order; a reaction not known is no offer."""
    campaigns = segmentation.dataset.campaigns
    made = np.zeros((2, len(segmentation.customers)), dtype=np.min_scalar_type(len(campaigns)))
    for campaign in campaigns:
        if campaign.column in segmentation.customers:
            series = segmentation.customers[campaign.column]
            answered = population.to_numbers(series.astype("Float64") if series.dtype == bool else series)
            known = np.isfinite(answered)
            made[0] += known
            made[1] += np.where(known, answered > 0, False)
    return made
