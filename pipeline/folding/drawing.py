"""Draws of customers that hang on the customers alone: the m smallest hashes, whatever engine holds them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.folding.kernels import content_hashes, mixed, running_numbers, salted, smallest, text_hashes

SAMPLE = 100_000  # customers from whom everything is decided; up to so many, they are everybody

Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Sample:
    """Customers drawn by hash, in canonical order, from whom further draws are made likewise."""

    customers: pd.DataFrame  # columns as in ``Cleaned.customers``
    id_column: str | None

    @cached_property
    def hashes(self) -> Hashes:
        """What each of them is drawn by, (m,)."""
        return customer_hashes(self.customers, self.id_column)


def drawn(hashes: Hashes, m: int, salt: str) -> npt.NDArray[np.int64]:
    """Places of the ``m`` smallest salted hashes, rising; all places where there are no more."""
    return smallest(salted(hashes, salt), m)


def deciding(hashes: Hashes) -> npt.NDArray[np.int64]:
    """Places of the customers from whom everything is decided, rising."""
    return drawn(hashes, SAMPLE, "sample")


def by_place(n: int) -> Hashes:
    """Hashes of rows that are nobody's, as invented ones are, (n,)."""
    return mixed(np.arange(n, dtype=np.uint64))


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
