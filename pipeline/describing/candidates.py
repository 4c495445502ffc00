"""Each k of a sweep as a candidate: its record, its tables and its words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.contract import CandidateRecord, Decision
from pipeline.describing.cards import Support, make_cards
from pipeline.describing.describe import (
    Categories,
    Nearest,
    differences_by_segment,
    profile_categories,
    reaches,
    read_categories,
    revenue_shares,
    typical_customers,
)
from pipeline.describing.identity import Predecessor, follow, keep_colours
from pipeline.describing.naming import Naming
from pipeline.describing.passive import Trait, describe_passive, read_traits
from pipeline.describing.profiles import profile
from pipeline.describing.rules import Codes, encode, find_rules
from pipeline.engine import LocalPopulation
from pipeline.segmenting import (
    Silhouettes,
    Stability,
    by_segment,
    calinski_harabasz,
    davies_bouldin,
    dispersion,
)
from pipeline.stages import Candidate, Cleaned, Features, Partition


@dataclass(frozen=True)
class Measured:
    """One k as the segmenting room leaves it."""

    partition: Partition
    silhouettes: Silhouettes
    silhouette_by_seed: tuple[float, ...]
    stability: Stability
    nulls: tuple[float, ...]  # silhouettes of structure-free data
    elongation: float | None


@dataclass(frozen=True)
class _Common:
    """What is the same for every k, prepared once."""

    cleaned: Cleaned
    features: Features
    decision: Decision
    before: Predecessor | None
    codes: Codes
    traits: tuple[Trait, ...]
    categories: tuple[Categories, ...]
    dispersion: float


def describe_candidates(
    cleaned: Cleaned,
    features: Features,
    measured: Iterable[Measured],
    *,
    decision: Decision,
    before: Predecessor | None,
    seed: int,
) -> Iterator[Candidate]:
    """The candidates by rising k, each as soon as it is described; a segment keeps its colour from one k to the next.
    ``decision`` says how clearly the data fall into groups at all, which limits how far a segment can be trusted.
    """
    customers, dataset = cleaned.customers, cleaned.dataset
    common = _Common(
        cleaned,
        features,
        decision,
        before,
        encode(LocalPopulation(customers, dataset).sample(), dataset, features.transform, seed=seed),
        read_traits(customers, dataset),
        read_categories(customers, dataset),
        dispersion(features.matrix),
    )
    fits = list(measured)
    profiles = profile(customers, dataset, features, [fit.partition for fit in fits])
    fewer = None
    for fit, table in zip(fits, profiles, strict=True):
        candidate = _describe(fit, table, common)
        cards = keep_colours(candidate.cards, fit.partition.labels, fewer)
        fewer = cards, fit.partition.labels
        yield Candidate(**{**vars(candidate), "cards": cards})


def _describe(fit: Measured, profiles: pd.DataFrame, common: _Common) -> Candidate:
    customers, dataset = common.cleaned.customers, common.cleaned.dataset
    partition, k, labels = fit.partition, fit.partition.k, fit.partition.labels
    placed = Nearest.of(common.features, partition, fit.silhouettes)
    distances = placed.distances()
    sizes = tuple(np.bincount(labels, minlength=k).tolist())
    finer = k > (common.decision.supported_k or k)
    of_segments, errors = by_segment(fit.silhouettes, partition)
    differences = differences_by_segment(profiles, dataset)
    cards = make_cards(
        differences,
        dataset,
        sizes=sizes,
        silhouettes=of_segments,
        revenue_shares=revenue_shares(customers, dataset, labels, k),
        jaccards=fit.stability.least if finer else fit.stability.jaccard,
        support=Support(common.decision.verdict == "strong", finer),
    )
    cards, dissolved = follow(
        cards, labels, customers, dataset.id_column, common.before, Naming.of(differences, dataset, k)
    )
    record = CandidateRecord(
        k=k,
        inertia=partition.inertia,
        silhouette=fit.silhouettes.overall,
        silhouette_se=fit.silhouettes.standard_error,
        silhouette_by_seed=fit.silhouette_by_seed,
        calinski_harabasz=calinski_harabasz(common.dispersion, len(labels), partition),
        davies_bouldin=davies_bouldin(partition, distances),
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
        category_profiles=profile_categories(common.categories, partition),
        rules=find_rules(common.codes, partition, customers, dataset, common.features.transform),
        typical=typical_customers(labels, distances, k),
        passive=describe_passive(common.traits, labels, k),
        reach=reaches(labels, distances, k),
    )
