"""Tallies and the sample of a run whose customers are too many for a page, made from its Parquet tables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
import pytest

from pipeline.contract import Artifacts, Pairs, Tallies, Weights, check_table, of_sample, population, write_table
from pipeline.errors import ContractError
from pipeline.stages import Training
from pipeline.tallying import Described, SweepTables, allocated, describe, drawn
from tests.support import make_training

SAMPLE = 100


@pytest.fixture(scope="module")
def training() -> Training:
    return make_training(400)


@pytest.fixture(scope="module")
def tables(training: Training, tmp_path_factory: pytest.TempPathFactory) -> SweepTables:
    folder = Path(tmp_path_factory.mktemp("everybody"))
    frames = {"customers": training.customers, "projection": training.projection, "rfm_scores": training.rfm_scores}
    frames |= {f"k{k}": training.candidate(k).assignments for k in (2, 3)}
    for name, frame in frames.items():
        write_table(name if not name.startswith("k") else "assignments", frame, folder / f"{name}.parquet")
    return SweepTables(
        training.dataset,
        folder / "customers.parquet",
        folder / "projection.parquet",
        {k: folder / f"k{k}.parquet" for k in (2, 3)},
        strata=3,
        rfm_scores=folder / "rfm_scores.parquet" if training.rfm else None,
        spend="spend",
        typical=np.array([7, 11]),
    )


@pytest.fixture(scope="module")
def described(tables: SweepTables, tmp_path_factory: pytest.TempPathFactory) -> Described:
    return describe(tables, Path(tmp_path_factory.mktemp("described")), sample=SAMPLE)


def test_tallies_count_what_pandas_counts(training: Training, described: Described) -> None:
    segments = training.candidate(3).labels
    tallies = _read(described.runs[3], Artifacts.TALLIES)

    words = tallies[tallies[Tallies.NAME] == "marital_status"]
    told = words.pivot_table(index=Tallies.SEGMENT, columns=Tallies.WORD, values=Tallies.N, fill_value=0)
    status = training.customers["marital_status"].fillna("")
    assert told.astype(int).to_numpy().tolist() == pd.crosstab(segments, status).to_numpy().tolist()

    spend = training.customers["spend"].to_numpy(dtype=np.float64)
    sums = tallies[(tallies[Tallies.NAME] == "spend")].groupby(Tallies.SEGMENT)[Tallies.TOTAL].sum()
    expected = [np.nansum(spend[segments == segment]) for segment in range(3)]
    assert sums.to_numpy() == pytest.approx(expected, rel=1e-12)
    edges = np.array(described.population.spreads["spend"].edges)
    bins = tallies[(tallies[Tallies.NAME] == "spend") & (tallies[Tallies.BIN] >= 0)]
    assert bins.groupby(Tallies.BIN)[Tallies.N].sum().to_dict() == {
        place: count for place, count in enumerate(np.histogram(spend, edges)[0].tolist()) if count
    }

    answers = tallies[(tallies[Tallies.SOURCE] == "answers") & (tallies[Tallies.NAME] == "response_1")]
    reactions = training.customers["response_1"].astype("Float64").to_numpy(np.float64, na_value=np.nan)
    assert answers[Tallies.N].sum() == np.isfinite(reactions).sum()
    assert answers[Tallies.TOTAL].sum() == np.nansum(reactions)


def test_every_number_of_segments_is_counted_over_everybody(training: Training, described: Described) -> None:
    for k in (2, 3):
        tallies = _read(described.runs[k], Artifacts.TALLIES)
        sizes = np.bincount(training.candidate(k).labels)
        counted = tallies[tallies[Tallies.NAME] == "age"].groupby(Tallies.SEGMENT)[Tallies.N].sum()
        assert counted.tolist() == sizes.tolist()


def test_pairs_count_what_pandas_counts(training: Training, described: Described) -> None:
    pairs = _read(described.sweep, Artifacts.PAIRS)
    held = pairs[
        (pairs[Pairs.LEFT] == "category:marital_status") & (pairs[Pairs.RIGHT] == "category:education")
    ].pivot_table(index=Pairs.LEFT_BIN, columns=Pairs.RIGHT_BIN, values=Pairs.N, fill_value=0)
    expected = pd.crosstab(training.customers["marital_status"], training.customers["education"])
    assert held.astype(int).to_numpy().tolist() == expected.to_numpy().tolist()


def test_the_sample_stands_for_everybody_and_has_the_typical_customers(
    training: Training, described: Described
) -> None:
    weights = _read(described.sweep, Artifacts.WEIGHTS)
    assignments = _read(described.runs[3], of_sample(Artifacts.ASSIGNMENTS))
    customers = _read(described.sweep, of_sample(Artifacts.CUSTOMERS))
    stood = np.bincount(assignments["segment"], weights[Weights.WEIGHT])
    assert stood == pytest.approx(np.bincount(training.candidate(3).labels))
    assert {7, 11} <= set(customers.iloc[:, 0])
    assert described.population.sampled <= SAMPLE <= len(customers) + 2
    whole = training.customers.set_index(training.customers.columns[0])
    pd.testing.assert_frame_equal(customers.set_index(customers.columns[0]), whole.loc[customers.iloc[:, 0]])


def test_who_is_drawn_hangs_on_place_and_salt_alone() -> None:
    labels = np.random.default_rng(3).integers(0, 3, 5_000)
    counts = allocated(np.bincount(labels), 900)
    rows = drawn(labels, counts, "salt")
    assert np.bincount(labels[rows]).tolist() == counts.tolist()
    of_one = np.flatnonzero(labels == 1)
    only = np.where(np.isin(np.arange(5_000), of_one), 0, 1)
    assert drawn(only, counts[1:2], "salt").tolist() == [row for row in rows if labels[row] == 1]
    assert drawn(labels, counts, "other").tolist() != rows.tolist()


def test_small_segments_are_looked_at_as_closely_as_large_ones() -> None:
    counts = allocated([9_000_000, 999_000, 1_000], 200_000)
    assert counts.tolist()[2] == 1_000
    assert counts[1] > 10_000
    assert counts.sum() <= 200_000
    assert allocated([30, 20], 200).tolist() == [30, 20]


def test_strata_have_to_add_up(described: Described) -> None:
    with pytest.raises(ContractError, match="do not add up"):
        population.PopulationRecord(rows=5, strata=(population.Stratum(rows=4, sampled=1),))
    assert (
        described.population.model_dump_json()
        == population.PopulationRecord.model_validate_json(described.population.model_dump_json()).model_dump_json()
    )


def test_a_category_of_very_many_words_is_in_no_pair(tables: SweepTables, training: Training, tmp_path: Path) -> None:
    wide = training.customers.assign(marital_status=[f"word {place}" for place in range(len(training.customers))])
    write_table("customers", wide, tmp_path / "customers.parquet")
    made = describe(replace(tables, customers=tmp_path / "customers.parquet"), tmp_path / "made", sample=SAMPLE)
    pairs = _read(made.sweep, Artifacts.PAIRS)
    assert not pairs[Pairs.LEFT].eq("category:marital_status").any()
    assert pairs[Pairs.LEFT].eq("number:spend").any()


def _read(files: dict[str, Path] | object, name: str) -> pd.DataFrame:
    assert isinstance(files, dict)
    return check_table(PurePosixPath(name).stem, pd.read_parquet(files[name]))
