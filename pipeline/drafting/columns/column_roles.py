"""Which part every column of a table plays: its role, kind and transform, or what keeps it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from pipeline.contract import Joined, Kind, Meaning, Message, Role
from pipeline.drafting.columns.dates import add_birth, add_date
from pipeline.drafting.columns.draft_words import DERIVED, OF_LINES
from pipeline.drafting.columns.parts import LOG, MOST_NEGATIVE, PLAIN, Entry, Limits, Parts, because
from pipeline.drafting.columns.totals import TOTALS, add_cheque, add_total
from pipeline.drafting.structure import ColumnProfile, Structure
from pipeline.errors import InputError
from pipeline.understanding import Family, Understanding, fits, words
from pipeline.understanding import vocabulary as names

_MOST_NULLS = 0.6
_SKEWED = 1.0
_FORECAST = r"score|probab|\brisk\b|predict|forecast|likelihood|propensity|classifier|вероятност|прогноз|риск"
_CALLED = r"^(contact|campaign|p ?days|last contact)$"
_DRAFTED: dict[str, Meaning] = {"orders": "orders", "spend": "spend", "recency": "recency", "tenure": "tenure"}


def settle_columns(
    structure: Structure, as_of: date | None, families: Sequence[Family], reading: Understanding
) -> Parts:
    """Every column but the id, in the table's order, then those derived; raises ``InputError`` without behaviour."""
    parts = Parts(structure, as_of, reading)
    members = {member for family in families for member in family.members}
    shared = _meanings(structure, members, families)
    lifetime = _of_lifetimes(structure, shared)
    if lifetime is not None:
        del shared[lifetime]
        parts.notes.append(
            Message.of(
                "{recency} is the time from the first purchase to the last, since it never exceeds T, the time since "
                "the first one: no days since the last purchase.",
                recency=lifetime,
            )
        )
    if reading.form == "purchases":  # the drafted query names them
        shared = {name: meaning for name, meaning in shared.items() if meaning not in _DRAFTED.values()} | _DRAFTED
    for profile in structure.profiles:
        if profile.name != reading.customer:
            _add_column(parts, profile, shared.get(profile.name), profile.name in members)
    for family in families:
        add_total(parts, family.meaning, list(family.members))
    add_cheque(parts)
    _ensure_active(parts, bool(families))
    _label(parts)
    return parts


def _label(parts: Parts) -> None:
    """Call the columns that are not the file's own."""
    for entry in parts.entries:
        if entry.sql and entry.meaning:
            entry.label = DERIVED[entry.meaning]
        elif parts.reading.form == "purchases":
            entry.label = OF_LINES.get(entry.name)
            entry.unit = Message.of("days") if entry.name in ("recency", "tenure") else entry.unit


def _meanings(structure: Structure, members: set[str], families: Sequence[Family]) -> dict[str, Meaning]:
    """Column -> part it plays, where just one column claims it; a member of a group is a part, not the total."""
    claims: dict[Meaning, list[ColumnProfile]] = {}
    for column in structure.profiles:
        if (
            column.meaning
            and column.name not in members
            and column.distinct > 1
            and not column.personal
            and column.kind != "date"
            and not names.fits(names.BIRTH, column.name)
        ):
            claims.setdefault(column.meaning, []).append(column)
    numeric: set[Meaning] = {"spend", "orders", "average_cheque", "recency", "tenure"}
    taken: dict[str, Meaning] = {}
    for meaning, several in claims.items():
        fitting = [column for column in several if column.numeric] if meaning in numeric else several
        summands = next((list(column.members) for column in families if TOTALS.get(column.meaning) == meaning), [])
        if summands:
            fitting = [column for column in fitting if _is_total(structure, column.name, summands)]
        if meaning in names.DEMOGRAPHIC:
            fitting = [column for column in several if column.kind not in ("text", "date")]
        if len(fitting) == 1 or (fitting and meaning in names.DEMOGRAPHIC):
            taken[fitting[0].name] = meaning
    return taken


