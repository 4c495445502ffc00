"""A 64-bit number for each customer that hangs on the customer alone, so that every engine draws the same sample.

Texts are read eight bytes at a time; each word goes through the finaliser of SplitMix64 (Steele, Lea and Flood 2014,
"Fast splittable pseudorandom number generators", constants of David Stafford's "Mix13"), chained. Not for secrets.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.folding.kernels.kernel import Array

Hashes = npt.NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_UNKNOWN = np.uint64(0x6B6F727A696E61)
_WORD = 8


def mixed(numbers: Hashes) -> Hashes:
    """SplitMix64's finaliser of each number, (n,): a bijection in which every bit depends on every other."""
    state = numbers + _GOLDEN
    state = (state ^ (state >> np.uint64(30))) * _FIRST
    state = (state ^ (state >> np.uint64(27))) * _SECOND
    return state ^ (state >> np.uint64(31))


def text_hashes(texts: Any) -> Hashes:
    """Hash of each text of a pyarrow array (or chunked array) of strings or dictionaries, (n,); null has its own.

    The hash hangs on the bytes of the text in UTF-8 and their number, not on how Arrow holds them.
    """
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]

    held = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    if pa.types.is_dictionary(held.type):
        known = np.append(text_hashes(held.dictionary), _UNKNOWN)
        places = held.indices.fill_null(len(held.dictionary)).to_numpy(zero_copy_only=False)
        hashes: Hashes = known[places]
        return hashes
    null = held.is_null().to_numpy(zero_copy_only=False)
    held = held.cast(pa.large_string())
    _, offsets, data = held.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[held.offset : held.offset + len(held) + 1]
    return np.where(null, _UNKNOWN, _of_bytes(ends[:-1], np.diff(ends), b"" if data is None else data))


def _of_bytes(starts: Array, lengths: Array, data: Any) -> Hashes:
    """Hash of each run of bytes in ``data``."""
    padded = np.zeros(len(data) + _WORD, dtype=np.uint8)
    padded[: len(data)] = np.frombuffer(data, dtype=np.uint8)
    words = np.ndarray((len(data) + 1,), dtype="<u8", buffer=padded, strides=(1,))  # one begins at every byte
    hashes = mixed(lengths.astype(np.uint64))
    rows, done = np.arange(len(lengths)), 0
    while len(rows := rows[lengths[rows] > done]):
        left = np.minimum(lengths[rows] - done, _WORD)
        kept = np.uint64(2**64 - 1) >> (np.uint64(8) * (_WORD - left).astype(np.uint64))
        hashes[rows] = mixed(hashes[rows] ^ (words[starts[rows] + done] & kept))
        done += _WORD
    return hashes


def content_hashes(columns: Sequence[Any], n: int) -> Hashes:
    """Hash of each row's content, (n,): of numbers (n,), dates (n,) and pyarrow texts, in the order given.

    Numbers count in single precision: what two engines compute may differ in the last bits, and the sample must not.
    """
    hashes = mixed(np.full(n, len(columns), dtype=np.uint64))
    for column in columns:
        hashes = mixed(hashes ^ (mixed(_bits(column)) if isinstance(column, np.ndarray) else text_hashes(column)))
    return hashes


def _bits(values: Array) -> Hashes:
    if values.dtype.kind == "M":
        return values.astype("datetime64[us]").astype(np.int64).view(np.uint64)
    with np.errstate(over="ignore"):
        single = values.astype(np.float32) + np.float32(0)  # turns -0 into 0
    return np.where(np.isnan(single), np.float32(np.nan), single).view(np.uint32).astype(np.uint64)


def running_numbers(hashes: Hashes) -> Hashes:
    """The hashes told apart where they are equal, by how many equal ones stand before, (n,)."""
    order = np.argsort(hashes, kind="stable")
    ordered = hashes[order]
    first = np.concatenate([[True], ordered[1:] != ordered[:-1]])[: len(ordered)]
    places = np.arange(len(ordered))
    numbers = np.empty(len(ordered), dtype=np.uint64)
    numbers[order] = places - np.maximum.accumulate(np.where(first, places, 0))
    return numbered(hashes, numbers)


def numbered(hashes: Hashes, numbers: Array) -> Hashes:
    """Hashes of equal rows with their running number among them, from 0, which changes nothing where it is 0."""
    return np.where(numbers > 0, mixed(hashes ^ mixed(numbers.astype(np.uint64))), hashes)


def salted(hashes: Hashes, salt: str) -> Hashes:
    """The hashes as another draw sees them, (n,)."""
    data = salt.encode()
    grain = _of_bytes(np.zeros(1, dtype=np.int64), np.array([len(data)]), data)
    return mixed(hashes ^ grain)


def smallest(hashes: Hashes, m: int) -> npt.NDArray[np.int64]:
    """Places of the ``m`` smallest hashes, (min(n, m),), in rising order of place."""
    if m >= len(hashes):
        return np.arange(len(hashes))
    return np.sort(np.argpartition(hashes, m)[:m])
