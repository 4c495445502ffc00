"""Customers who are not in memory, read from the run's Parquet tables some thousands at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Lock

import numpy as np
import pandas as pd

from dashapp.lru import LruCache
from dashapp.selecting import Count, Filtered, Passing
from pipeline.contract import Artifacts, Assignments, Labels, Message, Segmentation
from pipeline.errors import KorzinaError, UnreadableError

_AT_ONCE = 65_536  # customers
PATIENCE = 0.3  # seconds that whoever asks for an exact count waits for it; a click does not ask
_BUFFER = 2**20  # bytes of each column that are read ahead
_COUNTS_KEPT = 64


class AllCustomers:
    """All customers of one run on disk; safe to use from several threads."""

    def __init__(self, segmentation: Segmentation) -> None:
        self._it = segmentation
        self._files = segmentation.everybody.files if segmentation.everybody else {}
        self._counts: LruCache[object, Future[int]] = LruCache(_COUNTS_KEPT)
        self._counting = ThreadPoolExecutor(1, thread_name_prefix="korzina-count")
        self._asking = Lock()

    @property
    def readable(self) -> bool:
        """Whether their tables are at hand."""
        return bool(self._files)

    def parts(self, filtered: Filtered, columns: Sequence[str]) -> Iterator[Mapping[str, pd.DataFrame]]:
        """Those who pass, in canonical order: their rows of the tables by customer, of ``customers`` these columns.

        Raises ``UnreadableError`` where a table cannot be read to its end.
        """
        passing = Passing(self._it, filtered.dimensions, filtered.selection)
        needed = dict(passing.columns)
        needed[Artifacts.CUSTOMERS] = tuple(dict.fromkeys([*needed.get(Artifacts.CUSTOMERS, ()), *columns]))
        if Artifacts.RFM_SCORES in self._files:
            needed[Artifacts.RFM_SCORES] = ()
        for part in self._read(needed):
            mask = passing.mask(part)
            yield {name: table[mask] for name, table in part.items()}

    def count(self, filtered: Filtered, *, begin: bool = True, patience: float | None = PATIENCE) -> tuple[Count, bool]:
        """How many pass, and whether they are still to be counted.

        The tallies tell at once of filters on whole bars; for others everybody is read, once somebody says ``begin``:
        who clicks on does not want to know. Where that takes longer than ``patience`` seconds (None: whatever it
        takes), the estimate stands until it is done.
        """
        count = filtered.count
        if count.exact or not self.readable:
            return count, False
        key = tuple(filtered.selection.filters.items())
        with self._asking:
            asked = self._counts.get(key)
            if asked is None and begin:
                asked = self._counts.of(key, lambda: self._counting.submit(self._counted, filtered))
        if asked is None:
            return count, True
        try:
            return count.told_exactly(asked.result(patience if begin else 0)), False
        except TimeoutError:
            return count, True
        except (KorzinaError, OSError):
            return count, False

    def segments(self) -> Iterator[Labels]:
        """The segment of every customer, some thousands at a time."""
        for part in self._read({Artifacts.ASSIGNMENTS: [Assignments.SEGMENT]}):
            yield part[Artifacts.ASSIGNMENTS][Assignments.SEGMENT].to_numpy(np.int64)

    def _counted(self, filtered: Filtered) -> int:
        passing = Passing(self._it, filtered.dimensions, filtered.selection)
        return sum(int(passing.mask(part).sum()) for part in self._read(passing.columns))

    def _read(self, needed: Mapping[str, Sequence[str]]) -> Iterator[dict[str, pd.DataFrame]]:
        """The same rows of several tables, part by part; no columns named: all of them."""
        with ExitStack() as opened:
            opened.callback(_give_back)
            tables = {
                name: opened.enter_context(_Table(self._files[name], columns)) for name, columns in needed.items()
            }
            iterators = {name: iter(table) for name, table in tables.items()}
            try:
                while True:
                    parts = {name: next(iterator, None) for name, iterator in iterators.items()}
                    if any(part is None for part in parts.values()):
                        break
                    yield {name: part for name, part in parts.items() if part is not None}
            except (OSError, ValueError) as error:
                raise UnreadableError.because(
                    Message.of("the customers of run {run} cannot be read", run=self._it.run_id),
                    found=str(error)[:200],
                    remedy=Message.of("restore the run's folder from a backup, or train again"),
                ) from error


def _give_back() -> None:
    """Memory that Arrow keeps for the next table goes back to the system."""
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]

    pa.default_memory_pool().release_unused()


class _Table:
    """A Parquet table in parts of equal size, whatever its row groups are."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        import pyarrow.parquet as pq  # type: ignore[import-untyped,unused-ignore]

        self._file = pq.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False)
        self._columns = list(columns) or None

    def __enter__(self) -> _Table:
        """The table, open."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close its file."""
        self._file.close()

    def __iter__(self) -> Iterator[pd.DataFrame]:
        """Its parts, typed as they were written."""
        import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]

        held, rows = [], 0
        for batch in self._file.iter_batches(_AT_ONCE, columns=self._columns):
            held.append(batch)
            rows += len(batch)
            while rows >= _AT_ONCE:
                table = pa.Table.from_batches(held)
                yield table.slice(0, _AT_ONCE).to_pandas()
                held, rows = table.slice(_AT_ONCE).to_batches(), rows - _AT_ONCE
        if rows:
            yield pa.Table.from_batches(held).to_pandas()
