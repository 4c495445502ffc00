"""The Data page: the account of the rows, what is missing, and the download of what was set aside."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import dash
import pytest
from flask.testing import FlaskClient

from dashapp.charts import LIGHT
from dashapp.data import Run, SegmentationData
from dashapp.i18n import speak
from dashapp.ids import taking
from dashapp.pages import data as page
from dashapp.pages.data import figures, ids
from dashapp.pages.data.cleaning_account import TakenOut, counts_of, merged, missing_values, taken_out
from dashapp.pages.data.layout import chain, change
from dashapp.selecting import Cube
from pipeline.contract import Ledger, LedgerEntry, Segmentation, csv_lines
from pipeline.settings import Settings
from tests.dashapp.conftest import RUN, MemoryStore

ORIGIN = {"run": RUN}


@pytest.fixture
def client(app: dash.Dash) -> FlaskClient:
    client = app.server.test_client()
    client.get("/data")
    return client


def post(client: FlaskClient, output: str, outputs: Any, inputs: list[Any], state: list[Any]) -> Any:
    return client.post(
        "/_dash-update-component",
        json={
            "output": output,
            "outputs": outputs,
            "inputs": inputs,
            "state": state,
            "changedPropIds": [f"{inputs[0]['id']}.{inputs[0]['property']}"],
        },
    )


def download(client: FlaskClient, origin: object, clicks: object = 1) -> Any:
    return post(
        client,
        f"{ids.DOWNLOAD}.data",
        {"id": ids.DOWNLOAD, "property": "data"},
        [{"id": name, "property": "n_clicks", "value": clicks} for name in taking(ids.DOWNLOAD_BUTTON).values()],
        [{"id": "page-run", "property": "data", "value": origin}],
    )


def draw(client: FlaskClient, columns: Any, origin: object = ORIGIN, count: int = 1) -> Any:
    names = [ids.distribution("spend")] * count
    return post(
        client,
        f'..{ids.ACCOUNT}.figure...{ids.MISSING}.figure...{{"column":["ALL"],"type":"data-distribution"}}.figure..',
        [
            {"id": ids.ACCOUNT, "property": "figure"},
            {"id": ids.MISSING, "property": "figure"},
            [{"id": name, "property": "figure"} for name in names],
        ],
        [{"id": "scheme", "property": "data", "value": "dark"}],
        [{"id": "page-run", "property": "data", "value": origin}, columns],
    )


def test_the_bar_holds_every_row_that_was_read(segmentation: Segmentation) -> None:
    figure = figures.account(segmentation.ledger, LIGHT)

    assert {trace.name: trace.x[0] for trace in figure.data} == {"Customers": 400, "Dropped": 2, "Set aside": 1}


def test_no_rows_and_no_gaps_are_said_in_words() -> None:
    nothing = figures.account(
        Ledger(source="x", fingerprint="x", rows_in=0, rows_out=0, dropped=0, quarantined=0), LIGHT
    )

    assert "No rows" in nothing.layout.annotations[0].text
    assert "Nothing is missing" in figures.missing([], 10, LIGHT).layout.annotations[0].text


def test_missing_values_are_counted_as_pandas_does(segmentation: Segmentation) -> None:
    gaps = dict(missing_values(Run(segmentation)))

    assert gaps["Household income"] == segmentation.customers["income"].isna().sum()
    assert "Total spend" not in gaps


def test_a_histogram_counts_every_known_customer(segmentation: Segmentation, cube: Cube) -> None:
    counts = counts_of(Run(segmentation), cube.dimensions["age"])

    figure = figures.distribution(cube.dimensions["age"], counts, LIGHT)
    assert sum(figure.data[0].y) == segmentation.customers["age"].notna().sum()


def test_the_page_tells_every_rule_with_count_and_example(data: SegmentationData) -> None:
    text = str(page.PAGE.drawn(data))

    for words in (
        "Exact duplicates",
        "2 dropped",
        "1 set aside",
        "-12.5",
        "recency counts from",
        "30 June 2026",
        "403 rows in = 400 customers + 2 dropped + 1 set aside",
    ):
        assert words in text


def test_an_empty_store_says_what_to_run() -> None:
    assert "make demo" in str(page.PAGE.drawn(SegmentationData(lambda: MemoryStore({}), Settings(poll_seconds=1))))


def test_the_download_is_the_quarantine_with_its_numbers(client: FlaskClient) -> None:
    content = download(client, ORIGIN).get_json()["response"][ids.DOWNLOAD]["data"]["content"]

    rows = list(csv.reader(io.StringIO(content.removeprefix("\ufeff"))))
    assert rows == [["rule", "row", "customer_id", "spend"], ["range", "17", "C99999", "-12.5"]]


@pytest.mark.parametrize("cell", ["=1+1", "+1+1", "-1-1", "@x", "\tx", "\rx"])
def test_no_cell_starts_a_formula(cell: str) -> None:
    assert next(csv.reader(io.StringIO(csv_lines([[cell]]), newline="")))[0] == f"'{cell}"


@pytest.mark.parametrize("origin", [None, 3, [], {"run": ["x"]}, {"run": "gone"}])
def test_a_forged_origin_gets_nothing(client: FlaskClient, origin: object) -> None:
    assert download(client, origin).status_code in (200, 204)
    assert "content" not in download(client, origin).get_data(as_text=True)


def test_charts_are_drawn_for_the_columns_that_stand_on_the_page(client: FlaskClient) -> None:
    asked = [{"id": ids.distribution("spend"), "property": "id", "value": ids.distribution("spend")}]

    answer = draw(client, asked).get_json()["response"]

    key = json.dumps(ids.distribution("spend"), sort_keys=True, separators=(",", ":"))
    assert answer[key]["figure"]["data"][0]["type"] == "bar"


@pytest.mark.parametrize(
    "asked",
    [
        [{"id": ids.distribution("spend"), "property": "id", "value": {"type": "data-distribution", "column": "gone"}}],
        [{"id": ids.distribution("spend"), "property": "id", "value": 3}],
    ],
)
def test_a_forged_column_breaks_nothing(client: FlaskClient, asked: Any) -> None:
    answer = draw(client, asked)

    assert answer.status_code in (200, 204), answer.data[:300]
    assert "sideUpdate" not in answer.get_data(as_text=True)


# ------------------------------------------------------------------ before and after


def test_values_of_rows_set_aside_are_shown_as_taken_out(segmentation: Segmentation, cube: Cube) -> None:
    gone = taken_out(Run(segmentation), cube.dimensions["spend"])

    assert (gone.count, gone.values) == (1, (-12.5,))
    assert gone.by_bin(cube.dimensions["spend"]).tolist() == [1, *[0] * (cube.dimensions["spend"].bins - 1)]


def test_repaired_values_are_counted_whole_and_drawn_as_far_as_they_are_kept(
    segmentation: Segmentation, cube: Cube
) -> None:
    entry = LedgerEntry(
        rule="range",
        column="income",
        repaired=7,
        detail="7 values of income outside 0 to 300000",
        examples=("666666 (line 2235)", "1.2e+06 (line 8)"),
    )
    ledger = segmentation.ledger.model_copy(update={"entries": (*segmentation.ledger.entries, entry)})
    run, dimension = Run(replace(segmentation, ledger=ledger)), cube.dimensions["income"]

    gone = taken_out(run, dimension)
    figure = figures.distribution(dimension, counts_of(run, dimension), LIGHT, gone.by_bin(dimension))

    assert (gone.count, gone.values) == (7, (666666.0, 1.2e6))
    assert gone.by_bin(dimension)[-1] == 2
    assert [trace.name for trace in figure.data] == ["after cleaning", "taken out by cleaning"]
    assert list(figure.data[1].x) == [dimension.centres[-1]]
    assert "7 values (such as $666,666 a year; $1,200,000 a year)" in change(run, dimension, gone)


def test_a_column_computed_from_a_cleaned_one_says_so(segmentation: Segmentation, cube: Cube) -> None:
    entry = LedgerEntry(rule="range", column="born", repaired=3, detail="3 values of born outside 1914 to 1999")
    ledger = segmentation.ledger.model_copy(update={"entries": (entry,)})
    spec = json.dumps({"columns": {"born": {}, "age": {"sql": "year(as_of) - born"}}})
    run = Run(replace(segmentation, ledger=ledger, spec=spec))

    dimension = cube.dimensions["age"]
    assert "3 values of born outside 1914 to 1999" in change(run, dimension, taken_out(run, dimension))


@pytest.mark.parametrize("spec", ["", "{}", "[]", "null", '{"columns": {"age": {"sql": null}}}', "not json"])
def test_an_old_run_without_a_spec_takes_nothing_out(segmentation: Segmentation, cube: Cube, spec: str) -> None:
    run = Run(replace(segmentation, spec=spec))

    assert taken_out(run, cube.dimensions["age"]) == TakenOut(0, ())
    assert change(run, cube.dimensions["age"], TakenOut(0, ())) == "Cleaning took nothing out."


def test_the_page_is_told_in_russian(data: SegmentationData) -> None:
    speak("ru")
    try:
        text = str(page.PAGE.drawn(data))
    finally:
        speak("en")

    for words in ("Можно ли доверять данным?", "403 = клиентов 400 + удалено 2 + отложено 1", "Точные повторы"):
        assert words in text
    assert "Which values are missing" not in text


def test_an_outcome_without_a_value_is_not_missing_but_not_contacted(segmentation: Segmentation) -> None:
    assert segmentation.customers["response_2"].isna().any()

    assert "Accepted campaign 2" not in dict(missing_values(Run(segmentation)))


def test_columns_are_told_by_their_labels_and_one_gap_once(segmentation: Segmentation) -> None:
    imputed = tuple(
        LedgerEntry(rule="imputed", detail=f"6 customers have no {one}; the median stands in", column=one, repaired=6)
        for one in ("income", "age")
    )
    zero = LedgerEntry(rule="nothing bought", detail="2 rows where orders = 0: dropped", dropped=2)
    run = Run(segmentation)

    found = merged(run, [(one, one) for one in (*imputed, zero)])

    labels = {one.name: one.label for one in segmentation.dataset.columns}
    assert [one.detail for one in found] == [
        f"6 customers have no “{labels['income']}”, “{labels['age']}”; the median stands in",
        f"2 rows where “{labels['orders']}” = 0: dropped",
    ]


def test_of_several_tables_the_chain_down_to_the_customers_is_told() -> None:
    ledger = Ledger(
        source="x",
        fingerprint="x",
        rows_in=2469,
        rows_out=2467,
        dropped=2,
        quarantined=0,
        tables={"transactions": 1_469_307, "products": 92_331},
    )

    assert chain(ledger) == (
        "1,469,307 rows of “transactions” → 2,469 customers in the data → 2,467 customers in the segments."
    )
