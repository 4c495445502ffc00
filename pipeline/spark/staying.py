"""Customers who stay on the cluster: who they are, and their rows written there with their segments."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.contract import Message, Quantity
from pipeline.errors import SparkError
from pipeline.folding import SAMPLE, Content, Parts, Placed
from pipeline.processors import free_memory, needed_memory
from pipeline.spark.folds.on_executors import labelled
from pipeline.spark.folds.spark_population import SparkPopulation, by_value
from pipeline.spark.needs import bare
from pipeline.spark.source_tables import quoted
from pipeline.spark.spark_session import Rows, answering, unwarned

MOST_FETCHED = 3_000_000  # customers that come to this machine where it has memory for them
_SMALL = 5_000_000  # values that are fetched whatever is free


def memory_wanting(rows: int, columns: int) -> tuple[int, int] | None:
    """Bytes that an analysis here needs, and those that are free; None where they are enough."""
    free, needed = free_memory(), needed_memory(rows, columns)
    return None if rows * columns < _SMALL or free is None or needed <= free else (needed, free)


def stays(rows: int, columns: int) -> bool:
    """Whether customers are so many that a sample of them comes to this machine, and not all."""
    return rows > SAMPLE and (rows > MOST_FETCHED or memory_wanting(rows, columns) is not None)


@dataclass(frozen=True)
class Staying:
    """All customers on the cluster, and the folder of this training where they are written."""

    population: SparkPopulation
    address: str

    @classmethod
    def at(cls, base: str, population: SparkPopulation) -> Staying:
        """In a new folder below ``base``; raises ``SparkError`` where nothing can be written there, before any work."""
        name = re.sub(r"[^\w.-]+", "-", population.dataset.spec)
        whole = base if "://" in base else str(Path(base).absolute())
        made = cls(population, f"{whole.rstrip('/')}/{name}-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}")
        with answering():
            population.rows.sparkSession.range(1).write.parquet(f"{made.address}/_started")  # readers skip such names
        return made

    def end(self, failed: type[BaseException] | None, *_about_it: object) -> None:
        """The exit of a training: where it failed, what it wrote goes, since no run will ever name it."""
        if failed is None:
            return
        session = self.population.rows.sparkSession
        with suppress(Exception):  # what failed is to be told, and Spark itself may be gone
            java = getattr(session, "_jvm", None)
            if java is not None:
                folder = java.org.apache.hadoop.fs.Path(self.address)
                folder.getFileSystem(session._jsc.hadoopConfiguration()).delete(folder, True)
            elif "://" not in self.address:  # Spark Connect can delete no file; it may run on this machine
                shutil.rmtree(self.address, ignore_errors=True)

    @property
    def public(self) -> str:
        """The address without a user and password."""
        return bare(self.address)

    def fingerprint(self) -> str:
        """Tells contents apart, ids among them, whatever their order; another one than that of rows at hand."""
        names = dict.fromkeys((self.population.identity, *self.population.names))
        parts: Parts = self.population.fold(Content(tuple(names)))
        return f"{int(parts['sum'][0]):016x}"

    def write(self, placed: Placed, k: int, sizes: Sequence[int]) -> None:
        """Write every customer with her segment of ``k``, as Parquet.

        Raises
        ------
        SparkError
            It failed, or what was written holds other segments than were counted.
        """
        by_value()
        names = self.population.names
        rows = self.population.rows.selectExpr(*map(quoted, names))
        segment = _free("segment", names)
        kinds = [*(f"{quoted(name)} {kind}" for name, kind in rows.dtypes), f"{quoted(segment)} INT"]
        with answering(), unwarned():
            told = rows.mapInArrow(labelled(placed, k, segment), ", ".join(kinds))
            told.write.mode("append").parquet(self.address)
            read = rows.sparkSession.read.parquet(self.address)
            written = _sizes(read, segment)
        if written != {place: n for place, n in enumerate(sizes) if n}:
            raise SparkError.because(
                Message.of("{address} holds other customers than were counted", address=self.public),
                expected=Message.of("{n} customers", n=Quantity(sum(sizes))),
                found=Message.of("{n} customers", n=Quantity(sum(written.values()))),
                remedy=Message.of(
                    "train on data that nobody changes meanwhile; sums of decimals may differ when Spark computes them "
                    "again, whole numbers do not"
                ),
            )


def _sizes(rows: Rows, segment: str) -> Mapping[int, int]:
    counted = rows.groupBy(quoted(segment)).count().toArrow()
    return dict(zip(counted.column(0).to_pylist(), counted.column(1).to_pylist(), strict=True))


def _free(name: str, names: Sequence[str]) -> str:
    """A column's name that no other has; Spark does not tell capital letters apart."""
    taken = {other.casefold() for other in names}
    while name.casefold() in taken:
        name += "_"
    return name
