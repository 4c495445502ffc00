"""``Training`` -> ``SweepRecord``: what a sweep leaves in the store. How it gets there is the store's business."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from pipeline.campaigns import artifacts
from pipeline.contract import (
    Artifacts,
    CandidateRecord,
    Dataset,
    Decision,
    ModelRecord,
    Record,
    RunRecord,
    SweepRecord,
    messages_of,
    verdicts,
)
from pipeline.describing import rfm_cells
from pipeline.processors import THREADS, one_thread
from pipeline.recording.decision_card import decision_as_html, decision_as_json
from pipeline.recording.drafts import filed
from pipeline.recording.model import unwritten_models, write_models
from pipeline.recording.run_metrics import run_metrics, sweep_curves, sweep_metrics, ui_profiles
from pipeline.segmenting import sensitivity_in_words
from pipeline.stages import Candidate, Tabled, Training

if TYPE_CHECKING:
    from pipeline.recording.plots import Plotter

VERDICT, RECOMMENDED = "verdict", "recommended"  # tags, so that the UI can filter: tags.recommended = 'true'
REASON, CHOSEN_BY = "reason", "chosen_by"
_MLFLOW_TYPES = {"number": "double", "integer": "long", "flag": "boolean", "date": "datetime"}


def record_training(
    training: Training,
    images: Mapping[int, Mapping[str, bytes]] | None = None,
    curves: Mapping[str, bytes] | None = None,
    models: Future[dict[int, ModelRecord]] | None = None,
    folder: Path | None = None,
) -> SweepRecord:
    """Everything that the store is to hold of one sweep; what is given is made elsewhere, the rest is made here.

    With a ``folder`` tables are files below it, so that no more than two large ones are in memory.

    Customer rows go into one Parquet table of the parent run; parameters, metrics, tags, descriptions, images and
    models hold aggregates only.
    """
    ks = [candidate.record.k for candidate in training.candidates]
    drawn = images or {k: draw(drawable(training.candidate(k)), training.dataset) for k in ks}
    curves = curves or draw_curves([candidate.record for candidate in training.candidates], training.decision)

    def put(record: RunRecord, name: str) -> RunRecord:
        return filed(record, folder / name) if folder else record

    def child(k: int) -> RunRecord:
        return put(_child(training, training.candidate(k), drawn[k]), f"k{k}")

    with one_thread("blas"), ThreadPoolExecutor(THREADS) as threads:  # distances of one k while another is written
        children = dict(zip(ks, threads.map(child, ks), strict=True))
    parent = put(_parent(training, curves), "sweep")
    written = models.result() if models else write_models(unwritten_models(training))
    return SweepRecord(
        parent=parent,
        children={k: replace(record, model=written[k]) for k, record in children.items()},
        recommended_k=training.decision.k,
        dataset_name=training.dataset.title,
        source=_public(training.ledger.source),
        fingerprint=training.ledger.fingerprint,
        rows=training.n,
        schema={
            column.name: _MLFLOW_TYPES.get(column.kind, "string")
            for column in training.dataset.columns
            if column.name in training.customers
        },
    )


def _parent(training: Training, curves: Mapping[str, bytes]) -> RunRecord:
    records = [candidate.record for candidate in training.candidates]
    chosen = _recommended(training)
    low, high = min(record.k for record in records), max(record.k for record in records)
    return RunRecord(
        name=f"{training.dataset.spec}: k {low}-{high}, seed {training.params.get('seed', '?')}",
        params=_params(training, chosen.record),
        metrics=sweep_metrics(training),
        curves=sweep_curves(records),
        tags={
            VERDICT: training.decision.verdict,
            REASON: training.decision.reason,
            CHOSEN_BY: training.decision.chosen_by,
        },
        description=_describe_sweep(training),
        tables={
            Artifacts.CUSTOMERS: training.customers,
            Artifacts.PROJECTION: training.projection,
            Artifacts.LOADINGS: training.loadings,
            Artifacts.QUARANTINE: training.quarantine,
            Artifacts.SENSITIVITY: training.sensitivity,
            **({Artifacts.RFM_SCORES: training.rfm_scores} if training.rfm else {}),
        },
        records={
            Artifacts.SPEC: _public(training.spec),
            Artifacts.DATASET: training.dataset.model_dump_json(),
            Artifacts.LEDGER: _public(training.ledger.as_json()),
            Artifacts.DECISION: training.decision.model_dump_json(),
            Artifacts.CANDIDATES: _json_list(records),
            Artifacts.TRANSFORM: training.features.transform.model_dump_json(),
            **({Artifacts.RFM: training.rfm.model_dump_json()} if training.rfm else {}),
            Artifacts.DECISION_CARD: decision_as_json(training),
            Artifacts.DECISION_PAGE: decision_as_html(training),
            Artifacts.MESSAGES: _public(
                _messages(
                    {
                        Artifacts.DATASET: training.dataset,
                        Artifacts.LEDGER: training.ledger,
                        Artifacts.DECISION: training.decision,
                        Artifacts.CANDIDATES: tuple(records),
                        Artifacts.SENSITIVITY: training.sensitivity,
                        Artifacts.RFM: training.rfm,
                    }
                )
            ),
        },
        images=curves,
    )


@cache
def _plotter() -> Plotter:
    """One canvas a process: building one costs more than drawing on it, and Matplotlib's import more than both."""
    from pipeline.recording.plots import Plotter

    return Plotter()


