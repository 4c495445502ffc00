"""Reports in groups: rows that are sums of the rows under them, so that every amount stands in the file twice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.contract import Joined, Message, Quantity
from pipeline.errors import InputError
from pipeline.reading import quote
from pipeline.understanding.evidence import Profile, Relations, vocabulary
from pipeline.understanding.purchases.customer import CustomerCandidate

_MOST_ROWS = 100_000
_EXACT = 2.0**46  # amounts from here on have no exact cents, and are sums of nothing; so have infinite ones
_LEAST_GROUPS = 5
_COVERED = 0.6  # share of the rows that lie in a group; groups of one row are not looked for
_LEVELS = 3  # of groups under a row: what it sums up stands under it once for each
_BEYOND_CHANCE = 3  # times as many groups as the same amounts make in a shuffled order
_SEED = 11

_Cents = npt.NDArray[np.int64]


def refuse_groups(amount: str, relations: Relations) -> None:
    """Refuse a table whose rows are partly the sums of other rows, by the SQL of an amount.

    Raises
    ------
    InputError
        Where most rows belong to a group that a row above them sums up, naming the first of these.
    """
    amounts = _amounts(amount, relations)
    ends = _groups(amounts)
    heads = np.flatnonzero(ends)
    if len(heads) < _LEAST_GROUPS or _covered(ends) < _COVERED:
        return
    shuffled = np.random.default_rng(_SEED).permutation(amounts)
    if len(heads) < _BEYOND_CHANCE * np.count_nonzero(_groups(shuffled)):
        return
    first = int(heads[-1])  # a group without groups inside shows best what is meant
    raise InputError.because(
        Message.of("this is a report in groups: its rows are partly sums of the rows under them"),
        found=Message.of(
            "{n} such rows; {first} sums up {start} to {end} in {amount}",
            n=Quantity(len(heads)),
            first=relations.where(first),
            start=relations.where(first + 1),
            end=relations.where(int(ends[first])),
            amount=amount.strip('"'),
        ),
        expected=Message.of("a row a purchase, with the customer and the day in columns of their own"),
        remedy=Message.of(
            "export it without groups and totals (in 1C: put counterparty, document and date into columns, and switch "
            "the groupings off), then run the command again"
        ),
    )


def refuse_repeated(table: Sequence[Profile], best: CustomerCandidate, relations: Relations) -> None:
    """Refuse a table of customers in which many stand several times, each time with the same sums.

    Raises
    ------
    InputError
        Where two and more sums of what customers did are the same on all rows of each.
    """
    sums = [one.name for one in table if one.numeric and vocabulary.meaning_of(one.name) in vocabulary.SUMMARY]
    if len(sums) < 2 or best.words < 2.0 or not all(relations.holds(best.name, name) for name in sums):
        return
    raise InputError.because(
        Message.of("customers stand in this table several times, each time with the same sums"),
        found=Message.of("{column} repeats, and {columns} with it", column=best.name, columns=Joined(tuple(sums[:6]))),
        expected=Message.of("one row a customer, or a row a purchase"),
        remedy=Message.of("export the customers without their addresses or contacts, or leave one row of each"),
    )


def same_rows(table: Sequence[Profile], best: CustomerCandidate, relations: Relations) -> bool:
    """Whether a customer's rows are the same in every cell: customers that were written several times."""
    if best.words < 2.0:
        return False
    cells = ", ".join(quote(profile.name) for profile in table)
    different = relations.one(f"count(DISTINCT hash({cells}))")
    return different == relations.one(f"count(DISTINCT {quote(best.name)})") and different < relations.rows


def _amounts(amount: str, relations: Relations) -> _Cents:
    rows = relations.query(f"SELECT TRY_CAST({amount} AS DOUBLE) FROM data LIMIT {_MOST_ROWS}")
    values = np.array([np.nan if value is None else float(str(value)) for (value,) in rows])
    cents: _Cents = np.rint(np.where(np.abs(values) < _EXACT, values, 0.0) * 100).astype(np.int64)
    return cents


def _groups(amounts: _Cents) -> _Cents:
    """For each row the last one of those under it, two and more, that add up to it, once a level; 0 where none do."""
    sums = np.concatenate([[0], np.cumsum(amounts)])  # sums[n]: of the first n rows
    places: dict[int, list[int]] = {}
    for place, total in enumerate(sums.tolist()):
        places.setdefault(total, []).append(place)
    ends = np.zeros(len(amounts), dtype=np.int64)
    for row, amount in enumerate(amounts.tolist()):
        if amount <= 0:
            continue
        for levels in range(_LEVELS, 0, -1):
            behind = [place for place in places.get(int(sums[row + 1]) + levels * amount, ()) if place >= row + 3]
            if behind and (amounts[row + 1 : behind[0]] != amount).any():  # one amount over and over sums up nothing
                ends[row] = behind[0] - 1
                break
    return ends


def _covered(ends: _Cents) -> float:
    """Share of the rows that are a sum or under one."""
    inside = np.zeros(len(ends) + 1, dtype=np.int64)
    for row in np.flatnonzero(ends):
        inside[row] += 1
        inside[ends[row] + 1] -= 1
    return float((np.cumsum(inside)[:-1] > 0).mean())
