"""What a run and its sweep measured, as MLflow shows it: metrics in groups, the four that matter first, and a table."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import pstdev

import pandas as pd

from pipeline.campaigns import headline
from pipeline.contract import CandidateRecord, Dataset, Metrics, Profiles, SegmentCard, Sensitivity, grouped
from pipeline.segmenting import excess
from pipeline.stages import Candidate, Training

_CURVES = ("inertia", "silhouette", "calinski_harabasz", "davies_bouldin", "stability")


def run_metrics(training: Training, candidate: Candidate) -> dict[str, float]:
    """Numbers of one k; of its campaign plan those that are its own and not the whole sweep's."""
    plan = training.plans.get(candidate.record.k)
    own, _shared = headline(plan) if plan else ({}, {})
    return {
        **_quality(candidate.record),
        **grouped(Metrics.TARGET, own),
        **grouped(Metrics.TIME, {"seconds_fit": candidate.record.seconds}),
    }


def sweep_metrics(training: Training) -> dict[str, float]:
    """The recommended k's numbers, what the decision rests on, and how long each stage took."""
    chosen = training.candidate(training.decision.k)
    own, shared = headline(training.campaigns) if training.campaigns else ({}, {})
    return {
        **_quality(chosen.record),
        **grouped(Metrics.VERDICT, _decision(training)),
        **grouped(Metrics.TARGET, own | shared),
        **grouped(Metrics.TIME, {f"seconds_{stage}": spent for stage, spent in training.seconds.items()}),
    }


def sweep_curves(records: Iterable[CandidateRecord]) -> dict[str, dict[int, float]]:
    """Each measure of quality over k."""
    records = list(records)
    curves = {
        name: {record.k: float(value) for record in records if (value := getattr(record, name)) is not None}
        for name in _CURVES
    }
    return {f"{Metrics.SWEEP}/{name}": curve for name, curve in curves.items() if curve}


def _quality(record: CandidateRecord) -> dict[str, float]:
    """``k`` is among them so that the UI can draw the others against it.

    Inertia comes first: of several runs compared, the UI draws the first metric against the parameters that differ.
    """
    first: dict[str, float | None] = {
        Metrics.INERTIA: record.inertia,
        Metrics.K: record.k,
        Metrics.SILHOUETTE: record.silhouette,
        Metrics.STABILITY: record.stability,
    }
    quality = {
        "calinski_harabasz": record.calinski_harabasz,
        "davies_bouldin": record.davies_bouldin,
        "silhouette_se": record.silhouette_se,
        "null_silhouette": record.null_silhouette,
        "excess": excess(record),
        "seed_spread": record.seed_spread,
        "silhouette_spread": pstdev(record.silhouette_by_seed) if record.silhouette_by_seed else None,
    }
    sizes = {"size_min": min(record.sizes), "size_max": max(record.sizes), "rows": sum(record.sizes)}
    return {
        **{name: float(value) for name, value in first.items() if value is not None},
        **grouped(Metrics.QUALITY, quality),
        **grouped(Metrics.SIZE, sizes),
    }


def _decision(training: Training) -> dict[str, float | None]:
    """Verdict (0 none, 1 weak, 2 strong), rival choices, sensitivity."""
    decision, table = training.decision, training.sensitivity
    values: dict[str, float | None] = {
        "verdict_level": ("none", "weak", "strong").index(decision.verdict),
        "elbow_k": decision.elbow_k,
        "silhouette_k": decision.silhouette_k,
        "supported_k": decision.supported_k,
    }
    if len(table):
        values |= {
            "sensitivity_same_k": float((table[Sensitivity.K] == decision.k).mean()),
            "sensitivity_agreement_min": float(table[Sensitivity.AGREEMENT].min()),
        }
    return values


def ui_profiles(dataset: Dataset, cards: Iterable[SegmentCard], profiles: pd.DataFrame) -> pd.DataFrame:
    """Segments as rows, medians of the numeric columns as columns, for the UI's table view."""
    medians = profiles.pivot_table(index=Profiles.SEGMENT, columns=Profiles.COLUMN, values=Profiles.MEDIAN)
    rows = []
    for card in cards:
        row: dict[str, object] = {"segment": card.name, "customers": card.size, "share": round(card.share, 4)}
        mine = medians.loc[card.segment].to_dict()
        row |= {
            f"median {column.axis_title}": float(f"{mine[column.name]:.6g}")
            for column in dataset.columns
            if column.name in mine
        }
        rows.append(row)
    return pd.DataFrame(rows)
