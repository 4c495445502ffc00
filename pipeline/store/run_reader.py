"""From the database's rows and the run's files to what the dashboard draws."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np

from pipeline.contract import (
    AffinityBasis,
    Artifacts,
    Assignments,
    CampaignPlan,
    CampaignSummary,
    CandidateRecord,
    Champion,
    Customers,
    Dataset,
    Decision,
    FeatureTransform,
    Ledger,
    Message,
    Metrics,
    Placement,
    Quantity,
    RfmScale,
    RunSummary,
    Segment,
    Segmentation,
    SegmentCard,
    SegmentRule,
    Verdict,
    empty_table,
    metric,
    verdicts,
    with_names,
)
from pipeline.errors import ContractError, StoreError
from pipeline.processors import give_back
from pipeline.store.artifacts import TRAIN_AGAIN, RunFiles
from pipeline.store.beyond import StandIn
from pipeline.store.fitting_tables import as_written, check_fit
from pipeline.store.tracking.index import Index, ModelRow, RunRow
from pipeline.store.tracking.tag_names import NAME, PARENT

_SHORTEST_PREFIX = 6
_MANY = 100_000  # customers


def summaries(rows: Iterable[RunRow], champions: Iterable[Champion]) -> tuple[RunSummary, ...]:
    """Completed children of completed parents, newest sweep first, then by k."""
    rows = list(rows)
    parents = {row.run_id: row for row in rows if PARENT not in row.tags}
    versions = {champion.run_id: champion.version for champion in champions}
    made = [
        _summary(row, parents[row.tags[PARENT]], versions.get(row.run_id))
        for row in rows
        if row.tags.get(PARENT) in parents
    ]
    return tuple(sorted(made, key=lambda summary: (-summary.started, summary.sweep_run_id, summary.k)))


def find(index: Index, run_id: str) -> tuple[RunRow, RunRow]:
    """The completed candidate run that ``run_id`` (or the start of it) names, and its sweep's parent.

    Raises
    ------
    StoreError
        Where there is none, more than one, or the run is not a completed candidate.

    """
    wanted = run_id.strip().lower()
    if not re.fullmatch(rf"[0-9a-f]{{{_SHORTEST_PREFIX},32}}", wanted):
        raise StoreError.because(
            Message.of("{run} is not a run id", run=repr(run_id)),
            expected=Message.of(
                "32 hex digits, or the first {shortest} or more of them", shortest=Quantity(_SHORTEST_PREFIX)
            ),
            remedy=Message.of("take one from 'korzina runs'"),
        )
    rows = index.runs(prefix=wanted)
    if not rows:
        raise StoreError.because(
            Message.of("no completed run {run} in the store", run=repr(run_id)),
            remedy=Message.of("take one from 'korzina runs'; a run that broke off is not listed"),
        )
    if len(rows) > 1:
        raise StoreError.because(
            Message.of("{run} is the start of several runs", run=repr(run_id)),
            found=", ".join(sorted(row.run_id for row in rows)),
            remedy=Message.of("give more digits"),
        )
    row = rows[0]
    if PARENT not in row.tags:
        raise StoreError.because(
            Message.of("run {run} is a whole sweep, not one number of segments", run=row.run_id),
            remedy=Message.of("take one of its runs from 'korzina runs'"),
        )
    parent = next((run for run in index.runs(sweep=row.tags[PARENT]) if run.run_id == row.tags[PARENT]), None)
    if parent is None:
        raise StoreError.because(
            Message.of("run {run} belongs to a sweep that is not complete", run=row.run_id),
            remedy=Message.of("train again, or take another run from 'korzina runs'"),
        )
    return row, parent


def champions(models: Iterable[ModelRow], index: Index) -> tuple[Champion, ...]:
    """Champions that stand for a completed run, newest promotion first."""
    dated = []
    for model in models:
        if model.run_id is None or model.version is None:
            continue
        row = next(iter(index.runs(prefix=model.run_id)), None)
        if row is not None and PARENT in row.tags:
            champion = Champion(experiment=model.name, run_id=model.run_id, k=k_of(row), version=model.version)
            dated.append((max(model.history, default=""), champion))
    return tuple(champion for _, champion in sorted(dated, key=lambda dated_champion: dated_champion[0], reverse=True))


@as_written
def load(
    row: RunRow,
    parent: RunRow,
    folder: Callable[[RunRow], Path],
    stands_in: Callable[[RunRow, RunFiles, RunFiles], StandIn | None] = lambda *_: None,
) -> Segmentation:
    """Read one run with its sweep from Parquet and JSON alone, checking checksums, version and shapes.

    ``stands_in`` says what stands in for the customers of a run that has too many of them.
    """
    sweep, own = RunFiles(parent.run_id, folder(parent)), RunFiles(row.run_id, folder(row))
    sample = stands_in(row, sweep, own)
    rows = sample.table if sample else sweep.table
    assignments = sample.table(Artifacts.ASSIGNMENTS) if sample else own.table(Artifacts.ASSIGNMENTS)
    customers, projection = rows(Artifacts.CUSTOMERS), rows(Artifacts.PROJECTION)
    cards = own.records(Artifacts.SEGMENTS, SegmentCard)
    segmentation = Segmentation(
        run_id=row.run_id,
        sweep_run_id=parent.run_id,
        experiment=row.experiment,
        experiment_id=row.experiment_id,
        started=parent.started,
        dataset=sweep.record(Artifacts.DATASET, Dataset),
        ledger=sweep.record(Artifacts.LEDGER, Ledger),
        decision=sweep.record(Artifacts.DECISION, Decision),
        candidates=sweep.records(Artifacts.CANDIDATES, CandidateRecord),
        transform=sweep.record(Artifacts.TRANSFORM, FeatureTransform),
        centres=np.array(own.json(Artifacts.CENTRES), dtype=np.float64),
        cards=cards,
        customers=customers,
        projection=projection,
        loadings=sweep.table(Artifacts.LOADINGS),
        quarantine=sweep.table(Artifacts.QUARANTINE),
        assignments=assignments,
        profiles=own.table(Artifacts.PROFILES),
        category_profiles=own.table(Artifacts.CATEGORY_PROFILES),
        spec=sweep.text(Artifacts.SPEC),
        rules=own.records(Artifacts.RULES, SegmentRule) if own.has(Artifacts.RULES) else (),
        typical=own.table_or_empty(Artifacts.TYPICAL),
        passive=own.table_or_empty(Artifacts.PASSIVE),
        affinities=own.table_or_empty(Artifacts.AFFINITIES),
        affinity_basis=own.record(Artifacts.AFFINITY_BASIS, AffinityBasis)
        if own.has(Artifacts.AFFINITY_BASIS)
        else None,
        campaigns=_campaigns(own, by_customer=sample is None),
        sensitivity=sweep.table_or_empty(Artifacts.SENSITIVITY),
        rfm=sweep.record(Artifacts.RFM, RfmScale) if sweep.has(Artifacts.RFM) else None,
        rfm_scores=rows(Artifacts.RFM_SCORES) if sweep.has(Artifacts.RFM_SCORES) else empty_table("rfm_scores"),
        has_messages=sweep.has(Artifacts.MESSAGES),
        everybody=sample.everybody(cards, assignments) if sample else None,
    )
    check_fit(segmentation)
    for table in (projection, assignments):  # the same numbers, once
        table[Customers.KEY] = Customers.keys(customers)
    if len(customers) > _MANY:
        give_back()  # what the files were read with: a worker of a million customers holds it beside what it counts by
    return segmentation


@as_written
def placement(row: RunRow, folder: Callable[[RunRow], Path]) -> Placement:
    """Who is where in one run: two files of it, and none of its sweep's."""
    own = RunFiles(row.run_id, folder(row))
    labels = own.whole_numbers(Artifacts.ASSIGNMENTS, Assignments.SEGMENT)
    return Placement(row.run_id, own.records(Artifacts.SEGMENTS, SegmentCard), labels)


