"""Means and shares of passive columns with their intervals, on hand-worked examples."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.contract import Column, Dataset, Passive, Typical, check_table
from pipeline.describing.describe import typical_customers
from pipeline.describing.passive import describe_passive, read_traits
from pipeline.statistics import wilson

AGE = Column(name="age", role="passive", kind="integer", label="Age", unit="years", meaning="age")
INCOME = Column(name="income", role="passive", kind="number", label="Income", unit="$ a year")
HOME = Column(name="home", role="passive", kind="category", label="Home")
CHILD = Column(name="child", role="passive", kind="flag", label="Has a child")
SPEND = Column(name="spend", role="active", kind="number", label="Spend")
WINE = Column(name="wine", role="passive", kind="number", label="Wine", group="categories")


def described(column: Column, values: list[object], labels: list[int]) -> pd.DataFrame:
    dataset = Dataset(spec="t", title="", spec_hash="", as_of=None, currency="$", columns=(column, SPEND, WINE))
    frame = pd.DataFrame({column.name: values, "spend": 1.0, "wine": 1.0})
    return check_table("passive", describe_passive(read_traits(frame, dataset), np.array(labels), max(labels) + 1))


def test_a_mean_comes_with_its_t_interval_and_the_share_it_is_known_for() -> None:
    values = [50.0, 54.0] * 20 + [None] * 60 + [30.0] * 40
    first = described(AGE, values, [0] * 100 + [1] * 40).iloc[0]  # type: ignore[arg-type]

    assert (first[Passive.N], first[Passive.COVERAGE], first[Passive.VALUE]) == (40, 0.4, 52)
    reach = 2.022691 * np.sqrt(160 / 39 / 40)  # t of 39 degrees of freedom; variance 40 x 2^2 / 39
    assert [first[Passive.LOW], first[Passive.HIGH]] == pytest.approx([52 - reach, 52 + reach], abs=1e-5)
    assert first[Passive.OVERALL] == 41
    assert first[Passive.TEXT] == "Age 52 (51 to 53), known for 40 % of customers"


def test_a_share_comes_with_wilsons_interval_and_cohens_h() -> None:
    table = described(CHILD, [1.0] * 25 + [0.0] * 75 + [0.0] * 50, [0] * 100 + [1] * 50)
    row = table.iloc[0]

    assert [row[Passive.LOW], row[Passive.HIGH]] == pytest.approx([0.17545, 0.34304], abs=1e-4)
    assert row[Passive.EFFECT] == pytest.approx(2 * np.arcsin(0.5))
    assert row[Passive.TEXT] == "Has a child: 25 % (18 to 34 %)"


def test_each_category_has_its_share_among_those_known() -> None:
    table = described(HOME, ["own"] * 30 + ["rent"] * 10 + [None] * 10 + ["rent"] * 40, [0] * 50 + [1] * 40)
    shares = {(row.segment, row.category): row.value for row in table.itertuples()}

    assert shares == {(0, "own"): 0.75, (0, "rent"): 0.25, (1, "own"): 0.0, (1, "rent"): 1.0}
    assert table[Passive.TEXT].iloc[0].endswith(", known for 80 % of customers")


def test_under_thirty_known_values_nothing_is_claimed() -> None:
    table = described(INCOME, [50_000.0] * 29 + [None] * 71 + [60_000.0] * 40, [0] * 100 + [1] * 40)

    assert table[[Passive.VALUE, Passive.LOW, Passive.HIGH, Passive.EFFECT]].iloc[0].isna().all()
    assert table[Passive.TEXT].tolist() == [
        "Income: known for 29 of 100 customers, too few to tell",
        "Income $60,000 a year (60,000 to 60,000)",
    ]


def test_active_columns_and_members_of_a_group_get_no_interval() -> None:
    assert set(described(AGE, [1.0] * 80, [0, 1] * 40)[Passive.COLUMN]) == {"age"}


def test_wilson_stays_within_bounds_at_the_ends() -> None:
    low, high = wilson(np.array([0, 50]), np.array([50, 50]))

    assert [low[0], high[1]] == pytest.approx([0, 1])
    assert high[0] == pytest.approx(0.0713, abs=1e-3)


def test_typical_customers_are_the_nearest_and_different_ones() -> None:
    segments = np.array([0, 0, 0, 1, 0, 0, 0, 0, 1])
    distances = np.array([0.5, 0.1, 0.1, 2.0, 0.7, 0.9, 0.8, 0.6, 1.0])
    table = check_table("typical", typical_customers(segments, distances, 2))

    keys = table.groupby(Typical.SEGMENT)[Typical.KEY].apply(list).to_dict()
    assert keys == {0: [1, 0, 7, 4, 6], 1: [8, 3]}
    assert table[Typical.RANK].tolist() == [1, 2, 3, 4, 5, 1, 2]
