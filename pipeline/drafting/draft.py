"""A user's own file -> a commented draft spec that trains as it is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from pipeline.contract import Kind, Meaning, Role
from pipeline.drafting import vocabulary as names
from pipeline.drafting.draft_text import (
    LOG,
    PLAIN,
    Entry,
    campaign_text,
    column_text,
    comment,
    family_text,
    head_text,
    range_rule,
    toml,
)
from pipeline.drafting.structure import Family, Profile, Structure, analyse_structure, id_candidates
from pipeline.errors import InputError
from pipeline.reading import ROW_ID, RawTable, quote, read_source
from pipeline.spec import IdColumn, Spec, parse_spec, share_name

_MOST_NULLS = 0.6
_SKEWED = 1.0
_TOTALS: dict[str, Meaning] = {"categories": "spend", "channels": "orders"}


@dataclass
class _Draft:
    """What is known of the spec so far."""

    structure: Structure
    as_of: date | None
    entries: list[Entry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)

    def has(self, meaning: Meaning) -> str | None:
        return next((one.name for one in self.entries if one.meaning == meaning), None)


def draft_spec(data: str) -> str:
    """The text of a TOML spec for ``data`` (file, folder, glob or database URL), every column with what was found.

    Raises
    ------
    InputError
        Where the data cannot be read or hold nothing that could be clustered on.
    """
    from pipeline.drafting.purchases import draft_purchases, find_purchases

    raw = read_source(_nothing_known(), data)
    raw = RawTable(**{**vars(raw), "frame": raw.frame.rename(columns=lambda name: str(name).strip())})
    structure = analyse_structure(raw.frame)
    purchases = find_purchases(structure)
    if purchases is not None:
        text = draft_purchases(purchases, structure, spec_name(data), raw.source)
    else:
        text = draft_customers(structure, spec_name(data), raw.source)
    parse_spec(tomllib.loads(text), where="draft")  # a draft that does not load would be a fault of ours
    return text


def draft_customers(
    structure: Structure,
    name: str,
    source: str,
    *,
    head: Sequence[str] = (),
    as_of: date | None = None,
    id_column: str | None = None,
) -> str:
    """The spec of a table with one row a customer; ``head`` are TOML lines for [source]."""
    draft = _Draft(structure, as_of or _latest_day(structure))
    id_lines, used = _id_lines(structure, id_column)
    families = [
        one
        for one in structure.families
        if not {share_name(member) for member in one.members} & {col.name for col in structure.profiles}
    ]
    members = {member for family in families for member in family.members}
    shared = _meanings(structure, members, families)
    for profile in structure.profiles:
        if profile.name != used:
            _add_column(draft, profile, shared.get(profile.name), profile.name in members)
    for family in families:
        _add_total(draft, family.meaning, list(family.members))
    _add_cheque(draft)
    _ensure_active(draft, bool(families))
    parts = [
        head_text(structure, draft.as_of, draft.notes, name, source),
        *head,
        *id_lines,
        "",
        "[segments]",
        "min = 2",
        "max = 8",
        "",
    ]
    for title, roles in (
        ("behaviour: clustered on", ["active"]),
        ("who they are: describes only", ["passive"]),
        ("reactions to campaigns: never clustered on", ["outcome"]),
        ("not used (give one another role to use it)", ["ignored"]),
    ):
        chosen = [one for one in draft.entries if one.role in roles]
        if chosen:
            parts += [f"# {'-' * 64} {title}", "", *(column_text(one) for one in chosen)]
    for family in families:
        parts.append(family_text(family, structure))
    parts += [campaign_text(one.name) for one in draft.entries if one.role == "outcome"]
    return "\n".join([*parts, *draft.rules]).rstrip() + "\n"


def spec_name(data: str) -> str:
    """A name for the spec, after the file, the folder or the database."""
    tail = data.split("://", 1)[-1].split("?")[0].rstrip("/\\")
    stem = Path(tail).stem if "*" not in tail else Path(tail).parent.name
    return re.sub(r"[^\w-]+", "_", stem).strip("_") or "customers"


# ------------------------------------------------------------------ columns


def _nothing_known() -> Spec:
    return Spec(name="draft", id=IdColumn(column=ROW_ID), columns={})


def _latest_day(structure: Structure) -> date | None:
    """The latest date of the file: what was known then is what the file says; today's clock is never asked."""
    days = [
        structure.frame[one.name].max()
        for one in structure.profiles
        if one.kind == "date" and not names.fits(names.BIRTH, one.name)
    ]
    known = [pd.Timestamp(day).date() for day in days if not pd.isna(day)]
    return max(known) if known else None


