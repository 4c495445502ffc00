"""What one stage hands to the next: records together with their frames and arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.contract.campaigns import CampaignPlan
from pipeline.contract.findings import AffinityBasis, SegmentRule
from pipeline.contract.records import CandidateRecord, Dataset, Decision, FeatureTransform, Ledger, SegmentCard
from pipeline.contract.tables import empty_table

Matrix = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


RIVAL_CUSTOMERS = 20_000  # up to so many, plans and affinities are made for the rivals of the recommended k too


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
    """One k fitted: centres (k, p) in the clustered space, labels (n,) numbered by falling size."""

    k: int
    centres: Matrix
    labels: Labels
    inertia: float
    seed_spread: float | None
    seconds: float
    restarts: Restarts | None = None


@dataclass(frozen=True)
class Candidate:
    """One k with its quality, tables and words."""

    record: CandidateRecord
    centres: Matrix
    assignments: pd.DataFrame
    profiles: pd.DataFrame
    category_profiles: pd.DataFrame
    cards: tuple[SegmentCard, ...]
    rules: tuple[SegmentRule, ...] = ()
    typical: pd.DataFrame = field(default_factory=partial(empty_table, "typical"))
    passive: pd.DataFrame = field(default_factory=partial(empty_table, "passive"))


@dataclass(frozen=True)
class Bought:
    """Which categories are bought together, overall and in each segment of one k, and how that was counted."""

    affinities: pd.DataFrame
    basis: AffinityBasis


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
    bought: Mapping[int, Bought] = field(default_factory=dict)  # k -> what is bought together in its segments
    plans: Mapping[int, CampaignPlan] = field(default_factory=dict)  # k -> whom to contact next, told by its segments
    sensitivity: pd.DataFrame = field(default_factory=partial(empty_table, "sensitivity"))

    @property
    def campaigns(self) -> CampaignPlan | None:
        """The plan of the recommended k."""
        return self.plans.get(self.decision.k)

    def described_ks(self) -> tuple[int, ...]:
        """The k that get affinities and a plan, since somebody may well promote them.

        The recommended one, its neighbours and what the elbow and the silhouette would rather have; of many customers
        the recommended one alone, as a plan for each would take longer than everything else.
        """
        decision = self.decision
        wanted = (
            {decision.k, decision.k - 1, decision.k + 1, decision.elbow_k, decision.silhouette_k, decision.supported_k}
            if len(self.customers) <= RIVAL_CUSTOMERS
            else {decision.k}
        )
        return tuple(one.record.k for one in self.candidates if one.record.k in wanted)

    def candidate(self, k: int) -> Candidate:
        """The candidate of k segments."""
        return next(one for one in self.candidates if one.record.k == k)


# ------------------------------------------------------------------ what to record, apart from how


@dataclass(frozen=True)
class ModelRecord:
    """A fitted scikit-learn pipeline and what MLflow needs to log it without guessing."""

    skops: bytes  # the pipeline as a skops file: written where scikit-learn is loaded, logged where MLflow is
    example: pd.DataFrame  # a few invented rows (medians), never a customer's
    requirements: tuple[str, ...]


@dataclass(frozen=True)
class RunRecord:
    """Everything that one MLflow run is to hold."""

    name: str
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    description: str  # Markdown
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)  # artifact name -> table
    records: Mapping[str, str] = field(default_factory=dict)  # artifact name -> JSON text
    images: Mapping[str, bytes] = field(default_factory=dict)  # artifact name -> PNG
    ui_tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)  # artifact name -> table for the MLflow UI
    model: ModelRecord | None = None
    curves: Mapping[str, Mapping[int, float]] = field(default_factory=dict)  # metric -> step -> value, drawn by the UI


@dataclass(frozen=True)
class SweepRecord:
    """The parent run and one nested run for each k."""

    parent: RunRecord
    children: Mapping[int, RunRecord]
    recommended_k: int
    dataset_name: str
    source: str
    fingerprint: str
    rows: int = 0
    schema: Mapping[str, str] = field(default_factory=dict)  # column -> MLflow type; what the run's data set looks like


@dataclass(frozen=True)
class SavedSweep:
    """Where a sweep went in the store."""

    experiment_id: str
    sweep_run_id: str
    run_ids: Mapping[int, str]


# ------------------------------------------------------------------ what the store hands out


@dataclass(frozen=True)
class Placement:
    """Who is where in one run, without the customers themselves; rows as in the sweep's customers."""

    run_id: str
    cards: tuple[SegmentCard, ...]
    labels: Labels

    @property
    def k(self) -> int:
        """Number of segments."""
        return len(self.cards)


@dataclass(frozen=True)
class Segmentation:
    """One completed run with all it needs to be drawn, read back and checked."""

    run_id: str
    sweep_run_id: str
    experiment: str
    started: float
    dataset: Dataset
    ledger: Ledger
    decision: Decision
    candidates: tuple[CandidateRecord, ...]
    transform: FeatureTransform
    centres: Matrix
    cards: tuple[SegmentCard, ...]
    customers: pd.DataFrame
    projection: pd.DataFrame
    loadings: pd.DataFrame
    quarantine: pd.DataFrame
    assignments: pd.DataFrame
    profiles: pd.DataFrame
    category_profiles: pd.DataFrame
    spec: str = "{}"  # the whole spec as JSON, for scoring new customers alike
    rules: tuple[SegmentRule, ...] = ()
    typical: pd.DataFrame = field(default_factory=partial(empty_table, "typical"))
    passive: pd.DataFrame = field(default_factory=partial(empty_table, "passive"))
    affinities: pd.DataFrame = field(default_factory=partial(empty_table, "affinities"))
    affinity_basis: AffinityBasis | None = None  # None: this run has no affinities
    campaigns: CampaignPlan | None = None  # None: this run has no plan, since it was not the recommended one
    sensitivity: pd.DataFrame = field(default_factory=partial(empty_table, "sensitivity"))  # of the sweep
    has_messages: bool = True  # False: a run of version 0.1, whose texts are English alone

    @property
    def k(self) -> int:
        """Number of segments."""
        return len(self.cards)
