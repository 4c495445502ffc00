"""Transforms: fitted once, applied alike, indifferent to units."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract import Column, Dataset, Loadings
from pipeline.errors import InputError
from pipeline.segmenting import apply_transform, fit_features, project


def dataset(**transforms):
    columns = tuple(
        Column(name=name, role="active", kind="number", label=name, transform=transform)
        for name, transform in transforms.items()
    )
    return Dataset(spec="test", title="", spec_hash="", as_of=None, currency="", columns=columns)


def test_standardized_columns_have_mean_zero_and_deviation_one():
    features = fit_features(pd.DataFrame({"a": [1.0, 2, 3, 10]}), dataset(a=("standardize",)))
    assert features.matrix.mean() == pytest.approx(0)
    assert features.matrix.std() == pytest.approx(1)


@pytest.mark.parametrize("share", [0.5, 0.1, 0.01])
def test_a_flag_weighs_at_most_as_much_as_a_standardized_number_and_a_rare_one_less(share):
    flag = np.repeat([0.0, 1.0], [round(1000 * (1 - share)), round(1000 * share)])
    matrix = fit_features(pd.DataFrame({"a": flag}), dataset(a=("binary",))).matrix.ravel()

    assert matrix.mean() == pytest.approx(0)
    assert np.ptp(matrix) == pytest.approx(2)  # the two sides of a flag are as far apart whatever its share
    assert matrix.var() == pytest.approx(4 * share * (1 - share))


def test_a_missing_value_stands_at_the_median():
    features = fit_features(pd.DataFrame({"a": [1.0, 3, np.nan, 9]}), dataset(a=()))
    assert features.matrix.ravel().tolist() == [1, 3, 3, 9]
    assert features.transform.fill == (3.0,)


def test_logarithm_then_scale():
    features = fit_features(pd.DataFrame({"a": [0.0, np.e - 1]}), dataset(a=("log1p",)))
    assert features.matrix.ravel() == pytest.approx([0, 1])


def test_logarithm_of_negative_values_is_refused():
    with pytest.raises(InputError, match="log1p needs values of 0 or more"):
        fit_features(pd.DataFrame({"a": [-1.0, 2]}), dataset(a=("log1p",)))


def test_winsorizing_clips_new_values_to_the_bounds_of_training():
    customers = pd.DataFrame({"a": np.linspace(0, 1, 1001)})
    transform = fit_features(customers, dataset(a=("winsorize",))).transform
    applied = apply_transform(pd.DataFrame({"a": [-50.0, 0.5, 50]}), transform)
    assert applied.ravel() == pytest.approx([0.005, 0.5, 0.995])


def test_winsorizing_keeps_a_rare_flag():
    customers = pd.DataFrame({"a": [1.0] + [0.0] * 999})
    assert fit_features(customers, dataset(a=("winsorize", "standardize"))).matrix.max() > 10


def test_the_robust_scale_ignores_one_outlier():
    features = fit_features(pd.DataFrame({"a": [*range(99), 1e9]}), dataset(a=("robust",)))
    assert np.abs(features.matrix[:99]).max() < 2


def test_an_empty_active_column_is_refused():
    with pytest.raises(InputError, match="'a' is active but has no value"):
        fit_features(pd.DataFrame({"a": [np.nan, np.nan]}), dataset(a=()))


@given(st.floats(0.001, 1000))
def test_a_change_of_unit_changes_nothing(factor):
    values = np.random.default_rng(0).normal(50, 10, 60)
    one = fit_features(pd.DataFrame({"a": values}), dataset(a=("winsorize", "standardize"))).matrix
    other = fit_features(pd.DataFrame({"a": values * factor}), dataset(a=("winsorize", "standardize"))).matrix
    assert np.allclose(one, other)


def test_the_maps_axes_carry_their_share_of_variance():
    rng = np.random.default_rng(0)
    customers = pd.DataFrame({"a": rng.normal(size=300) * 10, "b": rng.normal(size=300), "c": rng.normal(size=300)})
    _, loadings = project(fit_features(customers, dataset(a=(), b=(), c=())))
    explained = loadings.set_index(Loadings.FEATURE).loc[Loadings.EXPLAINED]
    assert explained[Loadings.X] > 0.9
    assert explained[Loadings.X] + explained[Loadings.Y] <= 1


def test_customers_are_not_changed():
    customers = pd.DataFrame({"a": [1.0, np.nan, 3]})
    before = customers.copy()
    fit_features(customers, dataset(a=("log1p",)))
    pd.testing.assert_frame_equal(customers, before)
