"""All cleaned customers where they are, behind the face of ``folding.Population``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any

import pandas as pd

from pipeline.cleaning import customers_table, in_order
from pipeline.contract import Dataset
from pipeline.folding import (
    SAMPLE,
    Kernel,
    Parts,
    Sample,
    Transform,
    content_hashes,
    numbered,
    salted,
    text_hashes,
)
from pipeline.processors import give_back
from pipeline.spark.folds import on_executors
from pipeline.spark.folds.on_executors import HASH, PARTS, folded, hashed, joined, unpacked, unsigned
from pipeline.spark.source_tables import quoted
from pipeline.spark.spark_session import Rows, answering, unwarned
from pipeline.stages import Cleaned

_NUMBER, _CONTENT = "(number)", "(content)"
_MOST_PARTS = 4  # of a fold that come to the driver; more are joined on the executors first


@dataclass(frozen=True)
class SparkPopulation:
    """Cleaned customers on a cluster; see ``Population``.

    ``rows`` holds the columns of ``Cleaned.customers`` but the key, and the id, which may not be among them.
    """

    rows: Rows
    dataset: Dataset
    n: int
    identity: str  # column of ids, by which a sample is sorted
    most: int = SAMPLE  # customers of the sample

    @property
    def names(self) -> list[str]:
        """Columns of the customers, in the order of the table."""
        empty = pd.DataFrame({name: pd.Series(dtype="str") for name in self.rows.columns})
        return [str(name) for name in customers_table(empty, self.dataset).columns[1:]]

    def fold(self, kernel: Kernel) -> Parts:
        """See ``Population``; raises ``SparkError``."""
        by_value()
        give_back()  # what comes of a fold is held beside what is freed and kept: a driver has little
        columns = [quoted(name) for name in kernel.columns] or ["1 AS `(one)`"]
        with answering(), unwarned():
            parts = self.rows.selectExpr(*columns).mapInArrow(folded(kernel), f"{PARTS} BINARY")
            if self._partitions > _MOST_PARTS:
                parts = parts.repartition(_MOST_PARTS).mapInArrow(joined(kernel), f"{PARTS} BINARY")
            cells = parts.toArrow().column(PARTS)
        return reduce(kernel.join, (unpacked(cell.as_py()) for cell in cells))

    @cached_property
    def _partitions(self) -> int:
        return int(self.rows.selectExpr("spark_partition_id() AS place").distinct().count())

    def sample(self) -> Sample:
        """See ``Population``; raises ``SparkError``."""
        return self._sample

    @cached_property
    def _sample(self) -> Sample:
        by_value()
        with answering(), unwarned():
            drawn = self._hashed()
            if self.n > self.most:
                least = drawn.select(quoted(HASH)).orderBy(quoted(HASH)).limit(self.most).toArrow()
                drawn = drawn.where(f"{quoted(HASH)} <= {max(least.column(0).to_pylist())}")
            names = list(dict.fromkeys((self.identity, *self.names)))
            frame = as_frame(drawn.selectExpr(*map(quoted, names)).toArrow())
        ordered = in_order(frame, self.identity)
        return Sample(customers_table(ordered, self.dataset), self.dataset.id_column)

    def _hashed(self) -> Rows:
        """Each row with what it is drawn by: the id where it is kept, else the content and a running number."""
        if self.dataset.id_column is not None:
            identity = self.dataset.id_column
            return self._mapped(self.rows, lambda rows, _n: salted(text_hashes(rows[identity]), "sample"))
        names = self.names
        content = self._mapped(self.rows, lambda rows, n: content_hashes([rows[name] for name in names], n))
        alike = f"row_number() OVER (PARTITION BY {quoted(HASH)} ORDER BY {quoted(HASH)}) - 1 AS {quoted(_NUMBER)}"
        told = content.selectExpr("*", alike).withColumnRenamed(HASH, _CONTENT)
        return self._mapped(
            told, lambda rows, _n: salted(numbered(unsigned(rows[_CONTENT]), rows[_NUMBER]), "sample"), whole=True
        )

    def _mapped(self, rows: Rows, hashes: Callable[[Mapping[str, Any], int], Any], *, whole: bool = False) -> Rows:
        kinds = [f"{quoted(name)} {kind}" for name, kind in rows.dtypes]
        return rows.mapInArrow(hashed(hashes, whole=whole), ", ".join([*kinds, f"{quoted(HASH)} BIGINT"]))

    @contextmanager
    def prepared(self, transform: Transform) -> Iterator[SparkPopulation]:  # noqa: ARG002
        """See ``Population``; what is transformed is transformed in each pass, which costs less than moving it."""
        yield self


def as_frame(table: Any) -> pd.DataFrame:
    """An Arrow table with the types that the local engine gives its customers."""
    frame: pd.DataFrame = table.to_pandas()
    texts = [name for name in frame if pd.api.types.is_string_dtype(frame[name]) or frame[name].dtype == object]
    moments = [name for name in frame if pd.api.types.is_datetime64_any_dtype(frame[name])]
    return frame.astype({**dict.fromkeys(texts, "str"), **dict.fromkeys(moments, "datetime64[us]")})


def sampled(cleaned: Cleaned, population: SparkPopulation) -> Cleaned:
    """The account of all customers with the sample of them."""
    return Cleaned(cleaned.dataset, population.sample().customers, cleaned.quarantine, cleaned.ledger)


def by_value() -> None:
    """Have kernels sent whole: nothing of ours is installed where executors run."""
    from pyspark import cloudpickle

    room = sys.modules[Kernel.__module__.rpartition(".")[0]]  # the package of all kernels
    for module in (room, on_executors, sys.modules[__name__]):
        cloudpickle.register_pickle_by_value(module)  # type: ignore[no-untyped-call,unused-ignore]
