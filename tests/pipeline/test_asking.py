"""An experiment, its champion and a reason, asked for by either way into a store."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.__main__ import app
from pipeline.command_line import PYTHON, champion_of, only_experiment, reason_given
from pipeline.contract import SavedSweep
from pipeline.errors import UsageError
from pipeline.settings import Settings
from pipeline.stages import Training
from pipeline.store import Store
from tests.support import save_training


@pytest.fixture(autouse=True)
def _none_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KORZINA_EXPERIMENT", raising=False)


def test_an_unknown_experiment_is_told_with_the_known(store: Store, saved: SavedSweep) -> None:
    with pytest.raises(UsageError, match=r"'nope' is not in the store.*Found: sample.*--experiment NAME with one"):
        champion_of(store, "nope")
    with pytest.raises(UsageError, match=r"'nope' is not in the store.*Found: sample.*experiment=NAME with one"):
        only_experiment(store, "nope", PYTHON)


def test_the_setting_is_told_as_unknown_too(store: Store, saved: SavedSweep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KORZINA_EXPERIMENT", "mistyped")
    with pytest.raises(UsageError, match="'mistyped' is not in the store"):
        only_experiment(store, None)


def test_every_command_says_so(settings: Settings, saved: SavedSweep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KORZINA_HOME", str(settings.home))
    for command in (["campaigns"], ["rollback", "--reason", "why"], ["score", "--data", "x.csv", "--output", "y.csv"]):
        with pytest.raises(UsageError, match="'nope' is not in the store"):
            CliRunner().invoke(app, [*command, "--experiment", "nope"], catch_exceptions=False)


def test_an_empty_store_says_to_train(tmp_path: Path) -> None:
    store = Store.open(Settings(home=tmp_path), create=True)
    with pytest.raises(UsageError, match=r"no champion yet.*korzina train"):
        champion_of(store, None)
    with pytest.raises(UsageError, match=r"'nope' is not in the store.*no experiment.*korzina train"):
        champion_of(store, "nope")


def test_runs_without_a_champion_say_to_promote_one(store: Store, saved: SavedSweep) -> None:
    with pytest.raises(UsageError, match=r"no champion yet.*korzina promote RUN"):
        champion_of(store, None)
    with pytest.raises(UsageError, match=r"'sample' has no champion.*promote\(run_id, reason"):
        champion_of(store, "sample", PYTHON)


def test_the_only_champion_needs_no_name_and_two_do(store: Store, saved: SavedSweep, training: Training) -> None:
    champion = store.promote(saved.run_ids[3], reason="clearest", who="anna")
    assert champion_of(store, None) == champion_of(store, "sample", PYTHON) == champion

    other = save_training(training, store._settings, experiment="other")
    store.promote(other.run_ids[2], reason="another shop", who="anna")
    with pytest.raises(UsageError, match=r"several.*Found: .*other.*add --experiment NAME"):
        only_experiment(store, None)
    assert champion_of(store, "sample") == champion


def test_a_reason_is_trimmed_and_an_empty_one_told_by_its_name() -> None:
    assert reason_given("  clearest\n") == "clearest"
    with pytest.raises(UsageError, match=r"^--reason is empty"):
        reason_given(" ")
    with pytest.raises(UsageError, match=r"^reason is empty"):
        reason_given(None, PYTHON)
