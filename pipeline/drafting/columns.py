"""Which part every column of a table plays: its role, kind and transform, and the columns derived from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from pipeline.contract import Kind, Meaning, Role
from pipeline.drafting.structure import Family, Profile, Structure
from pipeline.errors import InputError
from pipeline.reading import quote
from pipeline.understanding import Understanding, fits, words
from pipeline.understanding import vocabulary as names

LOG, PLAIN = ("log1p", "standardize"), ("winsorize", "standardize")
_MOST_NULLS = 0.6
_SKEWED = 1.0
_MOST_NEGATIVE = 0.02  # share of customers; a few who returned more than they bought do not undo the logarithm
_DRAFTED: dict[str, Meaning] = {"orders": "orders", "spend": "spend", "recency": "recency", "tenure": "tenure"}
_TOTALS: dict[str, Meaning] = {"categories": "spend", "channels": "orders"}


@dataclass
class Entry:
    """One [columns.NAME] to be written; ``role`` may still change."""

    name: str
    role: Role
    kind: Kind
    comment: str
    sql: str = ""
    meaning: Meaning | None = None
    transform: tuple[str, ...] = ()
    unit: str = ""
    extra: tuple[str, ...] = ()  # further comment lines
    campaign: bool = False  # of an outcome: a reaction to something that was sent


@dataclass(frozen=True)
class Limits:
    """Values outside of them are impossible, and why."""

    column: str
    least: int
    most: int | None
    why: str


@dataclass
class Parts:
    """What is known of the columns so far."""

    structure: Structure
    as_of: date | None
    reading: Understanding
    entries: list[Entry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    limits: list[Limits] = field(default_factory=list)

    def has(self, meaning: Meaning) -> str | None:
        """The column that plays this part, if one does."""
        return next((one.name for one in self.entries if one.meaning == meaning), None)


def settle_columns(
    structure: Structure, as_of: date | None, families: Sequence[Family], reading: Understanding
) -> Parts:
    """Every column but the id, in the table's order, then those derived; raises ``InputError`` without behaviour."""
    parts = Parts(structure, as_of, reading)
    members = {member for family in families for member in family.members}
    shared = _meanings(structure, members, families)
    if reading.form == "purchases":  # the drafted query names them
        shared = {name: meaning for name, meaning in shared.items() if meaning not in _DRAFTED.values()} | _DRAFTED
    for profile in structure.profiles:
        if profile.name != reading.customer:
            _add_column(parts, profile, shared.get(profile.name), profile.name in members)
    for family in families:
        _add_total(parts, family.meaning, list(family.members))
    _add_cheque(parts)
    _ensure_active(parts, bool(families))
    return parts


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
        summands = next((list(one.members) for one in families if _TOTALS.get(one.meaning) == meaning), [])
        if summands:
            fitting = [one for one in fitting if _is_total(structure, one.name, summands)]
        if meaning in names.DEMOGRAPHIC:
            fitting = [one for one in several if one.kind not in ("text", "date")]
        if len(fitting) == 1 or (fitting and meaning in names.DEMOGRAPHIC):
            taken[fitting[0].name] = meaning
    return taken


def _is_total(structure: Structure, name: str, summands: list[str]) -> bool:
    """Whether a column is at least the sum of the summands on nearly every row."""
    sums = structure.frame[summands].sum(axis=1)
    return bool((structure.frame[name] >= 0.99 * sums).mean() > 0.9)


