"""How a draft spec is written: TOML with a comment for each column."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.contract import Kind, Meaning, Role
from pipeline.drafting.structure import Family, Structure

_CURRENCIES = {"руб": "₽", "₽": "₽", "€": "€", "eur": "€", "$": "$", "usd": "$", "£": "£"}
LOG, PLAIN = ("log1p", "standardize"), ("winsorize", "standardize")
_WORDS: dict[Meaning, tuple[str, str]] = {
    "spend": ("big spenders", "light spenders"),
    "orders": ("frequent buyers", "occasional buyers"),
    "average_cheque": ("large baskets", "small baskets"),
    "recency": ("bought long ago", "bought recently"),
    "tenure": ("long-standing", "new"),
    "age": ("older", "younger"),
    "income": ("high income", "low income"),
    "children": ("more children at home", "fewer children at home"),
    "household": ("large households", "small households"),
}


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
    order: tuple[str, ...] = ()
    unit: str = ""
    extra: tuple[str, ...] = ()  # further comment lines


def toml(value: Any) -> str:
    """A TOML value: text, a list of texts, or a number."""
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _literal(text: str) -> str:
    """TOML text in which quotation marks need no backslash, where that can be written."""
    if re.search(r"[\x00-\x1f\x7f]", text) or "'''" in text or text.endswith("'"):
        return toml(text)
    return f"'{text}'" if "'" not in text else f"'''{text}'''"


def long_text(text: str) -> str:
    """TOML text over several lines."""
    if "'''" not in text:
        return f"'''\n{text}'''"
    escaped = text.replace("\\", "\\\\").replace('"""', '""\\"')
    return f'"""\n{escaped}"""'


def key(name: str) -> str:
    """A TOML key, quoted where it needs to be."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else toml(name)


def comment(text: str) -> str:
    """Text safe behind a #: one line, no control characters."""
    return "# " + re.sub(r"[\x00-\x1f\x7f]+", " ", text)


def label_of(name: str) -> str:
    """A column's name as a reader would write it."""
    spaced = re.sub(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])", " ", name).replace("_", " ").strip()
    return spaced[:1].upper() + spaced[1:]


def column_text(one: Entry) -> str:
    """The [columns.NAME] of one column under its comment."""
    lines = [comment(one.comment), *map(comment, one.extra), f"[columns.{key(one.name)}]"]
    if one.sql:
        lines.append(f"sql = {_literal(one.sql)}")
    lines += [f"role = {toml(one.role)}", f"kind = {toml(one.kind)}"]
    if one.role != "ignored":
        lines.append(f"label = {toml(label_of(one.name))}")
    if one.unit:
        lines.append(f"unit = {toml(one.unit)}")
    if one.kind == "integer":
        lines.append('format = ",.0f"')
    if one.meaning:
        lines.append(f"meaning = {toml(one.meaning)}")
    if one.role == "active":
        lines.append(f"transform = {toml(one.transform or PLAIN)}")
    if one.meaning in _WORDS and one.kind in ("number", "integer"):
        high, low = _WORDS[one.meaning]
        lines += [f"high = {toml(high)}", f"low = {toml(low)}"]
    return "\n".join([*lines, ""])


def family_text(family: Family, structure: Structure) -> str:
    """The [groups.NAME] of columns that add up to a total."""
    titles = {"categories": "Spend by category", "channels": "Orders by channel"}
    comments = [comment(f"{member}: {structure.profile(member).summary}") for member in family.members]
    table = ", ".join(f"{key(member)} = {toml(label or member)}" for member, label in family.members.items())
    return "\n".join(
        [
            f"# {'-' * 64} columns that add up to a total: their shares are clustered on",
            *comments,
            f"[groups.{key(family.key)}]",
            f"label = {toml(titles.get(family.meaning, 'Parts'))}",
            f"meaning = {toml(family.meaning)}",
            *(['unit = "orders"'] if family.meaning == "channels" else []),
            f"members = {{ {table} }}",
            'shares = "active"',
            'high = "much {label}"',
            'low = "little {label}"',
            f"transform = {toml(PLAIN)}",
            "",
        ]
    )


def campaign_text(column: str) -> str:
    """A [[campaigns]] entry; what a contact costs and a response brings is left to fill in."""
    return "\n".join(
        [
            "[[campaigns]]",
            f"column = {toml(column)}",
            f"label = {toml(label_of(column))}",
            "# cost = 1                  # of one contact, in the currency above",
            "# revenue = 10              # of one response",
            "",
        ]
    )


def range_rule(column: str, least: float, most: float | None, why: str) -> str:
    """A [[rules]] entry that makes impossible values unknown."""
    lines: Iterable[str] = ["[[rules]]", 'rule = "range"', f"column = {toml(column)}", f"min = {least}"]
    upper = [f"max = {most}"] if most is not None else []
    return "\n".join([comment(why), *lines, *upper, 'action = "null"', ""])


def _currency(structure: Structure) -> str:
    """A currency that the names of columns mention."""
    every = " ".join(one.name for one in structure.profiles).lower()
    return next((sign for word, sign in _CURRENCIES.items() if word in every), "")


def head_text(structure: Structure, as_of: date | None, notes: Sequence[str], name: str, source: str) -> str:
    """The top of a draft: what was read, and the keys that stand before every table."""
    rows = structure.profiles[0].rows
    lines = [
        comment(
            f"Drafted from {Path(source).name if '://' not in source else source}: {rows:,} customers, "
            f"{len(structure.profiles)} columns. It trains as it is; read it and mend what is wrong."
        ),
        "# Roles: active (clustered on), passive (describes), outcome (campaign reaction), ignored. See docs/spec.md.",
        *map(comment, notes),
        f"name = {toml(name)}",
        f"title = {toml(label_of(name))}",
    ]
    if as_of:
        lines.append(f"as_of = {as_of.isoformat()}          # the latest date in the file; ages count from it")
    else:
        lines.append("# as_of = 2026-01-31        # the day from which ages and recencies count; the file has no date")
    lines += [
        f"currency = {toml(_currency(structure))}               # shown beside amounts",
        f"transform = {toml(PLAIN)}",
        "",
    ]
    return "\n".join(lines)
