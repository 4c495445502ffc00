"""The customers on this machine: blocks are slices of their table, and two threads run the kernels on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.contract import Dataset
from pipeline.folding import drawing
from pipeline.folding.drawing import Sample, column_values, customer_hashes
from pipeline.folding.kernels import (
    FEATURES,
    Kernel,
    Parts,
    Rows,
    Starts,
    Transform,
    nearest_of,
)
from pipeline.processors import THREADS, one_thread

Labels = npt.NDArray[np.unsignedinteger[Any]]

_ROWS = 65_536  # a task for a thread


@dataclass(frozen=True)
class LocalPopulation:
    """Customers in memory, with columns as in ``Cleaned.customers``; see ``Population``."""

    customers: pd.DataFrame
    dataset: Dataset
    matrix: npt.NDArray[np.float64] | None = None  # the clustered space (n, p), where it has been computed

    @property
    def n(self) -> int:
        """See ``Population``."""
        return len(self.customers)

    @cached_property
    def hashes(self) -> npt.NDArray[np.uint64]:
        """What each customer is drawn by, (n,)."""
        return customer_hashes(self.customers, self.dataset.id_column)

    def fold(self, kernel: Kernel) -> Parts:
        """See ``Population``."""
        held = {name: column_values(self.customers[name]) for name in kernel.columns}
        return fold_blocks(kernel, held if self.matrix is None else {**held, FEATURES: self.matrix}, self.n)

    def sample(self) -> Sample:
        """See ``Population``."""
        return self._sample

    @cached_property
    def _sample(self) -> Sample:
        if self.n <= drawing.SAMPLE:
            return Sample(self.customers, self.dataset.id_column)
        places = drawing.deciding(self.hashes)
        return Sample(self.customers.iloc[places].reset_index(drop=True), self.dataset.id_column)

    @contextmanager
    def prepared(self, transform: Transform) -> Iterator[LocalPopulation]:
        """See ``Population``."""
        rows = {name: column_values(self.customers[name]) for name in transform.columns}
        yield replace(self, matrix=transform.matrix(rows))


def fold_blocks(kernel: Kernel, columns: Rows, n: int) -> Parts:
    """The kernel's answer about ``n`` rows in memory, whose blocks two threads share."""

    def part(start: int) -> Parts:
        return kernel.part({name: values[start : start + _ROWS] for name, values in columns.items()})

    starts = range(0, max(n, 1), _ROWS)
    if len(starts) == 1:
        return part(0)
    with one_thread("blas"), ThreadPoolExecutor(THREADS) as threads:
        return reduce(kernel.join, threads.map(part, starts))


def fold_of(matrix: npt.NDArray[np.float64]) -> Callable[[Kernel], Parts]:
    """Folds over rows of the clustered space alone, (n, p)."""
    return lambda kernel: fold_blocks(kernel, {FEATURES: matrix}, len(matrix))


def labels_of(matrix: npt.NDArray[np.float64], guides: Starts, middle: npt.NDArray[np.float64]) -> Mapping[int, Labels]:
    """Cluster of each row of the clustered space for every k, (n,) a byte each; see ``nearest_of``."""

    def part(start: int) -> Mapping[int, Labels]:
        return nearest_of(matrix[start : start + _ROWS], guides, middle)

    with one_thread("blas"), ThreadPoolExecutor(THREADS) as threads:
        parts = list(threads.map(part, range(0, len(matrix), _ROWS)))
    return {k: np.concatenate([part[k] for part in parts]) for k in guides}
