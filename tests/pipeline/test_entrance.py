"""What MLflow's pages show first and say of experiment, model, version and run; none of it decides anything."""

from __future__ import annotations

import base64
import json
import logging
import zlib

import pytest
from mlflow.exceptions import MlflowException

from pipeline.contract import SavedSweep
from pipeline.settings import Settings
from pipeline.stages import Training
from pipeline.store import Store
from pipeline.store.entrance import LONGEST_NOTE, runs_path, with_usage
from pipeline.store.tracking.tag_names import NOTE, VIEW
from tests.support import save_training


def view_of(store: Store) -> dict[str, object]:
    """The view of a sweep as MLflow's pages unpack it."""
    found = store._client.get_experiment_by_name("sample")
    view = json.loads(found.tags[VIEW])
    kind, packed = view["state"].split(";")
    assert (kind, view["name"]) == ("deflate", "Sweep over k")
    state: dict[str, object] = json.loads(zlib.decompress(base64.b64decode(packed)))
    return state


def champions_by_tag(store: Store) -> list[str]:
    found = store._client.get_experiment_by_name("sample")
    return [run.info.run_id for run in store._client.search_runs([found.experiment_id], "tags.champion = 'true'")]


def test_the_view_shows_the_newest_sweep_alone_by_k(settings: Settings, saved: SavedSweep, training: Training) -> None:
    newer = save_training(training, settings)
    store = Store.open(settings)

    state = view_of(store)

    found = store._client.search_runs([newer.experiment_id], str(state["searchFilter"]))
    assert {run.info.run_id for run in found} == set(newer.run_ids.values())
    assert (state["orderByKey"], state["orderByAsc"]) == ("metrics.`k`", True)
    columns = [str(name).split("`")[1] for name in state["selectedColumns"]]  # type: ignore[attr-defined]
    assert columns == ["k", "inertia", "silhouette", "stability", "verdict", "recommended", "champion"]
    logged = found[0].data.metrics
    charts = state["compareRunCharts"]
    assert [(one["xaxis"]["key"], one["yaxis"]["key"]) for one in charts] == [  # type: ignore[attr-defined]
        ("k", "inertia"),
        ("k", "silhouette"),
        ("k", "stability"),
    ]
    assert {"k", "inertia", "silhouette", "stability"} <= set(logged)


def test_the_address_opens_the_view_and_does_without_in_an_old_store(store: Store, saved: SavedSweep) -> None:
    start = f"/#/experiments/{saved.experiment_id}/runs?workflowType=machine_learning"

    assert store.pages() == store.pages("sample") == f"{start}&viewStateShareKey=korzina&compareRunsMode=CHART"
    assert store.pages("none such") == ""
    assert runs_path(saved.experiment_id, {}) == f"{start}&orderByKey=metrics.%60k%60&orderByAsc=true"


def test_experiment_and_run_say_what_they_are(store: Store, saved: SavedSweep, training: Training) -> None:
    experiment = store._client.get_experiment_by_name("sample").tags[NOTE]
    run = store._client.get_run(saved.run_ids[3])
    [output] = run.outputs.model_outputs

    assert "**Corner shop**: segmentations of 300 customers." in experiment
    assert f"k = {training.decision.k}, structure strong. {training.decision.reason}" in experiment
    assert f'mlflow.pyfunc.load_model("models:/{output.model_id}")' in run.data.tags[NOTE]
    assert 'trusted=["numpy.clip", "numpy.dtype"]' in run.data.tags[NOTE]
    assert "Wine lovers in the store" in run.data.tags[NOTE]


def test_a_description_that_is_full_stays_as_it_is() -> None:
    assert with_usage("x" * LONGEST_NOTE, "m-1", ["a"]) == "x" * LONGEST_NOTE


def test_model_and_version_say_which_k_and_why(store: Store, saved: SavedSweep, training: Training) -> None:
    store.promote(saved.run_ids[3], reason="clearest", who="anna")
    store.promote(saved.run_ids[4], reason="one more", who="boris")
    store.rollback("sample", reason="too many", who="anna")

    notes = [store._client.get_model_version("sample", version).description for version in ("1", "2")]
    assert notes[0].startswith(f"k = 3, structure strong. {training.decision.reason}")
    assert notes[0].endswith("Rolled back to by anna: too many")
    assert notes[1].endswith("Promoted by boris: one more")
    assert "models:/sample@champion" in store._client.get_registered_model("sample").description


def test_one_run_has_the_champion_s_tag_and_a_lost_one_comes_back(store: Store, saved: SavedSweep) -> None:
    store.promote(saved.run_ids[3], reason="clearest", who="anna")
    assert champions_by_tag(store) == [saved.run_ids[3]]
    store.promote(saved.run_ids[4], reason="one more", who="anna")
    assert champions_by_tag(store) == [saved.run_ids[4]]
    store._client.set_tag(saved.run_ids[2], "champion", "true")  # what a kill may leave, or a person may do
    store.rollback("sample", reason="too many", who="anna")
    assert champions_by_tag(store) == [saved.run_ids[3]]


def test_the_alias_decides_and_not_the_tag(store: Store, saved: SavedSweep) -> None:
    store.promote(saved.run_ids[3], reason="clearest", who="anna")
    store._client.delete_tag(saved.run_ids[3], "champion")
    store._client.set_tag(saved.run_ids[2], "champion", "true")

    champion = store.champion("sample")
    assert champion is not None
    assert champion.run_id == saved.run_ids[3]


def test_a_move_stands_although_mlflow_s_pages_cannot_tell_of_it(
    store: Store, saved: SavedSweep, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_arguments: object) -> None:
        raise MlflowException("the disk is full")

    monkeypatch.setattr(type(store._client), "update_model_version", refuse)
    with caplog.at_level(logging.WARNING, logger="pipeline.store"):
        made = store.promote(saved.run_ids[3], reason="clearest", who="anna")

    assert store.champion("sample") == made
    assert [move.to_run for move in store.history("sample")] == [saved.run_ids[3]]
    assert "do not tell of the new champion" in caplog.text
