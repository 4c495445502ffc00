"""A sweep goes in and comes out whole; what is in the store is what MLflow's UI needs and no customer's name."""

from __future__ import annotations

import dataclasses
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.contract import Artifacts, SavedSweep
from pipeline.errors import ContractError, StoreError, UsageError
from pipeline.recording import record_training
from pipeline.settings import Settings
from pipeline.stages import Candidate, Training
from pipeline.store import Store
from pipeline.store.tracking.client_index import ClientIndex
from tests.support import make_training, save_training


def test_load_returns_what_was_saved(store: Store, saved: SavedSweep, training: Training) -> None:
    loaded = store.load(saved.run_ids[3])

    candidate = candidate_of(training, 3)
    assert loaded.run_id == saved.run_ids[3]
    assert loaded.sweep_run_id == saved.sweep_run_id
    assert (loaded.experiment, loaded.k) == ("sample", 3)
    assert loaded.dataset == training.dataset
    assert loaded.ledger == training.ledger
    assert loaded.decision == training.decision
    assert loaded.transform == training.features.transform
    assert loaded.cards == candidate.cards
    assert loaded.candidates == tuple(one.record for one in training.candidates)
    assert np.array_equal(loaded.centres, candidate.centres)
    for name in ("customers", "projection", "loadings", "quarantine"):
        pd.testing.assert_frame_equal(getattr(loaded, name), getattr(training, name))
    for name in ("assignments", "profiles", "category_profiles"):
        pd.testing.assert_frame_equal(getattr(loaded, name), getattr(candidate, name))


def test_runs_lists_every_k_with_its_quality(store: Store, saved: SavedSweep, training: Training) -> None:
    runs = store.runs()

    assert [run.k for run in runs] == [2, 3, 4]
    assert [run.run_id for run in runs] == [saved.run_ids[k] for k in (2, 3, 4)]
    assert [run.recommended for run in runs] == [k == training.decision.k for k in (2, 3, 4)]
    assert [run.inertia for run in runs] == [one.record.inertia for one in training.candidates]
    assert {run.sweep_name for run in runs} == {"sample: k 2-4, seed 0"}
    assert runs[0].params["fingerprint"] == training.ledger.fingerprint
    assert runs[0].rows == 300
    assert store.runs("another") == ()


def test_newest_sweep_comes_first(settings: Settings, saved: SavedSweep, training: Training) -> None:
    newer = save_training(training, settings)

    listed = [run.sweep_run_id for run in Store.open(settings).runs("sample")]
    assert listed == [newer.sweep_run_id] * 3 + [saved.sweep_run_id] * 3


def test_reading_from_sqlite_equals_reading_through_mlflow(settings: Settings, saved: SavedSweep) -> None:
    store = Store.open(settings)
    store.promote(saved.run_ids[2], reason="to have a champion", who="tester")
    client = ClientIndex(store._client, settings)

    key = "run_id"
    for wanted in ({}, {"experiment": "sample"}, {"prefix": saved.run_ids[3][:8]}, {"sweep": saved.sweep_run_id}):
        mine = sorted(map(dataclasses.asdict, store._index.runs(**wanted)), key=lambda row: str(row[key]))
        theirs = sorted(map(dataclasses.asdict, client.runs(**wanted)), key=lambda row: str(row[key]))
        assert mine == theirs
    assert client.models() == store._index.models()
    assert client.models("none such") == store._index.models("none such") == []
    assert client.purged() == store._index.purged() == ""
    store._client.set_experiment_tag(saved.experiment_id, "korzina.purged", "1795954401.98")
    assert client.purged() == store._index.purged() == "1795954401.98"


