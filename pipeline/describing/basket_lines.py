"""Lines of purchases as baskets: gathered by the embedded engine, so that no line is ever a row of a frame."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from pipeline.contract import Labels, Message
from pipeline.errors import InputError, SpecError
from pipeline.reading import ANSWER, Data, Engine, as_text, open_answer, quote, tables
from pipeline.spec import Spec

_AT_ONCE = 200_000  # baskets taken from the engine at once
_CUSTOMER, _BASKET, _CATEGORY = "customer", "basket", "category"
_KNOWN, _DIFFERENT = "(known lines)", "(different)"

Codes = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Baskets:
    """Which categories are in which basket, and whose basket it is."""

    starts: npt.NDArray[np.int64]  # (baskets + 1,) where the categories of each basket begin
    codes: Codes  # places in ``names``, basket by basket, each once and in rising order
    names: tuple[str, ...]  # of the categories, sorted
    owner: Labels  # (baskets,) place in ``owners``
    owners: tuple[str, ...]  # ids of customers, as text

    @property
    def items(self) -> csr_array:
        """The same as a sparse matrix, (baskets, categories), 0 or 1."""
        ones = np.ones(len(self.codes), dtype=np.int32)
        return csr_array((ones, self.codes.astype(np.int32), self.starts), shape=(len(self.owner), len(self.names)))


def read_baskets(spec: Spec, data: Data | None) -> Baskets | None:
    """Run the spec's basket query; None where it has none.

    Raises
    ------
    InputError, SpecError
        Where the source cannot be read, or the query does not give three columns.

    """
    if spec.baskets is None or spec.baskets.query is None:
        return None
    with open_answer(spec, data, "baskets.query", spec.baskets.query) as engine:
        columns = engine.columns(ANSWER)
        if len(columns) != 3:
            raise SpecError.because(
                f"{spec.path or spec.name}: baskets.query",
                expected="three columns: customer, basket, category",
                found=", ".join(columns),
            )
        baskets = _gathered(engine, ANSWER, columns)
        if not len(baskets.owner) and not engine.count(ANSWER):
            raise InputError.because(
                Message.of("{source}: no rows", source=f"{spec.path or spec.name}: baskets.query"),
                expected=Message.of("three columns: customer, basket, category"),
                remedy=Message.of("look into the data; where the spec has source.query, check what it leaves out"),
            )
        return baskets


def as_baskets(lines: pd.DataFrame) -> Baskets:
    """Lines of (customer, basket, category) in memory; repeated and incomplete lines count once and not at all."""
    lines = lines.set_axis([_CUSTOMER, _BASKET, _CATEGORY], axis=1)
    with tables(frames={"lines": lines}) as engine:
        return _gathered(engine, "lines", engine.columns("lines"))


def _gathered(engine: Engine, table: str, columns: dict[str, str]) -> Baskets:
    """The lines of a table of three columns as baskets; a basket's number is its own for each customer."""
    names = [f"{quote(name)} AS {new}" for name, new in zip(columns, (_CUSTOMER, _BASKET, _CATEGORY), strict=True)]
    known = " AND ".join(_is_known(quote(name), kind) for name, kind in columns.items())
    engine.define(_KNOWN, f"SELECT {', '.join(names)} FROM {quote(table)} WHERE {known}")  # noqa: S608
    engine.keep(
        _DIFFERENT,  # both from one pass over the lines
        f"SELECT {_CUSTOMER}, {_CATEGORY}, GROUPING({_CUSTOMER}) AS side FROM {quote(_KNOWN)} "  # noqa: S608
        f"GROUP BY GROUPING SETS (({_CUSTOMER}), ({_CATEGORY}))",
    )
    owners, categories = _numbered(engine, _CUSTOMER, 0, "owner"), _numbered(engine, _CATEGORY, 1, "code")
    places, words = pd.factorize(categories, sort=True)
    sql = (
        f"SELECT owner, list(code) AS codes FROM {quote(_KNOWN)} "  # noqa: S608
        f"JOIN {quote(_CUSTOMER)} USING ({_CUSTOMER}) JOIN {quote(_CATEGORY)} USING ({_CATEGORY}) "
        f"GROUP BY owner, {_BASKET}"
    )
    parts = engine.batches(sql, _AT_ONCE)
    return _joined(parts, places, tuple(map(str, words)), tuple(as_text(owners).astype("str")))


def _numbered(engine: Engine, column: str, side: int, number: str) -> pd.Series:
    """Different values of a column, which get their numbers from 0 in a table called like it."""
    engine.keep(
        column,
        f"SELECT {column}, CAST(row_number() OVER () - 1 AS INTEGER) AS {number} "  # noqa: S608
        f"FROM {quote(_DIFFERENT)} WHERE side = {side}",
    )
    values: pd.Series = engine.query(f"SELECT {column} FROM {quote(column)} ORDER BY {number}").iloc[:, 0]  # noqa: S608
    return values


def _is_known(name: str, kind: str) -> str:
    """SQL for "there is a value": not a number is none."""
    return f"{name} IS NOT NULL" + (f" AND NOT isnan({name})" if kind in ("DOUBLE", "FLOAT") else "")


def _joined(parts: Iterable[Any], places: Codes, names: tuple[str, ...], owners: tuple[str, ...]) -> Baskets:
    """Batches of (owner, numbers of its lines' categories) as one; a category counts once a basket.

    ``places`` are those of the numbers in ``names``.
    """
    kept = np.uint16 if len(names) <= np.iinfo(np.uint16).max else np.int32
    lengths = [np.zeros(1, dtype=np.int64)]
    codes, owner = [np.empty(0, dtype=kept)], [np.empty(0, dtype=np.int32)]
    for part in parts:
        lists = part.column("codes")
        offsets, held = lists.offsets.to_numpy(), places[lists.flatten().to_numpy()]
        rows = csr_array((np.ones(len(held), dtype=np.int8), held, offsets - offsets[0]), (len(lists), len(names)))
        rows.sum_duplicates()
        lengths.append(np.diff(rows.indptr).astype(np.int64))
        codes.append(rows.indices.astype(kept))
        owner.append(part.column("owner").to_numpy())
    return Baskets(np.cumsum(np.concatenate(lengths)), np.concatenate(codes), names, np.concatenate(owner), owners)
