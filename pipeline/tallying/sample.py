"""The customers who stand for all others: of each segment those with the smallest hashes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]
_LEAST = 10_000  # of each segment, where it has them: a small one is looked at as closely as the others


def allocated(sizes: npt.ArrayLike, total: int) -> Rows:
    """How many of each stratum are drawn, (strata,): a floor, and the rest in proportion; at most ``total`` together.

    The floor is 10,000, and takes half of ``total`` at most.
    """
    held = np.asarray(sizes, dtype=np.int64)
    if held.sum() <= total:
        return held
    least = min(_LEAST, total // (2 * len(held)))
    spare = total - least * len(held)
    sampled: Rows = np.minimum(held, least + (held * (spare / held.sum())).astype(np.int64))
    return sampled


def drawn(labels: npt.NDArray[np.integer], counts: Rows, salt: str) -> Rows:
    """Rising places of the ``counts`` customers of each stratum whose places have the smallest hashes.

    Which they are hangs on place and salt alone, whatever is read in which blocks.
    """
    hashes = _hashed(len(labels), salt)
    chosen = []
    for stratum, count in enumerate(counts):
        rows = np.flatnonzero(labels == stratum)
        chosen.append(rows if count >= len(rows) else rows[np.argpartition(hashes[rows], count)[:count]])
    return np.sort(np.concatenate(chosen)) if chosen else np.empty(0, np.int64)


def _hashed(n: int, salt: str) -> npt.NDArray[np.uint64]:
    """A 64-bit hash of each place: SplitMix64's finaliser (Steele, Lea and Flood 2014) over place and salt."""
    start = int.from_bytes(hashlib.sha256(salt.encode()).digest()[:8], "little")
    z = np.arange(n, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(start)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        z ^= z >> np.uint64(shift)
        z *= np.uint64(factor)
    return z ^ (z >> np.uint64(31))


def write_rows(source: Path, rows: Rows, target: Path) -> None:
    """Write some rows of a Parquet table, column after column: no more than one of them is in memory whole."""
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]
    import pyarrow.parquet as pq  # type: ignore[import-untyped,unused-ignore]

    with pq.ParquetFile(source) as file:
        schema = file.schema_arrow
        columns = [file.read(columns=[name]).column(0).take(pa.array(rows)) for name in schema.names]
    target.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_arrays(columns, schema=schema), target)
