"""What the ledger says of each cleaning rule, whichever engine applied it: numbers in, an entry out."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from pipeline.contract import Dataset, Joined, Kind, LedgerEntry, Message, Own, Quantity, Value
from pipeline.errors import InputError
from pipeline.spec import GroupSpec, LookalikeRule, RangeRule, ReplaceRule, Spec, WhereRule, describe_dataset

MOST_EXAMPLES = 5
DONE = {
    "null": Message.of("made unknown"),
    "clip": Message.of("set to the nearest limit"),
    "drop": Message.of("dropped"),
    "quarantine": Message.of("set aside"),
    "flag": Message.of("kept and flagged"),
}
_ONLY_RETURNED = Message.of("only returned goods")
_DRAFTED = {str(_ONLY_RETURNED): _ONLY_RETURNED}  # names of rules that drafts hold, told in any language
_A_KIND: dict[Kind, Message] = {
    "number": Message.of("a number"),
    "integer": Message.of("a integer"),
    "flag": Message.of("a flag"),
    "category": Message.of("a category"),
    "ordered": Message.of("a ordered"),
    "date": Message.of("a date"),
    "text": Message.of("a text"),
}
_KINDS: dict[Kind, Message] = {
    "number": Message.of("number"),
    "integer": Message.of("integer"),
    "flag": Message.of("flag"),
    "category": Message.of("category"),
    "ordered": Message.of("ordered"),
    "date": Message.of("date"),
    "text": Message.of("text"),
}
Examples = tuple[str, ...]


def taken(entry: LedgerEntry, number: int, action: str) -> LedgerEntry:
    """The entry with ``number`` rows taken out: "quarantine" sets them aside, "drop" only counts them."""
    return entry.model_copy(update={"quarantined" if action == "quarantine" else "dropped": number})


def unreadable_rows(number: int, examples: Examples = ()) -> LedgerEntry:
    """Rows of a text file that could not be taken apart into columns."""
    return LedgerEntry(
        rule=Message.of("unreadable rows"),
        quarantined=number,
        examples=examples,
        detail=Message.counted(
            "{n} row does not fit the header and could not be taken apart",
            "{n} rows do not fit the header and could not be taken apart",
            number,
        ),
    )


def beyond_sample(number: int) -> LedgerEntry:
    """Rows of customers who are not in the sample that a caller asked for."""
    return LedgerEntry(
        rule=Message.of("beyond the sample"),
        dropped=number,
        detail=Message.counted(
            "{n} row is of a customer beyond the sample that was asked for, whom 'korzina score' places",
            "{n} rows are of customers beyond the sample that was asked for, whom 'korzina score' places",
            number,
        ),
    )


def exact_duplicates(number: int, examples: Examples = ()) -> LedgerEntry:
    """Rows that repeat another one in every column."""
    return LedgerEntry(
        rule=Message.of("exact duplicates"),
        examples=examples,
        detail=Message.counted(
            "{n} row repeats another one in every column; one of each was kept",
            "{n} rows repeat another one in every column; one of each was kept",
            number,
        ),
    )


def missing_ids(number: int, column: str, examples: Examples = ()) -> LedgerEntry:
    """Rows without an id."""
    return LedgerEntry(
        rule=Message.of("missing id"),
        column=column,
        examples=examples,
        detail=Message.counted("{n} row has no {column}", "{n} rows have no {column}", number, column=column),
    )


def unreadable_values(
    name: str, kind: Kind, number: int, known: int, source: str, spec: Spec, examples: Examples = ()
) -> LedgerEntry:
    """Values of a column that are not of its kind and became unknown.

    Raises
    ------
    InputError
        They are more than half of the ``known`` ones: the column is no such thing.
    """
    order = spec.columns[name].order if name in spec.columns else ()
    wanted = (
        Message.of("one of {values}", values=Joined(tuple(map(Own, order)))) if kind == "ordered" else _A_KIND[kind]
    )
    if number > known / 2:
        raise InputError.because(
            Message.of(
                "{source}: column {column} cannot be read as {kind}: {n} of {known} values do not fit",
                source=source,
                column=repr(name),
                kind=_KINDS[kind],
                n=Quantity(number),
                known=Quantity(known),
            ),
            expected=wanted,
            found=Message.of("{examples}", examples=Joined(examples)),
            remedy=Message.of(
                "change kind of [columns.{column}] in {spec}, or set decimal or date_format under [source]",
                column=name,
                spec=spec.path or spec.name,
            ),
        )
    return LedgerEntry(
        rule=Message.of("unreadable values"),
        column=name,
        repaired=number,
        examples=examples,
        detail=Message.counted(
            "{n} value of {column} not readable as {kind}: made unknown",
            "{n} values of {column} not readable as {kind}: made unknown",
            number,
            column=name,
            kind=wanted,
        ),
    )


def format_note(name: str, note: str) -> LedgerEntry:
    """How a column was read where another reading would do as well."""
    detail = Message.of("{column}: {note}", column=name, note=note)
    return LedgerEntry(rule=Message.of("format"), column=name, detail=detail)


def duplicate_ids(number: int, column: str, examples: Examples = ()) -> LedgerEntry:
    """Rows that share the id of a more complete one."""
    return LedgerEntry(
        rule=Message.of("duplicate ids"),
        column=column,
        examples=examples,
        detail=Message.counted(
            "{n} row has the id of a more complete row", "{n} rows have the id of a more complete row", number
        ),
    )


def lookalikes(number: int, rule: LookalikeRule, examples: Examples = ()) -> LedgerEntry:
    """Rows equal to another in everything but the id: flagged, unless the rule drops them (then see ``taken``)."""
    if rule.action == "drop":
        detail = Message.counted(
            "{n} row equals another one in everything but the id; dropped as the spec says",
            "{n} rows equal another one in everything but the id; dropped as the spec says",
            number,
        )
    else:
        detail = Message.counted(
            "{n} row equals another one in everything but the id; kept, since two customers can be alike",
            "{n} rows equal another one in everything but the id; kept, since two customers can be alike",
            number,
        )
    flagged = 0 if rule.action == "drop" else number
    return LedgerEntry(rule=Message.of("lookalikes"), examples=examples, detail=detail, flagged=flagged)


def replaced(rule: ReplaceRule, number: int, tally: Mapping[str, int]) -> LedgerEntry:
    """Values put right; ``tally``: how many of each, in the order of the values."""
    return LedgerEntry(
        rule=Message.of("replace"),
        column=rule.column,
        repaired=number,
        examples=tuple(_replaced(old, rule.values[old], tally[old]) for old in list(tally)[:MOST_EXAMPLES]),
        detail=Message.counted(
            "{n} value of {column} put right", "{n} values of {column} put right", number, column=rule.column
        ),
    )


def _replaced(old: str, new: str, number: int) -> Message:
    if not new:
        return Message.of("{value} -> unknown: {n}", value=Own(old), n=Quantity(number, "d"))
    return Message.of("{value} -> {other}: {n}", value=Own(old), other=Own(new), n=Quantity(number, "d"))


def outside(rule: RangeRule, number: int, examples: Examples = ()) -> LedgerEntry:
    """Numbers outside of a range; where the rule takes rows out, see ``taken``."""
    return LedgerEntry(
        rule=Message.of("range"),
        column=rule.column,
        repaired=0 if rule.action in ("drop", "quarantine") else number,
        examples=examples,
        detail=Message.counted(
            "{n} value of {column} outside {least} to {most}: {done}",
            "{n} values of {column} outside {least} to {most}: {done}",
            number,
            column=rule.column,
            least=_bound(rule.min),
            most=_bound(rule.max),
            done=DONE[rule.action],
        ),
    )


def _bound(value: float | None) -> Value:
    return "..." if value is None else Quantity(value, ".12g")


def held(rule: WhereRule, number: int, examples: Examples = ()) -> LedgerEntry:
    """Rows for which a condition holds; where the rule takes them out, see ``taken``."""
    return LedgerEntry(
        rule=_DRAFTED.get(rule.name, rule.name),
        flagged=number if rule.action == "flag" else 0,
        examples=examples,
        detail=Message.counted(
            "{n} row where {sql}: {done}", "{n} rows where {sql}: {done}", number, sql=rule.sql, done=DONE[rule.action]
        ),
    )


def no_shares(group: GroupSpec, number: int, examples: Examples = ()) -> tuple[LedgerEntry, ...]:
    """A word on customers who returned more of a part than they bought; nothing where there are none."""
    detail = Message.counted(
        "{n} customer has a part of {group} below zero: the shares of it are unknown",
        "{n} customers have a part of {group} below zero: the shares of it are unknown",
        number,
        group=Own(group.label),
    )
    entry = LedgerEntry(rule=Message.of("shares"), flagged=number, examples=examples, detail=detail)
    return (entry,) if number else ()


def without_constants(
    spec: Spec, constants: Mapping[str, object], shown: frozenset[str]
) -> tuple[Dataset, tuple[LedgerEntry, ...]]:
    """The data set without columns that separate nobody among those clustered on, and an entry for each.

    ``constants``: the only known value of each such column, None where it is empty; told of those ``shown`` alone,
    since what a spec does not use may name a person.

    Raises
    ------
    InputError
        Nothing is left to cluster on.
    """
    dataset = describe_dataset(spec)
    active = {column.name for column in dataset.with_role("active")}
    entries = []
    for name, value in constants.items():
        detail = _constant(name, value, shown=name in shown)
        if name in active:
            detail = Message.of("{constant}: left out of the clustering, since it separates nobody", constant=detail)
        entries.append(LedgerEntry(rule=Message.of("constant columns"), column=name, detail=detail))
    columns = tuple(
        column.model_copy(update={"role": "ignored", "transform": ()})
        if column.name in constants and column.role == "active"
        else column
        for column in dataset.columns
    )
    if not any(column.role == "active" for column in columns):
        raise InputError.because(
            Message.of("data set {spec}: every active column has the same value for all customers", spec=dataset.spec),
            remedy=Message.of('give columns that differ between customers role = "active" in the spec'),
        )
    return dataset.model_copy(update={"columns": columns}), tuple(entries)


def _constant(name: str, value: object, *, shown: bool) -> Message:
    if value is None:
        return Message.of("{column} is empty", column=name)
    if not shown:
        return Message.of("{column} is the same everywhere", column=name)
    only: Value = Quantity(value, "g") if isinstance(value, float) else Own(_as_written(value))
    return Message.of("{column} is {value} everywhere", column=name, value=only)


def _as_written(value: object) -> str:
    """A moment as pandas writes it, whatever engine it comes from."""
    return str(pd.Timestamp(value)) if hasattr(value, "isoformat") else str(value)  # type: ignore[arg-type]


def imputed(column: str, number: int) -> LedgerEntry:
    """Unknown values of a clustered column; the median stands in for them later, with the other transforms."""
    return LedgerEntry(
        rule=Message.of("imputed"),
        column=column,
        repaired=number,
        detail=Message.counted(
            "{n} customer has no {column}; the median stands in when clustering",
            "{n} customers have no {column}; the median stands in when clustering",
            number,
            column=column,
        ),
    )
