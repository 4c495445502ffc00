"""Values that come in steps: neither is every step a group of its own, nor are groups of equal customers none."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import korzina
from pipeline.contract import Column, Dataset
from pipeline.segmenting import Lattice, fit_features

N = 900


def features(steps=(), **columns):
    table = pd.DataFrame(columns)
    known = tuple(Column(name=name, role="active", kind="number", label=name, transform=steps) for name in table)
    return fit_features(table, Dataset(spec="", title="", spec_hash="", as_of=None, currency="", columns=known))


def steps_of(*, steps=(), **columns):
    found = features(steps, **columns)
    return [each.size for each in Lattice.of(found.matrix, found.transform).steps]


def test_steps_are_found_behind_every_transform():
    rng = np.random.default_rng(0)
    whole, halves, money = rng.integers(0, 9, N), rng.integers(0, 9, N) / 2, rng.integers(100, 99_999, N) / 100
    for steps in ((), ("standardize",), ("log1p", "winsorize", "standardize"), ("robust",)):
        assert steps_of(steps=steps, a=whole, b=halves, c=money, d=7 * whole, e=rng.normal(size=N) ** 2) == [
            pytest.approx(1),
            pytest.approx(0.5),
            pytest.approx(0.01),
            pytest.approx(7),
            0,
        ]


def test_of_two_or_three_different_values_nobody_can_tell_a_step():
    rng = np.random.default_rng(0)
    assert steps_of(a=rng.choice([20, 300], N), b=rng.choice([12, 24, 36], N)) == [1, 1]


def test_what_stands_for_a_missing_value_is_no_step():
    values = np.r_[np.repeat([1.0, 2, 3, 4], 100), np.full(80, np.nan)]
    assert steps_of(a=values) == [1]  # the median is 2.5


@given(st.integers(0, 99), st.sampled_from([(), ("log1p", "standardize"), ("winsorize", "robust")]))
def test_values_move_up_by_less_than_their_step_and_the_rest_stays(seed, steps):
    rng = np.random.default_rng(seed)
    found = features(steps, whole=rng.poisson(4, 300), smooth=rng.lognormal(size=300))
    moved = Lattice.of(found.matrix, found.transform).spread(found.matrix, [seed])
    assert (moved[:, 1] == found.matrix[:, 1]).all()
    centre, scale = found.transform.centre[0], found.transform.scale[0]
    undone = [values[:, 0] * scale + centre for values in (found.matrix, moved)]
    before, after = (np.expm1(values) if "log1p" in steps else values for values in undone)
    assert ((after - before > -1e-9) & (after - before < 1 + 1e-9)).all()
    assert len(np.unique(after)) > 250


# ------------------------------------------------------------------ what is said of them


def decided(values):
    names = ["orders", "visits", "items", "calls", "letters"][: values.shape[1]]
    return korzina.segment(pd.DataFrame(values, columns=names).assign(customer_id=np.arange(len(values)))).decision


def test_customers_who_are_exactly_one_of_four_kinds_are_four_groups():
    kinds = np.array([[1, 20, 2], [5, 200, 3], [12, 90, 40], [30, 900, 9]])
    decision = decided(kinds[np.random.default_rng(1).integers(0, 4, N)])
    assert (decision.k, decision.verdict) == (4, "strong")
    assert any("There are only 4 kinds of customers" in message for message in decision.disagreements)
    assert not any("largest number of segments that was tried" in message for message in decision.disagreements)


def test_neighbouring_whole_numbers_within_a_group_are_no_groups():
    rng = np.random.default_rng(1)
    kinds = np.array([[1, 2, 2], [5, 20, 3], [12, 9, 40]])[rng.integers(0, 3, N)]
    decision = decided(kinds + rng.integers(0, 2, (N, 3)))
    assert (decision.k, decision.verdict) == (3, "strong")


@pytest.mark.parametrize(("most", "features"), [(6, 5), pytest.param(4, 2, marks=pytest.mark.long)])
def test_answers_on_a_scale_that_have_nothing_in_common_are_no_groups(most, features):
    assert decided(np.random.default_rng(1).integers(1, most, (N, features))).verdict == "none"
