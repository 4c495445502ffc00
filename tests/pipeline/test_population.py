"""Customers that are elsewhere: from a sample and folds over the rest, what their rows would say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from pipeline.analyse import analyse
from pipeline.contract import Column, Dataset, Kind, Ledger
from pipeline.folding import (
    Kernel,
    LocalPopulation,
    Parts,
    Sample,
    Transform,
    column_values,
    deciding,
    order_statistics,
)
from pipeline.folding.kernels import SegmentWithin
from pipeline.stages import Cleaned, Options, Training
from pipeline.stopwatch import Stopwatch

N, SAMPLE = 3_000, 800


def active(name: str, kind: Kind, *transform: str) -> Column:
    return Column(name=name, role="active", kind=kind, label=name, transform=transform)


DATASET = Dataset(
    spec="elsewhere",
    title="",
    spec_hash="",
    as_of=None,
    currency="",
    id_column="id",
    columns=(
        active("money", "number", "log1p", "standardize").model_copy(update={"meaning": "spend"}),
        active("orders", "integer", "winsorize", "robust"),
        active("share", "number", "standardize"),
        Column(name="age", role="passive", kind="number", label="Age"),
        Column(name="member", role="passive", kind="flag", label="Member"),
        Column(name="city", role="passive", kind="text", label="City"),
    ),
)


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    random = np.random.default_rng(5)
    group = random.integers(0, 3, N)
    frame = pd.DataFrame(
        {
            "customer": np.arange(N),
            "id": [f"c{number:05d}" for number in range(N)],
            "money": random.lognormal(np.array([2, 4, 6])[group], 0.4).round(2),
            "orders": random.poisson(np.array([1, 9, 4])[group]).astype(float),
            "share": random.normal(np.array([0, 3, -3])[group], 1.0),
            "age": random.normal(45, 9, N).round(),
            "member": (random.random(N) < 0.3).astype(float),
            "city": random.choice(["Kazan", "Omsk", "Perm"], N, p=[0.5, 0.3, 0.2]),
        }
    )
    frame.loc[random.random(N) < 0.05, ["money", "age"]] = np.nan
    frame.loc[random.random(N) < 0.05, "city"] = None
    return frame.astype({"id": "str", "city": "str"})


@dataclass(frozen=True)
class Elsewhere:
    """A population in pieces that nobody sees together, taken in any order."""

    customers: pd.DataFrame
    pieces: int
    dataset: Dataset = DATASET

    @property
    def n(self) -> int:
        return len(self.customers)

    def fold(self, kernel: Kernel) -> Parts:
        order = np.random.default_rng(self.pieces).permutation(self.n)
        parts = [
            kernel.part({name: column_values(self.customers[name].iloc[rows]) for name in kernel.columns})
            for rows in np.array_split(order, self.pieces)
        ]
        return reduce(kernel.join, parts)

    def sample(self) -> Sample:
        hashes = LocalPopulation(self.customers, self.dataset).hashes
        rows = self.customers.iloc[deciding(hashes)].reset_index(drop=True)
        return Sample(rows.assign(customer=np.arange(len(rows))), "id")

    @contextmanager
    def prepared(self, transform: Transform) -> Iterator[Elsewhere]:
        yield self


def trained(customers: pd.DataFrame, population: Elsewhere | None) -> Training:
    n = N if population is None else population.n
    ledger = Ledger(source="", fingerprint="", rows_in=n, rows_out=n, dropped=0, quarantined=0)
    cleaned = Cleaned(DATASET, customers, pd.DataFrame(), ledger)
    return analyse(cleaned, Options(k_max=4), Stopwatch(), population=population)


@pytest.fixture(scope="module")
def few(module_patch: pytest.MonkeyPatch) -> None:
    """A sample of a few hundred decides, so that thousands are very many."""
    module_patch.setattr("pipeline.folding.drawing.SAMPLE", SAMPLE)


@pytest.fixture(scope="module")
def module_patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def here(few: None, customers: pd.DataFrame) -> Training:
    return trained(customers, None)


@pytest.fixture(scope="module", params=[7])
def away(request: pytest.FixtureRequest, few: None, customers: pd.DataFrame) -> Training:
    population = Elsewhere(customers, request.param)
    return trained(population.sample().customers, population)


def test_what_is_decided_is_the_same(here: Training, away: Training) -> None:
    assert away.decision == here.decision
    assert away.features.transform == here.features.transform
    for own, other in zip(away.candidates, here.candidates, strict=True):
        exact = {"davies_bouldin", "calinski_harabasz", "seconds"}
        assert own.record.model_dump(exclude=exact) == other.record.model_dump(exclude=exact)
        assert own.record.davies_bouldin == pytest.approx(other.record.davies_bouldin, rel=1e-9)
        assert own.record.calinski_harabasz == pytest.approx(other.record.calinski_harabasz, rel=1e-8)
        assert own.centres.tolist() == other.centres.tolist()


def test_tables_are_of_everybody(here: Training, away: Training) -> None:
    for own, other in zip(away.candidates, here.candidates, strict=True):
        for name in ("profiles", "category_profiles", "passive"):
            left, right = getattr(own, name), getattr(other, name)
            words = [name for name in ("text",) if name in left]
            pd.testing.assert_frame_equal(left.drop(columns=words), right.drop(columns=words), rtol=1e-9)
            assert left[words].to_numpy().tolist() == right[words].to_numpy().tolist()
        for name in ("q25", "median", "q75", "overall_median", "n"):
            assert own.profiles[name].tolist() == other.profiles[name].tolist()
        assert own.rules == other.rules
        assert own.reach == pytest.approx(other.reach, rel=1e-9)
        assert [card.revenue_share for card in own.cards] == pytest.approx([card.revenue_share for card in other.cards])
        assert [card.name for card in own.cards] == [card.name for card in other.cards]


def test_no_cut_into_pieces_shows_in_a_single_bit(few: None, customers: pd.DataFrame) -> None:
    one, many = (
        trained(Elsewhere(customers, 1).sample().customers, Elsewhere(customers, pieces)) for pieces in (2, 29)
    )

    for own, other in zip(one.candidates, many.candidates, strict=True):
        assert own.record.model_copy(update={"seconds": 0.0}) == other.record.model_copy(update={"seconds": 0.0})
        for name in ("profiles", "category_profiles", "passive"):
            pd.testing.assert_frame_equal(getattr(own, name), getattr(other, name), check_exact=True)
        assert own.reach == other.reach


class Counting(Elsewhere):
    """One that says how many values of segments came to one place."""

    fetched = 0

    def fold(self, kernel: Kernel) -> Parts:
        parts = super().fold(kernel)
        if isinstance(kernel, SegmentWithin):
            Counting.fetched = len(parts["values"])
        return parts


def test_quartiles_of_many_are_exact_and_fetch_few_values(
    few: None, here: Training, customers: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.folding.segment_quantiles.EDGES", 40)  # so that a bracket holds many

    def quartiles() -> tuple[list[pd.DataFrame], list[tuple[float, ...]], int]:
        population = Counting(customers, 3)
        candidates = trained(population.sample().customers, population).candidates
        return [one.profiles for one in candidates], [one.reach for one in candidates], Counting.fetched

    _, _, at_once = quartiles()
    monkeypatch.setattr("pipeline.folding.segment_quantiles.MOST_VALUES", 100)
    profiles, reaches, narrowed = quartiles()

    assert narrowed < at_once / 5
    for own, reach, other in zip(profiles, reaches, here.candidates, strict=True):
        for name in ("q25", "median", "q75", "overall_median", "n"):
            assert own[name].tolist() == other.profiles[name].tolist()
        assert reach == pytest.approx(other.reach, rel=1e-9)


def test_order_statistics_are_exact_beyond_the_sample(few: None, customers: pd.DataFrame) -> None:
    names = ["money", "orders", "member"]
    ordered = [np.sort(customers[name].dropna().to_numpy()) for name in names]
    ranks: list[npt.NDArray[np.int64]] = [np.array([0, 1, 17, len(one) // 2, len(one) - 1]) for one in ordered]

    found = order_statistics(Elsewhere(customers, 3), names, ranks)

    assert [values.tolist() for values in found] == [one[own].tolist() for one, own in zip(ordered, ranks, strict=True)]


def test_who_is_drawn_does_not_depend_on_the_order_of_rows(few: None, customers: pd.DataFrame) -> None:
    turned = customers.sample(frac=1, random_state=1).reset_index(drop=True)
    unnamed = DATASET.model_copy(update={"id_column": None})

    for dataset, names in ((DATASET, ["id"]), (unnamed, ["money", "orders", "share"])):
        first, second = (
            LocalPopulation(rows.drop(columns=[] if dataset is DATASET else "id"), dataset).sample().customers[names]
            for rows in (customers, turned)
        )
        assert sorted(map(str, first.to_numpy().tolist())) == sorted(map(str, second.to_numpy().tolist()))
        assert len(first) == SAMPLE
