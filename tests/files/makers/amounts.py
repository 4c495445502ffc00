"""Tables with a row a customer and several columns of money: which of them add up to the spend, and which do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
import pandas as pd

from tests.files.answers import Answer, File
from tests.files.rendering import AS_IT_IS, render
from tests.files.shop import people

_DIFFERENT = "amounts of different things under one currency"
# name: (form, the customer's column, columns of money, which of them are the spend; None: none is, nothing adds up)
_FILES: dict[str, tuple[str, str, Sequence[str], Sequence[str] | None]] = {
    "accounts_eur": (_DIFFERENT, "Client ID", ("Balance EUR", "Credit limit EUR", "Payments EUR", "Fees EUR"), None),
    "accounts_rub": (
        _DIFFERENT,
        "Номер клиента",
        ("Остаток, руб", "Кредитный лимит, руб", "Платежи, руб", "Оборот по карте, руб"),
        ("Оборот по карте, руб",),
    ),
    "counterparties_rub": (
        _DIFFERENT,
        "Customer code",
        ("Turnover, RUB", "Receivables, RUB", "Credit limit, RUB", "Discounts, RUB"),
        ("Turnover, RUB",),
    ),
    "accounts_thousands": (
        _DIFFERENT,
        "Код клиента",
        ("Вклады, тыс. руб.", "Кредиты, тыс. руб.", "Ипотека, тыс. руб.", "Зарплата, тыс. руб."),
        None,
    ),
    "loans_and_deposits": (
        "amounts of what is owed and kept",
        "Client ID",
        ("Loan amount", "Deposit amount", "Card limit amount"),
        None,
    ),
    "sums_of_a_bank": (
        "amounts of what is owed and kept",
        "Номер клиента",
        ("Сумма кредита", "Сумма вклада", "Сумма долга"),
        None,
    ),
    "spend_by_period": (
        "one spend over several periods",
        "Customer ID",
        ("Spend last month, EUR", "Spend last year, EUR", "Average monthly spend, EUR"),
        None,
    ),
    "spend_and_its_total": (
        "spend on kinds of things beside its total",
        "Customer ID",
        ("Hobby spend", "Tools spend", "Paint spend", "Total spend"),
        ("Total spend",),
    ),
    "kinds_of_goods_eur": (
        "spend on kinds of things under one currency",
        "Customer ID",
        ("Wine EUR", "Fish EUR", "Bread EUR"),
        ("Wine EUR", "Fish EUR", "Bread EUR"),
    ),
    "spend_on_kinds_rub": (
        "spend on kinds of things under one currency",
        "Код клиента",
        ("Траты на ремонт, руб", "Траты на сад, руб", "Траты на дом, руб"),
        ("Траты на ремонт, руб", "Траты на сад, руб", "Траты на дом, руб"),
    ),
    "sales_by_channel_eur": (
        "money by channel beside orders",
        "Customer ID",
        ("Web sales, EUR", "Store sales, EUR", "Catalogue sales, EUR"),
        ("Web sales, EUR", "Store sales, EUR", "Catalogue sales, EUR"),
    ),
}


def amounts() -> Iterator[File]:
    """Every file of this chapter."""
    for number, (name, (form, customer, money, spend)) in enumerate(_FILES.items()):
        table = _table(8600 + number, customer, money)
        answer = Answer(
            "customers",
            customer,
            len(table),
            money=None if spend is None else round(float(table[list(spend)].to_numpy().sum()), 2),
            adds_up=spend is not None and (len(spend) > 1 or "Total spend" in spend),
            spends=spend is not None,
        )
        yield File(name, "a row a customer", form, partial(render, table, AS_IT_IS), answer)


def _table(seed: int, customer: str, money: Sequence[str]) -> pd.DataFrame:
    rng, base = np.random.default_rng(seed), people(seed, 160)
    columns = {name: rng.lognormal(4 + place, 0.7, len(base)).round(2) for place, name in enumerate(money)}
    if "Total spend" in columns:
        columns["Total spend"] = np.sum([columns[name] for name in money if name != "Total spend"], axis=0).round(2)
    age, contacts = ("Возраст", "Обращения за год") if customer.isascii() is False else ("Age", "Contacts a year")
    return pd.DataFrame(
        {customer: base["number"] + 40_001, age: base["age"], **columns, contacts: rng.poisson(4, len(base))}
    )
