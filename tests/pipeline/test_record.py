"""What a sweep leaves in the store, before any store is involved."""

from __future__ import annotations

import dataclasses
from concurrent.futures import Future

import pytest

from pipeline.contract import Artifacts, ModelRecord, SweepRecord
from pipeline.recording import record_training, unwritten_models, write_models
from pipeline.stages import Training

FIRST = ["inertia", "k", "silhouette", "stability"]  # MLflow's pages show metrics without a group before all others
METRICS = {
    *FIRST,
    "quality/silhouette_se",
    "quality/calinski_harabasz",
    "quality/davies_bouldin",
    "size/size_min",
    "size/size_max",
    "size/rows",
}


@pytest.fixture(scope="module")
def record(training: Training) -> SweepRecord:
    return record_training(training)


def test_one_run_for_each_k(record: SweepRecord, training: Training) -> None:
    assert list(record.children) == [2, 3, 4]
    assert record.recommended_k == training.decision.k
    assert [run.name for run in record.children.values()] == ["k = 2", "k = 3", "k = 4"]


def test_metrics_have_the_names_that_the_ui_compares(record: SweepRecord, training: Training) -> None:
    for candidate in training.candidates:
        metrics = record.children[candidate.record.k].metrics
        assert set(metrics) == METRICS | {
            "time/seconds_fit",
            "quality/seed_spread",
            "quality/silhouette_spread",
        }
        assert sorted(name for name in metrics if "/" not in name) == FIRST
        assert metrics["k"] == candidate.record.k
        assert metrics["inertia"] == candidate.record.inertia
        assert metrics["size/size_min"] == min(candidate.record.sizes)
    assert record.parent.metrics["silhouette"] == record.children[training.decision.k].metrics["silhouette"]
    assert record.parent.metrics["time/seconds_sweep"] == training.seconds["sweep"]


def test_unmeasured_quality_is_left_out(training: Training) -> None:
    first = training.candidates[0]
    unmeasured = dataclasses.replace(first, record=first.record.model_copy(update={"stability": None}))
    record = record_training(dataclasses.replace(training, candidates=(unmeasured, *training.candidates[1:])))

    assert "stability" not in record.children[2].metrics
    assert set(record.parent.curves["sweep/stability"]) == {3, 4}


def test_recommended_run_is_tagged(record: SweepRecord, training: Training) -> None:
    tagged = [k for k, run in record.children.items() if run.tags.get("recommended") == "true"]
    assert tagged == [training.decision.k]
    assert record.children[training.decision.k].tags["verdict"] == "strong"
    # the others are called by figures of their own, which are no better than those of the number that was chosen
    assert {run.tags["verdict"] for k, run in record.children.items() if k != training.decision.k} == {"none"}


def test_customer_rows_are_in_the_parents_tables_only(record: SweepRecord) -> None:
    assert set(record.parent.tables) == {
        Artifacts.CUSTOMERS,
        Artifacts.PROJECTION,
        Artifacts.LOADINGS,
        Artifacts.QUARANTINE,
        Artifacts.SENSITIVITY,
    }
    for run in record.children.values():
        assert "customer_id" not in run.tables[Artifacts.ASSIGNMENTS].columns
        assert "C0" not in run.description
        assert all(len(table) == len(run.ui_tables[name]) <= 4 for name, table in run.ui_tables.items())


def test_description_says_which_k_and_why(record: SweepRecord, training: Training) -> None:
    text = record.parent.description
    assert f"{training.decision.k} segments recommended" in text
    assert training.decision.reason in text
    assert "303 rows read, 300 used, 2 dropped, 1 set aside." in text
    assert f"| **{training.decision.k}** |" in text
    assert "Wine lovers in the store" in record.children[3].description


def test_segment_name_cannot_break_the_table(training: Training) -> None:
    first = training.candidates[0]
    cards = (first.cards[0].model_copy(update={"name": "a|b\nc"}), *first.cards[1:])
    changed = dataclasses.replace(
        training, candidates=(dataclasses.replace(first, cards=cards), *training.candidates[1:])
    )
    assert r"| a\|b c | 164 |" in record_training(changed).children[2].description


def test_password_of_a_database_is_not_recorded(training: Training) -> None:
    ledger = training.ledger.model_copy(update={"source": "postgresql://anna:secret@db.example/shop?sslkey=hidden"})
    spec = '{"source": {"path": "mysql://anna:secret@db/shop"}, "title": "a@b: what?"}'
    models: Future[dict[int, ModelRecord]] = Future()
    models.set_result(write_models(unwritten_models(training)))
    record = record_training(dataclasses.replace(training, ledger=ledger, spec=spec), models=models)
    assert record.parent.records[Artifacts.SPEC] == '{"source": {"path": "mysql://db/shop"}, "title": "a@b: what?"}'
    assert record.source == "postgresql://db.example/shop"
    assert "secret" not in str(record)
    assert "hidden" not in str(record)


def test_plain_file_name_is_kept(record: SweepRecord) -> None:
    assert record.source == "corner_shop.csv"


def test_compare_in_the_ui_sets_k_silhouette_and_inertia_side_by_side(record: SweepRecord) -> None:
    """It draws the first three parameters that differ against the first metric."""
    runs = [record.parent, *record.children.values()]
    differing = {name for name in runs[0].params if len({run.params[name] for run in runs}) > 1}
    assert {frozenset(run.params) for run in runs} == {frozenset(runs[0].params)}
    assert differing == {"k", "silhouette"}
    assert {next(iter(run.metrics)) for run in runs} == {"inertia"}
