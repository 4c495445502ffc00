"""Tables that are in memory already, to be read as their Parquet files would be, and written nowhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import pandas as pd

from pipeline.contract import Message
from pipeline.errors import InputError

SINGLE = "data"  # the name under which a query finds the one table given
TITLE = "a DataFrame"  # stands where a file's path would
Arrow: TypeAlias = Any  # pyarrow.Table, which has no types and is imported where it is needed


@dataclass(frozen=True)
class Frames:
    """Arrow tables by name; DuckDB reads them where they are."""

    tables: Mapping[str, Arrow]  # or Parquet files, of what a database holds and memory does not
    title: str = TITLE
    typed: bool = True  # false: texts may hold numbers and days, as they do in databases

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Frames:
        """One table.

        Raises
        ------
        InputError
            Two columns share a name, or a column holds values of several kinds.

        """
        return cls({SINGLE: _as_arrow(frame, TITLE)})

    @classmethod
    def of_tables(cls, frames: Mapping[str, pd.DataFrame]) -> Frames:
        """Several tables by the names that a spec's query knows them by; raises ``InputError`` as ``of`` does."""
        return cls(
            {str(name): _as_arrow(frame, f"DataFrame {name!r}") for name, frame in frames.items()},
            f"DataFrames {', '.join(map(str, frames))}",
        )

    @property
    def single(self) -> Arrow | None:
        """The table, where there is just one."""
        return next(iter(self.tables.values())) if len(self.tables) == 1 else None

    def under(self, names: Iterable[str]) -> Mapping[str, Arrow]:
        """The tables that a spec names; without names, all of them.

        Raises
        ------
        InputError
            Where one is missing.

        """
        wanted = list(names)
        if self.single is not None and len(wanted) < 2:
            return {next(iter(wanted), SINGLE): self.single}
        missing = [name for name in wanted if name not in self.tables]
        if missing:
            raise InputError.because(
                Message.of("{source}: no table '{table}'", source=self.title, table=missing[0]),
                expected=Message.of("a DataFrame for each of {names}", names=", ".join(wanted)),
                found=", ".join(self.tables) if self.single is None else Message.of("one DataFrame"),
                remedy=Message.of("give a dictionary of DataFrames by these names"),
            )
        return {name: self.tables[name] for name in wanted or self.tables}


Data: TypeAlias = str | Frames  # a file, folder, glob or database's URL; or tables in memory


def _as_arrow(frame: pd.DataFrame, what: str) -> Arrow:
    """The frame with the types that its Parquet file would give; levels of the index that have a name are columns."""
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]

    levels = [name for name in frame.index.names if name is not None and name not in frame.columns]
    whole = frame.reset_index(level=levels) if levels else frame
    names = [str(name).strip() for name in whole.columns]  # as in the header of a file
    if not names:
        raise InputError.because(
            Message.of("{source} has no columns", source=what),
            expected=Message.of("one row a customer, with what they did in columns"),
            remedy=Message.of("look at how the DataFrame was made: an empty one came out"),
        )
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InputError.because(
            Message.of("{source} names a column twice", source=what),
            found=", ".join(map(repr, twice[:5])),
            remedy=Message.of("rename one of them"),
        )
    columns = []
    for name, (_, series) in zip(names, whole.items(), strict=True):
        try:
            columns.append(_plain(_column(series)))
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            raise InputError.because(
                Message.of("{source}, column '{column}': not readable as one kind of value", source=what, column=name),
                found=str(error).splitlines()[0][:200],
                expected=Message.of("numbers, text, dates, categories or truth values"),
                remedy=Message.of("convert it, e.g. frame[column].astype(str), or drop it"),
            ) from error
    return pa.table(columns, names=names)


def _column(series: pd.Series) -> Any:
    import pyarrow as pa

    if not isinstance(series.dtype, pd.DatetimeTZDtype):
        return pa.chunked_array([pa.array(series, from_pandas=True)])
    moments = pa.array(series.dt.tz_convert(None), from_pandas=True)  # pandas 3.1 warns of what Arrow does by itself
    return pa.chunked_array([moments.cast(pa.timestamp(moments.type.unit, tz="UTC"))])


def _plain(column: Any) -> Any:
    """Without what Parquet does not keep: categories are values, coarse times and those with a zone microseconds."""
    import pyarrow as pa

    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        return _plain(column.cast(kind.storage_type))
    if pa.types.is_dictionary(kind):
        return column.cast(kind.value_type)
    if pa.types.is_timestamp(kind) and kind.unit in ("s", "ms"):
        return column.cast(pa.timestamp("us", tz=kind.tz))
    if pa.types.is_timestamp(kind) and kind.tz:
        return column.cast(pa.timestamp("us", tz=kind.tz), safe=False)  # of nanoseconds the engine knows too little
    if pa.types.is_duration(kind):
        return column.cast(pa.int64())
    if pa.types.is_float16(kind):
        return column.cast(pa.float32())
    return column
