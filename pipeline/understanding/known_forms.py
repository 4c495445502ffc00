"""Exports of known shops, tills and data sets, found by their headers: which column is what, and how lines count.

A form is a TOML file in ``forms/``. Its signature proposes a reading; whoever takes it still checks the structure of
the values (does an order have one customer, one day?), and asks where that contradicts.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pipeline.contract import Message
from pipeline.reading import quote

FormKind = Literal["purchases", "customers", "baskets", "part", "refused"]
Counts = Literal["used", "aside", "cancelled"]
Role = Literal[
    "customer", "order", "line", "day", "line_total", "order_total", "price", "quantity", "discount", "tax", "shipping",
    "refunded", "item", "category", "status", "currency", "channel", "cancelled_day", "other_day", "type", "contact",
    "orders", "spend", "recency",
]  # fmt: skip
_HOLE = re.compile(r"{(\w+)}")


@dataclass(frozen=True)
class MoneyForm:
    """What a line brought, as SQL over one line.

    ``once_an_order``: it stands on one line of an order or is repeated on each, and counts once.
    """

    sql: str
    once_an_order: bool


@dataclass(frozen=True)
class StatusForm:
    """How lines count by ``column``; values are compared without regard to case, ``others`` are those not named."""

    column: str
    counts: Mapping[str, Counts]
    others: Counts
    once_an_order: bool  # stated on one line of an order only, and holds for all of them

    def count(self, value: str) -> Counts:
        """How lines with this status count."""
        return self.counts.get(value.strip().casefold(), self.others)


@dataclass(frozen=True)
class AsideForm:
    """Lines for which ``sql`` holds are set aside (or are cancelled orders)."""

    name: Message
    sql: str
    counts: Counts


@dataclass(frozen=True)
class KnownForm:
    """A reading of one table by its headers; columns and SQL are spelt as the file spells them.

    ``customers`` are all columns that can tell customers apart, best first, ``roles["customer"]`` the first of them.
    ``asks`` are keys of questions that the form leaves open. Of a table of kind ``part`` or ``refused``, ``reason``
    says why no customers come of it and ``remedy`` what to give instead.
    """

    name: str
    title: Message
    kind: FormKind
    roles: Mapping[Role, str]
    customers: tuple[str, ...]
    money: MoneyForm | None
    status: StatusForm | None
    aside: tuple[AsideForm, ...]
    returns: str  # SQL over one line; empty: the form has no returns
    formats: Mapping[str, str]  # column -> how its cells are read, as in [source.formats]
    asks: tuple[str, ...]
    notes: tuple[Message, ...]
    reason: Message | None
    remedy: Message | None
    nobody: bool  # refused since it does not say who bought: with a column that does, it is read by its values
    source: str  # the public page that describes the export


def recognise(columns: Sequence[str]) -> KnownForm | None:
    """The form of a table with these headers, the one with the longest signature where several fit; None without one.

    Case, spaces around and a byte order mark before a header do not matter.
    """
    spelt = {_plain(column): column for column in columns}
    fitting = [
        (max(len(signature) for signature in form.signatures if _has(spelt, signature)), name)
        for name, form in known_forms().items()
        if any(_has(spelt, signature) for signature in form.signatures)
    ]
    readings = (_read(name, known_forms()[name], spelt) for _length, name in sorted(fitting, key=lambda fit: -fit[0]))
    return next((reading for reading in readings if reading is not None), None)


@cache
def known_forms() -> Mapping[str, FormFile]:
    """Every form by its name, as its file says it."""
    folder = files("pipeline.understanding") / "forms"
    written = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return {
        file.name.removesuffix(".toml"): FormFile.model_validate(tomllib.loads(file.read_text("utf-8")))
        for file in written
    }


# ------------------------------------------------------------------ the files


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Money(_Part):
    sql: str
    once_an_order: bool = False


class _Status(_Part):
    counts: dict[str, Counts]
    others: Counts = "used"
    once_an_order: bool = False


class _Aside(_Part):
    name: str
    sql: str
    counts: Counts = "aside"


class FormFile(_Part):
    """A form as its TOML says it; ``{role}`` in SQL stands for the column that plays the role."""

    title: str
    kind: FormKind
    source: str
    signatures: list[list[str]] = []  # headers that a table of this form has; one of the lists is enough
    needs: list[Role] = []  # without these it is not this form
    roles: dict[Role, list[str]] = {}  # columns that can play it, best first
    money: list[_Money] = []  # the first whose roles are all there
    status: _Status | None = None
    aside: list[_Aside] = []
    returns: str = ""
    formats: dict[Role, str] = {}
    asks: list[str] = []
    notes: list[str] = []
    reason: str = ""
    remedy: str = ""
    nobody: bool = False

    @property
    def texts(self) -> list[str]:
        """Every text that a reader may meet."""
        return [self.title, *self.notes, *(part.name for part in self.aside), *filter(None, (self.reason, self.remedy))]


def _read(name: str, form: FormFile, spelt: Mapping[str, str]) -> KnownForm | None:
    """The form over the columns that are there; None where a role that it needs is played by none."""
    able = {
        role: [spelt[_plain(column)] for column in columns if _plain(column) in spelt]
        for role, columns in form.roles.items()
    }
    roles = {role: columns[0] for role, columns in able.items() if columns}
    if not set(form.needs) <= set(roles):
        return None
    return KnownForm(
        name=name,
        title=Message.of(form.title),
        kind=form.kind,
        roles=roles,
        customers=tuple(able.get("customer", ())),
        money=next((_money(part, roles) for part in form.money if _can(part.sql, roles)), None),
        status=_status(form.status, roles),
        aside=tuple(
            AsideForm(Message.of(part.name), _filled(part.sql, roles), part.counts)
            for part in form.aside
            if _can(part.sql, roles)
        ),
        returns=_filled(form.returns, roles) if _can(form.returns, roles) else "",
        formats={roles[role]: how for role, how in form.formats.items() if role in roles},
        asks=tuple(form.asks),
        notes=tuple(Message.of(note) for note in form.notes),
        reason=Message.of(form.reason) if form.reason else None,
        remedy=Message.of(form.remedy) if form.remedy else None,
        nobody=form.nobody,
        source=form.source,
    )


def _money(money: _Money, roles: Mapping[Role, str]) -> MoneyForm:
    return MoneyForm(_filled(money.sql, roles), money.once_an_order)


def _status(status: _Status | None, roles: Mapping[Role, str]) -> StatusForm | None:
    if status is None or "status" not in roles:
        return None
    counts = {value.casefold(): count for value, count in status.counts.items()}
    return StatusForm(roles["status"], counts, status.others, status.once_an_order)


def _can(sql: str, roles: Mapping[Role, str]) -> bool:
    return set(_HOLE.findall(sql)) <= set(roles)


def _filled(sql: str, roles: Mapping[Role, str]) -> str:
    return _HOLE.sub(lambda hole: quote(roles[hole[1]]), sql)  # type: ignore[index]


def _has(spelt: Mapping[str, str], signature: Sequence[str]) -> bool:
    return all(_plain(column) in spelt for column in signature)


def _plain(column: str) -> str:
    return " ".join(str(column).removeprefix("\ufeff").split()).casefold()
