"""From which day the recencies of new customers count: asked, the last of the data, or the spec's; and it is said."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from pipeline import command_line
from pipeline.__main__ import app
from pipeline.analyse import analyse
from pipeline.cleaning import clean
from pipeline.contract import Segmentation
from pipeline.errors import InputError, KorzinaError
from pipeline.reading import Frames, named_columns, read_source
from pipeline.scoring import EarlierDayError, expected_file, score, score_upload
from pipeline.settings import Settings
from pipeline.spec import Spec
from pipeline.stages import Options
from pipeline.stopwatch import Stopwatch
from pipeline.store import Store
from tests.pipeline.test_line_account import many
from tests.pipeline.test_lines import LINES, VOID, lines_spec
from tests.support import as_stored, save_training

LAST = date(2023, 7, 19)  # of ``many``


def trained(spec: Spec, rows: pd.DataFrame | None = None) -> Segmentation:
    cleaned = clean(read_source(spec, Frames.of(many() if rows is None else rows)), spec)
    training = analyse(cleaned, Options(k_max=3), Stopwatch(), spec=spec.model_dump_json())
    return as_stored(training, "a" * 32)


@pytest.fixture(scope="module")
def auto() -> Segmentation:
    return trained(lines_spec(LINES))


@pytest.fixture(scope="module")
def fixed() -> Segmentation:
    return trained(lines_spec(LINES, as_of=LAST))


def later(days: int) -> Frames:
    rows = many()
    return Frames.of(rows.assign(day=rows["day"] + pd.Timedelta(days=days)))


def test_the_day_of_the_training_is_stored_and_auto_stays_in_the_spec(auto: Segmentation) -> None:
    assert auto.dataset.as_of == LAST
    assert '"as_of":"auto"' in auto.spec


def test_a_month_later_recencies_count_from_the_last_day_of_the_data(auto: Segmentation) -> None:
    now, then = score(auto, later(30)), score(auto, Frames.of(many()))

    assert now.counted is not None
    assert (now.counted.day, now.counted.by) == (date(2023, 8, 18), "file")
    assert now.notes[0] == "ages and recencies count from 2023-08-18, the last day of the data"
    assert now.table["distance"].tolist() == then.table["distance"].tolist()


def test_customers_summed_up_already_are_placed_as_their_lines_are(auto: Segmentation) -> None:
    lines = score(auto, Frames.of(many()))
    needed = ["customer", "spend", "orders", "recency"]
    finished = read_source(lines_spec(LINES), Frames.of(many())).frame[needed]

    placed = score(auto, Frames.of(finished))

    assert placed.counted is not None
    assert (placed.counted.day, placed.counted.by) == (LAST, "spec")
    assert placed.ledger.lines is None
    pd.testing.assert_frame_equal(placed.table, lines.table)


def test_a_table_that_is_neither_lines_nor_customers_is_refused_as_lines(auto: Segmentation) -> None:
    with pytest.raises(InputError, match=r"lines\."):
        score(auto, Frames.of(many().drop(columns="order")))


def test_a_spec_with_a_day_of_its_own_keeps_it(fixed: Segmentation) -> None:
    scored = score(fixed, later(30))

    assert scored.counted is not None
    assert (scored.counted.day, scored.counted.by) == (LAST, "spec")
    assert scored.ledger.lines is not None
    (rule,) = scored.ledger.lines.aside
    assert rule.rule == "after the day of the analysis"


@pytest.mark.parametrize("run", ["auto", "fixed"])
def test_a_day_that_is_asked_for_counts(run: str, request: pytest.FixtureRequest) -> None:
    scored = score(request.getfixturevalue(run), later(30), as_of=date(2023, 9, 1))

    assert scored.counted is not None
    assert (scored.counted.day, scored.counted.by) == (date(2023, 9, 1), "asked")
    assert scored.summary()["as_of"] == "2023-09-01"


def test_data_that_end_before_the_training_are_asked_about(auto: Segmentation) -> None:
    with pytest.raises(EarlierDayError, match=r"before that of the training.*2023-07-19.*--as-of") as error:
        score(auto, later(-30))

    assert error.value.day == date(2023, 6, 19)
    assert score(auto, later(-30), as_of=date(2023, 6, 19)).rows == 40


def test_an_upload_counts_from_its_own_last_day(auto: Segmentation) -> None:
    content = many().assign(day=lambda rows: rows["day"].dt.strftime("%Y-%m-%d")).to_csv(index=False).encode()

    scored = score_upload(auto, "new.csv", content)

    assert scored.counted is not None
    assert scored.counted.day == LAST


def test_a_run_of_purchases_expects_lines_of_purchases() -> None:
    run = trained(lines_spec({**LINES, "money": "amount * 2", "returns": "amount < 0", "aside": [VOID]}))

    expected = expected_file(run)

    assert expected.lines
    assert [column.name for column in expected.columns] == ["customer", "order", "day", "amount", "status"]
    assert [str(column.label) for column in expected.columns[:3]] == [
        "who bought",
        "number of the order",
        "day of the purchase",
    ]
    header, example = (",".join(cells) for cells in zip(*((c.name, c.example) for c in expected.columns), strict=True))
    found = score_upload(run, "template.csv", f"{header}\n{example}\n".encode())
    assert found.table["customer"].tolist() == ["EXAMPLE-1"]
    with pytest.raises(KorzinaError, match="amount"):
        score_upload(run, "new.csv", b"customer,order,day,status\nA,1,2023-07-19,paid\n")


def test_columns_of_views_are_those_of_the_file() -> None:
    query = "WITH known AS (SELECT who AS customer, sum(line_money) AS spend FROM lines AS l GROUP BY l.who) FROM known"

    named = named_columns(query)

    assert named.asked == ("who", "line_money")
    assert named.given == {"customer", "spend"}


def test_a_run_without_a_day_says_nothing_of_one(auto: Segmentation) -> None:
    counts = 'sum(line_money) AS spend, count(*) AS orders, 1.0 * min("order") AS recency'
    query = f"SELECT customer, {counts} FROM lines GROUP BY customer"
    scored = score(trained(lines_spec(LINES, query, as_of=None)), Frames.of(many()))

    assert scored.counted is None
    assert not any("count from" in note for note in scored.notes)


def test_the_command_says_which_day_and_asks_for_an_earlier_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = lines_spec(LINES)
    training = analyse(
        clean(read_source(spec, Frames.of(many())), spec), Options(k_max=3), Stopwatch(), spec=spec.model_dump_json()
    )
    settings = Settings(home=tmp_path / "mlruns")
    saved = save_training(training, settings, "shop")
    Store.open(settings).promote(saved.run_ids[training.decision.k], reason="test", who="test")
    monkeypatch.setenv("KORZINA_HOME", str(tmp_path / "mlruns"))
    data, output = tmp_path / "new.csv", tmp_path / "placed.csv"
    rows = many()
    rows.assign(day=(rows["day"] - pd.Timedelta(days=30)).dt.strftime("%Y-%m-%d")).to_csv(data, index=False)
    call = ["score", "--data", str(data), "--output", str(output)]

    refused = CliRunner().invoke(app, call)
    asked = CliRunner().invoke(app, [*call, "--as-of", "2023-07-19"])
    monkeypatch.setattr(command_line.score_command, "can_ask", lambda: True)  # test_init sits at a real terminal
    answered = CliRunner().invoke(app, call, input="2\n")

    assert isinstance(refused.exception, EarlierDayError)
    assert "count from 2023-07-19, the day asked for" in asked.stderr
    assert "1. 2023-07-19" in answered.stderr
    assert "count from 2023-06-19, the day asked for" in answered.stderr
    assert output.is_file()