def _add_column(parts: Parts, one: Profile, meaning: Meaning | None, member: bool) -> None:
    leaving = one.kind == "flag" and names.fits(names.LEAVING, one.name)
    outcome = leaving or (one.kind == "flag" and names.fits(names.OUTCOME, one.name))
    why = _unsuitable(one, member)
    if _apart(parts, one):
        return
    if one.kind == "date":
        _add_date(parts, one)
    elif one.numeric and names.fits(names.BIRTH, one.name):
        _add_birth(parts, one)
    elif why:
        parts.entries.append(Entry(one.name, "ignored", _plain_kind(one), f"{one.summary}: {why}"))
    elif leaving:
        why = f"{one.summary}. Who leaves is told by segment; nobody was contacted, so there is no campaign to reckon"
        parts.entries.append(Entry(one.name, "outcome", "flag", why))
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
            parts.limits.append(Limits(one.name, 0, 110, "nobody is older"))
    elif one.kind == "flag":
        why = f"{one.summary}: a flag describes; make it active where it is something that customers do"
        parts.entries.append(Entry(one.name, "passive", "flag", why, meaning=meaning))
    else:
        parts.entries.append(Entry(one.name, "passive", one.kind, one.summary, meaning=meaning))


def _apart(parts: Parts, one: Profile) -> bool:
    """Columns that an experiment or the reading of the lines keeps out of the clustering."""
    reading = parts.reading
    if one.name == reading.arm:
        parts.entries.append(Entry(one.name, "ignored", _plain_kind(one), f"{one.summary}: the arm of an experiment"))
    elif one.name in reading.afterwards:
        why = f"{one.summary}: known only after the contact"
        flag = one.kind == "flag"
        parts.entries.append(
            Entry(one.name, "outcome" if flag else "ignored", "flag" if flag else _plain_kind(one), why)
        )
    elif reading.form == "purchases" and one.name == "returned":
        why = f"{one.summary}: what was given back; taken off the spend, and no purchase"
        parts.entries.append(Entry(one.name, "passive", "number", why))
    elif one.name == reading.period:
        parts.entries.append(Entry(one.name, "ignored", _plain_kind(one), f"{one.summary}: the latest is taken"))
    else:
        return False
    return True


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
    if one.unique and one.kind == "integer" and one.meaning is None and is_key(one):
        return "another id"
    return ""


def is_key(one: Profile) -> bool:
    """Whether whole numbers that never repeat tell rows apart and count nothing: named so, dense, or of one length."""
    if names.fits(names.CUSTOMER, one.name) or names.fits(names.ID, one.name) or fits(words.ROW_NUMBER, one.name):
        return True
    if one.minimum is None or one.maximum is None or names.fits(names.MONEY, one.name):
        return False
    dense = one.maximum - one.minimum < 1.5 * one.rows
    return dense or (one.minimum >= 1000 and len(f"{one.minimum:.0f}") == len(f"{one.maximum:.0f}"))


def _add_date(parts: Parts, one: Profile) -> None:
    """A date itself is not compared; the days or years from it to ``as_of`` are."""
    extra = (one.note,) if one.note else ()
    parts.entries.append(Entry(one.name, "ignored", "date", one.summary, extra=extra))
    if parts.as_of is None or one.distinct <= 1:
        return
    days = f"date_diff('day', {quote(one.name)}, as_of)"
    if names.fits(names.BIRTH, one.name):
        parts.entries.append(
            Entry(
                _free(parts, "age"),
                "passive",
                "integer",
                f"full years from {one.name} to as_of",
                meaning="age",
                unit="years",
                sql=f"date_diff('month', {quote(one.name)}, as_of) // 12",
            )
        )
    elif names.fits(names.LAST, one.name) and not parts.has("recency"):
        parts.entries.append(
            Entry(
                _free(parts, "recency"),
                "active",
                "integer",
                f"days from {one.name} to as_of",
                sql=days,
                meaning="recency",
                transform=LOG,
                unit="days",
            )
        )
        parts.limits.append(Limits("recency", 0, None, "nobody buys after as_of"))
    elif names.fits(names.JOINED, one.name) and not parts.has("tenure"):
        parts.entries.append(
            Entry(
                _free(parts, "tenure"),
                "passive",
                "integer",
                f"days from {one.name} to as_of",
                sql=days,
                meaning="tenure",
                unit="days",
            )
        )


