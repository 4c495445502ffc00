"""What a file was understood to be: roles with their reasons, the money of a line, what is set aside, what is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pipeline.contract import Message
from pipeline.reading import Question

Form = Literal["customers", "purchases", "snapshots", "months"]
Counts = Literal["aside", "cancelled"]
Answers: TypeAlias = Mapping[str, str]  # question -> answer


@dataclass(frozen=True)
class Money:
    """What one line brought: an SQL expression over its columns."""

    sql: str
    columns: tuple[str, ...]
    once_an_order: bool = False  # it stands once an order: on its first line, or repeated on each


@dataclass(frozen=True)
class Aside:
    """Lines that do not count, and why."""

    name: str
    sql: str
    counts: Counts = "aside"
    whole_order: bool = False  # a status on one line of an order holds for all of them


@dataclass
class Understanding:
    """One reading of a file; ``questions`` are open until they are answered."""

    form: Form = "customers"
    customer: str | None = None
    customer_form: Literal["email", "phone", "code", "name", "number"] | None = (
        None  # spellings of one customer that are compared so
    )
    order: str | None = None
    day: str | None = None
    money: Money | None = None
    item: str | None = None
    category: str | None = None
    channel: str | None = None
    currency: str = ""  # a sign or an ISO code
    returns: str = ""  # SQL: lines that are returns
    returned: bool = False  # whether there are any
    period: str | None = None  # of snapshots
    months: tuple[str, ...] = ()  # of a table with a column a month
    arm: str | None = None  # the arm of an experiment
    afterwards: tuple[str, ...] = ()  # known only after the contact
    aside: list[Aside] = field(default_factory=list)
    formats: dict[str, str] = field(default_factory=dict)  # column -> form of its cells
    told: list[Message] = field(default_factory=list)  # what was taken for what, and why
    questions: list[Question] = field(default_factory=list)
    unused: dict[str, Message] = field(default_factory=dict)  # column -> why it must not be clustered on

    def tell(self, text: str, **values: object) -> None:
        """Add a line on what was taken for what."""
        self.told.append(Message.of(text, **values))  # type: ignore[arg-type]

    def count(self, one: str, many: str, n: int, **values: object) -> None:
        """Add a line on what was counted, in the form that ``n`` asks for."""
        self.told.append(Message.counted(one, many, n, **values))  # type: ignore[arg-type]

    @property
    def lines(self) -> bool:
        """Whether a row is less than a customer."""
        return self.form in ("purchases", "snapshots")
