"""Rules, typical customers, passive intervals and affinities go into the store and come back as they were."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.contract import Artifacts, Assignments, SavedSweep, Typical
from pipeline.describing import with_affinities
from pipeline.describing.describe import typical_customers
from pipeline.describing.passive import describe_passive, read_traits
from pipeline.describing.rules import encode, find_rules
from pipeline.folding import Sample
from pipeline.recording import record_training
from pipeline.settings import Settings
from pipeline.stages import Candidate, Partition, Training
from pipeline.store import Store
from tests.support import save_training


def with_findings(training: Training) -> Training:
    codes = encode(Sample(training.customers, None), training.dataset, training.features.transform, seed=0)
    traits = read_traits(training.customers, training.dataset)

    def found(candidate: Candidate) -> Candidate:
        labels = candidate.assignments[Assignments.SEGMENT].to_numpy()
        partition = Partition(
            k=candidate.record.k, centres=candidate.centres, labels=labels, inertia=1.0, seed_spread=None, seconds=0.0
        )
        return replace(
            candidate,
            passive=describe_passive(traits, labels, partition.k),
            typical=typical_customers(
                candidate.labels, candidate.assignments[Assignments.DISTANCE].to_numpy(), candidate.record.k
            ),
            rules=find_rules(codes, partition, training.customers, training.dataset, training.features.transform),
        )

    return with_affinities(replace(training, candidates=tuple(map(found, training.candidates))), None)


@pytest.fixture(scope="module")
def found(training: Training) -> Training:
    return with_findings(training)


def test_what_was_found_comes_back_from_the_store(found: Training, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "mlruns")
    saved = save_training(found, settings)
    k = found.decision.k
    loaded = Store.open(settings).load(saved.run_ids[k])
    candidate = next(one for one in found.candidates if one.record.k == k)

    assert loaded.rules == candidate.rules
    assert loaded.affinity_basis == found.bought[k].basis
    for left, right in (
        (loaded.typical, candidate.typical),
        (loaded.passive, candidate.passive),
        (loaded.affinities, found.bought[k].affinities),
    ):
        assert len(left)
        pd.testing.assert_frame_equal(left, right, check_dtype=False)


def test_affinities_are_kept_for_the_recommended_k_and_its_rivals(found: Training) -> None:
    record = record_training(found)

    assert {k for k, run in record.children.items() if Artifacts.AFFINITIES in run.tables} == {
        one for one in (found.decision.k - 1, found.decision.k, found.decision.k + 1) if one in record.children
    } | {found.decision.elbow_k, found.decision.silhouette_k}
    assert all(
        set(run.tables[Artifacts.TYPICAL].columns) == {Typical.SEGMENT, Typical.RANK, Typical.KEY}
        for run in record.children.values()
    )


def test_a_run_without_findings_still_opens(store: Store, saved: SavedSweep) -> None:
    loaded = store.load(saved.run_ids[3])

    assert (loaded.rules, loaded.affinity_basis) == ((), None)
    assert (len(loaded.typical), len(loaded.passive), len(loaded.affinities)) == (0, 0, 0)
    assert "q_value" in loaded.affinities


def test_the_rules_follow_the_segments_when_these_are_renumbered(training: Training) -> None:
    codes = encode(Sample(training.customers, None), training.dataset, training.features.transform, seed=0)
    candidate = training.candidates[1]
    labels = candidate.assignments[Assignments.SEGMENT].to_numpy()
    arguments = (training.customers, training.dataset, training.features.transform)
    partition = Partition(k=3, centres=candidate.centres, labels=labels, inertia=1.0, seed_spread=None, seconds=0.0)
    turned = replace(partition, labels=np.array([2, 0, 1])[labels])
    before, after = find_rules(codes, partition, *arguments), find_rules(codes, turned, *arguments)

    assert [after[place].text for place in (2, 0, 1)] == [rule.text for rule in before]