def _add_birth(parts: Parts, one: Profile) -> None:
    """A year of birth becomes an age, if the file tells from which day to count."""
    parts.entries.append(Entry(one.name, "ignored", "integer", f"{one.summary}: the age is derived from it"))
    if parts.as_of is None:
        parts.notes.append(
            f"{one.name} looks like a year of birth, but no date in the file tells from when to count. "
            'For an age, set as_of and add a column with this SQL and meaning = "age": '
            f"year(as_of) - {quote(one.name)}"
        )
        parts.entries[-1] = Entry(one.name, "passive", "integer", one.summary)
        return
    parts.entries.append(
        Entry(
            _free(parts, "age"),
            "passive",
            "integer",
            f"as_of less {one.name}",
            meaning="age",
            sql=f"year(as_of) - {quote(one.name)}",
            unit="years",
        )
    )
    year = parts.as_of.year
    parts.limits.append(Limits(one.name, year - 100, year, "nobody is over 100"))


def _free(parts: Parts, name: str) -> str:
    taken = {one.name for one in parts.structure.profiles} | {one.name for one in parts.entries}
    while name.lower() in {one.lower() for one in taken}:
        name += "_derived"
    return name


def _add_total(parts: Parts, meaning: str, members: list[str]) -> None:
    """Spend is the sum over categories, orders the sum over channels, where no column says it."""
    wanted = _TOTALS.get(meaning)
    if wanted is None or parts.has(wanted):
        return
    parts.entries.append(
        Entry(
            _free(parts, wanted),
            "active",
            "number" if wanted == "spend" else "integer",
            f"sum of {', '.join(members)}",
            sql=" + ".join(map(quote, members)),
            meaning=wanted,
            transform=LOG,
        )
    )


def _add_cheque(parts: Parts) -> None:
    spend, orders = parts.has("spend"), parts.has("orders")
    if spend and orders and not parts.has("average_cheque"):
        returned = parts.reading.form == "purchases" and any(entry.name == "returned" for entry in parts.entries)
        bought = f"({quote(spend)} + {quote('returned')})" if returned else quote(spend)
        parts.entries.append(
            Entry(
                _free(parts, "average_cheque"),
                "active",
                "number",
                f"{spend} and returned by {orders}" if returned else f"{spend} by {orders}",
                meaning="average_cheque",
                transform=PLAIN if _can_be_negative(parts, spend) and not returned else LOG,
                sql=f"{bought} / nullif({quote(orders)}, 0)",
            )
        )


def _can_be_negative(parts: Parts, name: str) -> bool:
    return any(one.name == name and one.negative > _MOST_NEGATIVE * one.rows for one in parts.structure.profiles)


def _ensure_active(parts: Parts, groups: bool) -> None:
    """Behaviour is what should be clustered on; where a file has hardly any, what it has must do."""
    behaviour = sum(one.role == "active" for one in parts.entries)
    if groups or behaviour > 1:
        return
    numbers = [one for one in parts.entries if one.role == "passive" and one.kind in ("number", "integer", "flag")]
    if not numbers and not behaviour:
        raise InputError.because(
            "no column to cluster on",
            expected="numbers that describe what customers do: orders, spend, visits",
            found=", ".join(one.name for one in parts.entries[:10]),
            remedy="add such columns, or give a table of purchases",
        )
    for one in numbers:
        one.role, one.transform = "active", PLAIN
    if numbers:
        parts.notes.append(
            ("Only one" if behaviour else "No") + " column of behaviour was found, so the segments are "
            "also made of who the customers are."
        )


def _transform(one: Profile) -> tuple[str, ...]:
    if one.skew is None or one.skew <= _SKEWED or one.minimum is None:
        return PLAIN
    return LOG if one.minimum >= 0 or one.negative <= _MOST_NEGATIVE * one.rows else PLAIN