def test_reading_does_not_import_mlflow_or_scikit_learn(settings: Settings, saved: SavedSweep) -> None:
    program = f"""
import sys
from pathlib import Path
from pipeline.settings import Settings
from pipeline.store import (Store)
store = Store.open(Settings(home=Path({str(settings.home)!r})))
assert len(store.runs()) == 3 and store.champion("sample") is None and store.champions() == ()
store.load({saved.run_ids[2]!r})
heavy = {{"mlflow", "sklearn", "matplotlib", "sqlalchemy", "dash"}} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_start_of_a_run_id_is_enough(store: Store, saved: SavedSweep) -> None:
    assert store.load(saved.run_ids[2][:12]).run_id == saved.run_ids[2]


@pytest.mark.parametrize(
    ("run_id", "message"),
    [
        ("0123456789abcdef", "no completed run '0123456789abcdef'.*korzina runs"),
        ("abc", "'abc' is not a run id"),
        ("../../etc/passwd", "is not a run id"),
        ("%", "is not a run id"),
    ],
)
def test_unknown_run_is_refused(store: Store, run_id: str, message: str) -> None:
    with pytest.raises(StoreError, match=message):
        store.load(run_id)


def test_a_sweep_is_not_a_run(store: Store, saved: SavedSweep) -> None:
    with pytest.raises(StoreError, match="is a whole sweep"):
        store.load(saved.sweep_run_id)


def test_moved_store_opens(settings: Settings, saved: SavedSweep, tmp_path: Path) -> None:
    settings.home.rename(tmp_path / "elsewhere")

    moved = Store.open(Settings(home=tmp_path / "elsewhere"))
    assert moved.load(saved.run_ids[2]).k == 2


def test_training_in_a_copy_leaves_the_original_alone(
    settings: Settings, saved: SavedSweep, training: Training, tmp_path: Path
) -> None:
    original, copy = settings.home, tmp_path / "copy"
    shutil.copytree(original, copy)
    before = sorted(original.rglob("*"))

    newer = save_training(training, Settings(home=copy))

    store = Store.open(Settings(home=copy))
    assert sorted(original.rglob("*")) == before
    assert store.load(newer.run_ids[2]).k == 2
    assert store.load(saved.run_ids[2]).k == 2
    recorded = store._client.get_run(saved.run_ids[2]).info.artifact_uri
    assert recorded.startswith(str(copy))  # so the MLflow UI of the copy shows its own files


# ------------------------------------------------------------------ files that are not as they were


def test_old_schema_version_is_refused_in_words(store: Store, settings: Settings, saved: SavedSweep) -> None:
    manifest = run_folder(settings, saved.run_ids[2]) / Artifacts.MANIFEST
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"schema_version": 0, "unknown": 1}))

    with pytest.raises(ContractError, match=r"Expected: schema version 1. Found: schema version 0. .*train again"):
        store.load(saved.run_ids[2])


def test_changed_file_is_refused(store: Store, settings: Settings, saved: SavedSweep) -> None:
    file = run_folder(settings, saved.run_ids[2]) / Artifacts.SEGMENTS
    file.write_text(file.read_text().replace("Wine", "Beer"))

    with pytest.raises(StoreError, match=r"segments.json was changed after it was saved"):
        store.load(saved.run_ids[2])


@pytest.mark.parametrize("name", [Artifacts.MANIFEST, Artifacts.ASSIGNMENTS])
def test_missing_file_is_named(store: Store, settings: Settings, saved: SavedSweep, name: str) -> None:
    (run_folder(settings, saved.run_ids[2]) / name).unlink()

    with pytest.raises(StoreError, match=rf"file {name} cannot be read .*restore"):
        store.load(saved.run_ids[2])


def test_table_of_the_wrong_shape_is_not_saved(settings: Settings, training: Training) -> None:
    record = record_training(training)
    parent = dataclasses.replace(
        record.parent, tables={Artifacts.PROJECTION: training.projection.rename(columns={"x": "abscissa"})}
    )

    store = Store.open(settings)
    with pytest.raises(ContractError, match="table projection: column 'x' is missing"):
        store.save(dataclasses.replace(record, parent=parent), experiment="sample")
    assert len(store.runs()) == 3


def test_experiment_name_that_no_model_can_have(store: Store, training: Training) -> None:
    with pytest.raises(UsageError, match="without / "):
        store.save(record_training(training), experiment="a/b")


def test_experiment_with_a_russian_name(settings: Settings, training: Training) -> None:
    saved = save_training(training, settings, "Магазин у дома 50%")

    store = Store.open(settings)
    assert store.promote(saved.run_ids[3], reason="первый", who="Анна").experiment == "Магазин у дома 50%"
    assert store.load(saved.run_ids[3]).experiment == "Магазин у дома 50%"


# ------------------------------------------------------------------ what MLflow shows


def test_runs_in_mlflow(store: Store, saved: SavedSweep, training: Training) -> None:
    parent = store._client.get_run(saved.sweep_run_id)
    child = store._client.get_run(saved.run_ids[training.decision.k])

    assert parent.info.status == child.info.status == "FINISHED"
    assert child.data.tags["mlflow.parentRunId"] == saved.sweep_run_id
    assert child.data.tags["recommended"] == "true"
    assert "recommended" not in store._client.get_run(saved.run_ids[4]).data.tags
    assert child.data.params["k"] == "3"
    assert child.data.metrics["k"] == 3
    assert parent.data.metrics["inertia"] == child.data.metrics["inertia"]
    assert training.decision.reason in parent.data.tags["mlflow.note.content"]
    assert {data.dataset.digest for data in child.inputs.dataset_inputs} == {training.ledger.fingerprint}
    curve = store._client.get_metric_history(saved.sweep_run_id, "sweep/inertia")
    assert [(point.step, point.value) for point in curve] == [
        (one.record.k, one.record.inertia) for one in training.candidates
    ]


def test_model_is_linked_to_its_run_and_loads_through_mlflow(
    settings: Settings, saved: SavedSweep, training: Training
) -> None:
    import mlflow.sklearn

    store = Store.open(settings)
    (output,) = store._client.get_run(saved.run_ids[2]).outputs.model_outputs
    logged = store._client.get_logged_model(output.model_id)
    folder = settings.home / "artifacts/sample/models" / logged.model_id / "artifacts"

    assert str(logged.status) == "READY"
    assert {metric.key for metric in logged.metrics} >= {"k", "inertia", "silhouette"}
    model = mlflow.sklearn.load_model(str(folder))
    names = list(training.features.transform.names)
    labels = candidate_of(training, 2).assignments["segment"]
    assert model.predict(training.customers[names]).tolist() == labels.tolist()
    assert mlflow.models.Model.load(str(folder)).signature.inputs.input_names() == names


def test_nothing_of_a_customer_outside_the_customers_table(tmp_path: Path, training: Training) -> None:
    """A unique id, text and amount are looked for in every file and in the database."""
    canaries = ("Zebulon-4711", "Vdova-Kanareykina", "271828.1828")
    customers = training.customers.copy()
    customers.loc[0, "customer_id"], customers.loc[0, "spend"] = canaries[0], float(canaries[2])
    quarantine = training.quarantine.assign(customer_id=canaries[1])
    save_training(
        dataclasses.replace(training, customers=customers, quarantine=quarantine),
        Settings(home=tmp_path / "mlruns"),
        "sample",
    )

    holders = {
        path.name
        for path in (tmp_path / "mlruns").rglob("*")
        if path.is_file()
        if any(canary.encode() in readable(path) for canary in canaries)
    }
    assert holders == {"customers.parquet", "quarantine.parquet"}


def test_saving_the_same_training_twice_gives_the_same_files(tmp_path: Path) -> None:
    hashes = []
    for name in ("one", "two"):
        settings = Settings(home=tmp_path / name)
        saved = save_training(make_training(n=60), settings)
        manifest = json.loads((run_folder(settings, saved.run_ids[2]) / Artifacts.MANIFEST).read_text())
        hashes.append(manifest["files"])
    assert hashes[0] == hashes[1]


def readable(path: Path) -> bytes:
    """What a search for text would find: Parquet and zipped models are unpacked."""
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_csv().encode()
    if path.suffix == ".skops":
        import zipfile

        with zipfile.ZipFile(path) as archive:
            return b"".join(archive.read(name) for name in archive.namelist())
    return path.read_bytes()


def candidate_of(training: Training, k: int) -> Candidate:
    return next(one for one in training.candidates if one.record.k == k)


def run_folder(settings: Settings, run_id: str) -> Path:
    return settings.home / "artifacts/sample" / run_id / "artifacts"
