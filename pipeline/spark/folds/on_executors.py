"""What executors run: a kernel over Arrow batches. Both go there by value, and need NumPy and pyarrow alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]

Batches = Iterator[Any]  # of pyarrow.RecordBatch
PARTS, HASH = "parts", "(hash)"
_LOW = 1 << 63  # added to unsigned hashes, so that they have the same order as Spark's signed numbers


def folded(kernel: Any) -> Callable[[Batches], Batches]:
    """The kernel's part of all batches that one task gets, as one cell of bytes; nothing of no rows."""

    def run(batches: Batches) -> Batches:
        held = None
        for batch in batches:
            if batch.num_rows:
                part = kernel.part(as_rows(batch))
                held = part if held is None else kernel.join(held, part)
        if held is not None:
            yield pa.RecordBatch.from_pydict({PARTS: pa.array([packed(held)], pa.binary())})

    return run


def joined(kernel: Any) -> Callable[[Batches], Batches]:
    """The parts of several tasks as one, so that the driver need not hold those of all at a time."""

    def run(batches: Batches) -> Batches:
        held = None
        for batch in batches:
            for cell in batch.column(0):
                part = unpacked(cell.as_py())
                held = part if held is None else kernel.join(held, part)
        if held is not None:
            yield pa.RecordBatch.from_pydict({PARTS: pa.array([packed(held)], pa.binary())})

    return run


def hashed(hashes: Callable[[Mapping[str, Any], int], Any], *, whole: bool = False) -> Callable[[Batches], Batches]:
    """Each batch with a column of hashes beside it, signed so that their order is kept.

    ``whole``: whole numbers stay such, as hashes have to.
    """

    def run(batches: Batches) -> Batches:
        for batch in batches:
            made = hashes(as_rows(batch, whole=whole), batch.num_rows).astype(np.uint64)
            signed = (made ^ np.uint64(_LOW)).view(np.int64)
            yield pa.RecordBatch.from_arrays([*batch.columns, pa.array(signed)], [*batch.schema.names, HASH])

    return run


def labelled(placed: Any, k: int, name: str) -> Callable[[Batches], Batches]:
    """Each batch with a column of segments of ``k`` beside it; ``placed`` says who is in which."""

    def run(batches: Batches) -> Batches:
        for batch in batches:
            if batch.num_rows:
                matrix = placed.source.matrix(as_rows(batch.select(list(placed.source.columns))))
                segments = pa.array(placed.labels(matrix)[k].astype(np.int32))
                yield pa.RecordBatch.from_arrays([*batch.columns, segments], [*batch.schema.names, name])

    return run


def unsigned(signed: Any) -> Any:
    """The hashes again, (n,) uint64."""
    return np.asarray(signed, dtype=np.int64).view(np.uint64) ^ np.uint64(_LOW)


def as_rows(batch: Any, *, whole: bool = False) -> dict[str, Any]:
    """Columns as kernels take them: float64 with NaN for unknown, moments in microseconds, texts of pyarrow's."""
    named = zip(batch.schema.names, batch.columns, strict=True)
    return {name: _as_column(column, whole) for name, column in named}


def _as_column(column: Any, whole: bool) -> Any:
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.timestamp("us")).to_numpy(zero_copy_only=False)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return column.cast(pa.large_string())
    if whole and pa.types.is_integer(column.type):
        return column.to_numpy(zero_copy_only=False)
    return column.cast(pa.float64()).to_numpy(zero_copy_only=False)


def packed(parts: Mapping[str, Any]) -> bytes:
    """Arrays by name as bytes, without pickle; texts, which come as objects, as texts of one width.

    Compressed: counts are mostly zeros and small numbers, a tenth of what they are in the open. Each by itself, so that
    whoever reads them never holds all of them in the open beside the arrays.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, values in parts.items():
            marked = f"{values.dtype.kind}_{name}.npy"
            plain = values.astype(np.str_) if values.dtype.kind == "O" else values
            with archive.open(marked, "w", force_zip64=True) as file:
                np.lib.format.write_array(file, plain, allow_pickle=False)
    return stream.getvalue()


def unpacked(held: bytes) -> dict[str, Any]:
    """What ``packed`` made."""
    with np.load(io.BytesIO(held), allow_pickle=False) as arrays:
        return {name[2:]: arrays[name].astype(object) if name[0] == "O" else arrays[name] for name in arrays.files}
