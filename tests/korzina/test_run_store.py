"""``SweepResult.log`` and ``korzina.open``: list, score, promote."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import korzina
from pipeline.scoring import score_file
from pipeline.settings import Settings
from pipeline.store import Store
from tests.korzina.conftest import KS


@pytest.fixture(scope="module")
def logged(result: korzina.SweepResult, tmp_path_factory: pytest.TempPathFactory) -> korzina.LoggedSweep:
    """One sweep in a store of its own."""
    return result.log(tmp_path_factory.mktemp("store") / "mlruns")


def test_what_was_logged_is_said(logged: korzina.LoggedSweep, result: korzina.SweepResult) -> None:
    assert list(logged.run_ids) == list(KS)
    assert logged.champion is not None
    assert logged.champion.run_id == logged.run_ids[result.k]
    assert logged.note == "promoted as version 1"
    assert "promoted as version 1" in repr(logged)


def test_runs_are_a_table(logged: korzina.LoggedSweep, result: korzina.SweepResult) -> None:
    runs = logged.store.runs()

    assert runs["run_id"].tolist() == list(logged.run_ids.values())
    for name in ("k", "inertia", "silhouette", "stability", "recommended"):
        assert runs[name].tolist() == result.runs[name].tolist()
    assert runs["champion_version"].dropna().tolist() == [1]
    assert runs["started"].dt.tz is not None
    assert logged.store.runs("another").empty


def test_a_frame_is_scored_as_its_file_is(logged, frame, result, tmp_path) -> None:
    newcomers = frame.head(40).drop(columns=["age"])
    newcomers.to_parquet(tmp_path / "new.parquet")

    table = logged.store.score(newcomers)

    run = Store.open(Settings(home=Path(logged.store.uri.removeprefix("sqlite:///")).parent)).load(
        logged.champion.run_id
    )
    score_file(run, str(tmp_path / "new.parquet"), tmp_path / "scored.csv")
    assert_frame_equal(table, pd.read_csv(tmp_path / "scored.csv"), check_exact=False, rtol=1e-12)
    trained = pd.Series(result.labels.to_numpy() + 1, index=result.customers["customer_id"])
    assert table.set_index("customer_id")["segment"].to_dict() == trained[table["customer_id"]].to_dict()
    assert any("drift" in note for note in table.attrs["notes"])


def test_a_promotion_needs_a_reason_and_keeps_it(logged: korzina.LoggedSweep, result: korzina.SweepResult) -> None:
    store = korzina.open(logged.store.uri)
    other = logged.run_ids[next(k for k in KS if k != result.k)]

    with pytest.raises(korzina.UsageError, match="reason is empty"):
        store.promote(other)
    with pytest.raises(korzina.UsageError, match=r"no such run.*Found: 3"):
        store.promote(3, reason="k = 3 is what we want")  # type: ignore[arg-type]
    with pytest.raises(korzina.UsageError, match=r"reason is empty.*a colleague"):
        store.promote(other, reason="  ")
    champion = store.promote(other[:8], reason="the team prefers it")

    assert champion.run_id == other == store.champion().run_id
    history = store._store.history(champion.experiment)
    assert [move.reason for move in history][-1] == "the team prefers it"
    assert store._store.attached(other, "report.html")


def test_a_sweep_may_be_logged_without_being_promoted(result, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("KORZINA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("KORZINA_TRACKING_URI", raising=False)

    logged = result.log(experiment="trial", promote="never")

    assert (logged.experiment, logged.champion) == ("trial", None)
    assert (tmp_path / "home" / "mlflow.db").is_file()
    store = korzina.open()
    assert set(store.runs()["experiment"]) == {"trial"}
    with pytest.raises(korzina.UsageError, match=r"no champion yet.*promote\(run_id, reason"):
        store.champion()
    with pytest.raises(korzina.UsageError, match="'auto' or 'never'"):
        result.log(promote="always")


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(korzina.StoreError, match="there is no store at"):
        korzina.open(tmp_path / "mistyped")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("uri", ["mlruns", Path("mlruns"), "sqlite:///mlruns/mlflow.db"])
def test_folder_and_address_name_the_same_store(uri, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KORZINA_TRACKING_URI", "http://127.0.0.1:1")
    monkeypatch.setenv("KORZINA_ARTIFACT_ROOT", "/elsewhere")

    settings = korzina.run_store.settings_of(uri)

    assert settings.database_file == tmp_path / "mlruns" / "mlflow.db"
    assert settings.artifacts == str(tmp_path / "mlruns" / "artifacts")


def test_a_wrong_setting_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KORZINA_PORT", "many")

    with pytest.raises(korzina.UsageError, match=r"a setting is wrong.*KORZINA_PORT: a whole number"):
        korzina.open()
