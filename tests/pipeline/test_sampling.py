"""``--sample``: so many whole customers, the same of any form and order of the data; the others are accounted for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import korzina
from pipeline.__main__ import app
from pipeline.cleaning import clean
from pipeline.errors import UsageError
from pipeline.processors import needed_memory
from pipeline.reading import Frames, RawTable, raw, read_source
from pipeline.settings import Settings
from pipeline.spec import Spec, parse_spec
from pipeline.train import Request, train
from tests.pipeline.sources_support import tiny_spec

CUSTOMERS, ROWS = 400, 900
RNG = np.random.default_rng(8)
TABLE = pd.DataFrame(
    {
        "id": [
            f"c{number}" for number in np.append(np.arange(CUSTOMERS), RNG.integers(0, CUSTOMERS, ROWS - CUSTOMERS))
        ],
        "spend": RNG.lognormal(3, 1, ROWS).round(2),
        "orders": RNG.poisson(4, ROWS) + 1,
        "city": RNG.choice(["Kazan", "Perm"], ROWS),
    }
)
SINGLE_ROWS = TABLE.drop_duplicates("id")
SUMMED = {"query": "SELECT id, sum(spend) AS spend, sum(orders) AS orders, min(city) AS city FROM data GROUP BY id"}


def as_csv(rows: pd.DataFrame, folder: Path) -> str:
    rows.to_csv(folder / "t.csv", index=False)
    return str(folder / "t.csv")


def as_parquet(rows: pd.DataFrame, folder: Path) -> str:
    rows.to_parquet(folder / "t.parquet", index=False)
    return str(folder / "t.parquet")


def as_parts(rows: pd.DataFrame, folder: Path) -> str:
    for number, part in enumerate(np.array_split(np.arange(len(rows)), 3)):
        rows.iloc[part].to_csv(folder / f"part{number}.csv", index=False)
    return str(folder / "part*.csv")


FORMS: tuple[Callable[[pd.DataFrame, Path], str], ...] = (as_csv, as_parquet, as_parts)


def ids_of(read: RawTable) -> set[str]:
    return set(read.frame["id"])


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_customers_with_all_their_rows(
    form: Callable[[pd.DataFrame, Path], str], tmp_path: Path
) -> None:
    shuffled = TABLE.sample(frac=1, random_state=3)
    expected = read_source(tiny_spec(), Frames.of(TABLE), 100)

    drawn = read_source(tiny_spec(), form(shuffled, tmp_path), 100)

    assert len(ids_of(expected)) == 100
    assert ids_of(drawn) == ids_of(expected)
    assert len(drawn.frame) == TABLE["id"].isin(ids_of(expected)).sum()
    assert drawn.left_out == ROWS - len(drawn.frame)
    smaller = read_source(tiny_spec(), form(shuffled, tmp_path), 40)
    assert ids_of(smaller) < ids_of(drawn)


@pytest.mark.parametrize("form", FORMS)
def test_a_row_keeps_its_place_in_the_file(form: Callable[[pd.DataFrame, Path], str], tmp_path: Path) -> None:
    whole, drawn = (read_source(tiny_spec(), form(TABLE, tmp_path), sample) for sample in (None, 100))

    places = {str(whole.where(place)): list(row) for place, row in enumerate(whole.frame.to_numpy())}
    for place, row in enumerate(drawn.frame.to_numpy()):
        assert places[str(drawn.where(place))] == list(row)


def test_the_answer_to_a_query_is_drawn_by_customer_in_the_engine(tmp_path: Path) -> None:
    spec = tiny_spec(source=SUMMED)
    data = as_parquet(TABLE, tmp_path)
    whole, drawn = read_source(spec, data), read_source(spec, data, 100)

    assert ids_of(drawn) == ids_of(read_source(tiny_spec(), data, 100))
    assert drawn.left_out == CUSTOMERS - 100
    both = drawn.frame.merge(whole.frame, on="id", suffixes=("", "_of_all"))
    assert (both["spend"] == both["spend_of_all"]).all()


def test_the_account_says_whose_rows_were_left_out_and_adds_up(tmp_path: Path) -> None:
    spec = tiny_spec()
    ledger = clean(read_source(spec, as_csv(SINGLE_ROWS, tmp_path), 100), spec).ledger

    assert (ledger.rows_in, ledger.rows_out) == (CUSTOMERS, 100)
    (entry,) = [entry for entry in ledger.entries if entry.rule == "beyond the sample"]
    assert entry.dropped == ledger.beyond_sample == CUSTOMERS - 100
    assert json.loads(ledger.as_json())["beyond_sample"] == ledger.beyond_sample


def test_where_there_are_no_more_customers_nothing_is_drawn(tmp_path: Path) -> None:
    for form in FORMS:
        ledger = clean(read_source(tiny_spec(), form(SINGLE_ROWS, tmp_path), CUSTOMERS), tiny_spec()).ledger

        assert ledger.rows_out == CUSTOMERS
        assert "beyond_sample" not in json.loads(ledger.as_json())
        assert not [entry for entry in ledger.entries if entry.rule == "beyond the sample"]


def test_rows_without_an_id_are_drawn_by_where_they_stand(tmp_path: Path) -> None:
    spec = tiny_spec(id={"column": "(row)"})
    text, stored = (read_source(spec, form(TABLE, tmp_path), 100) for form in (as_csv, as_parquet))

    assert len(text.frame) == len(stored.frame) == 100


def test_the_day_is_that_of_all_customers(tmp_path: Path) -> None:
    rows = SINGLE_ROWS.assign(seen=pd.Timestamp("2026-01-01"))
    spec = dated_spec()
    sample = ids_of(read_source(tiny_spec(), Frames.of(rows), 100))
    rows.loc[~rows["id"].isin(sample), "seen"] = pd.Timestamp("2026-03-01")

    days = {read_source(spec, form(rows, tmp_path), 100).as_of for form in FORMS}

    assert [str(day) for day in days] == ["2026-03-01"]


def dated_spec() -> Spec:
    columns = {"spend": {"role": "active"}, "orders": {"role": "active"}, "seen": {"role": "passive", "kind": "date"}}
    return parse_spec({"name": "dated", "id": {"column": "id"}, "columns": columns, "as_of": "auto"}, where="t")


def test_a_sample_trains_and_the_command_says_what_is_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "spec.toml"
    file.write_text(
        'name = "shop"\n[id]\ncolumn = "id"\n[columns.spend]\nrole = "active"\n[columns.orders]\nrole = "active"\n',
        "utf-8",
    )
    monkeypatch.setenv("KORZINA_HOME", str(tmp_path / "home"))
    data = as_csv(SINGLE_ROWS, tmp_path)

    answer = CliRunner().invoke(app, ["train", "--spec", str(file), "--data", data, "--sample", "150", "--k-max", "3"])

    assert answer.exit_code == 0, answer.output
    assert "400 rows in, 150 customers out" in answer.output
    assert "of customers beyond the sample; place them with: korzina score" in answer.output
    placed = CliRunner().invoke(app, ["score", "--data", data, "--output", str(tmp_path / "all.csv")])
    assert placed.exit_code == 0, placed.output
    assert len(pd.read_csv(tmp_path / "all.csv")) == CUSTOMERS
    result = korzina.segment(data, spec=file, k=range(2, 4), sample=150)
    assert len(result.customers) == 150
    assert result.ledger.beyond_sample == CUSTOMERS - 150


def test_a_sample_of_hardly_anybody_or_on_spark_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the sample is too small"):
        train(Request("complete_journey", sample=20), Settings(home=tmp_path))
    with pytest.raises(UsageError, match="a sample is drawn by the local engine"):
        train(Request("complete_journey", sample=200, engine="spark"), Settings(home=tmp_path))


def test_what_fits_is_told_as_a_sample_and_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw, "_SMALL", 100)
    monkeypatch.setattr(raw, "free_memory", lambda: needed_memory(470, 4))
    big = as_parquet(TABLE.assign(id=[str(place) for place in range(ROWS)]), tmp_path)

    with pytest.raises(korzina.KorzinaError, match="--sample 470,"):
        read_source(tiny_spec(), big)
    assert len(read_source(tiny_spec(), big, 470).frame) == 470
