"""Tables with a row a customer: banks, telephones, malls, loyalty schemes, surveys; snapshots and wide months."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd

from tests.files.answers import Answer, File
from tests.files.rendering import Look, look, render
from tests.files.shop import customer_codes, people, shop


def customers() -> Iterator[File]:
    """Every file of this chapter."""
    for turn, name in enumerate(("comma_en", "semicolon_de", "tab_english", "pipe_es")):
        view = look(name, language="")
        yield _bank(view, 700 + turn)
        yield _telephone(view, 710 + turn)
        yield _wholesale(view, 720 + turn)
        yield _mall(view, 730 + turn)
        yield _survey(view, 740 + turn)
        yield _marketing(view, 750 + turn)
        yield _plain(view, 760 + turn)
        yield _card_of_loyalty(view, 770 + turn)
        yield _by_email(view, 780 + turn)
        yield _snapshots(view, 790 + turn)
        yield _wide_months(view, 800 + turn)
        yield _baskets(view, 810 + turn)
        yield _experiment(view, 820 + turn)
        yield _one_giant(view, 830 + turn)
        yield _sentinels(view, 840 + turn)
        yield _spoilt_ids(view, 850 + turn)


def table_answer(table: pd.DataFrame, customer: str | None, *never: str, **parts: object) -> Answer:
    """A row a customer; ``never``: columns that must not be clustered on."""
    values: dict[str, object] = {
        "kind": "customers",
        "customer": customer,
        "customers": len(table),
        "never_active": frozenset(never),
    }
    return Answer(**{**values, **parts})  # type: ignore[arg-type]


def _bank(view: Look, seed: int) -> File:
    """The bank of the churn exercises: a row number beside the customer, names, and who left."""
    rng, base = np.random.default_rng(seed), people(seed)
    count = len(base)
    table = pd.DataFrame(
        {
            "RowNumber": np.arange(1, count + 1).astype(str),
            "CustomerId": (15_600_000 + rng.permutation(90_000)[:count]).astype(str),
            "Surname": [f"Family{one % 57}" for one in base["number"]],
            "CreditScore": rng.integers(400, 850, count).astype(str),
            "Geography": rng.choice(["France", "Spain", "Germany"], count),
            "Gender": rng.choice(["Male", "Female"], count),
            "Age": base["age"].astype(str),
            "Tenure": rng.integers(0, 11, count).astype(str),
            "Balance": rng.lognormal(11, 0.6, count).round(2),
            "NumOfProducts": rng.integers(1, 5, count).astype(str),
            "HasCrCard": rng.integers(0, 2, count).astype(str),
            "IsActiveMember": rng.integers(0, 2, count).astype(str),
            "EstimatedSalary": rng.uniform(10_000, 200_000, count).round(2),
            "Exited": (rng.random(count) < 0.2).astype(int).astype(str),
        }
    )
    return File(
        f"bank_{view.name}",
        "a row a customer",
        "customers of a bank: row number, customer number, balance, who left",
        partial(render, table, view),
        table_answer(table, "CustomerId", "RowNumber", "CustomerId", "Exited", "Surname"),
    )


def _telephone(view: Look, seed: int) -> File:
    rng, base = np.random.default_rng(seed), people(seed)
    count = len(base)
    monthly = rng.uniform(18, 120, count).round(2)
    tenure = rng.integers(1, 72, count)
    table = pd.DataFrame(
        {
            "customerID": [f"{one:04d}-{chr(65 + one % 26)}XQ" for one in base["number"]],
            "gender": rng.choice(["Female", "Male"], count),
            "SeniorCitizen": rng.integers(0, 2, count).astype(str),
            "Partner": rng.choice(["Yes", "No"], count),
            "tenure": tenure.astype(str),
            "PhoneService": rng.choice(["Yes", "No"], count, p=[0.9, 0.1]),
            "InternetService": rng.choice(["DSL", "Fiber optic", "No"], count),
            "Contract": rng.choice(["Month-to-month", "One year", "Two year"], count),
            "PaperlessBilling": rng.choice(["Yes", "No"], count),
            "MonthlyCharges": monthly,
            "TotalCharges": (monthly * tenure).round(2),
            "Churn": rng.choice(["Yes", "No"], count, p=[0.26, 0.74]),
        }
    )
    return File(
        f"telephone_{view.name}",
        "a row a customer",
        "customers of a telephone company with flags and churn",
        partial(render, table, view),
        table_answer(table, "customerID", "customerID", "Churn", "gender"),
    )


def _wholesale(view: Look, seed: int) -> File:
    """No column tells customers apart: a row is a customer, and two codes are no quantities."""
    rng = np.random.default_rng(seed)
    count = 240
    spend = {
        name: rng.lognormal(8, 0.9, count).round(0).astype(int).astype(str)
        for name in ("Fresh", "Milk", "Grocery", "Frozen", "Detergents_Paper", "Delicassen")
    }
    table = pd.DataFrame(
        {"Channel": rng.integers(1, 3, count).astype(str), "Region": rng.integers(1, 4, count).astype(str), **spend}
    )
    return File(
        f"wholesale_{view.name}",
        "a row a customer",
        "yearly spend by category, no number of the customer",
        partial(render, table, view),
        table_answer(
            table, None, "Channel", "Region", may_ask=frozenset({"kind", "customer"}), replies={"kind": "customers"}
        ),
    )


def _mall(view: Look, seed: int) -> File:
    rng, base = np.random.default_rng(seed), people(seed, 200)
    count = len(base)
    table = pd.DataFrame(
        {
            "CustomerID": (base["number"] + 1).astype(str),
            "Gender": rng.choice(["Male", "Female"], count),
            "Age": base["age"].astype(str),
            "Annual Income (k$)": rng.integers(15, 140, count).astype(str),
            "Spending Score (1-100)": rng.integers(1, 101, count).astype(str),
        }
    )
    return File(
        f"mall_{view.name}",
        "a row a customer",
        "customers of a mall: age, income, a score",
        partial(render, table, view),
        table_answer(table, "CustomerID", "CustomerID", "Gender"),
    )


def _survey(view: Look, seed: int) -> File:
    rng, base = np.random.default_rng(seed), people(seed)
    count = len(base)
    table = pd.DataFrame(
        {
            "respondent_id": [f"R{one + 1:04d}" for one in base["number"]],
            "customer_since": [f"{2010 + one % 13}" for one in base["number"]],
            "age_group": rng.choice(["18-24", "25-34", "35-54", "55+"], count),
            "visits_per_month": rng.integers(0, 20, count).astype(str),
            "spend_per_visit": rng.lognormal(3, 0.5, count).round(2),
            "satisfaction": rng.integers(1, 6, count).astype(str),
            "comment": [f"said {rng.integers(1000, 9999)} things of visit {one}" for one in base["number"]],
        }
    )
    return File(
        f"survey_{view.name}",
        "a row a customer",
        "answers of customers to a survey",
        partial(render, table, view),
        table_answer(
            table, "respondent_id", "respondent_id", "age_group", "comment",
            may_ask=frozenset({"kind", "customer"}), replies={"customer": "respondent_id", "kind": "customers"},
        ),
    )  # fmt: skip


def _marketing(view: Look, seed: int) -> File:
    """The form of the customer personality exercise."""
    rng, base = np.random.default_rng(seed), people(seed)
    count = len(base)
    spend = {
        f"Mnt{name}": rng.lognormal(4, 1, count).round(0).astype(int).astype(str)
        for name in ("Wines", "Fruits", "MeatProducts", "FishProducts")
    }
    channels = {f"Num{name}Purchases": rng.poisson(4, count).astype(str) for name in ("Web", "Catalog", "Store")}
    table = pd.DataFrame(
        {
            "ID": (rng.permutation(9000)[:count] + 100).astype(str),
            "Year_Birth": (2013 - base["age"]).astype(str),
            "Education": rng.choice(["Graduation", "PhD", "Master"], count),
            "Marital_Status": rng.choice(["Married", "Single", "Together"], count),
            "Income": rng.integers(12_000, 99_000, count).astype(str),
            "Kidhome": rng.integers(0, 3, count).astype(str),
            "Dt_Customer": pd.Timestamp("2012-08-01") + pd.to_timedelta(rng.integers(0, 690, count), unit="D"),
            "Recency": rng.integers(0, 100, count).astype(str),
            **spend,
            **channels,
            "AcceptedCmp1": (rng.random(count) < 0.07).astype(int).astype(str),
            "Response": (rng.random(count) < 0.15).astype(int).astype(str),
        }
    )
    return File(
        f"marketing_{view.name}",
        "a row a customer",
        "spend by category, purchases by channel, answers to campaigns",
        partial(render, table, view),
        table_answer(table, "ID", "ID", "Response", "AcceptedCmp1", "Marital_Status", "Dt_Customer"),
    )


def _plain(view: Look, seed: int) -> File:
    base = people(seed)
    table = pd.DataFrame(
        {
            "client_no": customer_codes(base["number"], "code"),
            "orders": base["orders"].astype(str),
            "spend": base["spend"],
            "recency": base["recency"].astype(str),
            "city": base["city"],
            "plan": base["plan"],
        }
    )
    answer = table_answer(
        table, "client_no", "city", "plan", orders=int(base["orders"].sum()), money=round(float(base["spend"].sum()), 2)
    )
    return File(
        f"rfm_table_{view.name}",
        "a row a customer",
        "orders, spend and recency of each customer",
        partial(render, table, view),
        answer,
    )


def _card_of_loyalty(view: Look, seed: int) -> File:
    rng, base = np.random.default_rng(seed), people(seed)
    written = look("semicolon_ru", delimiter="\t" if view.delimiter == "\t" else ";")
    table = pd.DataFrame(
        {
            "Номер карты": (2_200_000_000 + 7 * base["number"]).astype(str),
            "ФИО": [f"Покупатель {one}" for one in base["number"]],
            "Дата регистрации": pd.Timestamp("2021-02-01") + pd.to_timedelta(rng.integers(0, 600, len(base)), unit="D"),
            "Дата последней покупки": pd.Timestamp("2023-11-30") - pd.to_timedelta(base["recency"], unit="D"),
            "Количество чеков": base["orders"].astype(str),
            "Сумма покупок": base["spend"] * 90,
            "Город": base["city"],
            "Пол": rng.choice(["М", "Ж"], len(base)),
        }
    )
    return File(
        f"loyalty_ru_{view.name}",
        "a row a customer",
        "Russian loyalty cards: receipts, sum, last purchase",
        partial(render, table, written),
        table_answer(table, "Номер карты", "Номер карты", "ФИО", "Город", "Пол", orders=int(base["orders"].sum())),
    )


def _by_email(view: Look, seed: int) -> File:
    base = people(seed)
    table = pd.DataFrame(
        {
            "Email": customer_codes(base["number"], "email"),
            "First Name": [f"Name{one % 31}" for one in base["number"]],
            "Total Orders": base["orders"].astype(str),
            "Total Spent": base["spend"],
            "Accepts Marketing": np.where(base["number"] % 3 == 0, "yes", "no"),
            "Zip": (60000 + base["number"] % 40).astype(str),
        }
    )
    answer = table_answer(
        table,
        "Email",
        "Email",
        "First Name",
        "Zip",
        orders=int(base["orders"].sum()),
        money=round(float(base["spend"].sum()), 2),
    )
    return File(
        f"customers_by_email_{view.name}",
        "a row a customer",
        "a shop's list of customers by e-mail",
        partial(render, table, view),
        answer,
    )


def _snapshots(view: Look, seed: int) -> File:
    """A row a customer and month: the newest month counts, or it is asked."""
    rng, base = np.random.default_rng(seed), people(seed, 80)
    months = [
        pd.DataFrame(
            {
                "customer_id": customer_codes(base["number"], "number"),
                "month": month,
                "orders": (base["orders"] + turn).astype(str),
                "spend": (base["spend"] * (1 + 0.1 * turn)).round(2),
                "days_since_last": rng.integers(0, 90, len(base)).astype(str),
            }
        )
        for turn, month in enumerate(("2023-01", "2023-02", "2023-03", "2023-04"))
    ]
    table = pd.concat(months, ignore_index=True)
    if seed % 2:
        table = table.sort_values(["customer_id", "month"], kind="stable", ignore_index=True)
    newest = months[-1]
    return File(
        f"snapshots_{view.name}",
        "snapshots and wide tables",
        "a row a customer and month",
        partial(render, table, view),
        table_answer(
            newest, "customer_id", "month", may_ask=frozenset({"kind", "as_of"}),
            replies={"kind": "snapshots"}, money=round(float(newest["spend"].sum()), 2),
        ),
    )  # fmt: skip


def _wide_months(view: Look, seed: int) -> File:
    rng, base = np.random.default_rng(seed), people(seed, 120)
    months = {
        f"2023-{month:02d}": np.where(rng.random(len(base)) < 0.5, rng.lognormal(3, 0.6, len(base)).round(2), 0.0)
        for month in range(1, 13)
    }
    table = pd.DataFrame({"customer_id": customer_codes(base["number"], "code"), **months})
    return File(
        f"wide_months_{view.name}",
        "snapshots and wide tables",
        "a column of spend a month",
        partial(render, table, view),
        table_answer(table, "customer_id", may_ask=frozenset({"kind"}), replies={"kind": "customers"}),
    )


def _baskets(view: Look, seed: int) -> File:
    """One basket a line, nobody who bought it: baskets, and no customers."""
    lines = shop(seed)
    rows = [
        [f"Item {item}" for item in group["item"]] + [""] * (4 - len(group)) for _order, group in lines.groupby("order")
    ]
    table = pd.DataFrame(rows, columns=[f"Item {place}" for place in range(1, 5)])
    return File(
        f"baskets_{view.name}",
        "snapshots and wide tables",
        "one basket a line, without customers",
        partial(render, table, view),
        Answer("none", may_ask=frozenset({"kind", "customer"})),
    )


def _experiment(view: Look, seed: int) -> File:
    """A randomised e-mail: the arm and what came after it are known only after the contact."""
    rng, base = np.random.default_rng(seed), people(seed, 600)
    count = len(base)
    arm = rng.choice(["Mens E-Mail", "Womens E-Mail", "No E-Mail"], count)
    visit = rng.random(count) < np.where(arm == "No E-Mail", 0.1, 0.17)
    table = pd.DataFrame(
        {
            "customer_id": customer_codes(base["number"], "number"),
            "recency": rng.integers(1, 13, count).astype(str),
            "history": base["spend"],
            "mens": rng.integers(0, 2, count).astype(str),
            "zip_code": rng.choice(["Urban", "Rural", "Surburban"], count),
            "newbie": rng.integers(0, 2, count).astype(str),
            "channel": rng.choice(["Web", "Phone", "Multichannel"], count),
            "segment": arm,
            "visit": visit.astype(int).astype(str),
            "conversion": (visit & (rng.random(count) < 0.2)).astype(int).astype(str),
            "spend": np.where(visit & (rng.random(count) < 0.2), rng.lognormal(4, 0.6, count).round(2), 0.0),
        }
    )
    return File(
        f"experiment_{view.name}",
        "outcomes and experiments",
        "treatment and control, and what was known only after the contact",
        partial(render, table, view),
        table_answer(
            table, "customer_id", "segment", "visit", "conversion", "spend", may_ask=frozenset({"kind", "arm"})
        ),
    )


def _one_giant(view: Look, seed: int) -> File:
    """One account of a company beside 239 people: money stays."""
    base = people(seed).copy()
    base.loc[17, ["orders", "spend"]] = [4000, 9_800_000.0]
    table = pd.DataFrame(
        {
            "customer_id": customer_codes(base["number"], "number"),
            "orders": base["orders"].astype(int).astype(str),
            "spend": base["spend"],
            "recency": base["recency"].astype(str),
        }
    )
    answer = table_answer(
        table, "customer_id", orders=int(base["orders"].sum()), money=round(float(base["spend"].sum()), 2)
    )
    return File(
        f"one_giant_{view.name}",
        "a row a customer",
        "one account with nearly all the money",
        partial(render, table, view),
        answer,
    )


def _sentinels(view: Look, seed: int) -> File:
    """999 and -1 stand for nothing known."""
    base = people(seed).copy()
    table = pd.DataFrame(
        {
            "customer_id": customer_codes(base["number"], "code"),
            "orders": base["orders"].astype(str),
            "spend": base["spend"],
            "age": base["age"].where(base["number"] % 9 != 0, 999).astype(str),
            "days_since_last_order": base["recency"].where(base["number"] % 11 != 0, -1).astype(str),
        }
    )
    return File(
        f"sentinels_{view.name}",
        "a row a customer",
        "999 and -1 for what is not known",
        partial(render, table, view),
        table_answer(table, "customer_id", orders=int(base["orders"].sum())),
    )


def _spoilt_ids(view: Look, seed: int) -> File:
    """A spreadsheet turned card numbers into 1.23E+12: customers are lost, and it says so."""
    base = people(seed)
    table = pd.DataFrame(
        {
            "card": "1,23E+12" if view.decimal == "," else "1.23E+12",
            "orders": base["orders"].astype(str),
            "spend": base["spend"],
            "recency": base["recency"].astype(str),
        }
    )
    return File(
        f"spoilt_ids_{view.name}",
        "no customer",
        "card numbers that a spreadsheet rounded to one",
        partial(render, table, view),
        Answer("none", may_ask=frozenset({"kind", "customer"}), never_active=frozenset({"card"})),
    )
