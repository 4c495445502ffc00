"""Cleaned customers -> Training: features, sweep, quality, stability, decision and descriptions, in that order."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version

import numpy as np

from pipeline.contract import CandidateRecord, Decision
from pipeline.describing import Measured, Predecessor, describe_candidates
from pipeline.errors import UsageError
from pipeline.processors import Helper
from pipeline.segmenting import (
    THOROUGH,
    assess_stability,
    decide,
    fit_features,
    null_silhouettes,
    override,
    project,
    restart_silhouettes,
    silhouettes,
    sweep,
)
from pipeline.stages import Candidate, Cleaned, Features, Options, Training
from pipeline.stopwatch import Stopwatch

SHARED_ROWS = 1_000
VERSIONED = ("korzina", "scikit-learn", "numpy", "pandas", "mlflow", "duckdb")


def analyse(
    cleaned: Cleaned,
    options: Options,
    watch: Stopwatch,
    *,
    spec: str = "{}",
    helper: Helper | None = None,
    before: Predecessor | None = None,
    described: Callable[[Candidate], None] | None = None,
) -> Training:
    """Segment the customers for every k and decide among them. Pure but for the stopwatch.

    ``described`` is handed each candidate as soon as it has its tables and words, for whoever draws it meanwhile; only
    the comparison with structure-free data is missing from it then.
    """
    ks = range(options.k_min, options.k_max + 1)
    # below this, resampling takes less time than the helper would need to load scikit-learn, which it needs later on
    resampler = helper if len(cleaned.customers) > SHARED_ROWS else None
    with watch.stage("features"):
        features = fit_features(cleaned.customers, cleaned.dataset)
        projection, loadings = project(features)
    with watch.stage("sweep") as tick:
        partitions = sweep(features.matrix, ks, seed=options.seed, tick=tick)
    with watch.stage("quality"):
        measured = silhouettes(features.matrix, [one.labels for one in partitions], seed=options.seed)
        restarts = restart_silhouettes(features.matrix, partitions, measured, seed=options.seed)
    with watch.stage("stability") as tick:
        stability = assess_stability(features.matrix, partitions, seed=options.seed, helper=resampler, tick=tick)
    with watch.stage("describe"):
        waiting = []
        fits = (
            Measured(partition, silhouette, by_seed, stability[partition.k])
            for partition, silhouette, by_seed in zip(partitions, measured, restarts, strict=True)
        )
        for candidate in describe_candidates(cleaned, features, fits, before=before, seed=options.seed):
            waiting.append(candidate)
            if described:
                described(candidate)
    with watch.stage("null") as tick:
        nulls = null_silhouettes(features.matrix, list(ks), seed=options.seed, helper=resampler, tick=tick)
        candidates = tuple(_compared(one, nulls[one.record.k]) for one in waiting)
    return Training(
        dataset=cleaned.dataset,
        ledger=cleaned.ledger,
        customers=cleaned.customers,
        quarantine=cleaned.quarantine,
        projection=projection,
        loadings=loadings,
        features=features,
        candidates=candidates,
        decision=_decide([one.record for one in candidates], options),
        params=_params(cleaned, features, options),
        seconds=watch.seconds,
        spec=spec,
    )


def _decide(records: Sequence[CandidateRecord], options: Options) -> Decision:
    low, high = max(options.bounds[0], options.k_min), min(options.bounds[1], options.k_max)
    if low > high:
        raise UsageError.because(
            "no k fits both the spec's segments.min/max and --k-min/--k-max",
            expected=f"an overlap with {options.bounds[0]} to {options.bounds[1]}",
            found=f"--k-min {options.k_min} --k-max {options.k_max}",
            remedy="widen one of them",
        )
    decision = decide(records, bounds=(low, high))
    if options.choose is None:
        return decision
    return override(decision, options.choose, options.choose_reason, records)


def _compared(candidate: Candidate, nulls: Sequence[float]) -> Candidate:
    """The candidate with the mean silhouette of structure-free data beside its own."""
    return replace(candidate, record=candidate.record.model_copy(update={"null_silhouette": float(np.mean(nulls))}))


def _params(cleaned: Cleaned, features: Features, options: Options) -> Mapping[str, str]:
    return {
        "seed": str(options.seed),
        "restarts": str(THOROUGH.seedings),
        "algorithm": "lloyd",
        "spec": cleaned.dataset.spec,
        "spec_hash": cleaned.dataset.spec_hash,
        "features": ", ".join(features.transform.names),
        "fingerprint": cleaned.ledger.fingerprint,
        "segments_bounds": f"{options.bounds[0]}-{options.bounds[1]}",
        "version_python": platform.python_version(),
        **{f"version_{name}": version(name) for name in VERSIONED},
    }
