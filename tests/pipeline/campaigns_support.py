"""Invented customers whose answers follow a law that the tests know."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from pipeline.campaigns.learning.held_out import SegmentedCustomers
from pipeline.contract import Campaign, Column, Dataset, Labels, SegmentCard

COST, REVENUE = 1.0, 6.0


def sigmoid(score: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-score))


def dataset(campaigns: tuple[Campaign, ...], *, extra: tuple[Column, ...] = (), as_of: date | None = None) -> Dataset:
    columns = (
        Column(name="id", role="id", kind="text", label="Id"),
        Column(
            name="spend",
            role="active",
            kind="number",
            label="Total spend",
            meaning="spend",
            transform=("log1p",),
            high="big spenders",
            low="light spenders",
        ),
        Column(
            name="recency",
            role="passive",
            kind="integer",
            label="Days since the last purchase",
            meaning="recency",
            high="bought long ago",
            low="bought recently",
        ),
        Column(name="city", role="passive", kind="category", label="City"),
        *(Column(name=one.column, role="outcome", kind="flag", label=one.label) for one in campaigns),
        *extra,
    )
    return Dataset(
        spec="toy",
        title="Toy",
        spec_hash="0",
        as_of=as_of,
        currency="$",
        columns=columns,
        campaigns=campaigns,
        id_column="id",
    )


def campaign(name: str, **parts: object) -> Campaign:
    return Campaign.model_validate({"column": name, "label": name.title(), "cost": COST, "revenue": REVENUE, **parts})


def cards(labels: Labels) -> tuple[SegmentCard, ...]:
    return tuple(
        SegmentCard(
            segment=one,
            key=f"k{one}",
            colour=one,
            name=("Givers", "Takers", "Sleepers")[one],
            portrait="",
            size=int((labels == one).sum()),
            share=float((labels == one).mean()),
            revenue_share=None,
            trust="solid",
            trust_reason="",
            silhouette=None,
            jaccard=None,
            differences=(),
        )
        for one in range(int(labels.max()) + 1)
    )


def people(n: int = 1500, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    """Customers with two campaigns, and the true probability of answering the second."""
    rng = np.random.default_rng(seed)
    spend, recency = rng.lognormal(5, 1, n), rng.integers(0, 100, n).astype(float)
    first = rng.binomial(1, sigmoid(np.log(spend) - 7)).astype(float)
    truth = sigmoid(-2 + 0.9 * (np.log(spend) - 5) - 0.02 * (recency - 50) + 1.0 * first)
    frame = pd.DataFrame(
        {
            "customer": np.arange(n),
            "id": pd.Series([f"c{one:05d}" for one in range(n)], dtype="str"),
            "spend": spend,
            "recency": recency,
            "city": pd.Series(np.array(["Kazan", "Perm", "Omsk"])[rng.integers(0, 3, n)], dtype="str"),
            "first": first,
            "last": rng.binomial(1, truth).astype(float),
        }
    )
    return frame, truth


def subject(frame: pd.DataFrame, campaigns: tuple[Campaign, ...] | None = None, **parts: object) -> SegmentedCustomers:
    made = dataset(campaigns if campaigns is not None else (campaign("first"), campaign("last")))
    labels = np.digitize(frame["spend"], np.quantile(frame["spend"], [0.4, 0.8])).astype(np.int64)
    return SegmentedCustomers(frame, made, labels, cards(labels), **parts)  # type: ignore[arg-type]
