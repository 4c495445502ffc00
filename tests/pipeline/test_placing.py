"""The code that goes with a model places raw columns as Korzina does, and knows nothing of Korzina."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.analyse import Options, Stopwatch, analyse
from pipeline.cleaning import clean
from pipeline.contract import Assignments
from pipeline.reading import NULLS, convert, read_source, reading_of_days
from pipeline.recording import placing
from pipeline.recording.placing import Placing
from pipeline.recording.recipe import example_rows, recipe_of
from pipeline.spec import load_spec
from pipeline.stages import Training

SPEC = """
name = "shop"
title = "Shop"
as_of = 2026-06-30
transform = ["winsorize", "standardize"]
[source]
decimal = ","
formats = { joined = "%Y-%m-%d | %d.%m.%Y" }
[id]
column = "код"
[columns."сумма, руб"]
role = "passive"
meaning = "spend"
[columns.orders]
role = "passive"
kind = "integer"
[columns.cheque]
sql = '"сумма, руб" / nullif(ORDERS, 0)'
role = "active"
transform = ["log1p", "winsorize", "standardize"]
[columns.born]
role = "ignored"
kind = "integer"
[columns.age]
sql = "year(as_of) - born"
role = "active"
[columns.grade]
role = "ignored"
kind = "category"
[columns.level]
role = "ignored"
kind = "ordered"
order = ["1", "2"]
[columns.levelled]
sql = "CASE WHEN level IS NULL THEN 0 ELSE 1 END"
role = "active"
kind = "flag"
transform = ["standardize"]
[columns.graded]
sql = "CASE grade WHEN 'high' THEN 'yes' WHEN 'low' THEN 'no' END"
role = "ignored"
kind = "text"
[columns.is_high]
sql = "CASE WHEN graded = 'yes' THEN 1 WHEN graded = 'no' THEN 0 END"
role = "active"
kind = "flag"
transform = ["standardize"]
[columns.member]
role = "active"
kind = "flag"
transform = ["standardize"]
[columns.joined]
role = "ignored"
kind = "date"
[columns.tenure]
sql = "date_diff('day', joined, as_of)"
role = "active"
[groups.kinds]
label = "Kinds"
meaning = "categories"
members = { wine = "Wine", meat = "Meat" }
shares = "active"
[[rules]]
rule = "replace"
column = "grade"
values = { HIGH = "high", "?!" = "" }
[[rules]]
rule = "range"
column = "born"
min = 1930
max = 2010
action = "null"
[[rules]]
rule = "range"
column = "cheque"
max = 400
action = "clip"
"""


def raw(n: int = 240) -> pd.DataFrame:
    """Two kinds of customers as a person would write them, with everything that the rules are there for."""
    rng = np.random.default_rng(8)
    kind = rng.integers(0, 2, n)
    spend = np.array([400.0, 9000.0])[kind] * rng.lognormal(0, 0.1, n)
    wine = rng.uniform(0, 1, n).round(2)
    frame = pd.DataFrame(
        {
            "код": [f"К{number:04d}" for number in rng.permutation(n)],
            "сумма, руб": [f"{value:.2f}".replace(".", ",") for value in spend],
            "orders": np.array([3, 40])[kind] + rng.integers(0, 3, n),
            "born": (1960 + 30 * kind + rng.integers(-9, 9, n)).astype(str),
            "grade": rng.choice(["low", "high", "HIGH", "?!", "н/д", "never"], n),
            "level": rng.choice(["1", "2", "3"], n),
            "member": np.where(rng.random(n) < 0.3 + 0.4 * kind, "да", "нет"),
            "joined": (pd.Timestamp("2026-06-01") - pd.to_timedelta(rng.integers(1, 900, n), unit="D")).strftime(
                "%d.%m.%Y 14:27"
            ),
            "wine": wine,
            "meat": (1 - wine).round(2),
        }
    )
    frame.loc[3, "born"], frame.loc[4, "orders"], frame.loc[5, ["wine", "meat"]] = "1066", 0, 0
    frame.loc[6, "member"] = ""
    return frame


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, Training]:
    folder = tmp_path_factory.mktemp("placing")
    (folder / "shop.toml").write_text(SPEC, "utf-8")
    table = raw()
    table.to_csv(folder / "shop.csv", index=False, sep=";", decimal=",")
    spec = load_spec(str(folder / "shop.toml"))
    cleaned = clean(read_source(spec, str(folder / "shop.csv")), spec)
    return table, analyse(cleaned, Options(k_min=2, k_max=3, bounds=(2, 3)), Stopwatch(), spec=spec.model_dump_json())


def placed(training: Training, k: int, rows: pd.DataFrame) -> pd.DataFrame:
    recipe = recipe_of(training, training.candidate(k))
    return Placing(json.loads(json.dumps(recipe, allow_nan=False))).predict(rows)


@pytest.mark.parametrize("k", [2, 3])
def test_raw_columns_are_placed_as_in_training(trained: tuple[pd.DataFrame, Training], k: int) -> None:
    table, training = trained
    ours = training.candidate(k).assignments.set_index(training.customers["код"])
    cards = {card.segment + 1: card.name for card in training.candidate(k).cards}

    theirs = placed(training, k, table).set_axis(table["код"]).reindex(ours.index)

    assert len(theirs) == len(ours) == 240
    assert theirs["segment"].tolist() == (ours[Assignments.SEGMENT] + 1).tolist()
    assert theirs["second_segment"].tolist() == (ours[Assignments.SECOND] + 1).tolist()
    assert theirs["segment_name"].tolist() == theirs["segment"].map(cards).tolist()
    np.testing.assert_allclose(theirs["distance"], ours[Assignments.DISTANCE], atol=1e-9)
    assert 0.98 < theirs["fits"].mean() <= 1


def test_features_are_the_trained_ones_in_original_units(trained: tuple[pd.DataFrame, Training]) -> None:
    table, training = trained
    names = list(training.features.transform.names)

    features = Placing(recipe_of(training, training.candidate(2))).features(table)

    assert names == ["cheque", "age", "levelled", "is_high", "member", "tenure", "wine_share", "meat_share"]
    ours = training.customers.set_index("код")[names].astype("float64")
    pd.testing.assert_frame_equal(features.set_axis(table["код"]).reindex(ours.index), ours, check_names=False)
    assert features["age"].isna().sum() == 1
    assert features["cheque"].max() <= 400


def test_numbers_as_text_numbers_and_dates_as_dates_are_read_alike(trained: tuple[pd.DataFrame, Training]) -> None:
    table, training = trained
    typed = table.assign(
        born=table["born"].astype("int64"),
        joined=pd.to_datetime(table["joined"], format="%d.%m.%Y %H:%M"),
        **{"сумма, руб": table["сумма, руб"].str.replace(",", ".").astype("float64")},
    )

    pd.testing.assert_frame_equal(placed(training, 2, typed), placed(training, 2, table))


def test_one_customer_alone_gets_the_same_segment(trained: tuple[pd.DataFrame, Training]) -> None:
    table, training = trained
    every = placed(training, 3, table)

    for at in (0, 3, 5):
        pd.testing.assert_frame_equal(placed(training, 3, table.loc[[at]]), every.loc[[at]])


def test_missing_columns_are_named(trained: tuple[pd.DataFrame, Training]) -> None:
    table, training = trained
    with pytest.raises(ValueError, match=r"missing columns: born, wine\. Expected: .*orders"):
        placed(training, 2, table.drop(columns=["born", "wine"]))


def test_only_what_the_features_need_is_asked_for(trained: tuple[pd.DataFrame, Training]) -> None:
    recipe = recipe_of(trained[1], trained[1].candidate(2))

    assert set(recipe["columns"]) == set(trained[0].columns) - {"код"}
    assert set(recipe["derived"]) == {"cheque", "age", "levelled", "graded", "is_high", "tenure"}
    assert list(recipe["derived"]).index("graded") < list(recipe["derived"]).index("is_high")


def test_the_example_is_nobody_and_can_be_placed(trained: tuple[pd.DataFrame, Training]) -> None:
    _table, training = trained
    recipe = recipe_of(training, training.candidate(2))
    rows = example_rows(recipe, training)

    assert list(rows.columns) == list(recipe["columns"])
    assert Placing(recipe).predict(rows)["segment"].isin([1, 2]).all()
    assert not set(rows["сумма, руб"]) & set(training.customers["сумма, руб"])


MOMENT = pd.Timestamp("2023-03-09 14:27")
DAY = pd.Timestamp("2023-03-09")
WRITTEN = [
    ("%d.%m.%Y", "09.03.2023", DAY),
    ("%d.%m.%Y", "09.03.2023 14:27", MOMENT),
    ("%m/%d/%Y", "3/9/2023 2:27:00 PM", MOMENT),
    ("%m/%d/%Y", "3/9/2023 12:00 AM", DAY),
    ("%d.%m.%Y", "09.03.2023 02:27 пм", None),
    ("%Y-%m-%d", "2023-03-09T14:27:00+03:00", MOMENT),
    ("%Y-%m-%d", "9999-12-31", pd.NaT),
    ("%Y-%m-%d", "2023-02-31", pd.NaT),
    ("%Y-%m-%d | %d.%m.%Y", "09.03.2023", DAY),
    ("%Y-%m-%d | %d.%m.%Y", "2023-03-09 14:27", MOMENT),
    ("%d %b %Y", "9 марта 2023 г.", DAY),
    ("%d %b %Y", "чт, 09 мар. 2023, 14:27", MOMENT),
    ("%d-%b-%y", "09-März-23", DAY),
    ("%b %d, %Y", "March 9th, 2023", DAY),
    ("%d %B %Y", "9 March 2023", DAY),
    ("%y-%m-%d", "70-03-09", pd.Timestamp("1970-03-09")),
    ("%d/%m/%y", "09/03/23", DAY),
    ("%Y%m%d", "20230309", DAY),
    ("%Y%m%d", "20230309142700", MOMENT),
    ("%Y%m%d", "20230309.0", None),
    ("%Y%m%d", "20230309T142700Z", MOMENT),
    ("%y%m%d", "230309", DAY),
    ("%d%m%Y", "09032023", DAY),
    ("%d%b%Y", "09MAR2023:14:27:00", MOMENT),
    ("%a %d.%m.%Y", "чт, 09.03.2023 14:27", MOMENT),
    ("%d.%m.%Y", "'09.03.2023", DAY),
    ("%b %d %Y", "Thu Mar 09 2023 14:27:00 GMT+0300 (Moscow Standard Time)", MOMENT),
    ("%Y-%m-%d", "[2023-03-09 14:27:00]", MOMENT),
    ("%Y-%m", "2023-03", pd.Timestamp("2023-03-01")),
    ("%G-W%V", "2023-W10", pd.Timestamp("2023-03-06")),
    ("%Y-%m-%d %H:%M", "2023-03-09 14:27", MOMENT),
    ("excel", "44994", DAY),
    ("excel", "44994.602083333", MOMENT),
    ("unix", "1678372020", MOMENT),
    ("unix_ms", "1678372020000", MOMENT),
    ("unix_us", "1678372020000000", MOMENT),
    ("unix", "н/д", pd.NaT),
]


@pytest.mark.parametrize(("form", "cell", "moment"), WRITTEN)
def test_days_are_read_in_every_form_as_korzina_reads_them(form: str, cell: str, moment: pd.Timestamp | None) -> None:
    """``moment`` None: whatever Korzina makes of it."""
    words = {"unknown": sorted(NULLS)}
    column = pd.Series([cell], dtype="str")
    korzina = convert(pd.concat([column, pd.Series(["2001-01-01"])]), "date", date_format=form).values.iloc[0]

    read = placing._days(column, json.loads(json.dumps(reading_of_days(form))), words).iloc[0]

    assert pd.isna(read) if pd.isna(korzina) else read == korzina
    if moment is not None:
        assert pd.isna(read) if pd.isna(moment) else read == moment


def test_numbers_and_days_of_their_own_kinds_need_no_form() -> None:
    words = {"unknown": sorted(NULLS)}
    excel, iso = reading_of_days("excel"), reading_of_days("%d.%m.%Y")

    assert placing._days(pd.Series([44994, 44995]), excel, words).tolist() == [DAY, DAY + pd.Timedelta(days=1)]
    assert placing._days(pd.Series([44994.0, None]), excel, words).iloc[0] == DAY
    assert placing._days(pd.Series([DAY.date(), None], dtype=object), iso, words).iloc[0] == DAY
    assert placing._days(pd.Series([DAY]), iso, words).tolist() == [DAY]


def test_the_code_needs_no_korzina() -> None:
    tree = ast.parse(Path(placing.__file__).read_text("utf-8"))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [one.name for one in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    standard = {"__future__", "json", "re", "collections", "datetime", "pathlib", "typing"}
    assert imported == {*standard, "numpy", "pandas", "duckdb"}
