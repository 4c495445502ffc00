"""The account of lines on the Data page, in the report and beside scored customers; the day they are counted from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import dash
import pandas as pd
import pytest
from flask.testing import FlaskClient

from dashapp.app import create_app
from dashapp.data import Champions, Run, SegmentationData, View
from dashapp.i18n import speak
from dashapp.pages.data.layout import finding
from dashapp.pages.data.lines_card import lines_card
from dashapp.pages.score import ids
from dashapp.pages.score.layout import layout as score_page
from dashapp.report.method import data_account
from dashapp.telling import account_header, account_rows, finding_sentences
from pipeline.contract import Segmentation
from pipeline.settings import Settings
from pipeline.spec import Spec
from tests.dashapp.conftest import MemoryStore, champion
from tests.dashapp.test_score_page import as_upload, post, upload
from tests.pipeline.test_line_account import many
from tests.pipeline.test_lines import LINES, VOID, lines_spec
from tests.pipeline.test_score_day import trained

RUN_ID = "a" * 32


def spec() -> Spec:
    return lines_spec({**LINES, "returns": "amount < 0", "aside": [VOID]}, currency="$")


@pytest.fixture(scope="module")
def run() -> Segmentation:
    rows = many()
    rows.loc[[3, 4, 5, 6], "customer"] = None
    rows.loc[9, "status"], rows.loc[11, "amount"] = "void", -20.0
    rows = pd.concat([rows, rows.iloc[[20]]], ignore_index=True)
    return replace(trained(spec(), rows), experiment="shop")


@pytest.fixture
def client(run: Segmentation) -> Iterator[FlaskClient]:
    store = MemoryStore({RUN_ID: run}, (champion(RUN_ID, run.k, experiment="shop"),))
    dash.page_registry.clear()
    client = create_app(SegmentationData(lambda: store, Settings(poll_seconds=0.01))).server.test_client()
    client.get("/score")
    yield client
    dash.page_registry.clear()


def test_the_table_adds_up_from_the_first_line_on(run: Segmentation) -> None:
    account = run.ledger.lines
    assert account is not None

    rows = account_rows(account, "$")

    assert account_header(account) == ["What", "Lines", "Money", "Where, for example"]
    assert [row[0] for row in rows] == [
        "Read",
        "Used",
        "Used: returns",
        "Set aside: void",
        "Set aside: no customer",
    ]
    lines = [int(row[1].replace(",", "")) for row in rows]
    money = [float(row[2].replace("$", "").replace(",", "").replace("−", "-")) for row in rows]
    assert lines[0] == 401 == sum(lines[1:])
    assert money[0] == pytest.approx(sum(money[1:]), abs=0.005)
    assert rows[4][3] == "row 4, row 5, row 6 ..."


def test_the_card_and_the_report_show_it_in_both_languages(run: Segmentation) -> None:
    told = {}
    for code in ("en", "ru"):
        speak(code)
        told[code] = (str(lines_card(run)), str(data_account(run)))

    for shown in told["en"]:
        assert "What became of every line?" in shown
        assert "401 lines read with $" in shown
        assert "1 line repeats an earlier one in every column" in shown
    for shown in told["ru"]:
        assert "Что стало с каждой строкой покупок?" in shown
        assert "Прочитана 401 строка на " in shown


def test_findings_are_told_with_their_places(run: Segmentation) -> None:
    account = run.ledger.lines
    assert account is not None

    (repeats,) = finding_sentences(account, "$")

    assert repeats.startswith("1 line repeats an earlier one in every column and is counted like it ($")
    assert repeats.endswith("; row 401).")


def test_a_run_without_an_account_has_no_card(run: Segmentation) -> None:
    bare = replace(run, ledger=run.ledger.model_copy(update={"lines": None}))

    assert lines_card(bare) is None
    assert "What became of every line?" not in str(data_account(bare))


def placed(client: FlaskClient, rows: pd.DataFrame, day: object) -> dict[str, object]:
    content = rows.assign(day=rows["day"].dt.strftime("%Y-%m-%d")).to_csv(index=False).encode()
    answer = upload(client, as_upload(content), origin={"run": RUN_ID}, day=day)
    assert answer.status_code == 200, answer.data[:300]
    return dict(answer.get_json()["response"])


def test_the_score_page_counts_from_the_last_day_of_the_file_and_says_so(client: FlaskClient) -> None:
    rows = many().assign(day=many()["day"] + pd.Timedelta(days=30))

    answer = json.loads(placed(client, rows, None)[ids.ANSWER]["data"])  # type: ignore[index]
    shown = post(
        client,
        [(ids.HEAD, "children"), (ids.RESULT, "children")],
        [(ids.ANSWER, "data", json.dumps(answer)), ("scheme", "data", "light")],
        [("page-run", "data", {"run": RUN_ID})],
    ).get_data(as_text=True)

    assert answer["counted"] == {"day": "2023-08-18", "by": "file"}
    assert "Ages and recencies count from 2023-08-18, the last day of the data." in shown
    assert "400 lines read with $" in shown


def test_the_score_page_counts_from_the_day_in_its_field(client: FlaskClient) -> None:
    answer = json.loads(placed(client, many(), "2023-09-01")[ids.ANSWER]["data"])  # type: ignore[index]

    assert answer["counted"] == {"day": "2023-09-01", "by": "asked"}


@pytest.mark.parametrize(
    ("days", "day", "told"),
    [
        (-30, None, "before that of the training"),
        (0, "yesterday", "is no day"),
    ],
)
def test_the_score_page_says_what_is_wrong_with_a_day(client: FlaskClient, days: int, day: object, told: str) -> None:
    answer = placed(client, many().assign(day=many()["day"] + pd.Timedelta(days=days)), day)

    assert told in json.dumps(answer[ids.PROBLEM])
    assert answer[ids.ANSWER] == {"data": None}


def test_the_page_does_not_say_that_nothing_was_set_aside_where_lines_were(run: Segmentation) -> None:
    assert finding(run.ledger) == (
        "5 of 401 lines read are set aside, each by a rule named below; the others make 40 customers."
    )


def test_the_score_page_asks_for_lines_of_purchases(run: Segmentation) -> None:
    store = MemoryStore({RUN_ID: run}, (champion(RUN_ID, run.k, experiment="shop"),))
    data = SegmentationData(lambda: store, Settings(poll_seconds=0.01))
    told = {}
    for code in ("en", "ru"):
        speak(code)
        told[code] = str(score_page(data, View(Run(run).retold(code), Champions())))

    assert "one row a line of a purchase, as in training" in told["en"]
    for column in ("customer", "order", "day", "amount", "status"):
        assert f"Code('{column}')" in told["en"]
    assert "Code('spend')" not in told["en"]
    assert "кто купил" in told["ru"]
