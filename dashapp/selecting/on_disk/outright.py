"""What findings count of all customers of a run, be they in memory, tallied, or told of by a sample alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.contract import Assignments, Group, Segmentation, Tallies, population

Matrix = npt.NDArray[np.float64]


def weights_of(segmentation: Segmentation) -> Matrix:
    """How many customers each row in memory stands for, (rows,)."""
    everybody = segmentation.everybody
    return np.ones(len(segmentation.assignments)) if everybody is None else everybody.weights


def answers(segmentation: Segmentation, column: str) -> Matrix:
    """Customers of whom an outcome is known, and to whom it happened, by segment, (k, 2)."""
    everybody = segmentation.everybody
    if everybody is not None and everybody.tallies is not None:
        table = everybody.tallies
        mine = table[table[Tallies.SOURCE].eq("answers") & table[Tallies.NAME].eq(column)]
        made = np.zeros((segmentation.k, 2))
        made[mine[Tallies.SEGMENT].to_numpy()] = mine[[Tallies.N, Tallies.TOTAL]].to_numpy()
        return made
    series = segmentation.customers[column]
    values = population.to_numbers(series.astype("Float64") if series.dtype == bool else series)
    return np.column_stack([_sums(segmentation, part) for part in (np.isfinite(values), values > 0)])


def member_sums(segmentation: Segmentation, group: Group) -> Matrix:
    """What the customers of each segment have of each member of a mix, (k, members)."""
    everybody = segmentation.everybody
    if everybody is not None and everybody.tallies is not None:
        table = everybody.tallies
        mine = table[table[Tallies.SOURCE].eq("mix") & table[Tallies.NAME].eq(group.key) & (table[Tallies.BIN] >= 0)]
        made = np.zeros((segmentation.k, len(group.members) + 1))
        made[mine[Tallies.SEGMENT].to_numpy(), mine[Tallies.BIN].to_numpy()] = mine[Tallies.TOTAL].to_numpy()
        return made[:, :-1]
    members = (population.positive(population.to_numbers(segmentation.customers[name])) for name in group.members)
    return np.column_stack([_sums(segmentation, amounts) for amounts in members])


def _sums(segmentation: Segmentation, amounts: npt.NDArray[Any]) -> Matrix:
    labels = segmentation.assignments[Assignments.SEGMENT].to_numpy(np.int64)
    made: Matrix = np.bincount(labels, amounts * weights_of(segmentation), minlength=segmentation.k).astype(np.float64)
    return made
