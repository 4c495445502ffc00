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
from pipeline.drafting.structure import ColumnProfile, Family, Structure
from pipeline.errors import InputError
from pipeline.understanding import Understanding, fits, words
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
    for one in structure.profiles:
        if (
            one.meaning
            and one.name not in members
            and one.distinct > 1
            and not one.personal
            and one.kind != "date"
            and not names.fits(names.BIRTH, one.name)
        ):
            claims.setdefault(one.meaning, []).append(one)
    numeric: set[Meaning] = {"spend", "orders", "average_cheque", "recency", "tenure"}
    taken: dict[str, Meaning] = {}
    for meaning, several in claims.items():
        fitting = [one for one in several if one.numeric] if meaning in numeric else several
        summands = next((list(one.members) for one in families if TOTALS.get(one.meaning) == meaning), [])
        if summands:
            fitting = [one for one in fitting if _is_total(structure, one.name, summands)]
        if meaning in names.DEMOGRAPHIC:
            fitting = [one for one in several if one.kind not in ("text", "date")]
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


def _add_column(parts: Parts, one: ColumnProfile, meaning: Meaning | None, member: bool) -> None:
    leaving = one.kind == "flag" and names.fits(names.LEAVING, one.name)
    answered = names.fits(names.OUTCOME, one.name) and not names.fits(names.CONSENT, one.name)
    outcome = leaving or (one.kind == "flag" and answered)
    why = _unsuitable(one, member)
    if _apart(parts, one):
        return
    if one.kind == "date":
        add_date(parts, one)
    elif one.numeric and names.fits(names.BIRTH, one.name):
        add_birth(parts, one)
    elif why:
        parts.entries.append(
            Entry(one.name, "ignored", _plain_kind(one), Message.of("{summary}: {why}", summary=one.summary, why=why))
        )
    elif leaving:
        told = because(one, "the share that leaves is told by segment; nobody was contacted, so it is no campaign")
        parts.entries.append(Entry(one.name, "outcome", "flag", told))
    elif outcome:
        parts.entries.append(Entry(one.name, "outcome", "flag", one.summary, campaign=parts.reading.arm is None))
    elif member:
        return
    elif one.numeric:
        role: Role = "passive" if one.meaning in names.DEMOGRAPHIC | {"tenure"} else "active"
        parts.entries.append(
            Entry(
                one.name,
                role,
                one.kind,
                one.summary,
                meaning=meaning,
                transform=_transform(one) if role == "active" else (),
            )
        )
        if meaning == "age":
            parts.limits.append(Limits(one.name, 0, 110, Message.of("nobody is over 110")))
    elif one.kind == "flag":
        told = because(one, "yes or no describes customers; make it active where it is something that they do")
        parts.entries.append(Entry(one.name, "passive", "flag", told, meaning=meaning))
    else:
        parts.entries.append(Entry(one.name, "passive", one.kind, one.summary, meaning=meaning))


def _apart(parts: Parts, one: ColumnProfile) -> bool:
    """Columns that an experiment or the reading of the lines keeps out of the clustering."""
    reading = parts.reading
    if one.name == reading.arm:
        parts.entries.append(
            Entry(one.name, "ignored", _plain_kind(one), because(one, "who was contacted and who was not"))
        )
    elif one.name in reading.afterwards:
        told = because(one, "known only after the contact")
        flag = one.kind == "flag"
        parts.entries.append(
            Entry(one.name, "outcome" if flag else "ignored", "flag" if flag else _plain_kind(one), told)
        )
    elif reading.form == "purchases" and one.name == "returned":
        told = because(one, "money given back; the spend is what is left after it")
        parts.entries.append(Entry(one.name, "passive", "number", told))
    elif one.name == reading.period:
        parts.entries.append(
            Entry(one.name, "ignored", _plain_kind(one), because(one, "the latest row of each customer is taken"))
        )
    elif _foretold(one):
        told = because(one, "a forecast of who leaves, made of other columns")
        parts.entries.append(Entry(one.name, "ignored", _plain_kind(one), told))
    elif _of_the_contact(parts, one):
        told = because(one, "known only after the contact")
        parts.entries.append(Entry(one.name, "ignored", _plain_kind(one), told))
    else:
        return False
    return True


