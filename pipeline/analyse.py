"""Cleaned customers -> Training: features, sweep, quality, stability, decision and descriptions, in that order."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version

import numpy as np

from pipeline.contract import Assignments, CandidateRecord, Decision
from pipeline.describing import (
    Codes,
    Predecessor,
    Profiled,
    Trait,
    assign,
    describe_passive,
    differences_by_segment,
    encode,
    find_rules,
    follow,
    keep_colours,
    make_cards,
    profile,
    profile_categories,
    read_columns,
    read_traits,
    revenue_shares,
    typical_customers,
)
from pipeline.errors import UsageError
from pipeline.processors import Helper
from pipeline.segmenting import (
    THOROUGH,
    Silhouettes,
    Stability,
    assess_stability,
    by_segment,
    calinski_harabasz,
    davies_bouldin,
    decide,
    fit_features,
    null_silhouettes,
    override,
    project,
    restart_silhouettes,
    silhouettes,
    sweep,
)
from pipeline.stages import Candidate, Cleaned, Features, Partition, Training

SHARED_ROWS = 1_000
VERSIONED = ("korzina", "scikit-learn", "numpy", "pandas", "mlflow", "duckdb")

Progress = Callable[[str, float], None]  # stage, fraction of it done


@dataclass
class Stopwatch:
    """Seconds a stage, and word of it to whoever watches."""

    progress: Progress | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[Callable[[float], None]]:
        """Time the block as stage ``name``; yields a function that takes the fraction done."""
        started = time.perf_counter()
        report = self.progress or (lambda _name, _fraction: None)
        report(name, 0.0)
        yield lambda fraction: report(name, fraction)
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started
        report(name, 1.0)


@dataclass(frozen=True)
class Options:
    """What a caller of the analysis may choose."""

    k_min: int = 2
    k_max: int = 12
    seed: int = 0
    bounds: tuple[int, int] = (2, 12)
    choose: int | None = None
    choose_reason: str = ""

    def __post_init__(self) -> None:
        """Refuse ranges that hold no k."""
        if not 2 <= self.k_min <= self.k_max:
            raise UsageError.because(
                "no such range of k",
                expected="2 <= --k-min <= --k-max",
                found=f"--k-min {self.k_min} --k-max {self.k_max}",
            )


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
        codes = encode(cleaned.customers, cleaned.dataset, features.transform, seed=options.seed)
        traits = read_traits(cleaned.customers, cleaned.dataset)
        columns = read_columns(cleaned.customers, cleaned.dataset, features)
        waiting: list[Candidate] = []
        fewer = None
        for partition, silhouette, singles in zip(partitions, measured, restarts, strict=True):
            one = _candidate(
                cleaned, features, partition, silhouette, stability[partition.k], before, codes, traits, columns
            )
            cards = keep_colours(one.cards, partition.labels, fewer)
            fewer = cards, partition.labels
            waiting.append(
                replace(one, cards=cards, record=one.record.model_copy(update={"silhouette_by_seed": singles}))
            )
            if described:
                described(waiting[-1])
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


def _candidate(
    cleaned: Cleaned,
    features: Features,
    partition: Partition,
    silhouette: Silhouettes,
    stability: Stability,
    before: Predecessor | None,
    codes: Codes,
    traits: tuple[Trait, ...],
    columns: tuple[Profiled, ...],
) -> Candidate:
    k, labels = partition.k, partition.labels
    assignments = assign(features, partition, silhouette)
    profiles = profile(columns, partition)
    sizes = tuple(np.bincount(labels, minlength=k).tolist())
    of_segments, errors = by_segment(silhouette, partition)
    cards = make_cards(
        differences_by_segment(profiles, cleaned.dataset),
        cleaned.dataset,
        sizes=sizes,
        silhouettes=of_segments,
        revenue_shares=revenue_shares(cleaned.customers, cleaned.dataset, labels, k),
        jaccards=stability.jaccard,
    )
    cards, dissolved = follow(cards, labels, cleaned.customers, cleaned.dataset.id_column, before)
    record = CandidateRecord(
        k=k,
        inertia=partition.inertia,
        silhouette=silhouette.overall,
        silhouette_se=silhouette.standard_error,
        calinski_harabasz=calinski_harabasz(features.matrix, partition),
        davies_bouldin=davies_bouldin(partition, assignments[Assignments.DISTANCE].to_numpy()),
        stability=stability.prediction_strength,
        null_silhouette=None,
        seed_spread=partition.seed_spread,
        sizes=sizes,
        silhouette_by_segment=of_segments,
        silhouette_se_by_segment=errors,
        seconds=partition.seconds,
        dissolved=dissolved,
    )
    return Candidate(
        record=record,
        centres=partition.centres,
        assignments=assignments,
        profiles=profiles,
        cards=cards,
        category_profiles=profile_categories(cleaned.customers, cleaned.dataset, partition),
        rules=find_rules(codes, partition, cleaned.customers, cleaned.dataset, features.transform),
        typical=typical_customers(assignments),
        passive=describe_passive(traits, labels, k),
    )


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
