"""What one stage hands to the next, up to the whole training: records together with their frames and arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.contract import (
    AffinityBasis,
    Assignments,
    CampaignPlan,
    CandidateRecord,
    Dataset,
    Decision,
    FeatureTransform,
    Labels,
    Ledger,
    Matrix,
    PopulationRecord,
    RfmScale,
    SegmentCard,
    SegmentRule,
    empty_table,
)
from pipeline.errors import UsageError

LARGEST = 12  # k up to which is tried where nobody says otherwise
WIDEST = 20  # and up to which where the best of those is the last
LEAST_SAMPLE = 100  # customers
RIVAL_CUSTOMERS = 200_000  # up to so many, plans and affinities are made for every k


@dataclass(frozen=True)
class Cleaned:
    """Customers in canonical order (sorted by id), what was set aside, and the account of both."""

    dataset: Dataset
    customers: pd.DataFrame
    quarantine: pd.DataFrame  # raw values as text, with the columns "rule" and "row" in front
    ledger: Ledger


@dataclass(frozen=True)
class Features:
    """The clustered matrix, (n, p) in the order of ``transform.names``, and how it was made."""

    matrix: Matrix
    transform: FeatureTransform


@dataclass(frozen=True)
class Restarts:
    """What one seeding alone would have found: labels (seedings, m) of the m customers at ``rows``."""

    rows: Labels
    labels: Labels


@dataclass(frozen=True)
class Partition:
    """One k fitted: centres (k, p) in the clustered space, labels (n,) numbered by falling size, a byte each.

    Of very many customers ``labels`` may be those of a sample; ``sizes`` (k,) are of everybody then, and whoever is
    nearest to a row of ``guide`` (k, p) is labelled with it. Where they are None, the labels say all.
    """

    k: int
    centres: Matrix
    labels: npt.NDArray[np.integer[Any]]
    inertia: float
    seed_spread: float | None
    seconds: float
    restarts: Restarts | None = None
    guide: Matrix | None = None
    sizes: npt.NDArray[np.integer[Any]] | None = None


class Assigned(Protocol):
    """Who is where under one k."""

    @property
    def labels(self) -> npt.NDArray[np.integer[Any]]:
        """Segment of each customer, (n,)."""
        ...

    def table(self) -> pd.DataFrame:
        """The ``assignments`` table, (n, 6)."""
        ...

    def measured(self) -> pd.DataFrame:
        """Those of its rows that have a silhouette; key, segment and silhouette at least."""
        ...


@dataclass(frozen=True)
class Tabled:
    """The same of a table that is there."""

    frame: pd.DataFrame

    @property
    def labels(self) -> npt.NDArray[np.integer[Any]]:
        """See ``Assigned``."""
        return self.frame[Assignments.SEGMENT].to_numpy()

    def table(self) -> pd.DataFrame:
        """See ``Assigned``."""
        return self.frame

    def measured(self) -> pd.DataFrame:
        """See ``Assigned``."""
        return self.frame[self.frame[Assignments.SILHOUETTE].notna()]


@dataclass(frozen=True)
class Candidate:
    """One k with its quality, tables and words."""

    record: CandidateRecord
    centres: Matrix
    placed: Assigned
    profiles: pd.DataFrame
    category_profiles: pd.DataFrame
    cards: tuple[SegmentCard, ...]
    rules: tuple[SegmentRule, ...] = ()
    typical: pd.DataFrame = field(default_factory=partial(empty_table, "typical"))
    passive: pd.DataFrame = field(default_factory=partial(empty_table, "passive"))
    reach: tuple[
        float, ...
    ] = ()  # distance within which FIT_QUANTILE of each segment's customers lie; (): not measured
    guide: Matrix | None = None  # (k, p): whoever is nearest to a row is of that segment; None: to a centre

    @property
    def labels(self) -> Labels:
        """Segment of each customer, (n,)."""
        return self.placed.labels.astype(np.int64)

    @property
    def assignments(self) -> pd.DataFrame:
        """The ``assignments`` table, which may be computed anew at each call."""
        return self.placed.table()


@dataclass(frozen=True)
class BoughtTogether:
    """Which categories are bought together, overall and in each segment of one k, and how that was counted."""

    affinities: pd.DataFrame
    basis: AffinityBasis


@dataclass(frozen=True)
class Elsewhere:
    """All customers of a training that has a sample of them: exact counts for charts, and where their rows are."""

    population: PopulationRecord
    tallies: Mapping[int, pd.DataFrame]  # by k
    pairs: pd.DataFrame


@dataclass(frozen=True)
class Training:
    """Everything that one sweep found."""

    dataset: Dataset
    ledger: Ledger
    customers: pd.DataFrame
    quarantine: pd.DataFrame
    projection: pd.DataFrame
    loadings: pd.DataFrame
    features: Features
    candidates: tuple[Candidate, ...]
    decision: Decision
    params: Mapping[str, str]  # seed, restarts, algorithm, spec, hash, features, fingerprint, versions
    seconds: Mapping[str, float]
    spec: str = "{}"  # the whole spec as JSON
    bought: Mapping[int, BoughtTogether] = field(default_factory=dict)  # k -> what is bought together in its segments
    plans: Mapping[int, CampaignPlan] = field(default_factory=dict)  # k -> whom to contact next, told by its segments
    sensitivity: pd.DataFrame = field(default_factory=partial(empty_table, "sensitivity"))
    rfm: RfmScale | None = None  # None: the spec has no [rfm]
    rfm_scores: pd.DataFrame = field(default_factory=partial(empty_table, "rfm_scores"))  # rows as in customers
    elsewhere: Elsewhere | None = None  # None: ``customers`` are all

    @property
    def n(self) -> int:
        """How many customers there are, at hand or elsewhere."""
        return len(self.customers) if self.elsewhere is None else self.elsewhere.population.rows

    def written_at(self, address: str) -> Training:
        """The training with the address of the rows of customers that are elsewhere."""
        if self.elsewhere is None:
            raise ValueError("all customers are at hand")
        told = self.elsewhere.population.model_copy(update={"address": address})
        return replace(self, elsewhere=replace(self.elsewhere, population=told))

    @property
    def campaigns(self) -> CampaignPlan | None:
        """The plan of the recommended k."""
        return self.plans.get(self.decision.k)

    def described_ks(self) -> tuple[int, ...]:
        """The k that get affinities and a plan: all, since somebody may promote any; the recommended one comes first.

        Of very many customers the recommended one alone, as lists for each would fill the store.
        """
        others = [candidate.record.k for candidate in self.candidates if candidate.record.k != self.decision.k]
        return (self.decision.k, *(others if self.n <= RIVAL_CUSTOMERS else ()))

    def candidate(self, k: int) -> Candidate:
        """The candidate of k segments."""
        return next(candidate for candidate in self.candidates if candidate.record.k == k)


@dataclass(frozen=True)
class Options:
    """What a caller of a training may choose of the sweep.

    Without ``k_max`` the sweep goes to ``LARGEST``, and to ``WIDEST`` where the best k is the last; the second of
    ``bounds`` is None where a team can work with any number of segments.
    """

    k_min: int = 2
    k_max: int | None = None
    seed: int = 0
    bounds: tuple[int, int | None] = (2, None)
    choose: int | None = None
    choose_reason: str = ""
    sample: int | None = None  # train on so many customers, drawn by their ids; None: on all

    def __post_init__(self) -> None:
        """Refuse ranges that hold no k, and samples of nobody."""
        if self.sample is not None and self.sample < LEAST_SAMPLE:
            raise UsageError.because(
                "the sample is too small", expected=f"at least {LEAST_SAMPLE} customers", found=str(self.sample)
            )
        if not 2 <= self.k_min <= self.last:
            raise UsageError.because(
                "no such range of k",
                expected="2 <= --k-min <= --k-max",
                found=f"--k-min {self.k_min} --k-max {self.last}",
            )

    @property
    def last(self) -> int:
        """The largest k to try first."""
        return LARGEST if self.k_max is None else self.k_max
