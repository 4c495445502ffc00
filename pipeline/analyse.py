"""Cleaned customers -> Training: features, sweep, quality, stability, decision and descriptions, in that order."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version

import numpy as np

from pipeline.contract import CandidateRecord, Decision
from pipeline.describing import Measured, Predecessor, describe_candidates
from pipeline.errors import UsageError
from pipeline.processors import Helper
from pipeline.segmenting import (
    THOROUGH,
    assess_stability,
    at_the_end,
    decide,
    fit_features,
    judged,
    null_silhouettes,
    override,
    project,
    restart_silhouettes,
    silhouettes,
    sweep,
)
from pipeline.stages import WIDEST, Candidate, Cleaned, Features, Options, Training
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

    ``described`` is handed each candidate as soon as it has its tables and words, for whoever draws it meanwhile.
    """
    # below this, resampling takes less time than the helper would need to load scikit-learn, which it needs later on
    resampler = helper if len(cleaned.customers) > SHARED_ROWS else None
    with watch.stage("features"):
        features = fit_features(cleaned.customers, cleaned.dataset)
        projection, loadings = project(features)
    fits, records = _swept(features, options, watch, resampler)
    decision = _decide(records, options)
    with watch.stage("describe"):
        candidates = []
        for candidate in describe_candidates(
            cleaned, features, fits, decision=decision, before=before, seed=options.seed
        ):
            candidates.append(candidate)
            if described:
                described(candidate)
    return Training(
        dataset=cleaned.dataset,
        ledger=cleaned.ledger,
        customers=cleaned.customers,
        quarantine=cleaned.quarantine,
        projection=projection,
        loadings=loadings,
        features=features,
        candidates=tuple(candidates),
        decision=decision,
        params=_params(cleaned, features, options),
        seconds=watch.seconds,
        spec=spec,
    )


def _swept(
    features: Features, options: Options, watch: Stopwatch, helper: Helper | None
) -> tuple[list[Measured], list[CandidateRecord]]:
    """Every k measured; those beyond the usual range too where nobody set its end and the best k is the last.

    The wider range is measured as a whole: all k of a sweep share its random draws, so that it gives what the same
    range gives when it is asked for.
    """
    fits, records = _measured(features, range(options.k_min, options.last + 1), options.seed, watch, helper)
    if options.k_max is not None or not at_the_end(records):
        return fits, records
    if len(np.unique(features.matrix, axis=0)) < WIDEST:
        return fits, records
    return _measured(features, range(options.k_min, WIDEST + 1), options.seed, watch, helper)


def _measured(
    features: Features, ks: range, seed: int, watch: Stopwatch, helper: Helper | None
) -> tuple[list[Measured], list[CandidateRecord]]:
    matrix = features.matrix
    with watch.stage("sweep") as tick:
        partitions = sweep(matrix, ks, seed=seed, tick=tick)
    with watch.stage("quality"):
        measured = silhouettes(matrix, [one.labels for one in partitions], seed=seed)
        restarts = restart_silhouettes(matrix, partitions, measured, seed=seed)
    with watch.stage("stability") as tick:
        stability = assess_stability(matrix, partitions, seed=seed, helper=helper, tick=tick)
    with watch.stage("null") as tick:
        nulls = null_silhouettes(matrix, list(ks), seed=seed, helper=helper, tick=tick)
    fits = [
        Measured(partition, silhouette, by_seed, stability[partition.k], nulls[partition.k])
        for partition, silhouette, by_seed in zip(partitions, measured, restarts, strict=True)
    ]
    return fits, judged(matrix, partitions, measured, stability, nulls)


def _decide(records: Sequence[CandidateRecord], options: Options) -> Decision:
    least, most = options.bounds
    last = records[-1].k
    low, high = max(least, options.k_min), last if most is None else min(most, last)
    if low > high:
        raise UsageError.because(
            "no k fits both the spec's segments.min/max and --k-min/--k-max",
            expected=f"an overlap with {least} and more" if most is None else f"an overlap with {least} to {most}",
            found=f"--k-min {options.k_min} --k-max {last}",
            remedy="widen one of them",
        )
    decision = decide(records, bounds=(low, high))
    if options.choose is None:
        return decision
    return override(decision, options.choose, options.choose_reason, records)


def _params(cleaned: Cleaned, features: Features, options: Options) -> Mapping[str, str]:
    return {
        "seed": str(options.seed),
        "restarts": str(THOROUGH.seedings),
        "algorithm": "lloyd",
        "spec": cleaned.dataset.spec,
        "spec_hash": cleaned.dataset.spec_hash,
        "features": ", ".join(features.transform.names),
        "fingerprint": cleaned.ledger.fingerprint,
        "segments_bounds": f"{options.bounds[0]}-{options.bounds[1] or 'any'}",
        "version_python": platform.python_version(),
        **{f"version_{name}": version(name) for name in VERSIONED},
    }
