"""Names of a run's metrics. What stands before a slash is the group that MLflow's pages put it in.

The four without a group stand first in a run's list of metrics, in comparisons and in the view of a sweep. Charts of
groups are in alphabetical order, those without one last. A run of version 0.1 has the same metrics without any group.
"""

from __future__ import annotations

from collections.abc import Mapping


class Metrics:
    """What the store reads back, and the groups of all others."""

    K, INERTIA, SILHOUETTE, STABILITY = "k", "inertia", "silhouette", "stability"
    CALINSKI_HARABASZ, DAVIES_BOULDIN = "quality/calinski_harabasz", "quality/davies_bouldin"
    ROWS = "size/rows"
    QUALITY, SIZE, VERDICT, TARGET, SWEEP, TIME = "quality", "size", "verdict", "target", "sweep", "time"


def grouped(group: str, values: Mapping[str, float | None]) -> dict[str, float]:
    """Those of the values that are known, under names in their group."""
    return {f"{group}/{name}": float(value) for name, value in values.items() if value is not None}


def metric(values: Mapping[str, float], name: str) -> float | None:
    """The metric called ``name``, in a run of version 0.1 too; None where the run has none."""
    return values.get(name, values.get(name.rpartition("/")[2]))