def _foretold(one: ColumnProfile) -> bool:
    """A probability or a score of leaving."""
    named = names.fits(names.LEAVING, one.name) and one.numeric
    share = one.minimum is not None and one.maximum is not None and 0.0 <= one.minimum <= one.maximum <= 1.0
    return named and (share or names.fits(_FORECAST, one.name))


def _of_the_contact(parts: Parts, one: ColumnProfile) -> bool:
    """How long the call of a campaign took, beside what came of it: nobody knows it beforehand."""
    others = [profile.name for profile in parts.structure.profiles if profile.name != one.name]
    called = any(names.fits(_CALLED, name) for name in others) and any(
        names.fits(r"^(y|outcome|poutcome)$|\b(subscribed|deposit|response|converted)\b", name) for name in others
    )
    return one.numeric and names.fits(r"^(call |last )*duration( sec| seconds| min| minutes)?$", one.name) and called


def _plain_kind(one: ColumnProfile) -> Kind:
    return "text" if one.kind in ("category", "flag") else one.kind


def _unsuitable(one: ColumnProfile, member: bool) -> Message | None:
    """Why a column should not be used; None if it can be."""
    if one.distinct <= 1:
        return Message.of("the same for everybody, so it tells nobody apart") if one.distinct else Message.of("empty")
    if one.personal:
        return Message.of("looks personal")
    if one.kind == "text":
        return Message.of("too many different texts to compare")
    if one.nulls > _MOST_NULLS * one.rows and one.numeric:
        return Message.of("mostly missing")
    if member:
        return None
    if names.fits(names.RFM_SCORE, one.name):
        return Message.of("a score made of other columns")
    if one.same_as:
        return Message.of("says the same as {column}", column=one.same_as)
    if one.kind == "integer" and (names.fits(names.CODES, one.name) or names.fits(names.ID, one.name)):
        return Message.of("a code, not a quantity")
    if one.numeric and names.fits(names.PLACE, one.name):
        return Message.of("a place, not a quantity")
    if one.unique and one.kind == "integer" and one.meaning is None and is_key(one):
        return Message.of("another number that tells customers apart")
    return None


def is_key(one: ColumnProfile) -> bool:
    """Whether whole numbers that never repeat tell rows apart and count nothing: named so, dense, or of one length."""
    if names.fits(names.CUSTOMER, one.name) or names.fits(names.ID, one.name) or fits(words.ROW_NUMBER, one.name):
        return True
    if one.minimum is None or one.maximum is None or names.fits(names.MONEY, one.name):
        return False
    dense = one.maximum - one.minimum < 1.5 * one.rows
    return dense or (one.minimum >= 1000 and len(f"{one.minimum:.0f}") == len(f"{one.maximum:.0f}"))


def _ensure_active(parts: Parts, groups: bool) -> None:
    """Behaviour is what should be clustered on; where a file has hardly any, what it has must do."""
    behaviour = sum(one.role == "active" for one in parts.entries)
    if groups or behaviour > 1:
        return
    numbers = [one for one in parts.entries if one.role == "passive" and one.kind in ("number", "integer", "flag")]
    if not numbers and not behaviour:
        raise InputError.because(
            Message.of("no column of which segments could be made"),
            expected=Message.of("numbers that describe what customers do: orders, spend, visits"),
            found=Message.of("{columns}", columns=Joined(tuple(one.name for one in parts.entries[:10]))),
            remedy=Message.of("add such columns, or give a table of purchases"),
        )
    for one in numbers:
        one.role, one.transform = "active", PLAIN
    if numbers:
        parts.notes.append(
            Message.of("Only one column says what customers do, so the segments are also made of who they are.")
            if behaviour
            else Message.of("No column says what customers do, so the segments are made of who they are.")
        )


def _transform(one: ColumnProfile) -> tuple[str, ...]:
    if one.skew is None or one.skew <= _SKEWED or one.minimum is None:
        return PLAIN
    return LOG if one.minimum >= 0 or one.negative <= MOST_NEGATIVE * one.rows else PLAIN