def _id_lines(structure: Structure, known: str | None) -> tuple[list[str], str | None]:
    candidates = [structure.profile(known)] if known else id_candidates(structure)
    if not candidates:
        return [
            "[id]",
            "# No column tells customers apart, so a customer is known by the line in this very file: a list",
            "# of customers can be read only with the same file at hand. Better add a column of customer numbers.",
            f"column = {toml(ROW_ID)}",
            "keep = true",
        ], None
    first = candidates[0]
    lines = ["[id]", comment(first.summary)]
    others = [one.name for one in candidates[1:6] if not one.personal]
    if others:
        lines.append(comment(f"others that would do: {', '.join(others)}"))
    lines.append(f"column = {toml(first.name)}")
    if first.personal:
        lines.append("keep = false                # looks personal: it is not stored beside the segments")
    else:
        lines.append("keep = true                 # false: the id is not stored beside the segments")
    return lines, first.name


def _meanings(structure: Structure, members: set[str], families: Sequence[Family]) -> dict[str, Meaning]:
    """Column -> part it plays, where just one column claims it; a member of a group is a part, not the total."""
    claims: dict[Meaning, list[Profile]] = {}
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
        parts = next((list(one.members) for one in families if _TOTALS.get(one.meaning) == meaning), [])
        if parts:
            fitting = [one for one in fitting if _is_total(structure, one.name, parts)]
        if meaning in names.DEMOGRAPHIC:
            fitting = [one for one in several if one.kind not in ("text", "date")]
        if len(fitting) == 1 or (fitting and meaning in names.DEMOGRAPHIC):
            taken[fitting[0].name] = meaning
    return taken


def _is_total(structure: Structure, name: str, parts: list[str]) -> bool:
    """Whether a column is at least the sum of the parts on nearly every row."""
    sums = structure.frame[parts].sum(axis=1)
    return bool((structure.frame[name] >= 0.99 * sums).mean() > 0.9)


