"""The selected customers as a file: who is in it, what it says of itself, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import dash
import pandas as pd
import pytest

from dashapp.data import Run
from dashapp.routes import customers
from dashapp.selecting import Range, Selection
from pipeline.contract import Segmentation
from tests.dashapp.conftest import RUN


def table(text: str) -> tuple[list[str], list[list[str]]]:
    header, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    return header, rows


def test_the_file_holds_the_selected_customers_and_says_where_they_come_from(
    app: dash.Dash, segmentation: Segmentation
) -> None:
    asked = f"run={RUN[:12]}&age=30~50&segment=sample-1"
    answer = app.server.test_client().get(f"/customers.csv?{asked}")
    beside = app.server.test_client().get(f"/customers.txt?{asked}").get_data(as_text=True)

    header, rows = table(answer.get_data(as_text=True))
    frame = segmentation.customers
    expected = frame[frame["age"].between(30, 50, inclusive="left") & (segmentation.assignments["segment"] == 1)]
    assert [row[0] for row in rows] == expected["customer_id"].tolist()
    assert {row[1] for row in rows} == {"sample-1"}
    assert header[:4] == ["customer_id", "Segment", "Segment name", "Trust"]
    told = dict(line.split(": ", 1) for line in beside.removeprefix("\ufeff").splitlines())
    assert told["Run"] == RUN
    assert told["Segments"] == "3"
    assert "Age: 30 to 49 years" in told["Selection"]
    assert told["Data as of"] == "30 June 2026"
    assert f"korzina-{RUN[:8]}-k3-customers.csv" in answer.headers["Content-Disposition"]


def test_it_is_sent_in_pieces_and_without_formulas(segmentation: Segmentation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(customers, "_AT_ONCE", 50)
    run = Run(
        replace(segmentation, customers=segmentation.customers.assign(marital_status="=HYPERLINK(1)", customer_id="@x"))
    )

    pieces = list(customers.lines(customers.export(run, run.cube.filtered(Selection({"age": Range(30.0, None)})))))

    header, rows = table("".join(pieces))
    assert len(pieces) == 1 + -(-len(rows) // 50)
    assert {row[header.index("Marital status")] for row in rows} == {"'=HYPERLINK(1)"}
    assert {row[0] for row in rows} == {"'@x"}


def test_the_workbook_holds_the_same_customers_with_the_account_on_its_second_sheet(app: dash.Dash) -> None:
    client, asked = app.server.test_client(), f"run={RUN[:12]}&age=30~50&segment=sample-1"
    listed = pd.read_csv(io.StringIO(client.get(f"/customers.csv?{asked}").get_data(as_text=True)))

    with client.get(f"/customers.xlsx?{asked}") as answer:
        book = answer.data

    sheets = pd.read_excel(io.BytesIO(book), sheet_name=None, engine="openpyxl")
    assert list(sheets) == ["Customers", "About"]
    pd.testing.assert_frame_equal(sheets["Customers"], listed, check_dtype=False)
    about = pd.read_excel(io.BytesIO(book), sheet_name="About", header=None, engine="openpyxl").set_index(0)[1]
    assert (about["Run"], about["Segments"], about["Customers"]) == (RUN, 3, len(listed))
    assert answer.headers["Content-Disposition"].endswith('-customers.xlsx"')


def test_more_customers_than_a_workbook_takes_are_refused_in_words(
    app: dash.Dash, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customers, "MOST_IN_WORKBOOK", 10)
    answer = app.server.test_client().get(f"/customers.xlsx?run={RUN[:12]}")

    assert answer.status_code == 413
    assert "at most 10 customers: take the CSV" in answer.get_data(as_text=True)


@pytest.mark.parametrize("form", ["csv", "xlsx", "txt"])
@pytest.mark.parametrize("query", ["run=gone", "run=../../etc", "run=" + "e" * 32])
def test_an_unknown_run_is_said(app: dash.Dash, query: str, form: str) -> None:
    answer = app.server.test_client().get(f"/customers.{form}?{query}")

    assert answer.status_code == 404
    assert "no such segmentation" in answer.get_data(as_text=True)