def _of_lifetimes(structure: Structure, meanings: Mapping[str, Meaning]) -> str | None:
    """A recency that counts from the first purchase, as models of customer lifetimes have it beside ``T``."""
    recency = next((name for name, meaning in meanings.items() if meaning == "recency"), None)
    frame = structure.frame
    if recency is None or "T" not in frame or not pd.api.types.is_numeric_dtype(frame["T"]):
        return None
    return recency if bool((frame[recency] <= frame["T"]).all()) and bool((frame[recency] == 0).any()) else None


def _is_total(structure: Structure, name: str, summands: list[str]) -> bool:
    """Whether a column is at least the sum of the summands on nearly every row."""
    sums = structure.frame[summands].sum(axis=1)
    return bool((structure.frame[name] >= 0.99 * sums).mean() > 0.9)


def _add_column(parts: Parts, column: ColumnProfile, meaning: Meaning | None, member: bool) -> None:
    leaving = column.kind == "flag" and names.fits(names.LEAVING, column.name)
    answered = names.fits(names.OUTCOME, column.name) and not names.fits(names.CONSENT, column.name)
    outcome = leaving or (column.kind == "flag" and answered)
    why = _unsuitable(column, member)
    if _apart(parts, column):
        return
    if column.kind == "date":
        add_date(parts, column)
    elif column.numeric and names.fits(names.BIRTH, column.name):
        add_birth(parts, column)
    elif why:
        parts.entries.append(
            Entry(
                column.name,
                "ignored",
                _plain_kind(column),
                Message.of("{summary}: {why}", summary=column.summary, why=why),
            )
        )
    elif leaving:
        told = because(column, "the share that leaves is told by segment; nobody was contacted, so it is no campaign")
        parts.entries.append(Entry(column.name, "outcome", "flag", told))
    elif outcome:
        parts.entries.append(Entry(column.name, "outcome", "flag", column.summary, campaign=parts.reading.arm is None))
    elif member:
        return
    elif column.numeric:
        role: Role = "passive" if column.meaning in names.DEMOGRAPHIC | {"tenure"} else "active"
        parts.entries.append(
            Entry(
                column.name,
                role,
                column.kind,
                column.summary,
                meaning=meaning,
                transform=_transform(column) if role == "active" else (),
            )
        )
        if meaning == "age":
            parts.limits.append(Limits(column.name, 0, 110, Message.of("nobody is over 110")))
    elif column.kind == "flag":
        told = because(column, "yes or no describes customers; make it active where it is something that they do")
        parts.entries.append(Entry(column.name, "passive", "flag", told, meaning=meaning))
    else:
        parts.entries.append(Entry(column.name, "passive", column.kind, column.summary, meaning=meaning))


def _apart(parts: Parts, column: ColumnProfile) -> bool:
    """Columns that an experiment or the reading of the lines keeps out of the clustering."""
    reading = parts.reading
    if column.name == reading.arm:
        parts.entries.append(
            Entry(column.name, "ignored", _plain_kind(column), because(column, "who was contacted and who was not"))
        )
    elif column.name in reading.afterwards:
        told = because(column, "known only after the contact")
        flag = column.kind == "flag"
        parts.entries.append(
            Entry(column.name, "outcome" if flag else "ignored", "flag" if flag else _plain_kind(column), told)
        )
    elif reading.form == "purchases" and column.name == "returned":
        told = because(column, "money given back; the spend is what is left after it")
        parts.entries.append(Entry(column.name, "passive", "number", told))
    elif column.name == reading.period:
        parts.entries.append(
            Entry(
                column.name, "ignored", _plain_kind(column), because(column, "the latest row of each customer is taken")
            )
        )
    elif _foretold(column):
        told = because(column, "a forecast of who leaves, made of other columns")
        parts.entries.append(Entry(column.name, "ignored", _plain_kind(column), told))
    elif _of_the_contact(parts, column):
        told = because(column, "known only after the contact")
        parts.entries.append(Entry(column.name, "ignored", _plain_kind(column), told))
    else:
        return False
    return True


