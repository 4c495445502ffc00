"""Each k of a sweep as a candidate: its record, its tables and its words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from pipeline.contract import CandidateRecord, Decision, SegmentRule
from pipeline.describing.cards import Support, make_cards
from pipeline.describing.describe import NearestCentre, differences_by_segment, typical_customers
from pipeline.describing.identity import Predecessor, follow, keep_colours
from pipeline.describing.naming import Naming
from pipeline.describing.rules import Codes, encode, find_rules
from pipeline.describing.segment_totals import FoldedTotals, RowTotals, with_sizes
from pipeline.folding import LocalPopulation, Population, Sample, Space
from pipeline.processors import THREADS
from pipeline.segmenting import Silhouettes, Stability, by_segment, calinski_harabasz
from pipeline.stages import Candidate, Cleaned, Features, Partition


@dataclass(frozen=True)
class MeasuredPartition:
    """One k as the segmenting room leaves it."""

    partition: Partition
    silhouettes: Silhouettes
    silhouette_by_seed: tuple[float, ...]
    stability: Stability
    nulls: tuple[float, ...]  # silhouettes of structure-free data
    elongation: float | None


@dataclass(frozen=True)
class Beyond:
    """All customers, where those at hand are a sample of them, and their clustered space."""

    population: Population
    space: Space


@dataclass(frozen=True)
class _Common:
    """What is the same for every k, prepared once."""

    cleaned: Cleaned
    features: Features
    decision: Decision
    before: Predecessor | None
    codes: Codes
    totals: RowTotals | FoldedTotals  # the one of all customers' rows, the other of sums that an engine made of them


def describe_candidates(
    cleaned: Cleaned,
    features: Features,
    measured: Iterable[MeasuredPartition],
    *,
    decision: Decision,
    before: Predecessor | None,
    seed: int,
    beyond: Beyond | None = None,
    sample: Sample | None = None,
) -> Iterator[Candidate]:
    """The candidates by rising k, each as soon as it is described; a segment keeps its colour from one k to the next.

    ``decision`` says how clearly the data fall into groups at all, which limits how far a segment can be trusted.
    ``beyond`` is everybody, where the customers at hand are a sample: what is of all is exact then, and what is of
    single customers (typical ones, silhouettes, who was where before) is of the sample. ``sample``: of the customers
    at hand, where it has been drawn.
    """
    fits, fewer = list(measured), None
    sample = sample or LocalPopulation(cleaned.customers, cleaned.dataset).sample()
    common = _Common(
        cleaned,
        features,
        decision,
        before,
        encode(sample, cleaned.dataset, features.transform, seed=seed),
        _totals(cleaned, features, fits, beyond),
    )
    for fit, rules in zip(fits, _rules(fits, common, beyond), strict=True):
        candidate = _describe(fit, rules, common)
        cards = keep_colours(candidate.cards, fit.partition.labels, fewer)
        fewer = cards, fit.partition.labels
        yield Candidate(**{**vars(candidate), "cards": cards})


def _totals(
    cleaned: Cleaned, features: Features, fits: Sequence[MeasuredPartition], beyond: Beyond | None
) -> RowTotals | FoldedTotals:
    partitions = {fit.partition.k: fit.partition for fit in fits}
    if beyond is None:
        return RowTotals(cleaned, features, partitions)
    return FoldedTotals.of(beyond.population, beyond.space, partitions)


def _rules(
    fits: Sequence[MeasuredPartition], common: _Common, beyond: Beyond | None
) -> Iterator[tuple[SegmentRule, ...]]:
    """The rules of each k, sized on all customers: one k after the other, or in one pass over everybody."""
    customers, dataset, transform = common.cleaned.customers, common.cleaned.dataset, common.features.transform

    def found(fit: MeasuredPartition) -> tuple[SegmentRule, ...]:
        return find_rules(common.codes, fit.partition, customers, dataset, transform)

    with ThreadPoolExecutor(THREADS) as threads:  # trees grow without the interpreter, and ahead of who needs them
        every = threads.map(found, fits)
        yield from every if beyond is None else with_sizes(list(every), beyond.population, transform.names)


def _describe(fit: MeasuredPartition, rules: tuple[SegmentRule, ...], common: _Common) -> Candidate:
    dataset, totals = common.cleaned.dataset, common.totals
    partition, k, labels = fit.partition, fit.partition.k, fit.partition.labels
    placed = NearestCentre.of(common.features, partition, fit.silhouettes)
    distances = placed.distances()
    sizes, profiles = totals.sizes(k), totals.profiles(k)
    finer = k > (common.decision.supported_k or k)
    of_segments, errors = by_segment(fit.silhouettes, partition)
    naming = Naming.of(differences_by_segment(profiles, dataset), dataset, k)
    cards = make_cards(
        naming,
        sizes=sizes,
        silhouettes=of_segments,
        revenue_shares=totals.revenue_shares(k),
        jaccards=fit.stability.least if finer else fit.stability.jaccard,
        support=Support(common.decision.verdict == "strong", finer),
    )
    cards, dissolved = follow(cards, labels, common.cleaned.customers, dataset.id_column, common.before, naming)
    record = CandidateRecord(
        k=k,
        inertia=partition.inertia,
        silhouette=fit.silhouettes.overall,
        silhouette_se=fit.silhouettes.standard_error,
        silhouette_by_seed=fit.silhouette_by_seed,
        calinski_harabasz=calinski_harabasz(totals.scatter(k), sum(sizes), partition),
        davies_bouldin=totals.davies_bouldin(k, distances),
        stability=fit.stability.prediction_strength,
        heaps=fit.stability.heaps,
        elongation=fit.elongation,
        null_silhouette=float(np.mean(fit.nulls)),
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
        placed=placed,
        profiles=profiles,
        cards=cards,
        category_profiles=totals.category_profiles(k),
        rules=rules,
        typical=typical_customers(labels, distances, k),
        passive=totals.passive(k),
        reach=totals.reach(k, distances),
        guide=partition.guide,
    )