def prepare_drawing() -> None:
    """Load Matplotlib, which takes a second, before the first image is wanted."""
    _plotter()


def draw_curves(records: Sequence[CandidateRecord], decision: Decision) -> dict[str, bytes]:
    """Elbow and silhouette over k, PNG by artifact name."""
    return {
        f"{Artifacts.PLOTS}/elbow.png": _plotter().elbow(records, decision),
        f"{Artifacts.PLOTS}/silhouette.png": _plotter().silhouette(records, decision),
    }


def drawable(candidate: Candidate) -> Candidate:
    """What the images need of a candidate: of its customers only those whose silhouette was measured."""
    return replace(candidate, placed=Tabled(candidate.placed.measured()))


def draw(candidate: Candidate, dataset: Dataset) -> dict[str, bytes]:
    """The images of one k, PNG by artifact name."""
    return {
        f"{Artifacts.PLOTS}/silhouette_by_segment.png": _plotter().blades(candidate),
        f"{Artifacts.PLOTS}/profiles.png": _plotter().heat_map(candidate, dataset),
    }


def _child(training: Training, candidate: Candidate, images: Mapping[str, bytes]) -> RunRecord:
    record, every = candidate.record, [candidate.record for candidate in training.candidates]
    recommended = {RECOMMENDED: "true"} if record.k == training.decision.k else {}
    bought, plan = training.bought.get(record.k), training.plans.get(record.k)
    tables, records = artifacts(plan) if plan else ({}, {})
    return RunRecord(
        name=f"k = {record.k}",
        params=_params(training, record),
        metrics=run_metrics(training, candidate),
        tags={VERDICT: verdicts.verdict_at(record.k, training.decision, every), **recommended},
        description=_describe_candidate(training, candidate),
        tables={
            Artifacts.ASSIGNMENTS: candidate.assignments,
            Artifacts.PROFILES: candidate.profiles,
            Artifacts.CATEGORY_PROFILES: candidate.category_profiles,
            Artifacts.TYPICAL: candidate.typical,
            Artifacts.PASSIVE: candidate.passive,
            **({Artifacts.RFM_CELLS: rfm_cells(training, candidate)} if training.rfm else {}),
            **({Artifacts.AFFINITIES: bought.affinities} if bought else {}),
            **tables,
        },
        records={
            Artifacts.SEGMENTS: _json_list(candidate.cards),
            Artifacts.CENTRES: json.dumps(candidate.centres.tolist()),
            Artifacts.RULES: _json_list(candidate.rules),
            **({Artifacts.AFFINITY_BASIS: bought.basis.model_dump_json()} if bought else {}),
            **records,
            Artifacts.MESSAGES: _messages(
                {
                    Artifacts.SEGMENTS: candidate.cards,
                    Artifacts.RULES: candidate.rules,
                    Artifacts.PASSIVE: candidate.passive,
                    Artifacts.AFFINITY_BASIS: bought.basis if bought else None,
                    Artifacts.CAMPAIGNS: plan.summary if plan else None,
                }
            ),
        },
        images=images,
        ui_tables={Artifacts.PROFILES_TABLE: ui_profiles(training.dataset, candidate.cards, candidate.profiles)},
    )


