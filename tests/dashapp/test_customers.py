"""The selected customers as a file: who is in it, what it says of itself, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import dash
import pytest

from dashapp.data import Run
from dashapp.routes import customers
from dashapp.selecting import Range, Selection
from pipeline.contract import Segmentation
from tests.dashapp.conftest import RUN


def table(text: str) -> tuple[list[list[str]], list[str], list[list[str]]]:
    lines = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    cut = lines.index([])
    return lines[:cut], lines[cut + 1], lines[cut + 2 :]


def test_the_file_holds_the_selected_customers_and_says_where_they_come_from(
    app: dash.Dash, segmentation: Segmentation
) -> None:
    answer = app.server.test_client().get(f"/customers.csv?run={RUN[:12]}&age=30~50&segment=sample-1")

    about, header, rows = table(answer.get_data(as_text=True))
    frame = segmentation.customers
    expected = frame[frame["age"].between(30, 50, inclusive="left") & (segmentation.assignments["segment"] == 1)]
    assert [row[0] for row in rows] == expected["customer_id"].tolist()
    assert {row[1] for row in rows} == {"sample-1"}
    assert header[:4] == ["Customer", "Segment", "Segment name", "Trust"]
    told = {line[0]: line[1] for line in about}
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

    pieces = list(customers.lines(run, run.cube.filtered(Selection({"age": Range(30.0, None)}))))

    _about, header, rows = table("".join(pieces))
    assert len(pieces) == 1 + -(-len(rows) // 50)
    assert {row[header.index("Marital status")] for row in rows} == {"'=HYPERLINK(1)"}
    assert {row[0] for row in rows} == {"'@x"}


@pytest.mark.parametrize("query", ["run=gone", "run=../../etc", "run=" + "e" * 32])
def test_an_unknown_run_is_said(app: dash.Dash, query: str) -> None:
    answer = app.server.test_client().get(f"/customers.csv?{query}")

    assert answer.status_code == 404
    assert "no such segmentation" in answer.get_data(as_text=True)