@as_written
def about(parent: RunRow, folder: Callable[[RunRow], Path]) -> tuple[Dataset, str]:
    """The data set of a sweep and the text of its spec; no table is read."""
    sweep = RunFiles(parent.run_id, folder(parent))
    return sweep.record(Artifacts.DATASET, Dataset), sweep.text(Artifacts.SPEC)


@as_written
def cards(row: RunRow, folder: Callable[[RunRow], Path]) -> tuple[SegmentCard, ...]:
    """The segments of one run."""
    return RunFiles(row.run_id, folder(row)).records(Artifacts.SEGMENTS, SegmentCard)


def called(segmentation: Segmentation, names: Mapping[Segment, str]) -> Segmentation:
    """The run under the names that people gave, in its cards and in its campaign plan."""
    cards = with_names(segmentation.cards, segmentation.run_id, names)
    if cards == segmentation.cards:
        return segmentation
    return replace(
        segmentation,
        cards=cards,
        campaigns=_plan_with(segmentation.campaigns, {card.segment: card.name for card in cards}),
    )


def _plan_with(plan: CampaignPlan | None, names: Mapping[int, str]) -> CampaignPlan | None:
    if plan is None:
        return None
    advice = tuple(
        segment.model_copy(update={"name": names.get(segment.segment, segment.name)})
        for segment in plan.summary.segments
    )
    return replace(plan, summary=plan.summary.model_copy(update={"segments": advice}))


