"""The numbers of segments anew, for the customers that are left in a stored run: its segments themselves stay."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline.contract import (
    Artifacts,
    Assignments,
    Customers,
    Dataset,
    FeatureTransform,
    Labels,
    Matrix,
    Profiles,
    RfmScale,
    SegmentCard,
)
from pipeline.describing.describe import profile_categories, read_categories, revenue_shares, typical_customers
from pipeline.describing.passive import describe_passive, read_traits
from pipeline.describing.rfm import count_cells
from pipeline.describing.segment_profiles import profile
from pipeline.segmenting import apply_transform
from pipeline.stages import Features, Partition


def described_anew(
    customers: pd.DataFrame,
    dataset: Dataset,
    transform: FeatureTransform,
    assignments: pd.DataFrame,
    centres: Matrix,
    rfm: RfmScale | None,
) -> dict[str, pd.DataFrame]:
    """The tables of one k that sum up its customers, by the names of their artifacts; empty of whoever is gone.

    Parameters
    ----------
    customers, assignments
        Who is left, n rows each in the same order, with keys 0..n-1.
    transform, centres
        Those of the training: what is clustered, and the k centres in it.
    rfm
        The scale of the scores, where the run has them.
    """
    labels = labels_of(assignments)
    features = Features(apply_transform(customers, transform), transform)
    partition = Partition(len(centres), centres, labels, inertia=np.nan, seed_spread=None, seconds=0.0)
    (profiles,) = profile(customers, dataset, features, [partition])
    distances = assignments[Assignments.DISTANCE].to_numpy(dtype=np.float64)
    tables = {
        Artifacts.PROFILES: profiles,
        Artifacts.CATEGORY_PROFILES: profile_categories(read_categories(customers, dataset), partition),
        Artifacts.PASSIVE: describe_passive(read_traits(customers, dataset), labels, partition.k),
        Artifacts.TYPICAL: typical_customers(labels, distances, partition.k),
    }
    if rfm is not None:
        scores = rfm.score(customers)
        scores.insert(0, Customers.KEY, np.arange(len(customers)))
        tables[Artifacts.RFM_CELLS] = count_cells(rfm, scores, customers, labels)
    return tables


def cards_anew(
    cards: tuple[SegmentCard, ...],
    customers: pd.DataFrame,
    dataset: Dataset,
    profiles: pd.DataFrame,
    labels: Labels,
) -> tuple[SegmentCard, ...]:
    """The cards with the sizes, shares and medians of the customers that are left; their words stay."""
    sizes = np.bincount(labels, minlength=len(cards)).tolist()
    revenue = revenue_shares(customers, dataset, labels, len(cards))
    rows = profiles.set_index([Profiles.SEGMENT, Profiles.COLUMN]).to_dict("index")
    return tuple(
        card.model_copy(
            update={
                "size": sizes[card.segment],
                "share": sizes[card.segment] / len(labels),
                "revenue_share": revenue[card.segment],
                "differences": tuple(
                    difference.model_copy(update=_numbers(rows[card.segment, difference.column]))
                    for difference in card.differences
                ),
            }
        )
        for card in cards
    )


def labels_of(assignments: pd.DataFrame) -> Labels:
    """The segment of each customer, (n,)."""
    labels: Labels = assignments[Assignments.SEGMENT].to_numpy(dtype=np.int64)
    return labels


def _numbers(row: Mapping[Hashable, Any]) -> Mapping[str, float | None]:
    index = float(row[Profiles.INDEX])
    return {
        "effect": float(row[Profiles.EFFECT]),
        "median": float(row[Profiles.MEDIAN]),
        "overall_median": float(row[Profiles.OVERALL_MEDIAN]),
        "index": index if np.isfinite(index) else None,
    }
