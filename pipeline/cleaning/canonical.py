"""Customers in canonical order, their fingerprint, and the rows set aside: what leaves the cleaning."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from pipeline.cleaning.derive import mentions
from pipeline.contract import Customers, Dataset
from pipeline.reading import ROW_ID, RawTable
from pipeline.spec import RangeRule, ReplaceRule, Spec, WhereRule, raw_columns

_AT_ONCE, _SEPARATOR = 100_000, "\x1f"
_ADDED = ("rule", "row", "text")
WITHHELD = "(withheld: the spec does not keep the id)"


def used_columns(spec: Spec, *, active_only: bool = False) -> set[str]:
    """Raw columns that matter: of some role, or used by a derived column, a group or a rule."""
    names = set(raw_columns(spec)) | set(spec.columns)
    kept = {
        name
        for name, column in spec.columns.items()
        if column.role == "active" or (not active_only and column.role != "ignored")
    }
    for group in spec.groups.values():
        if group.shares == "active" or not active_only:
            kept |= set(group.members)
    if not active_only:
        kept |= {rule.column for rule in spec.rules if isinstance(rule, RangeRule | ReplaceRule)}
        kept |= {name for rule in spec.rules if isinstance(rule, WhereRule) for name in mentions(rule.sql, names)}
    reached = kept
    while reached:
        reached = {
            name
            for derived in reached
            if derived in spec.columns and spec.columns[derived].sql
            for name in mentions(spec.columns[derived].sql or "", names)
        } - kept
        kept |= reached
    return kept & set(raw_columns(spec))


def withheld(spec: Spec) -> frozenset[str]:
    """Raw columns whose cells are shown and kept nowhere: those that are ignored, and the id where it is not kept."""
    members = {member for group in spec.groups.values() for member in group.members}
    ignored = {name for name, column in spec.columns.items() if column.role == "ignored"} - members
    return frozenset(ignored | (set() if spec.id.keep else {spec.id.column}))


def in_order(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """By id, as numbers where all ids are whole numbers; the index still tells the raw position.

    Row numbers are no property of a customer: such a table is sorted by content, so that shuffling changes nothing.
    """
    ids = frame[column]
    if column == ROW_ID:
        return frame.sort_values([*frame.columns.drop(column), column], kind="stable")
    if len(ids) and ids.str.isdecimal().all() and ids.str.len().max() <= 18:
        numbers = ids.astype("int64").to_numpy()
        if (np.diff(numbers) > 0).all():
            return frame
        return frame.iloc[np.lexsort((ids.to_numpy(dtype=object), numbers))]
    return frame if _rises(ids) else frame.sort_values(column, kind="stable")


def customers_table(frame: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """The key, the id if it is kept, then every column that is used, in the data set's order."""
    members = {member for group in dataset.groups for member in group.members}
    names = [column.name for column in dataset.columns if column.role != "ignored" or column.name in members]
    kept = [dataset.id_column] if dataset.id_column is not None else []
    names = kept + [name for name in names if name not in kept]
    table = frame[names].reset_index(drop=True)
    table.insert(0, Customers.key_beside(names), np.arange(len(table), dtype=np.int64))
    return table


def quarantine_table(raw: RawTable, spec: Spec, aside: list[tuple[str, int]]) -> pd.DataFrame:
    """Raw values, as text, of rows set aside; nothing that may identify a person unless the spec keeps the id."""
    present = {str(name).strip(): name for name in raw.frame.columns}
    kept = set_aside(spec, present)
    positions = [at for _, at in aside]
    values = {name: raw.frame[present[name]].iloc[positions].astype("str").tolist() for name in kept}
    values = {apart(name): column for name, column in values.items()}
    table = pd.DataFrame(
        {"rule": [rule for rule, _ in aside], "row": [raw.where(at) for at in positions], **values}, dtype="str"
    )
    if not raw.rejects:
        return table
    lines = pd.DataFrame(
        {
            "rule": "unreadable rows",
            "row": [reject.where for reject in raw.rejects],
            "text": [reject.text if spec.id.keep else WITHHELD for reject in raw.rejects],
        },
        dtype="str",
    )
    return pd.concat([lines, table], ignore_index=True).reindex(columns=[*table.columns, "text"])


def set_aside(spec: Spec, names: Collection[str]) -> list[str]:
    """Those of the raw columns ``names`` whose cells are kept of a row that is set aside, in order."""
    used = used_columns(spec)
    kept = [name for name in raw_columns(spec) if name in used - withheld(spec) and name in names]
    if spec.id.keep:
        kept = [spec.id.column, *(name for name in kept if name != spec.id.column)]
    return [name for name in kept if name in names]


def apart(name: str) -> str:
    """A column's name beside those that Korzina adds to the rows set aside."""
    return f"{name} (data)" if name.casefold() in _ADDED else name


def fingerprint(frame: pd.DataFrame, customers: pd.DataFrame, spec: Spec) -> str:
    """Tells contents apart: the same for every order, delimiter and encoding of the same customers."""
    if spec.id.column == ROW_ID:  # where a row stands is not content
        return _digest(pd.Series(dtype="str"), customers.drop(columns=ROW_ID, errors="ignore"))
    return _digest(frame[spec.id.column], customers)


def _add_joined(digest: Any, words: pd.Series) -> None:
    """Add texts with a separator between them; a part at a time, since ids of many customers are a long text."""
    for start in range(0, len(words), _AT_ONCE):
        part = _SEPARATOR.join(words.iloc[start : start + _AT_ONCE].tolist())
        digest.update(((_SEPARATOR if start else "") + part).encode())


def _rises(words: pd.Series) -> bool:
    """Whether each text comes after the one before it: they are sorted, and different."""
    from pyarrow import compute  # type: ignore[import-untyped,unused-ignore]

    if words.hasnans or len(words) < _AT_ONCE:
        return False
    held = words.array.__arrow_array__() if hasattr(words.array, "__arrow_array__") else None
    return held is not None and bool(compute.all(compute.less(held.slice(0, len(held) - 1), held.slice(1))).as_py())


def _digest(ids: pd.Series, customers: pd.DataFrame) -> str:
    """First 16 hex digits of the SHA-256 of the cleaned content: names and values, in canonical order."""
    digest = hashlib.sha256()
    _add_joined(digest, ids)
    for name in customers.columns:
        column = customers[name]
        digest.update(f"\x1e{name}\x1e".encode())
        if pd.api.types.is_string_dtype(column):
            if _rises(column):
                codes, words = np.arange(len(column)), column
            else:
                codes, different = pd.factorize(column, sort=True)
                words = pd.Series(different)
            _add_joined(digest, words)
            digest.update(codes.astype("int64").tobytes())
        elif pd.api.types.is_datetime64_any_dtype(column):
            digest.update(column.to_numpy(dtype="datetime64[us]").astype("int64").tobytes())
        else:
            values = column.to_numpy(dtype=np.float64) + 0.0  # turns -0 into 0
            digest.update(np.where(np.isnan(values), np.nan, values).tobytes())
    return digest.hexdigest()[:16]
