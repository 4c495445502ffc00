"""What is right for a file of the corpus, known because the file was made from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

import pandas as pd

Kind = Literal["purchases", "customers", "baskets", "none"]


@dataclass(frozen=True)
class Answer:
    """The right reading; ``kind`` "none": the file holds no customers, and is refused or asked about."""

    kind: Kind
    customer: str | None = None  # header of the customer's column; None: there is none, a row is a customer
    customers: int | None = None
    orders: int | None = None
    money: float | None = None  # net of returns
    first: date | None = None
    last: date | None = None
    last_of_file: date | None = None  # of all lines, where those that do not count reach further
    may_ask: frozenset[str] = frozenset()  # keys of questions that may be asked; others are questions too many
    must_ask: frozenset[str] = frozenset()  # to take it without this question is wrong, whatever comes of it
    replies: Mapping[str, str] = field(default_factory=dict)  # the right answer to a question
    even: frozenset[str] = frozenset()  # questions on which nothing speaks for an answer: any may stand first
    never_active: frozenset[str] = frozenset()  # columns that must not be clustered on
    adds_up: bool = True  # False: its columns are different things, and no two of them are added up
    spends: bool = True  # False: no column is what customers spent


@dataclass(frozen=True)
class File:
    """One file of the corpus."""

    name: str  # unique: letters, digits, _
    kind: str  # the chapter that it belongs to
    form: str  # what it is, in words, for readers of docs/files.md
    make: Callable[[], bytes | Mapping[str, bytes]]  # several files by name: a folder
    answer: Answer
    extension: str = "csv"

    def write(self, folder: Path) -> Path:
        """The file, or the folder of its files, in ``folder``."""
        made = self.make()
        path = folder / (self.name if isinstance(made, Mapping) else f"{self.name}.{self.extension}")
        if isinstance(made, Mapping):
            path.mkdir(exist_ok=True)
            for name, content in made.items():
                (path / name).write_bytes(content)
        else:
            path.write_bytes(made)
        return path


NO_CUSTOMERS = Answer("none")


def answer_of(
    lines: pd.DataFrame, customer: str | None, of_file: pd.DataFrame | None = None, **parts: object
) -> Answer:
    """The answer for the lines that count: ``customer``, ``order``, ``day``, ``money`` and perhaps ``returned``.

    ``of_file``: all lines of the file, where that has others as well.
    """
    bought = lines[~lines["returned"]] if "returned" in lines else lines
    answer = Answer(
        kind="purchases",
        customer=customer,
        customers=int(lines["customer"].nunique()),
        orders=int(bought["order"].nunique()),
        money=round(float(lines["money"].sum()), 2),
        first=bought["day"].min().date(),
        last=bought["day"].max().date(),
        last_of_file=(lines if of_file is None else of_file)["day"].max().date(),
    )
    return Answer(**{**vars(answer), **parts})  # type: ignore[arg-type]
