"""What is recorded of a run and what the store hands out again: records together with their frames and arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.contract.campaign_plan import CampaignPlan
from pipeline.contract.ledger import Ledger
from pipeline.contract.population import Everybody, self_weighting
from pipeline.contract.record_types import CandidateRecord, Dataset, Decision, FeatureTransform, SegmentCard
from pipeline.contract.segment_findings import AffinityBasis, RfmScale, SegmentRule
from pipeline.contract.tables import empty_table

Matrix = npt.NDArray[np.float64]
Labels = npt.NDArray[np.integer[Any]]  # of any width: a byte a customer holds a segment

MODEL_FILE = "model.skops"
TRUSTED_TYPES: tuple[str, ...] = ("numpy.clip", "numpy.dtype")
"""The only types beyond skops' own defaults that may be read from a model file, whatever the file itself claims."""

# ------------------------------------------------------------------ what to record, apart from how


@dataclass(frozen=True)
class ModelRecord:
    """A fitted scikit-learn pipeline, what leads to it from raw columns, and what MLflow needs to log both."""

    skops: bytes  # the pipeline as a skops file: written where scikit-learn is loaded, logged where MLflow is
    example: pd.DataFrame  # a few invented rows of raw columns (medians), never a customer's
    requirements: tuple[str, ...]
    recipe: str = "{}"  # JSON: raw columns to segments, for ``code``
    code: str = ""  # the module that follows the recipe where Korzina is not installed


@dataclass(frozen=True)
class RunRecord:
    """Everything that one MLflow run is to hold."""

    name: str
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    description: str  # Markdown
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)  # artifact name -> table
    files: Mapping[str, Path] = field(default_factory=dict)  # artifact name -> Parquet file, to be moved
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


class Metrics:
    """Names of a run's metrics: what the store reads back, and the groups of all others, which stand before a slash.

    The four without a group stand first in a run's list of metrics, in comparisons and in the view of a sweep. Charts
    of groups are in alphabetical order, those without one last. A run of version 0.1 has the same metrics without any
    group.
    """

    K, INERTIA, SILHOUETTE, STABILITY = "k", "inertia", "silhouette", "stability"
    CALINSKI_HARABASZ, DAVIES_BOULDIN = "quality/calinski_harabasz", "quality/davies_bouldin"
    ROWS = "size/rows"
    QUALITY, SIZE, VERDICT, TARGET, SWEEP, TIME = "quality", "size", "verdict", "target", "sweep", "time"


def grouped(group: str, values: Mapping[str, float | None]) -> dict[str, float]:
    """Those of the values that are known, under names in their group."""
    return {f"{group}/{name}": float(value) for name, value in values.items() if value is not None}


def metric(values: Mapping[str, float], name: str) -> float | None:
    """The metric called ``name``, in a run of version 0.1 too; None where the run has none."""
    return values.get(name, values.get(name.rpartition("/")[2]))


# ------------------------------------------------------------------ what the store hands out


@dataclass(frozen=True)
class Placement:
    """Who is where in one run, without the customers themselves; rows as in the sweep's customers."""

    run_id: str
    cards: tuple[SegmentCard, ...]
    labels: npt.NDArray[np.integer[Any]]

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
    rfm: RfmScale | None = None  # of the sweep; None: its spec has no [rfm]
    rfm_scores: pd.DataFrame = field(default_factory=partial(empty_table, "rfm_scores"))  # rows as in customers
    experiment_id: str = ""  # MLflow's own id of ``experiment``, for links to its pages; empty: not from a store
    has_messages: bool = True  # False: a run of version 0.1, whose texts are English alone
    everybody: Everybody | None = None  # None: the tables by customer hold all of them, and else a sample

    def categories(self, column: str) -> frozenset[str]:
        """Every category that a customer of the run has in a column."""
        if self.everybody is not None and self.everybody.tallies is not None:
            return self.everybody.categories(column)
        return frozenset(self.customers[column].dropna().astype("str"))

    def representative(self) -> Segmentation:
        """The same with as many rows of each kind as there are customers, in proportion; itself where all are here.

        For whoever compares with the rows as if they were everybody.
        """
        if self.everybody is None:
            return self
        rows = self_weighting(self.everybody.weights)
        tables = {name: getattr(self, name) for name in ("customers", "projection", "assignments", "rfm_scores")}
        kept = {name: table.iloc[rows].reset_index(drop=True) for name, table in tables.items() if len(table)}
        weights = self.everybody.weights[rows]
        return replace(self, **kept, everybody=replace(self.everybody, weights=weights, pairs=None))

    @property
    def k(self) -> int:
        """Number of segments."""
        return len(self.cards)
