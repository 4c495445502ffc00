"""Whether what was stored of a run is what a training writes: a store may have been edited, checksums and all."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import numpy as np

from pipeline.contract import (
    Assignments,
    CategoryProfiles,
    Customers,
    Loadings,
    Message,
    Passive,
    Profiles,
    Projection,
    RfmScores,
    Segmentation,
)
from pipeline.errors import ContractError, KorzinaError
from pipeline.store.artifacts import TRAIN_AGAIN
from pipeline.store.tracking.index import RunRow

P = ParamSpec("P")
T = TypeVar("T")
_FAULTS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def as_written(read: Callable[Concatenate[RunRow, P], T]) -> Callable[Concatenate[RunRow, P], T]:
    """Whatever reading a run stumbles over is a ``ContractError`` that names the run: the last good one stands in."""

    @wraps(read)
    def reading(row: RunRow, /, *arguments: P.args, **more: P.kwargs) -> T:
        try:
            return read(row, *arguments, **more)
        except KorzinaError:
            raise
        except _FAULTS as error:
            raise ContractError.because(
                Message.of("run {run} holds what no training writes", run=row.run_id),
                found=type(error).__name__,
                remedy=TRAIN_AGAIN,
            ) from error

    return reading


def check_fit(segmentation: Segmentation) -> None:
    """Raise ``ContractError`` unless the tables that belong together fit together."""
    sizes = segmentation.assignments[Assignments.SEGMENT].value_counts()
    held = {card.segment: card.size for card in segmentation.cards if card.size}
    keys = Customers.keys(segmentation.customers).to_numpy()
    keyed = {
        "rfm_scores": (segmentation.rfm_scores[RfmScores.KEY], keys if segmentation.rfm else keys[:0]),
        "projection": (segmentation.projection[Projection.KEY], keys),
        "assignments": (segmentation.assignments[Assignments.KEY], keys),
    }
    columns, k = segmentation.dataset.columns, range(len(segmentation.cards))
    kept = {column.name for column in columns if column.role != "ignored"}
    active = {column.name for column in columns if column.role == "active" and column.group is None}
    profiles = segmentation.profiles.groupby(Profiles.COLUMN)[Profiles.SEGMENT].apply(sorted)
    described = {
        *profiles.index,
        *segmentation.category_profiles[CategoryProfiles.COLUMN],
        *segmentation.passive[Passive.COLUMN],
    }
    features = {*segmentation.transform.names, Loadings.EXPLAINED}
    lacking = (kept - {*segmentation.customers}) | (active - {*profiles.index})
    checks: dict[str, tuple[object, object]] = {
        **{name: (np.array_equal(actual.to_numpy(), expected), True) for name, (actual, expected) in keyed.items()},
        "centres": (segmentation.centres.shape, (len(segmentation.cards), len(segmentation.transform.names))),
        "segments": (held, sizes.to_dict() if segmentation.everybody is None else held),  # there of the tallies
        "profiles": ([*profiles], [[*k]] * len(profiles)),
        "loadings": (set(), {*segmentation.loadings[Loadings.FEATURE]} - features),
        "columns": (set(), lacking | (described - {column.name for column in columns})),
    }
    for name, (actual, expected) in checks.items():
        if actual != expected:
            raise ContractError.because(
                Message.of(
                    "run {run}: {table} do not fit the other tables of the run", run=segmentation.run_id, table=name
                ),
                remedy=TRAIN_AGAIN,
            )
