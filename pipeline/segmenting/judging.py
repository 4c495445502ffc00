"""What the rule needs to know of each k, before its segments are described."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from pipeline.contract import CandidateRecord, Matrix
from pipeline.folding import Hashes
from pipeline.segmenting.quality import Silhouettes, elongation
from pipeline.segmenting.stability import Stability
from pipeline.stages import Partition


def judged(
    matrix: Matrix,
    partitions: Sequence[Partition],
    measured: Sequence[Silhouettes],
    stability: Mapping[int, Stability],
    nulls: Mapping[int, tuple[float, ...]],
    hashes: Hashes | None = None,
) -> list[CandidateRecord]:
    """One record a k with what ``decide`` looks at; the rest of it is empty."""
    return [
        CandidateRecord(
            k=partition.k,
            inertia=partition.inertia,
            silhouette=silhouette.overall,
            silhouette_se=silhouette.standard_error,
            calinski_harabasz=0.0,
            davies_bouldin=0.0,
            stability=stability[partition.k].prediction_strength,
            heaps=stability[partition.k].heaps,
            null_silhouette=float(np.mean(nulls[partition.k])),
            elongation=elongation(matrix, partition, hashes),
            seed_spread=partition.seed_spread,
            sizes=(),
            silhouette_by_segment=(),
            seconds=0.0,
        )
        for partition, silhouette in zip(partitions, measured, strict=True)
    ]
