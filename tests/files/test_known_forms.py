"""Known exports: found by their headers, each over a file of ours, and asked where the values contradict."""

from __future__ import annotations

import random
from pathlib import Path

import pandas as pd
import pytest

from pipeline.drafting import draft
from pipeline.errors import InputError
from pipeline.reading import quote, tables
from pipeline.understanding import recognise
from pipeline.understanding.known_forms import known_forms
from tests.files.answers import File
from tests.files.evaluation import differences, outcome_of
from tests.files.makers.exports import EXPORTS, exports
from tests.files.rendering import AS_IT_IS, render
from tests.files.taking_turns import some_at_once

FILES = {file.name: file for file in exports()}
CUSTOMERS = [name for name, form in known_forms().items() if form.kind in ("purchases", "customers")]
OTHERS = [name for name, form in known_forms().items() if form.kind not in ("purchases", "customers")]
ASKED = [name for name in CUSTOMERS if EXPORTS[name](1).answer.must_ask]


def typed(table: pd.DataFrame) -> pd.DataFrame:
    """Columns whose texts are all numbers, as numbers."""
    numbers = table.apply(lambda column: pd.to_numeric(column, errors="coerce"))
    whole = [name for name in table if numbers[name].notna().all()]
    return table.assign(**{name: numbers[name] for name in whole})


def headers(name: str) -> list[str]:
    return list(EXPORTS[name](1).table.columns)


def test_every_form_has_a_file_of_ours() -> None:
    assert set(EXPORTS) == set(known_forms())


@pytest.mark.parametrize("name", EXPORTS)
def test_a_form_is_known_by_its_headers(name: str) -> None:
    form = recognise(headers(name))

    assert form is not None
    assert form.name == name
    assert set(form.roles.values()) <= set(headers(name))
    assert form.customers[:1] == ((form.roles["customer"],) if "customer" in form.roles else ())


@pytest.mark.parametrize("name", EXPORTS)
def test_case_order_and_spaces_of_headers_do_not_matter(name: str) -> None:
    plain = headers(name)
    changed = ["\ufeff" + plain[0], *(f" {column.upper()} " for column in plain[1:])]
    random.Random(1).shuffle(changed)

    form = recognise(changed)

    assert form is not None
    assert form.name == name
    assert set(form.roles.values()) <= set(changed)


@pytest.mark.parametrize("name", EXPORTS)
def test_headers_of_a_form_with_one_of_its_signature_missing_are_not_it(name: str) -> None:
    signatures = known_forms()[name].signatures
    left = [column for column in headers(name) if not any(column in signature for signature in signatures)]

    form = recognise(left)

    assert form is None or form.name != name


@pytest.mark.parametrize("name", CUSTOMERS)
def test_the_sql_of_a_form_runs_over_its_file(name: str) -> None:
    form, table = recognise(headers(name)), typed(EXPORTS[name](1).table)
    assert form is not None
    conditions = [form.returns, *(aside.sql for aside in form.aside)] if form.returns else [a.sql for a in form.aside]

    with tables(frames={"data": table}) as engine:
        counted = [engine.query(f"SELECT count(*) AS n FROM data WHERE {sql}").n[0] for sql in conditions]
        columns = set(engine.columns("data"))

    assert all(0 <= count < len(table) for count in counted)
    assert {form.roles[role] for role in known_forms()[name].needs} <= columns
    if form.money:
        assert any(quote(column) in form.money.sql for column in columns)


@pytest.mark.parametrize("name", some_at_once(name for name in CUSTOMERS if name not in ASKED))
def test_a_file_of_a_form_is_read_right(name: str, tmp_path: Path) -> None:
    file = FILES[f"export_{name}_0"]

    drafted = draft(str(file.write(tmp_path)))

    assert [question.key for question in drafted.questions] == []
    assert differences(file.answer, *outcome_of(drafted.text, tmp_path / f"{file.name}.{file.extension}")) == []
    title = known_forms()[name].title
    assert any(title in message for message in drafted.told)


@pytest.mark.parametrize("name", ASKED)
def test_what_a_form_leaves_open_is_asked(name: str, tmp_path: Path) -> None:
    file = FILES[f"export_{name}_0"]
    path = str(file.write(tmp_path))

    first = draft(path)
    replies = {question.key: question.choices[0].value for question in first.questions}
    second = draft(path, answers=replies)

    assert set(replies) == file.answer.must_ask
    assert second.questions == ()
    assert differences(file.answer, *outcome_of(second.text, Path(path))) == []


@pytest.mark.parametrize("name", OTHERS)
def test_an_export_without_buyers_is_refused_with_its_reason_and_a_remedy(name: str, tmp_path: Path) -> None:
    form = known_forms()[name]

    with pytest.raises(InputError) as refused:
        draft(str(FILES[f"export_{name}_0"].write(tmp_path)))

    assert form.reason in str(refused.value)
    assert form.remedy in str(refused.value)


CONTRADICTIONS = {  # form -> the column of which an order has several, against its headers
    "shopify_orders": "Email",
    "woocommerce_items": "Email (Billing)",
    "uci_online_retail": "CustomerID",
    "superstore": "Customer ID",
    "etsy_items": "Buyer",
    "amazon_orders": "buyer-email",
}


@pytest.mark.parametrize(("name", "column"), CONTRADICTIONS.items())
def test_headers_whose_values_contradict_are_asked_and_not_taken(name: str, column: str, tmp_path: Path) -> None:
    """The customers are dealt out to the lines anew, so that one order has several."""
    export = EXPORTS[name](1300)
    table = export.table.assign(**{column: export.table[column].sample(frac=1, random_state=5).to_numpy()})
    path = tmp_path / "contradicting.csv"
    path.write_bytes(render(table, AS_IT_IS))

    assert recognise(list(table.columns)) is not None
    drafted = draft(str(path))

    assert drafted.questions
    assert any(column in str(message) for message in (*drafted.told, *(one.ask for one in drafted.questions)))


def test_statuses_are_compared_without_case() -> None:
    form = recognise(headers("shopify_orders"))

    assert form is not None
    assert form.status is not None
    assert [form.status.count(value) for value in ("Paid", " VOIDED ", "pending", "new one")] == [
        "used", "cancelled", "aside", "used",
    ]  # fmt: skip


def test_a_file_is_made_the_same_again() -> None:
    file: File = FILES["export_shopify_orders_0"]

    assert file.make() == file.make()
