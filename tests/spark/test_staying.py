"""Customers who stay on the cluster: the analysis is that of the local engine, and only a sample comes here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from flask import Flask
from plotly.io.json import to_json_plotly

from dashapp.data import Run, SegmentationData
from dashapp.pages import PAGES
from dashapp.reader import Reader, let_in
from pipeline.contract import Customers, Segmentation, SegmentCard
from pipeline.errors import StarvedError
from pipeline.settings import Settings
from pipeline.spark import Cluster, spark_session
from pipeline.store import Store
from pipeline.train import Request, Result, train
from tests.spark.shop import write

N, SAMPLE, PARTITIONS = 20_000, 5_000, 2
LOOSE = {"davies_bouldin", "calinski_harabasz", "seconds"}


@dataclass(frozen=True)
class Trained:
    """One training, and how its run looks from the store."""

    result: Result
    run: Segmentation

    @property
    def address(self) -> str:
        """Where the customers are."""
        told = self.result.training.elsewhere
        assert told is not None
        assert told.population.address is not None
        return told.population.address


@pytest.fixture(scope="module")
def few() -> Iterator[pytest.MonkeyPatch]:
    """Thousands decide, so that 20,000 are very many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.folding.drawing.SAMPLE", SAMPLE)
        patch.setattr("pipeline.spark.staying.SAMPLE", SAMPLE)
        patch.setattr("pipeline.spark.cleaned_customers.SAMPLE", SAMPLE)
        patch.setattr("pipeline.spark.staying.MOST_FETCHED", N // 2)
        yield patch


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home = tmp_path_factory.mktemp("home")
    return Settings(home=home, spark_address=str(home / "written"), customers_in_memory=4_000)


def cut_into(patch: pytest.MonkeyPatch, partitions: int) -> None:
    """Have sessions leave that many partitions, which they would join where there is so little in them."""
    for name, value in (("shuffle.partitions", str(partitions)), ("adaptive.coalescePartitions.enabled", "false")):
        patch.setitem(spark_session._MEANING, f"spark.sql.{name}", value)


def trained(settings: Settings, spec: Path, engine: str, experiment: str) -> Trained:
    request = Request(spec=str(spec), data=str(spec.parent / "data"), k_max=4, engine=engine, experiment=experiment)
    result = train(request, settings)
    run = Store.open(settings, most=4_000).load(result.saved.run_ids[result.training.decision.k])
    return Trained(result, run)


@pytest.fixture(scope="module")
def here(few: pytest.MonkeyPatch, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return trained(settings, write(tmp_path_factory.mktemp("shop") / "shop", N, 1), "local", "local")


@pytest.fixture(scope="module")
def away(
    few: pytest.MonkeyPatch,
    opened: Cluster,
    bare_python: str,
    settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
) -> Trained:
    few.setattr(opened.session.sparkContext, "pythonExec", bare_python)
    cut_into(few, PARTITIONS)
    return trained(settings, write(tmp_path_factory.mktemp("shop") / "shop", N, PARTITIONS), "spark", "spark")


@pytest.mark.long
def test_the_same_is_decided_and_said(here: Trained, away: Trained) -> None:
    local, spark = here.result.training, away.result.training
    assert len(spark.customers) == SAMPLE
    assert spark.n == local.n > N / 2
    assert spark.decision == local.decision
    assert spark.features.transform == local.features.transform
    pd.testing.assert_frame_equal(spark.sensitivity, local.sensitivity)
    for own, other in zip(spark.candidates, local.candidates, strict=True):
        assert own.record.model_dump(exclude=LOOSE) == other.record.model_dump(exclude=LOOSE)
        np.testing.assert_array_equal(own.centres, other.centres)
        for card, expected in zip(own.cards, other.cards, strict=True):
            assert words(card) == words(expected)
            assert card.revenue_share == pytest.approx(expected.revenue_share, rel=1e-9)
        assert own.rules == other.rules
        for name in ("profiles", "category_profiles", "passive"):
            pd.testing.assert_frame_equal(getattr(own, name), getattr(other, name), rtol=1e-9)
    for name in ("rows_in", "rows_out", "dropped", "quarantined"):
        assert getattr(spark.ledger, name) == getattr(local.ledger, name)


def words(card: SegmentCard) -> dict[str, object]:
    """What a reader sees of a segment; figures in sentences are as they are written."""
    told = {name: str(getattr(card, name)) for name in ("key", "colour", "size", "name", "portrait", "trust")}
    differences = [(one.column, str(one.phrase), one.median, one.overall_median) for one in card.differences]
    return {**told, "trust_reason": str(card.trust_reason), "differences": differences}


@pytest.mark.long
def test_every_customer_is_written_with_her_segment(here: Trained, away: Trained) -> None:
    local, spark = here.result.training, away.result.training
    key, identity = Customers.keys(local.customers).name, local.dataset.id_column
    expected = local.customers.drop(columns=key).assign(segment=local.candidate(local.decision.k).labels)
    expected = expected.sort_values(identity, ignore_index=True)

    written = pd.read_parquet(away.address).sort_values(identity, ignore_index=True)

    assert written["segment"].tolist() == expected["segment"].tolist()
    assert written[identity].tolist() == expected[identity].tolist()
    for name in ("orders", "spend", "tea", "vip"):
        np.testing.assert_array_equal(written[name].astype("float64"), expected[name].astype("float64"))
    own = spark.customers[[identity]].assign(segment=spark.candidate(spark.decision.k).labels)
    both = own.merge(expected[[identity, "segment"]], on=identity, suffixes=("", "_there"))
    assert len(both) == SAMPLE
    assert both["segment"].tolist() == both["segment_there"].tolist()


@pytest.mark.long
def test_the_run_is_shown_as_that_of_the_local_engine(here: Trained, away: Trained) -> None:
    local, spark = Run(here.run), Run(away.run)
    assert spark.segmentation.everybody is not None
    assert spark.segmentation.everybody.population is not None
    assert spark.segmentation.everybody.population.address == away.address
    assert spark.cube.n == local.cube.n == here.result.training.n
    assert spark.cube.everyone.by_segment.tolist() == local.cube.everyone.by_segment.tolist()
    for name in ("orders", "spend", "known_for", "vip", "town", "main.goods"):
        own, other = spark.cube.everyone.slice(name), local.cube.everyone.slice(name)
        assert own.shown == pytest.approx(other.shown, rel=1e-12), name
        assert own.customers == other.customers
    assert any("stay on Spark" in str(note) for note in spark.segmentation.ledger.notes)


@pytest.mark.long
def test_the_overview_says_the_same_and_every_page_opens(here: Trained, away: Trained, settings: Settings) -> None:
    """Every sentence and figure of the Overview, but for the run's own number and its time."""
    pages = {}
    for trained_ in (here, away):
        run = trained_.run
        Store.open(settings).promote(run.run_id, reason="test", who="test")
        data = SegmentationData(
            lambda: Store.open(settings, most=settings.customers_in_memory),
            settings.model_copy(update={"experiment": run.experiment}),
        )
        with Flask("x").test_request_context("/"):
            let_in(Reader("ann", "analyst"))
            pages[run.run_id] = {page.name: words_of(json.loads(to_json_plotly(page.drawn(data)))) for page in PAGES}
    local, spark = pages[here.run.run_id], pages[away.run.run_id]
    told, there = away.run.run_id, here.run.run_id
    own = [word.replace(told, there).replace(told[:8], there[:8]) for word in spark["overview"]]
    differing = [(one, other) for one, other in zip(own, local["overview"], strict=True) if one != other]
    assert all("UTC" in one and "UTC" in other for one, other in differing), differing
    assert f"{here.result.training.n:,}" in " ".join(own)
    assert any("stay on Spark" in word for word in spark["data"])
    assert any("stayed on a cluster" in word for word in spark["segment"])


def words_of(tree: object) -> list[str]:
    """Every text of a page, in order."""
    if isinstance(tree, list):
        return [word for part in tree for word in words_of(part)]
    if isinstance(tree, dict):
        return words_of(tree.get("props", tree).get("children"))
    return [tree] if isinstance(tree, str) else []


@pytest.mark.long
def test_no_partition_shows(away: Trained, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_into(monkeypatch, 5)
    again = trained(settings, write(tmp_path / "shop", N, 5), "spark", "more partitions").result.training
    first = away.result.training

    assert (first.params["spark_partitions"], again.params["spark_partitions"]) == (str(PARTITIONS), "5")
    assert again.ledger.fingerprint == first.ledger.fingerprint
    assert again.decision == first.decision
    pd.testing.assert_frame_equal(again.customers, first.customers, check_exact=True)
    for own, other in zip(again.candidates, first.candidates, strict=True):
        assert own.record.model_copy(update={"seconds": 0.0}) == other.record.model_copy(update={"seconds": 0.0})
        pd.testing.assert_frame_equal(own.profiles, other.profiles, check_exact=True)
    assert again.elsewhere is not None
    assert first.elsewhere is not None
    for k, table in again.elsewhere.tallies.items():
        pd.testing.assert_frame_equal(table, first.elsewhere.tallies[k], check_exact=True)
    pd.testing.assert_frame_equal(again.elsewhere.pairs, first.elsewhere.pairs, check_exact=True)


@pytest.mark.long
def test_without_an_address_it_says_what_to_do(
    few: pytest.MonkeyPatch,
    opened: Cluster,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipeline.spark.staying._SMALL", 0)
    monkeypatch.setattr("pipeline.spark.staying.free_memory", lambda: 1_000)
    spec = write(tmp_path / "shop", 900, 1)
    request = Request(spec=str(spec), data=str(spec.parent / "data"), engine="spark", promote="never")

    with pytest.raises(StarvedError, match="KORZINA_SPARK_ADDRESS"):
        train(request, settings.model_copy(update={"spark_address": ""}))
