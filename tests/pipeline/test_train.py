"""The whole path through the real command line: real files, a real store, every promise of ``--json``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from mlflow import MlflowClient

from pipeline.analyse import analyse
from pipeline.cleaning import clean
from pipeline.contract import Artifacts, Assignments, Customers
from pipeline.reading import read_source
from pipeline.settings import Settings
from pipeline.spec import load_spec
from pipeline.stages import Options
from pipeline.stopwatch import Stopwatch
from pipeline.store import Store

CAMPAIGN = Path(__file__).parents[2].parent / "shared" / "data" / "marketing_campaign.csv"
needs_campaign = pytest.mark.skipif(not CAMPAIGN.is_file(), reason="the data set is not beside the project")


def korzina(*arguments: str, home: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "KORZINA_HOME": str(home), "KORZINA_TRACKING_URI": "", "KORZINA_EXPERIMENT": ""}
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        cwd=Path(__file__).parents[2],
        timeout=300,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


def russian_customers(n: int = 240) -> pd.DataFrame:
    """An invented table: three kinds of customers, Russian column names, decimal commas."""
    rng = np.random.default_rng(4)
    kind = rng.integers(0, 3, n)
    spend = np.array([300.0, 2500.0, 9000.0])[kind] * rng.lognormal(0, 0.08, n)
    orders = np.array([2, 12, 15])[kind] + rng.integers(0, 3, n)
    return pd.DataFrame(
        {
            "Код клиента": [f"К-{number:05d}" for number in rng.permutation(n)],
            "Возраст": rng.integers(18, 80, n),
            "Сумма покупок": [f"{value:.2f}".replace(".", ",") for value in spend],
            "Заказы": orders,
            "Семейное положение": rng.choice(["холост", "в браке", "в разводе"], n),
            "Доля скидок": [
                f"{value:.3f}".replace(".", ",")
                for value in np.clip(rng.normal([0.5, 0.1, 0.3], 0.05, (n, 3))[np.arange(n), kind], 0, 1)
            ],
            "Отклик на акцию": rng.integers(0, 2, n),
        }
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """One training of the retailer's data through the command line."""
    if not CAMPAIGN.is_file():
        pytest.skip("the data set is not beside the project")
    home = tmp_path_factory.mktemp("trained") / "mlruns"
    done = korzina("train", "--spec", "marketing_campaign", "--data", str(CAMPAIGN), "--json", home=home)
    return json.loads(done.stdout), home


def test_json_is_one_object_with_every_promised_key(trained):
    result, _ = trained
    promised = {"experiment_id", "sweep_run_id", "recommended_k", "verdict", "champion", "runs", "ledger", "seconds"}
    assert promised <= set(result)
    assert [run["k"] for run in result["runs"]] == list(range(2, 13))
    for run in result["runs"]:
        assert {"run_id", "k", "inertia", "silhouette", "calinski_harabasz", "davies_bouldin", "stability"} <= set(run)


def test_every_row_of_the_retailers_file_is_accounted_for(trained):
    ledger = trained[0]["ledger"]
    assert ledger["rows_in"] == 2240
    assert ledger["rows_in"] == ledger["rows_out"] + ledger["dropped"] + ledger["quarantined"]
    assert {"rule": "lookalikes", "rows": 182}.items() <= {
        key: value for rule in ledger["rules"] if rule["rule"] == "lookalikes" for key, value in rule.items()
    }.items()


def test_the_retailers_customers_fall_into_four_segments(trained):
    result, _ = trained
    assert (result["recommended_k"], result["verdict"]) == (4, "strong")
    silhouettes = {run["k"]: round(run["silhouette"], 2) for run in result["runs"]}
    assert [silhouettes[k] for k in (2, 3, 4, 5)] == [0.24, 0.20, 0.20, 0.18]


def test_the_first_sweep_is_promoted_and_its_run_can_be_loaded(trained):
    result, home = trained
    store = Store.open(Settings(home=home))
    champion = store.champion("marketing_campaign")
    assert champion is not None
    assert champion.run_id == result["champion"]["run_id"]
    assert store.load(champion.run_id).k == 4
    assert len(store.runs("marketing_campaign")) == 11


def test_scoring_the_training_rows_gives_the_training_labels(trained, tmp_path):
    _, home = trained
    output = tmp_path / "scored.csv"
    korzina("score", "--data", str(CAMPAIGN), "--output", str(output), home=home)
    scored = pd.read_csv(output)
    assert list(scored.columns) == [
        "ID",
        "segment",
        "segment_name",
        "distance",
        "second_segment",
        "confidence",
        "fits",
        "response_probability_Response",
        "recency_score",
        "frequency_score",
        "monetary_score",
        "rfm_cell",
    ]
    store = Store.open(Settings(home=home))
    champion = store.champion("marketing_campaign")
    assert champion is not None
    segmentation = store.load(champion.run_id)
    labels = segmentation.assignments.set_index(Assignments.KEY)[Assignments.SEGMENT]
    ids = segmentation.customers.set_index(Customers.KEY)["ID"].astype(int)
    expected = pd.Series(labels.to_numpy() + 1, index=ids.loc[labels.index].to_numpy())
    assert (scored.set_index("ID")["segment"] == expected.reindex(scored["ID"])).all()
    assert scored["confidence"].between(0, 1).all()
    assert scored["fits"].mean() > 0.98


