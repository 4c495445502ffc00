"""Lines that repeat an earlier one: sought among 64-bit hashes, eight bytes a line, since most lines repeat none.

A table of the engine with a group for each different line takes five times the memory and three times as long.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.reading.engine import Engine, quote
from pipeline.reading.lines.line_facts import FoundLines
from pipeline.reading.lines.lines_view import AMOUNT, BACK, JUDGED, NUMBER, POSITION, RAW, RULE

AT_ONCE = 150_000_000  # hashes held; of more lines those with one remainder after the other
_BATCH = 1_000_000
_MOST_PLACES = 3
_SHARED, _REPEATED = "(shared)", "(repeated)"  # hashes of several lines; what these lines come to, a hash each
_OWN = {POSITION, NUMBER, RULE, RAW, AMOUNT, BACK}

Hashes = npt.NDArray[np.uint64]


def repeats(engine: Engine) -> FoundLines | None:
    """Of the judged lines, with positions of the first few; None where none repeats another."""
    columns = ", ".join(quote(name) for name in engine.columns(JUDGED) if name not in _OWN)
    hashed = f'hash({columns}) AS "(hash)"'
    shared = _shared_hashes(engine, hashed)
    if not len(shared):
        return None
    engine.give(_SHARED, pd.DataFrame({"(hash)": shared}, copy=False))
    position, amount = quote(POSITION), f"CAST({quote(AMOUNT)} AS DECIMAL(38, 6))"  # exact, whatever the order
    engine.keep(
        _REPEATED,
        f"SELECT count(*) AS lines, count(money) AS known, coalesce(sum(money), 0) AS money, "
        f"min({{'place': place, 'money': money}}) AS first, min(place, {_MOST_PLACES + 1}) AS places "
        f"FROM (SELECT {hashed}, {position} AS place, {amount} AS money FROM {quote(JUDGED)}) "
        f'WHERE "(hash)" IN (SELECT "(hash)" FROM {quote(_SHARED)}) GROUP BY "(hash)"',
    )
    [(lines, known, money, places)] = engine.rows(
        "SELECT sum(lines - 1), sum(known) - count(first.money), sum(money) - coalesce(sum(first.money), 0), "
        f"(SELECT min(place, {_MOST_PLACES}) FROM (SELECT unnest(places[2:]) AS place FROM {quote(_REPEATED)})) "
        f"FROM {quote(_REPEATED)}"
    )
    return FoundLines(int(lines), float(money) if known else None, tuple(places))


def _shared_hashes(engine: Engine, hashed: str) -> Hashes:
    """Hashes that more than one line has, rising."""
    lines = engine.count(JUDGED)
    parts = max(1, -(-lines // AT_ONCE))
    asked = f"SELECT {hashed} FROM {quote(JUDGED)}"
    if parts == 1:
        return _several(_held(engine.batches(asked, _BATCH), lines))
    remainders = (f'SELECT * FROM ({asked}) WHERE "(hash)" % {parts} = {part}' for part in range(parts))
    parts_held = [_several(_held(engine.batches(sql, _BATCH), lines // parts)) for sql in remainders]
    return np.sort(np.concatenate(parts_held))


def _held(batches: Iterator[Any], about: int) -> Hashes:
    """The batches' one column as one array, copied once where there are about so many."""
    held, filled = np.empty(about + about // 64 + 1, dtype=np.uint64), 0
    for batch in batches:
        part = batch.column(0).to_numpy()
        if filled + len(part) > len(held):
            held = np.concatenate([held[:filled], np.empty(len(held) // 2 + len(part), dtype=np.uint64)])
        held[filled : filled + len(part)] = part
        filled += len(part)
    return held[:filled]


def _several(hashes: Hashes) -> Hashes:
    """Those that are there more than once, rising; ``hashes`` are put into order."""
    hashes.sort()
    again = hashes[1:][hashes[1:] == hashes[:-1]]
    return np.unique(again)