def _params(training: Training, record: CandidateRecord) -> dict[str, str]:
    """The same on every run of a sweep but for ``k`` and the silhouette.

    The UI's Compare draws the parameters that differ (three at most) against one metric, the first. The silhouette is
    a parameter as well so that k, silhouette and inertia stand side by side with nothing to be set up.
    """
    ks = [candidate.record.k for candidate in training.candidates]
    return {
        **training.params,
        "k": str(record.k),
        "k_min": str(min(ks)),
        "k_max": str(max(ks)),
        "silhouette": f"{record.silhouette:.4f}",
    }


def _recommended(training: Training) -> Candidate:
    return next(candidate for candidate in training.candidates if candidate.record.k == training.decision.k)


def _json_list(records: Iterable[Record]) -> str:
    return "[" + ",".join(record.model_dump_json() for record in records) + "]"


def _messages(held: Mapping[str, object]) -> str:
    """What the sentences in these files were made of, by the name of the file."""
    trees = {PurePosixPath(name).stem: messages_of(value) for name, value in held.items()}
    return json.dumps({name: tree for name, tree in trees.items() if tree}, ensure_ascii=False)


def _public(text: str) -> str:
    """``text`` without the user, password and options that a database's address in it may carry."""
    return re.sub(r"(\w://)(?:[^/@\s\"]*@)?([^?\s\"]*)(?:\?[^\s\"]*)?", r"\1\2", text)


# ------------------------------------------------------------------ in words


def _describe_sweep(training: Training) -> str:
    decision, ledger = training.decision, training.ledger
    lines = [
        f"### {training.dataset.title}: {decision.k} segments recommended (structure: {decision.verdict})",
        "",
        decision.reason,
        "",
        *(f"- {disagreement}" for disagreement in decision.disagreements),
        "",
        *(f"- {sentence}" for sentence in sensitivity_in_words(training.sensitivity, decision)),
        "",
        f"{ledger.rows_in:,} rows read, {ledger.rows_out:,} used, {ledger.dropped:,} dropped, "
        f"{ledger.quarantined:,} set aside.",
        "",
        "| k | inertia | silhouette | stability | smallest segment |",
        "|--:|--:|--:|--:|--:|",
    ]
    for record in (candidate.record for candidate in training.candidates):
        k = f"**{record.k}**" if record.k == decision.k else str(record.k)
        stability = "" if record.stability is None else f"{record.stability:.2f}"
        lines.append(f"| {k} | {record.inertia:,.1f} | {record.silhouette:.3f} | {stability} | {min(record.sizes):,} |")
    return "\n".join(lines)


def _describe_candidate(training: Training, candidate: Candidate) -> str:
    record = candidate.record
    chosen = " Recommended." if record.k == training.decision.k else ""
    lines = [
        f"### {record.k} segments of {sum(record.sizes):,} customers",
        "",
        f"Silhouette {record.silhouette:.3f}, inertia {record.inertia:,.1f}.{chosen}",
        "",
        "| segment | customers | share | trust | portrait | rule (precision, recall) |",
        "|:--|--:|--:|:--|:--|:--|",
    ]
    rules = {rule.segment: f"{rule.text} ({rule.precision:.0%}, {rule.recall:.0%})" for rule in candidate.rules}
    lines += [
        f"| {_cell(card.name)} | {card.size:,} | {card.share:.0%} | {card.trust} | {_cell(card.portrait)} "
        f"| {_cell(rules.get(card.segment, ''))} |"
        for card in candidate.cards
    ]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
