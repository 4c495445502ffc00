"""The account of the data: of every line of purchases, then of every row of the customers' table."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from pipeline.contract.messages import Words
from pipeline.contract.record_types import Record

Counts = Literal["aside", "cancelled"]
_CENT = 0.005

_LARGE, _EVEN_SHARES = 0.1, 3  # of the revenue


OTHER_CURRENCIES = "other currencies"  # the rule by which their lines are set aside


class LedgerEntry(Record):
    """What one cleaning rule did."""

    rule: Words
    detail: Words  # a sentence for the reader
    column: str | None = None
    dropped: int = 0
    repaired: int = 0
    quarantined: int = 0
    flagged: int = 0
    examples: tuple[Words, ...] = ()

    @property
    def rows(self) -> int:
        """Rows that the rule touched or flagged."""
        return self.dropped + self.repaired + self.quarantined + self.flagged


class LinesTally(Record):
    """Lines and what they brought; no money where the spec does not say what a line brings."""

    lines: int
    money: float | None = None


class LinesSetAside(LinesTally):
    """Lines that one rule took out."""

    rule: Words
    counts: Counts = "aside"
    places: tuple[Words, ...] = ()  # of the first few, as ``line 17`` or ``b.csv, line 17``


class LinesUsed(LinesTally):
    """Lines that the segments are made from, returns among them; the money is without that of returns."""

    customers: int | None = None  # with a purchase that is no return
    orders: int | None = None
    first_day: date | None = None
    last_day: date | None = None


class LineFinding(LinesTally):
    """Something odd about lines, told and left as it is; the money where it says something."""

    kind: Literal["unreadable", "repeats", "absurd", "customer", "totals", "days", "amounts", "negative"]
    told: Words
    column: str | None = None
    places: tuple[Words, ...] = ()


class LineAccount(Record):
    """Every line of purchases from the first of the file on: lines read = used + set aside, and money likewise.

    Returns count among the lines that are used, and their money (negative) beside that of the purchases.
    ``declared``: the spec says which lines count; else its query decides, and who has no customer is all that is known.
    """

    table: str = ""  # where the source has several
    declared: bool = True
    lines: int
    money: float | None = None
    used: LinesUsed
    returns: LinesTally | None = None
    aside: tuple[LinesSetAside, ...] = ()
    findings: tuple[LineFinding, ...] = ()

    @model_validator(mode="after")
    def _adds_up(self) -> LineAccount:
        if self.lines != self.used.lines + sum(rule.lines for rule in self.aside):
            raise ValueError(f"account of lines does not add up: {self.lines} read, {self.used.lines} used")
        if self.money is not None:
            parts = [self.used, *([self.returns] if self.returns else []), *self.aside]
            rest = self.money - sum(part.money or 0.0 for part in parts)
            if abs(rest) > max(_CENT, 1e-12 * abs(self.money)):
                raise ValueError(f"account of money does not add up: {rest} of {self.money} is nowhere")
        return self

    @property
    def mixed(self) -> bool:
        """Whether the money read is that of several currencies, whose sum means nothing."""
        return any(str(rule.rule) == OTHER_CURRENCIES and rule.lines for rule in self.aside)

    def taken(self, counts: Counts) -> LinesTally:
        """All that was set aside under one heading."""
        rules = [rule for rule in self.aside if rule.counts == counts]
        money = None if self.money is None else sum(rule.money or 0.0 for rule in rules)
        return LinesTally(lines=sum(rule.lines for rule in rules), money=money)


class Ledger(Record):
    """Every row accounted for: ``rows_in == rows_out + dropped + quarantined``, checked at construction."""

    source: str
    fingerprint: str  # sha256 of the content in canonical order, first 16 hex digits
    rows_in: int
    rows_out: int
    dropped: int
    quarantined: int
    entries: tuple[LedgerEntry, ...] = ()
    notes: tuple[Words, ...] = ()
    tables: dict[str, int] = Field(default_factory=dict)  # rows of each table read, where there are several
    lines: LineAccount | None = None  # of the purchases that the rows were made from
    beyond_sample: int = 0  # of the rows dropped, those of customers beyond a sample that was asked for

    @model_validator(mode="after")
    def _accounts(self) -> Ledger:
        if self.rows_in != self.rows_out + self.dropped + self.quarantined:
            raise ValueError(
                f"ledger does not add up: {self.rows_in} rows in, {self.rows_out} out, "
                f"{self.dropped} dropped, {self.quarantined} quarantined"
            )
        return self

    def as_json(self) -> str:
        """What is stored; without lines and a sample it is to the last byte what version 0.1 wrote and reads."""
        return self.model_dump_json(exclude={name for name in ("lines", "beyond_sample") if not getattr(self, name)})


def is_large_share(share: float, customers: int) -> bool:
    """Whether one customer's share of the revenue is told: over a tenth, and three times an even share."""
    return share > max(_LARGE, _EVEN_SHARES / max(1, customers))