def _campaigns(own: RunFiles, *, by_customer: bool) -> CampaignPlan | None:
    """The plan; none where it has a row for each of too many customers."""
    if not own.has(Artifacts.CAMPAIGNS) or (own.has(Artifacts.TARGETS) and not by_customer):
        return None
    return CampaignPlan(
        own.record(Artifacts.CAMPAIGNS, CampaignSummary),
        own.table_or_empty(Artifacts.RESPONSES),
        own.table_or_empty(Artifacts.TARGETS),
        own.table_or_empty(Artifacts.HELD_OUT),
    )


def k_of(row: RunRow) -> int:
    """Number of segments of a candidate run."""
    try:
        return int(row.params["k"])
    except (KeyError, ValueError) as error:
        raise ContractError.because(
            Message.of("run {run}: parameter k is missing or not a number", run=row.run_id),
            remedy=TRAIN_AGAIN,
        ) from error


def _summary(row: RunRow, parent: RunRow, version: int | None) -> RunSummary:
    try:
        summary = RunSummary(
            run_id=row.run_id,
            sweep_run_id=parent.run_id,
            experiment=row.experiment,
            sweep_name=parent.tags.get(NAME, ""),
            started=parent.started,
            k=k_of(row),
            recommended=row.tags.get("recommended") == "true",
            verdict=cast("Verdict", row.tags["verdict"]),
            inertia=_number(row, Metrics.INERTIA),
            silhouette=_number(row, Metrics.SILHOUETTE),
            calinski_harabasz=_number(row, Metrics.CALINSKI_HARABASZ),
            davies_bouldin=_number(row, Metrics.DAVIES_BOULDIN),
            stability=metric(row.metrics, Metrics.STABILITY),
            rows=int(_number(row, Metrics.ROWS)),
            params=dict(row.params),
            champion_version=version,
        )
        return verdicts.reviewed_summary(
            summary,
            metric(row.metrics, f"{Metrics.QUALITY}/null_silhouette"),
            metric(parent.metrics, f"{Metrics.VERDICT}/sensitivity_same_k"),
            by_person=parent.tags.get("chosen_by") == "person",
            supported_k=metric(parent.metrics, f"{Metrics.VERDICT}/supported_k"),
        )
    except (KeyError, ValueError) as error:
        raise ContractError.because(
            Message.of("run {run} lacks what every run of Korzina has", run=row.run_id),
            found=str(error)[:200],
            remedy=TRAIN_AGAIN,
        ) from error


def _number(row: RunRow, name: str) -> float:
    value = metric(row.metrics, name)
    if value is None:
        raise KeyError(name)
    return value
