"""Everybody's Parquet tables, a column at a time, and what of them is counted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.contract import (
    CATEGORY_KINDS,
    NUMERIC_KINDS,
    RFM_NAMES,
    Assignments,
    Column,
    Dataset,
    Group,
    RfmScores,
    population,
)

Array = npt.NDArray[Any]
_ROLES = frozenset({"active", "passive", "outcome"})


@dataclass(frozen=True)
class BinnedColumn:
    """One thing to count by: the bin of each customer, (n,), the number of ``bins`` where it is not known."""

    source: population.TallySource
    name: str
    bins: int
    codes: Array
    words: tuple[str, ...] = ()  # of a category's bins
    amounts: Callable[[], Iterator[Array]] = field(default=lambda: iter(()))  # (n,): the number itself, mix members

    @classmethod
    def of(
        cls,
        source: population.TallySource,
        name: str,
        codes: Array,
        bins: int,
        words: tuple[str, ...] = (),
        **more: Any,
    ) -> BinnedColumn:
        """With codes as narrow as they fit; below 0 is not known, too."""
        held = np.where(codes < 0, bins, codes).astype(np.min_scalar_type(bins))
        return cls(source, name, bins, held, words, **more)


@dataclass(frozen=True)
class TallyPlan:
    """What is counted of the columns that there are, whoever counts it."""

    columns: tuple[Column, ...]  # every described one that is in no group
    members: tuple[Column, ...]  # of a mix: nothing is counted by them, and their spread is asked for
    mixes: tuple[Group, ...]
    answers: tuple[str, ...]  # outcomes with a yes or no: of campaigns, and of what happened without any

    @classmethod
    def of(cls, dataset: Dataset, names: Collection[str]) -> TallyPlan:
        """In the order of the data set."""
        there = [column for column in dataset.columns if column.name in names]
        outcomes = [campaign.column for campaign in dataset.campaigns]
        outcomes += [column.name for column in dataset.with_role("outcome") if column.kind == "flag"]
        return cls(
            tuple(column for column in there if column.role in _ROLES and column.group is None),
            tuple(column for column in there if column.group is not None and column.kind in NUMERIC_KINDS),
            tuple(group for group in dataset.groups if group.members and set(group.members) <= set(names)),
            tuple(name for name in dict.fromkeys(outcomes) if name in names),
        )


class CustomerColumns:
    """The columns of all customers, read when they are wanted and not kept."""

    def __init__(self, dataset: Dataset, customers: Path) -> None:
        import pyarrow.parquet as pq  # type: ignore[import-untyped,unused-ignore]

        self.dataset, self._path = dataset, customers
        with pq.ParquetFile(customers) as file:
            self.names = tuple(file.schema_arrow.names)
            self.rows = file.metadata.num_rows
        self.spreads: dict[str, population.Spread] = {}

    def column(self, name: str) -> pd.Series:
        """One column."""
        return read_column(self._path, name)

    def numbers(self, name: str) -> Array:
        """One column as float values, NaN where nothing is known; of a flag too."""
        series = self.column(name)
        return population.to_numbers(series.astype("Float64") if series.dtype == bool else series)

    def missing(self) -> dict[str, int]:
        """Customers without a value, by column; only columns that have such."""
        counts = {name: int(self.column(name).isna().sum()) for name in self.names}
        return {name: count for name, count in counts.items() if count}

    def counted(self) -> Iterator[BinnedColumn]:
        """Every described column, and the largest member of every group; notes the spreads of numbers."""
        asked = TallyPlan.of(self.dataset, self.names)
        for column in asked.columns:
            yield from self._counted(column)
        for column in asked.members:
            self._note(column)
        for group in asked.mixes:
            members = partial(self._members, group.members)
            codes = population.bins_of_mix(members())
            yield BinnedColumn.of("mix", group.key, codes, len(group.members) + 1, amounts=members)

    def _members(self, names: tuple[str, ...]) -> Iterator[Array]:
        return (population.positive(self.numbers(name)) for name in names)

    def _counted(self, column: Column) -> Iterator[BinnedColumn]:
        name = column.name
        if column.kind in NUMERIC_KINDS:
            values = self.numbers(name)
            spread = self._note(column, values)
            if spread is not None:
                codes = population.bins_of_number(values, spread.edges)
                yield BinnedColumn.of(
                    "number", name, codes, len(spread.edges) - 1, amounts=lambda: iter([self.numbers(name)])
                )
        elif column.kind in CATEGORY_KINDS or column.kind == "flag":
            codes, words = population.to_codes(column, self.column(name))
            if (codes >= 0).any():
                yield BinnedColumn.of("category", name, codes, len(words), tuple(words))

    def _note(self, column: Column, values: Array | None = None) -> population.Spread | None:
        values = self.numbers(column.name) if values is None else values
        spread = population.spread_of(values, whole=column.kind == "integer")
        if spread is not None:
            self.spreads[column.name] = spread
        return spread

    def answers(self) -> Iterator[tuple[str, Array]]:
        """Outcomes with a yes or no: of campaigns, and of what happened without any; NaN where nobody was asked."""
        return ((name, self.numbers(name)) for name in TallyPlan.of(self.dataset, self.names).answers)


def rfm_counted(path: Path) -> Iterator[BinnedColumn]:
    """RFM scores and cells."""
    for name in RfmScores.SCORED[:-1]:
        yield BinnedColumn.of("rfm", name, read_column(path, name).to_numpy() - 1, 5)
    places = {cell: place for place, cell in enumerate(RFM_NAMES)}
    cells = read_column(path, RfmScores.CELL).map(places).fillna(-1).to_numpy(np.int64)
    yield BinnedColumn.of("rfm", RfmScores.CELL, cells, len(places))


def segments_of(path: Path) -> Array:
    """Segment of each customer, (n,), a byte each where that is enough."""
    labels = read_column(path, Assignments.SEGMENT).to_numpy()
    return labels.astype(np.min_scalar_type(int(labels.max(initial=0))))


def read_column(path: Path, name: str) -> pd.Series:
    """A column of a Parquet file, with the type that it was written with; text as categories."""
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]
    import pyarrow.parquet as pq  # type: ignore[import-untyped,unused-ignore]

    with pq.ParquetFile(path) as file:
        text = pa.types.is_string(file.schema_arrow.field(name).type) or pa.types.is_large_string(
            file.schema_arrow.field(name).type
        )
        table = file.read(columns=[name])
    if text:
        codes = table.column(0).combine_chunks().dictionary_encode()
        codes = codes.combine_chunks() if isinstance(codes, pa.ChunkedArray) else codes
        indices = codes.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return pd.Series(pd.Categorical.from_codes(indices, codes.dictionary.to_pylist()))
    column: pd.Series = table.to_pandas()[name]
    return column