def _add_column(draft: _Draft, one: Profile, meaning: Meaning | None, member: bool) -> None:
    outcome = one.kind == "flag" and names.fits(names.OUTCOME, one.name)
    why = _unsuitable(one, member)
    if one.kind == "date":
        _add_date(draft, one)
    elif one.numeric and names.fits(names.BIRTH, one.name):
        _add_birth(draft, one)
    elif why:
        draft.entries.append(Entry(one.name, "ignored", _plain_kind(one), f"{one.summary}: {why}"))
    elif outcome:
        draft.entries.append(Entry(one.name, "outcome", "flag", one.summary))
    elif member:
        return
    elif one.numeric:
        role: Role = "passive" if one.meaning in names.DEMOGRAPHIC | {"tenure"} else "active"
        draft.entries.append(
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
            draft.rules.append(range_rule(one.name, 0, 110, "nobody is older"))
    else:
        draft.entries.append(Entry(one.name, "passive", one.kind, one.summary, meaning=meaning))


def _plain_kind(one: Profile) -> Kind:
    return "text" if one.kind in ("category", "flag") else one.kind


def _unsuitable(one: Profile, member: bool) -> str:
    """Why a column should not be used; empty if it can be."""
    if one.distinct <= 1:
        return "constant, so it separates nobody" if one.distinct else "empty"
    if one.personal:
        return "looks personal"
    if one.kind == "text":
        return "too many different texts to compare"
    if one.nulls > _MOST_NULLS * one.rows and one.numeric:
        return "mostly missing"
    if member:
        return ""
    if one.same_as:
        return f"says the same as {one.same_as}"
    if one.kind == "integer" and (names.fits(names.CODES, one.name) or names.fits(names.ID, one.name)):
        return "a code, not a quantity"
    if one.unique and one.kind == "integer" and names.fits(names.CUSTOMER, one.name):
        return "another id"
    return ""


def _add_date(draft: _Draft, one: Profile) -> None:
    """A date itself is not compared; the days or years from it to ``as_of`` are."""
    extra = (one.note,) if one.note else ()
    draft.entries.append(Entry(one.name, "ignored", "date", one.summary, extra=extra))
    if draft.as_of is None or one.distinct <= 1:
        return
    days = f"date_diff('day', {quote(one.name)}, as_of)"
    if names.fits(names.BIRTH, one.name):
        draft.entries.append(
            Entry(
                _free(draft, "age"),
                "passive",
                "integer",
                f"full years from {one.name} to as_of",
                meaning="age",
                unit="years",
                sql=f"date_diff('month', {quote(one.name)}, as_of) // 12",
            )
        )
    elif names.fits(names.LAST, one.name) and not draft.has("recency"):
        draft.entries.append(
            Entry(
                _free(draft, "recency"),
                "active",
                "integer",
                f"days from {one.name} to as_of",
                sql=days,
                meaning="recency",
                transform=LOG,
                unit="days",
            )
        )
        draft.rules.append(range_rule("recency", 0, None, "nobody buys after as_of"))
    elif names.fits(names.JOINED, one.name) and not draft.has("tenure"):
        draft.entries.append(
            Entry(
                _free(draft, "tenure"),
                "passive",
                "integer",
                f"days from {one.name} to as_of",
                sql=days,
                meaning="tenure",
                unit="days",
            )
        )


def _add_birth(draft: _Draft, one: Profile) -> None:
    """A year of birth becomes an age, if the file tells from which day to count."""
    draft.entries.append(Entry(one.name, "ignored", "integer", f"{one.summary}: the age is derived from it"))
    if draft.as_of is None:
        draft.notes.append(
            f"{one.name} looks like a year of birth, but no date in the file tells from when to count. "
            'For an age, set as_of and add a column with this SQL and meaning = "age": '
            f"year(as_of) - {quote(one.name)}"
        )
        draft.entries[-1] = Entry(one.name, "passive", "integer", one.summary)
        return
    draft.entries.append(
        Entry(
            _free(draft, "age"),
            "passive",
            "integer",
            f"as_of less {one.name}",
            meaning="age",
            sql=f"year(as_of) - {quote(one.name)}",
            unit="years",
        )
    )
    year = draft.as_of.year
    draft.rules.append(range_rule(one.name, year - 100, year, "nobody is over 100"))


def _free(draft: _Draft, name: str) -> str:
    taken = {one.name for one in draft.structure.profiles} | {one.name for one in draft.entries}
    while name.lower() in {one.lower() for one in taken}:
        name += "_derived"
    return name


def _add_total(draft: _Draft, meaning: str, members: list[str]) -> None:
    """Spend is the sum over categories, orders the sum over channels, where no column says it."""
    wanted = _TOTALS.get(meaning)
    if wanted is None or draft.has(wanted):
        return
    draft.entries.append(
        Entry(
            _free(draft, wanted),
            "active",
            "number" if wanted == "spend" else "integer",
            f"sum of {', '.join(members)}",
            sql=" + ".join(map(quote, members)),
            meaning=wanted,
            transform=LOG,
        )
    )


def _add_cheque(draft: _Draft) -> None:
    spend, orders = draft.has("spend"), draft.has("orders")
    if spend and orders and not draft.has("average_cheque"):
        draft.entries.append(
            Entry(
                _free(draft, "average_cheque"),
                "active",
                "number",
                f"{spend} by {orders}",
                meaning="average_cheque",
                transform=PLAIN if _can_be_negative(draft, spend) else LOG,
                sql=f"{quote(spend)} / nullif({quote(orders)}, 0)",
            )
        )


def _can_be_negative(draft: _Draft, name: str) -> bool:
    return any(one.name == name and (one.minimum or 0) < 0 for one in draft.structure.profiles)


def _ensure_active(draft: _Draft, groups: bool) -> None:
    """Behaviour is what should be clustered on; where a file has hardly any, what it has must do."""
    behaviour = sum(one.role == "active" for one in draft.entries)
    if groups or behaviour > 1:
        return
    numbers = [one for one in draft.entries if one.role == "passive" and one.kind in ("number", "integer", "flag")]
    if not numbers and not behaviour:
        raise InputError.because(
            "no column to cluster on",
            expected="numbers that describe what customers do: orders, spend, visits",
            found=", ".join(one.name for one in draft.entries[:10]),
            remedy="add such columns, or give a table of purchases",
        )
    for one in numbers:
        one.role, one.transform = "active", PLAIN
    if numbers:
        draft.notes.append(
            ("Only one" if behaviour else "No") + " column of behaviour was found, so the segments are "
            "also made of who the customers are."
        )


def _transform(one: Profile) -> tuple[str, ...]:
    skewed = one.skew is not None and one.skew > _SKEWED and one.minimum is not None and one.minimum >= 0
    return LOG if skewed else PLAIN
