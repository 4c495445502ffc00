"""What may be given as data, and how the reading room takes it."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike, fspath
from typing import Any, Protocol, TypeAlias, runtime_checkable

import pandas as pd

from pipeline.errors import InputError, UsageError
from pipeline.reading import Frames


@runtime_checkable
class ArrowStream(Protocol):
    """A table of another library, handed over by Arrow's PyCapsule interface: Polars, pyarrow, DuckDB, Ibis."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """A capsule with the stream."""
        ...


Frame: TypeAlias = pd.DataFrame | ArrowStream
Table: TypeAlias = Frame | Mapping[str, Frame] | str | PathLike[str]


def source_of(data: Table) -> str | Frames:
    """``data`` as the reading room takes it.

    Raises
    ------
    InputError
        A frame cannot be read as a table.
    UsageError
        ``data`` are something else.

    """
    if isinstance(data, str | PathLike):
        return fspath(data)
    if _is_frame(data):
        return Frames.of(_as_pandas(data))
    if isinstance(data, Mapping) and all(map(_is_frame, data.values())):
        return Frames.of_tables({name: _as_pandas(frame) for name, frame in data.items()})
    raise UsageError.because(
        "data are not a table",
        expected="a DataFrame (of pandas, Polars or another library that speaks Arrow), DataFrames by table name, "
        "or the path of a file",
        found=type(data).__name__,
        remedy="series.to_frame(), lazy.collect() or pandas.DataFrame(values, columns=[...]) makes one",
    )


def _is_frame(data: object) -> bool:
    return isinstance(data, pd.DataFrame) or (isinstance(data, ArrowStream) and not isinstance(data, pd.Series))


def _as_pandas(data: Any) -> pd.DataFrame:
    """The frame with a name a column, and nothing that only pandas can hold."""
    frame = data if isinstance(data, pd.DataFrame) else _of_arrow(data)
    if isinstance(frame.columns, pd.MultiIndex):  # as groupby().agg() leaves them: ("spend", "sum")
        frame = frame.set_axis(
            [" ".join(str(level) for level in levels if level != "") for levels in frame.columns], axis=1
        )
    if not frame.columns.is_unique:  # refused by the reading room, by its name
        return frame
    return frame.assign(**{str(name): _plain(series) for name, series in frame.items() if _is_of_pandas(series)})


def _of_arrow(stream: ArrowStream) -> pd.DataFrame:
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]

    try:
        table = pa.table(stream)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise InputError.because(
            "the table cannot be read as columns of Arrow",
            found=str(error).splitlines()[0][:200],
            remedy="give it as a pandas DataFrame",
        ) from error
    plain = pa.table([_viewless(column) for column in table.columns], names=table.column_names)
    frame: pd.DataFrame = plain.to_pandas(types_mapper=pd.ArrowDtype, ignore_metadata=True)
    return frame


def _viewless(column: Any) -> Any:
    """A column with texts as everybody has them; Polars hands over views, and categories of views."""
    import pyarrow as pa

    plain = {pa.string_view(): pa.large_string(), pa.binary_view(): pa.large_binary()}
    if column.type in plain:
        return column.cast(plain[column.type])
    if not pa.types.is_dictionary(column.type) or column.type.value_type not in plain:
        return column
    kind = plain[column.type.value_type]
    chunks = [pa.DictionaryArray.from_arrays(part.indices, part.dictionary.cast(kind)) for part in column.chunks]
    return pa.chunked_array(chunks, pa.dictionary(column.type.index_type, kind))


def _is_of_pandas(series: pd.Series) -> bool:
    kinds = (pd.PeriodDtype, pd.IntervalDtype, pd.SparseDtype)
    dtype = series.dtype
    return isinstance(dtype, kinds) or (
        isinstance(dtype, pd.CategoricalDtype) and isinstance(dtype.categories.dtype, kinds)
    )


def _plain(series: pd.Series) -> pd.Series:
    """Periods as the moment they begin, intervals as their words, sparse values as they are."""
    if isinstance(series.dtype, pd.SparseDtype):
        return series.astype(series.dtype.subtype)
    return series.astype("datetime64[ns]" if isinstance(series.dtype, pd.PeriodDtype) else "string")