def labels_of(path: Path) -> tuple[pd.Series, float]:
    """Segment of each id, by the shipped spec, with the inertia to the last bit."""
    spec = load_spec("marketing_campaign")
    cleaned = clean(read_source(spec, str(path)), spec)
    training = analyse(cleaned, Options(k_min=3, k_max=4, bounds=(2, 8)), Stopwatch())
    four = training.candidates[-1]
    return (
        pd.Series(four.assignments[Assignments.SEGMENT].to_numpy(), index=cleaned.customers["ID"]),
        four.record.inertia,
    )


@pytest.fixture(scope="module")
def original():
    if not CAMPAIGN.is_file():
        pytest.skip("the data set is not beside the project")
    return pd.read_csv(CAMPAIGN, sep=";", encoding="utf-8-sig", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def expected(original, tmp_path_factory):
    return labels_of(CAMPAIGN)


def as_tab_separated(frame, path):
    dates = pd.to_datetime(frame["Dt_Customer"]).dt.strftime("%d-%m-%Y")
    frame.assign(Dt_Customer=dates).to_csv(path, sep="\t", index=False)


def with_decimal_commas(frame, path):
    commas = frame.assign(Income=[f"{value},0" if value else "" for value in frame["Income"]])
    commas.to_csv(path, sep=";", index=False)


VARIANTS = {
    "tab separated, dd-mm-yyyy": as_tab_separated,
    "comma separated with an index column": lambda frame, path: frame.to_csv(path),
    "UTF-16": lambda frame, path: frame.to_csv(path, sep=";", index=False, encoding="utf-16"),
    "cp1251": lambda frame, path: frame.to_csv(path, sep=";", index=False, encoding="cp1251"),
    "decimal commas": with_decimal_commas,
    "shuffled": lambda frame, path: frame.sample(frac=1, random_state=1).to_csv(path, sep=";", index=False),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_same_customers_in_another_form_get_the_same_segments(variant, original, expected, tmp_path):
    path = tmp_path / "resaved.csv"
    VARIANTS[variant](original, path)
    labels, inertia = labels_of(path)
    assert labels.equals(expected[0])
    assert inertia == expected[1]


@pytest.mark.long
def test_a_table_with_russian_columns_goes_from_file_to_champion(tmp_path):
    table, spec = tmp_path / "клиенты.csv", tmp_path / "клиенты.toml"
    russian_customers().to_csv(table, sep=";", index=False, encoding="cp1251")
    korzina("init", str(table), "--output", str(spec), home=tmp_path / "mlruns")
    done = korzina(
        "train", "--spec", str(spec), "--data", str(table), "--k-max", "5", "--json", home=tmp_path / "mlruns"
    )
    result = json.loads(done.stdout)
    assert result["ledger"]["rows_out"] == 240
    assert result["champion"] is not None
    assert result["recommended_k"] == 3

    settings = Settings(home=tmp_path / "mlruns")
    store, client = Store.open(settings), MlflowClient(settings.store_uri, settings.store_uri)
    [champion] = store.champions()
    assert [
        run.run_id
        for run in store.runs()
        if Artifacts.REPORT in {one.path for one in client.list_artifacts(run.run_id)}
    ] == [champion.run_id]
    assert "The report was not made" not in done.stderr
    [page] = tmp_path.rglob(Artifacts.REPORT)
    assert all(card.name in page.read_text("utf-8") for card in store.load(champion.run_id).cards)


@needs_campaign
def test_a_column_that_is_missing_is_named_with_the_nearest(tmp_path):
    table = tmp_path / "renamed.csv"
    table.write_text(CAMPAIGN.read_text("utf-8-sig").replace("NumDealsPurchases", "NumDealPurchases", 1), "utf-8")
    done = korzina("train", "--spec", "marketing_campaign", "--data", str(table), home=tmp_path / "mlruns", code=1)
    assert "NumDealsPurchases" in done.stderr
    assert "NumDealPurchases" in done.stderr


def test_faults_have_their_exit_codes(tmp_path):
    assert (
        "no such file"
        in korzina(
            "train", "--spec", "marketing_campaign", "--data", str(tmp_path / "none.csv"), home=tmp_path / "a", code=1
        ).stderr.lower()
    )
    korzina("train", "--k-min", "5", "--k-max", "3", home=tmp_path / "b", code=2)
    korzina("train", "--no-such-option", home=tmp_path / "c", code=2)
    assert "korzina train" in korzina("runs", home=tmp_path / "d", code=3).stderr
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / "mlflow.db").write_text("not a database, and longer than a header of SQLite would be")
    korzina("runs", home=tmp_path / "e", code=3)