def _foretold(column: ColumnProfile) -> bool:
    """A probability or a score of leaving."""
    named = names.fits(names.LEAVING, column.name) and column.numeric
    share = column.minimum is not None and column.maximum is not None and 0.0 <= column.minimum <= column.maximum <= 1.0
    return named and (share or names.fits(_FORECAST, column.name))


def _of_the_contact(parts: Parts, column: ColumnProfile) -> bool:
    """How long the call of a campaign took, beside what came of it: nobody knows it beforehand."""
    others = [profile.name for profile in parts.structure.profiles if profile.name != column.name]
    called = any(names.fits(_CALLED, name) for name in others) and any(
        names.fits(r"^(y|outcome|poutcome)$|\b(subscribed|deposit|response|converted)\b", name) for name in others
    )
    return (
        column.numeric and names.fits(r"^(call |last )*duration( sec| seconds| min| minutes)?$", column.name) and called
    )


def _plain_kind(column: ColumnProfile) -> Kind:
    return "text" if column.kind in ("category", "flag") else column.kind


def _unsuitable(column: ColumnProfile, member: bool) -> Message | None:
    """Why a column should not be used; None if it can be."""
    if column.distinct <= 1:
        return (
            Message.of("the same for everybody, so it tells nobody apart") if column.distinct else Message.of("empty")
        )
    if column.personal:
        return Message.of("looks personal")
    if column.kind == "text":
        return Message.of("too many different texts to compare")
    if column.nulls > _MOST_NULLS * column.rows and column.numeric:
        return Message.of("mostly missing")
    if member:
        return None
    if names.fits(names.RFM_SCORE, column.name):
        return Message.of("a score made of other columns")
    if column.same_as:
        return Message.of("says the same as {column}", column=column.same_as)
    if column.kind == "integer" and (names.fits(names.CODES, column.name) or names.fits(names.ID, column.name)):
        return Message.of("a code, not a quantity")
    if column.numeric and names.fits(names.PLACE, column.name):
        return Message.of("a place, not a quantity")
    if column.unique and column.kind == "integer" and column.meaning is None and is_key(column):
        return Message.of("another number that tells customers apart")
    return None


def is_key(column: ColumnProfile) -> bool:
    """Whether whole numbers that never repeat tell rows apart and count nothing: named so, dense, or of one length."""
    if (
        names.fits(names.CUSTOMER, column.name)
        or names.fits(names.ID, column.name)
        or fits(words.ROW_NUMBER, column.name)
    ):
        return True
    if column.minimum is None or column.maximum is None or names.fits(names.MONEY, column.name):
        return False
    dense = column.maximum - column.minimum < 1.5 * column.rows
    return dense or (column.minimum >= 1000 and len(f"{column.minimum:.0f}") == len(f"{column.maximum:.0f}"))


def _ensure_active(parts: Parts, groups: bool) -> None:
    """Behaviour is what should be clustered on; where a file has hardly any, what it has must do."""
    behaviour = sum(entry.role == "active" for entry in parts.entries)
    if groups or behaviour > 1:
        return
    numbers = [
        entry for entry in parts.entries if entry.role == "passive" and entry.kind in ("number", "integer", "flag")
    ]
    if not numbers and not behaviour:
        raise InputError.because(
            Message.of("no column of which segments could be made"),
            expected=Message.of("numbers that describe what customers do: orders, spend, visits"),
            found=Message.of("{columns}", columns=Joined(tuple(entry.name for entry in parts.entries[:10]))),
            remedy=Message.of("add such columns, or give a table of purchases"),
        )
    for entry in numbers:
        entry.role, entry.transform = "active", PLAIN
    if numbers:
        parts.notes.append(
            Message.of("Only one column says what customers do, so the segments are also made of who they are.")
            if behaviour
            else Message.of("No column says what customers do, so the segments are made of who they are.")
        )


def _transform(column: ColumnProfile) -> tuple[str, ...]:
    if column.skew is None or column.skew <= _SKEWED or column.minimum is None:
        return PLAIN
    return LOG if column.minimum >= 0 or column.negative <= MOST_NEGATIVE * column.rows else PLAIN
