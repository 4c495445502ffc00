"""The door and the command line give the same to the last bit, and leave the same in the store."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from mlflow import MlflowClient
from pandas.testing import assert_frame_equal

import korzina
from pipeline.contract import Artifacts, CandidateRecord, Segmentation, SegmentCard
from pipeline.settings import Settings
from pipeline.store import Store
from tests.korzina.conftest import KS, sample_frame

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]


def command(*arguments: str, home: Path) -> dict[str, Any]:
    environment = {**os.environ, "KORZINA_HOME": str(home), "KORZINA_TRACKING_URI": "", "KORZINA_EXPERIMENT": ""}
    done = subprocess.run(
        [sys.executable, "-m", "korzina", *arguments, "--json"],
        capture_output=True,
        text=True,
        env=environment,
        cwd=ROOT,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@dataclass(frozen=True)
class Sweeps:
    """Two sweeps in one store, the second on more customers: it follows the champion of the first."""

    home: Path
    runs: tuple[dict[int, str], dict[int, str]]  # k -> run id, of each sweep
    parents: tuple[str, str]

    def stored(self, sweep: int) -> dict[int, Segmentation]:
        store = Store.open(Settings(home=self.home, tracking_uri=""))
        return {k: store.load(run_id) for k, run_id in self.runs[sweep].items()}

    @property
    def client(self) -> MlflowClient:
        return MlflowClient(tracking_uri=f"sqlite:///{self.home}/mlflow.db")


@pytest.fixture(scope="module")
def trained(half: Path, parquet: Path, tmp_path_factory: pytest.TempPathFactory) -> Sweeps:
    """What the command line makes of the Parquet files."""
    home = tmp_path_factory.mktemp("command") / "mlruns"
    arguments = ("--spec", str(parquet.with_suffix(".toml")), "--k-min", str(KS[0]), "--k-max", str(KS[-1]))
    told = [command("train", *arguments, "--data", str(file), home=home) for file in (half, parquet)]
    runs = [{run["k"]: run["run_id"] for run in one["runs"]} for one in told]
    return Sweeps(home, (runs[0], runs[1]), (told[0]["sweep_run_id"], told[1]["sweep_run_id"]))


@pytest.fixture(scope="module")
def half(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two thirds of the customers."""
    file = tmp_path_factory.mktemp("half") / "half.parquet"
    sample_frame().head(200).to_parquet(file)
    return file


@pytest.fixture(scope="module")
def early(half: Path, parquet: Path) -> korzina.SweepResult:
    """The door's sweep of those."""
    return korzina.segment(half, parquet.with_suffix(".toml"), k=KS)


@pytest.fixture(scope="module")
def logged(early: korzina.SweepResult, result: korzina.SweepResult, tmp_path_factory: pytest.TempPathFactory) -> Sweeps:
    """What the door makes of a file and then of a DataFrame, logged into a store of its own."""
    home = tmp_path_factory.mktemp("door") / "mlruns"
    sweeps = early.log(home), result.log(home)
    runs = [dict(one.run_ids) for one in sweeps]
    return Sweeps(home, (runs[0], runs[1]), (sweeps[0].sweep_run_id, sweeps[1].sweep_run_id))


def test_labels_inertia_silhouette_decision_and_cards(trained: Sweeps, early: korzina.SweepResult) -> None:
    runs = trained.stored(0)

    assert list(early.runs["k"]) == list(KS) == sorted(runs)
    for (k, run), row in zip(runs.items(), early.runs.to_dict("records"), strict=True):
        record = next(one for one in run.candidates if one.k == k)
        for name in ("k", "inertia", "silhouette", "calinski_harabasz", "davies_bouldin", "stability"):
            assert row[name] == getattr(record, name)
        assert early.at(k).segments == run.cards
        assert_frame_equal(early.at(k).assignments, run.assignments, check_exact=True)
    assert_frame_equal(early.customers, runs[early.k].customers, check_exact=True)
    assert early.decision == runs[early.k].decision


@pytest.mark.parametrize("sweep", [0, 1])
def test_the_stored_runs_are_equal(trained: Sweeps, logged: Sweeps, sweep: int) -> None:
    ours, theirs = logged.stored(sweep), trained.stored(sweep)

    assert ours.keys() == theirs.keys()
    for k in ours:
        assert_same(ours[k], theirs[k])


def test_segments_follow_the_champion_of_the_store_where_they_are_logged(
    logged: Sweeps, result: korzina.SweepResult
) -> None:
    cards = logged.stored(1)[result.k].cards

    assert {card.identity.status for card in cards if card.identity} == {"same"}
    assert all(card.identity is None for card in result.segments)


def assert_same(ours: Segmentation, theirs: Segmentation) -> None:
    """Everything but run ids, times and the place that the data came from."""
    for name, value in vars(theirs).items():
        mine = getattr(ours, name)
        if name in ("run_id", "sweep_run_id", "started"):
            assert mine != value
        elif name == "cards":
            assert [without_origin(card) for card in mine] == [without_origin(card) for card in value]
        elif name == "ledger":
            assert mine == value.model_copy(update={"source": mine.source})
        elif name == "candidates":
            assert [without_time(one) for one in mine] == [without_time(one) for one in value]
        elif isinstance(value, pd.DataFrame):
            assert_frame_equal(mine, value, check_exact=True)
        elif isinstance(value, np.ndarray):
            assert np.array_equal(mine, value)
        elif name == "campaigns" and value is not None:
            assert mine.summary == value.summary
            for table in ("responses", "targets", "held_out"):
                assert_frame_equal(getattr(mine, table), getattr(value, table), check_exact=True)
        else:
            assert mine == value, name


def without_time(record: CandidateRecord) -> CandidateRecord:
    return record.model_copy(update={"seconds": 0.0, "run_id": ""})


def without_origin(card: SegmentCard) -> SegmentCard:
    return card.model_copy(update={"origin": bool(card.origin)})  # a run's id, another in each store


@pytest.mark.parametrize("sweep", [0, 1])
def test_mlflow_sees_the_same_runs(trained: Sweeps, logged: Sweeps, sweep: int) -> None:
    pairs = [(trained.parents[sweep], logged.parents[sweep])]
    pairs += [(trained.runs[sweep][k], logged.runs[sweep][k]) for k in KS]

    for their_id, our_id in pairs:
        their, our = trained.client.get_run(their_id), logged.client.get_run(our_id)
        assert lasting(our.data.metrics) == lasting(their.data.metrics)
        assert our.data.params == their.data.params
        assert our.data.tags.keys() == their.data.tags.keys()
        assert files_of(logged.client, our_id) == files_of(trained.client, their_id)


def test_a_new_champion_has_its_report(logged: Sweeps, result: korzina.SweepResult) -> None:
    assert Artifacts.REPORT in files_of(logged.client, logged.runs[1][result.k])


def lasting(metrics: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in metrics.items() if "seconds" not in name}


def files_of(client: MlflowClient, run_id: str) -> list[str]:
    return sorted(one.path for one in client.list_artifacts(run_id))


def test_the_module_is_the_same_command_line():
    told = [
        subprocess.run(
            [sys.executable, "-m", name, "--help"], capture_output=True, text=True, cwd=ROOT, timeout=60, check=True
        ).stdout
        for name in ("pipeline", "korzina")
    ]

    assert told[0].replace("python -m pipeline", "") == told[1].replace("python -m korzina", "")
