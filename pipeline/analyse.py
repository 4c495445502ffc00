"""Cleaned customers -> Training: features, sweep, quality, stability, decision and descriptions, in that order."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version

import numpy as np

from pipeline.contract import CandidateRecord, Column, Customers, Decision, Labels, Matrix
from pipeline.describing import Beyond, MeasuredPartition, Predecessor, describe_candidates
from pipeline.errors import UsageError
from pipeline.folding import Hashes, LocalPopulation, Population, Space, fold_of, labels_of
from pipeline.processors import Helper
from pipeline.segmenting import (
    THOROUGH,
    Decided,
    Lattice,
    Variations,
    apply_transform,
    as_kernel,
    assess_stability,
    at_the_end,
    decide,
    doubted,
    doubted_for_zeros,
    fit_transform,
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
KIND = 16  # customers who are all alike; of so many, hardly any half holds none
VERSIONED = ("korzina", "scikit-learn", "numpy", "pandas", "mlflow", "duckdb")


def analyse(
    cleaned: Cleaned,
    options: Options,
    watch: Stopwatch,
    *,
    spec: str = "{}",
    population: Population | None = None,
    helper: Helper | None = None,
    before: Predecessor | None = None,
    described: Callable[[Candidate], None] | None = None,
    decided: Callable[[Variations], None] | None = None,
) -> Training:
    """Segment the customers for every k and decide among them. Pure but for the stopwatch.

    Parameters
    ----------
    cleaned
        The customers, or where ``population`` has more of them than fit here, its sample.
    population
        All customers, where they are elsewhere; else they are those of ``cleaned``.
    described, decided
        Handed each candidate as soon as it is described, and before them the variations to hold the decision against.

    Everything is decided from a sample drawn by hash, which is everybody where they are few: the same rows on every
    engine. Centres, sizes and inertia are of all customers.
    """
    # below this, resampling takes less time than the helper would need to load scikit-learn, which it needs later on
    resampler = helper if len(cleaned.customers) > SHARED_ROWS else None
    with watch.stage("features"):
        at_hand = LocalPopulation(cleaned.customers, cleaned.dataset)
        everybody = population or at_hand
        transform = fit_transform(everybody)
        features = Features(apply_transform(cleaned.customers, transform), transform)
    with _deciding(everybody, features, cleaned.dataset.columns) as deciding:
        projection, loadings = project(features, deciding.places)
        fits, records = _swept(deciding, options, watch, resampler)
        decision = _held(_decide(records, options), fits, records, deciding, options.seed)
        with watch.stage("describe"):
            of_all, beyond = deciding.spread(fits, features), deciding.beyond
            sample, seed = at_hand.sample(), options.seed
            if decided:
                decided(_variations(at_hand, features, of_all, decision, seed, helper))
            every = describe_candidates(
                cleaned, features, of_all, decision=decision, before=before, seed=seed, beyond=beyond, sample=sample
            )
            candidates = tuple(_told(every, described))
    return Training(
        dataset=cleaned.dataset,
        ledger=cleaned.ledger,
        customers=cleaned.customers,
        quarantine=cleaned.quarantine,
        projection=projection,
        loadings=loadings,
        features=features,
        candidates=candidates,
        decision=decision,
        params=_params(cleaned, features, options),
        seconds=watch.seconds,
        spec=spec,
    )


def _told(candidates: Iterator[Candidate], described: Callable[[Candidate], None] | None) -> Iterator[Candidate]:
    for candidate in candidates:
        if described:
            described(candidate)
        yield candidate


def _variations(
    at_hand: LocalPopulation,
    features: Features,
    fits: Sequence[MeasuredPartition],
    decision: Decision,
    seed: int,
    helper: Helper | None,
) -> Variations:
    labels = next(fit.partition.labels for fit in fits if fit.partition.k == decision.k)
    found = Decided(decision, labels, features.matrix, max(fit.partition.k for fit in fits))
    return Variations.of(at_hand.sample(), at_hand.dataset, found, seed, helper)


@dataclass(frozen=True)
class _Deciding:
    """The customers from whom everything is decided: their clustered space (m, p), and what stands behind them."""

    matrix: Matrix
    hashes: Hashes  # (m,)
    places: Labels  # (m,) where they stand among the customers at hand
    space: Space | None  # all customers, where they are more
    lattice: Lattice | None = None  # in which their values come
    beyond: Beyond | None = None  # and where they are not at hand

    def spread(self, fits: Sequence[MeasuredPartition], features: Features) -> list[MeasuredPartition]:
        """What was measured, with labels of all customers at hand and not of those alone that decided."""
        if self.space is None or len(features.matrix) == len(self.places):
            return list(fits)
        guides = {fit.partition.k: fit.partition.guide for fit in fits if fit.partition.guide is not None}
        labels = labels_of(features.matrix, guides, self.space.middle)
        return [
            replace(
                fit,
                partition=replace(fit.partition, labels=labels[fit.partition.k]),
                silhouettes=replace(fit.silhouettes, rows=self.places[fit.silhouettes.rows]),
            )
            for fit in fits
        ]


@contextmanager
def _deciding(population: Population, features: Features, columns: Sequence[Column]) -> Iterator[_Deciding]:
    """With two passes over all customers where those that decide are a sample of them."""
    sample = population.sample()
    places = Customers.keys(sample.customers).to_numpy()
    matrix = features.matrix if len(places) == len(features.matrix) else features.matrix[places]
    lattice = Lattice.of(matrix, features.transform, columns)
    if population.n == len(places):
        yield _Deciding(matrix, sample.hashes, places, None, lattice)
        return
    source, middle = as_kernel(features.transform), matrix.mean(axis=0)
    if len(features.matrix) == population.n:  # at hand: no pass has to transform anything again
        yield _Deciding(matrix, sample.hashes, places, Space.of(fold_of(features.matrix), source, middle), lattice)
        return
    with population.prepared(source) as prepared:
        space = Space.of(prepared.fold, source, middle)
        yield _Deciding(matrix, sample.hashes, places, space, lattice, Beyond(prepared, space))


def _swept(
    deciding: _Deciding, options: Options, watch: Stopwatch, helper: Helper | None
) -> tuple[list[MeasuredPartition], list[CandidateRecord]]:
    """Every k measured; those beyond the usual range too where nobody set its end and the best k is the last.

    The wider range is measured as a whole: all k of a sweep share its random draws, so that it gives what the same
    range gives when it is asked for.
    """
    fits, records = _measured(deciding, range(options.k_min, _last(deciding, options) + 1), options.seed, watch, helper)
    if options.k_max is not None or not at_the_end(records):
        return fits, records
    if len(np.unique(deciding.matrix, axis=0)) < WIDEST:
        return fits, records
    return _measured(deciding, range(options.k_min, WIDEST + 1), options.seed, watch, helper)


def _last(deciding: _Deciding, options: Options) -> int:
    """The largest k to try first: unless somebody says how many, no more than there are kinds of customers."""
    few = deciding.matrix[:SHARED_ROWS]
    if options.k_max is not None or len(np.unique(few, axis=0)) > options.last:
        return options.last
    distinct, copies = np.unique(deciding.matrix, axis=0, return_counts=True)
    kinds = int((copies >= KIND).sum())  # every half of the customers has to hold so many
    return kinds if len(distinct) <= options.last and kinds >= options.k_min else options.last


def _measured(
    deciding: _Deciding, ks: range, seed: int, watch: Stopwatch, helper: Helper | None
) -> tuple[list[MeasuredPartition], list[CandidateRecord]]:
    matrix, hashes = deciding.matrix, deciding.hashes
    with watch.stage("sweep") as tick:
        partitions = sweep(matrix, ks, seed=seed, tick=tick, hashes=hashes, space=deciding.space)
    with watch.stage("quality"):
        measured = silhouettes(matrix, [partition.labels for partition in partitions], seed=seed, hashes=hashes)
        restarts = restart_silhouettes(matrix, partitions, measured, seed=seed, hashes=hashes)
    with watch.stage("stability") as tick:
        stability = assess_stability(
            matrix, partitions, seed=seed, helper=helper, tick=tick, hashes=hashes, lattice=deciding.lattice
        )
    with watch.stage("null") as tick:
        nulls = null_silhouettes(matrix, list(ks), seed=seed, helper=helper, tick=tick)
    records = judged(matrix, partitions, measured, stability, nulls, hashes)
    fits = [
        MeasuredPartition(partition, silhouette, by_seed, stability[partition.k], nulls[partition.k], record.elongation)
        for partition, silhouette, by_seed, record in zip(partitions, measured, restarts, records, strict=True)
    ]
    return fits, records


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


def _held(
    decision: Decision,
    fits: Sequence[MeasuredPartition],
    records: Sequence[CandidateRecord],
    deciding: _Deciding,
    seed: int,
) -> Decision:
    """The decision held against what its own segments hold, and against customers who only have the same zeros."""
    record, fit = next(pair for pair in zip(records, fits, strict=True) if pair[0].k == decision.k)
    matrix, hashes, lattice = deciding.matrix, deciding.hashes, deciding.lattice
    held = doubted(decision, record, matrix, fit.partition, hashes, lattice)
    return held if lattice is None else doubted_for_zeros(held, record, matrix, hashes, lattice, seed)


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
