"""The customers on this machine: blocks are slices of their table, and two threads run the kernels on them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.contract import Dataset, Ledger
from pipeline.engine.kernels import (
    FEATURES,
    Kernel,
    Parts,
    Transform,
    content_hashes,
    running_numbers,
    salted,
    smallest,
    text_hashes,
)
from pipeline.engine.population import SAMPLE, Sample
from pipeline.processors import THREADS, one_thread
from pipeline.stages import Cleaned

_ROWS = 65_536  # a task for a thread


@dataclass(frozen=True)
class LocalPopulation:
    """Cleaned customers in memory; see ``Population``."""

    cleaned: Cleaned
    matrix: npt.NDArray[np.float64] | None = None  # the clustered space (n, p), where it has been computed

    @property
    def dataset(self) -> Dataset:
        """See ``Population``."""
        return self.cleaned.dataset

    @property
    def ledger(self) -> Ledger:
        """See ``Population``."""
        return self.cleaned.ledger

    @property
    def n(self) -> int:
        """See ``Population``."""
        return len(self.cleaned.customers)

    @cached_property
    def hashes(self) -> npt.NDArray[np.uint64]:
        """What each customer is drawn by, (n,)."""
        return customer_hashes(self.cleaned.customers, self.dataset.id_column)

    def fold(self, kernel: Kernel) -> Parts:
        """See ``Population``."""
        held = {name: column_values(self.cleaned.customers[name]) for name in kernel.columns}
        if self.matrix is not None:
            held[FEATURES] = self.matrix

        def part(start: int) -> Parts:
            return kernel.part({name: values[start : start + _ROWS] for name, values in held.items()})

        starts = range(0, max(self.n, 1), _ROWS)
        with one_thread("blas"), ThreadPoolExecutor(min(THREADS, len(starts))) as threads:
            return reduce(kernel.join, threads.map(part, starts))

    def sample(self, m: int = SAMPLE, salt: str = "sample") -> Sample:
        """See ``Population``."""
        if self.n <= m:
            return Sample(self.cleaned.customers, self.hashes)
        places = smallest(salted(self.hashes, salt), m)
        return Sample(self.cleaned.customers.iloc[places].reset_index(drop=True), self.hashes[places])

    @contextmanager
    def prepared(self, transform: Transform) -> Iterator[LocalPopulation]:
        """See ``Population``."""
        rows = {name: column_values(self.cleaned.customers[name]) for name in transform.columns}
        yield replace(self, matrix=transform.matrix(rows))


def customer_hashes(customers: pd.DataFrame, id_column: str | None) -> npt.NDArray[np.uint64]:
    """Of each customer by the id, where the table keeps it, else by content and running number among equal rows, (n,).

    ``customers`` has the key in its first column, which is no content.
    """
    if id_column is not None and id_column in customers:
        return text_hashes(_texts(customers[id_column].astype("str")))
    columns = [column_values(customers.iloc[:, place]) for place in range(1, customers.shape[1])]
    return running_numbers(content_hashes(columns, len(customers)))


def column_values(series: pd.Series) -> Any:
    """A column as kernels take it: float64 with NaN, dates, or pyarrow texts."""
    if pd.api.types.is_datetime64_any_dtype(series):
        return series.to_numpy(dtype="datetime64[us]")
    if pd.api.types.is_numeric_dtype(series) or pd.api.types.is_bool_dtype(series):
        return series.to_numpy(dtype=np.float64, na_value=np.nan)
    return _texts(series)


def _texts(series: pd.Series) -> Any:
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]

    held = pa.array(series, type=pa.large_string(), from_pandas=True)
    return held.combine_chunks() if isinstance(held, pa.ChunkedArray) else held
