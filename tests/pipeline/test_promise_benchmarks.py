"""The scripts that measure promises run on the code as it is: no type checker sees what rooms they look into."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(name="script")
def fixture_script(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A benchmark by its name, as Python imports the neighbours of a script."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # they set it themselves, for good
    monkeypatch.syspath_prepend(str(BENCHMARKS))

    def imported(name: str) -> ModuleType:
        return import_module(name)

    return imported


def test_a_sample_is_graded_against_independent_ones(script: Any) -> None:
    graded = script("grades").grade_sample(0, 0)

    assert {one.beside for one in graded} == {-1, 0, 1}
    assert {one.grade for one in graded if one.beside == 0} == {"solid"}


def test_drift_is_looked_for(script: Any) -> None:
    assert script("grades").drift_told(300, 0.0, 0) == (False, False)


def test_a_family_is_judged_by_every_rule(script: Any) -> None:
    truth, families = script("truth"), script("families")

    told = truth.judge("flags", {2}, families.drawn("visits and flags, k = 2", 0), 0, with_gap=False)

    assert told.rule == 2


@pytest.mark.parametrize(
    ("family", "right"), [("zero-inflated amounts, k = 2", {2, 4}), ("null: even bend, 8 features", {None})]
)
def test_families_that_were_kept_back_are_judged_too(script: Any, family: str, right: set[int | None]) -> None:
    told = script("truth").one_task((family, 700, False))

    assert told.right == right
    assert told.rule in right


def test_populations_that_were_kept_back_are_graded_too(script: Any) -> None:
    grades, kept = script("grades"), script("populations_kept").KEPT

    graded = grades.grade_sample(grades.ALL.index(kept[1]), 9000)

    assert {one.population for one in graded} == {"counts, overdispersed"}
    assert "solid" in {one.grade for one in graded if one.beside == 0}


def test_a_list_and_a_campaign_are_measured(script: Any) -> None:
    promises = script("promises")

    assert promises.one_list("noise, rate .20", 500, 0, 0)["printed"] == 0
    assert promises.one_campaign("all .20", 4, 0, 0)["shown"] == 4
