"""Rules that a manager can read and a database can run, about exactly the same customers."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract import Column, Condition, Dataset, FeatureTransform, SegmentRule
from pipeline.describing.rules import as_sql, encode, find_rules, friendly_thresholds, rule_in_words, selects
from pipeline.folding import Sample
from pipeline.stages import Partition

SPEND = Column(name="spend", role="active", kind="number", label="Total spend", unit="$", format=",.0f")
WEB = Column(name='web "share"', role="active", kind="number", label="Web: share", format=".0%")
DEALS = Column(name="deals", role="active", kind="integer", label="Purchases with a discount")
CLUB = Column(name="club", role="active", kind="flag", label="Member of the club")
COLUMNS = (SPEND, WEB, DEALS, CLUB)
DATASET = Dataset(spec="t", title="", spec_hash="", as_of=None, currency="$", columns=COLUMNS)
FILL = (300.0, 0.25, 2.0, 0.0)
TRANSFORM = FeatureTransform(
    names=tuple(one.name for one in COLUMNS),
    fill=FILL,
    log1p=(False,) * 4,
    lower=(None,) * 4,
    upper=(None,) * 4,
    centre=(0.0,) * 4,
    scale=(1.0,) * 4,
)


def customers(n: int = 2000, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "spend": rng.lognormal(5.5, 1, n).round(2),
            WEB.name: rng.beta(2, 4, n),
            "deals": rng.poisson(2, n) * 1.0,
            "club": rng.integers(0, 2, n) * 1.0,
        }
    )
    return frame.mask(rng.random(frame.shape) < 0.04)


def partition(labels: Any) -> Partition:
    labels = np.asarray(labels, dtype=np.int64)
    k = int(labels.max()) + 1
    return Partition(k=k, centres=np.zeros((k, 4)), labels=labels, inertia=1.0, seed_spread=None, seconds=0.0)


def rules_of(frame: pd.DataFrame, labels: Any) -> tuple[SegmentRule, ...]:
    sample = Sample(frame.assign(customer=np.arange(len(frame)))[["customer", *frame.columns]], None)
    return find_rules(encode(sample, DATASET, TRANSFORM, seed=0), partition(labels), frame, DATASET, TRANSFORM)


def big(frame: pd.DataFrame) -> Any:
    return (frame["spend"].fillna(300) > 600).to_numpy()


def web(frame: pd.DataFrame) -> Any:
    return (frame[WEB.name].fillna(0.25) > 0.4).to_numpy()


def test_a_segment_made_by_a_rule_is_found_by_that_rule() -> None:
    frame = customers()
    small, large = rules_of(frame, big(frame) & web(frame))

    assert large.text == "Total spend over $600 and web share over 40 %"
    assert large.sql == '"spend" > 600.0 AND "web ""share""" > 0.4'
    assert [large.precision, large.recall] == pytest.approx([1, 1], abs=0.03)
    assert large.size == (big(frame) & web(frame)).sum()
    assert small.precision > 0.97


def test_one_condition_a_column_however_often_the_tree_splits_on_it() -> None:
    frame = customers()
    spend = frame["spend"].fillna(300)
    low, middle, high = rules_of(frame, np.select([spend <= 100, spend <= 600], [0, 1], 2))

    assert [one.text for one in (low, middle, high)] == [
        "Total spend up to $100",
        "Total spend $100 to $600",
        "Total spend over $600",
    ]


def test_a_segment_in_two_places_gets_both_and_no_more() -> None:
    frame = customers()
    deals = frame["deals"].fillna(2)
    _, odd = rules_of(frame, (deals >= 5) | (deals == 0))

    assert odd.text == "Purchases with a discount up to 0, or purchases with a discount 5 or more"


def test_precision_is_not_flattered_where_there_is_nothing_to_learn() -> None:
    frame = customers()
    labels = np.random.default_rng(1).integers(0, 4, len(frame))

    for rule in rules_of(frame, labels):
        assert rule.precision == pytest.approx(0.25, abs=0.06)


def test_without_any_difference_the_rule_says_everybody() -> None:
    frame = pd.DataFrame({name: [1.0] * 40 for name in TRANSFORM.names})
    rules = rules_of(frame, np.arange(40) % 2)

    assert [(rule.text, rule.sql, rule.size) for rule in rules] == [("Everybody", "TRUE", 40)] * 2


@pytest.mark.parametrize("k", [2, 3, 5, 8])
def test_the_sql_selects_the_same_rows_missing_values_included(k: int) -> None:
    frame = customers().assign(customer=lambda it: np.arange(len(it)))
    values = np.column_stack(
        [
            np.log1p(frame["spend"].fillna(300)),
            4 * frame[WEB.name].fillna(0.25),
            frame["deals"].fillna(2),
            frame["club"].fillna(0),
        ]
    )
    labels = np.random.default_rng(k).normal(size=(k, 4)) @ (values - values.mean(axis=0)).T
    with duckdb.connect() as connection:
        connection.register("customers", frame)
        for rule in rules_of(frame, labels.argmax(axis=0)):
            found = connection.execute(f"SELECT customer FROM customers WHERE {rule.sql} ORDER BY 1").fetchall()
            assert [row[0] for row in found] == np.flatnonzero(selects(rule.alternatives, frame)).tolist()
            assert len(found) == rule.size


def test_a_missing_value_counts_as_the_fill_and_only_then() -> None:
    frame = pd.DataFrame({"spend": [100.0, None, 900.0]})
    with_fill = Condition(column="spend", over=200, fill=300)
    without = Condition(column="spend", over=400, fill=300)

    assert selects([[with_fill]], frame).tolist() == [False, True, True]
    assert selects([[without]], frame).tolist() == [False, False, True]
    assert as_sql([[with_fill]]) == 'COALESCE("spend", 300.0) > 200.0'
    assert as_sql([[without]]) == '"spend" > 400.0'


def test_words_follow_the_kind_of_the_column() -> None:
    told = rule_in_words(
        [
            [
                Condition(column="deals", over=4, up_to=5, fill=2),
                Condition(column="club", over=0, fill=0),
                Condition(column=WEB.name, over=0.125, up_to=0.5, fill=0.25),
            ]
        ],
        COLUMNS,
    )

    assert told == "Purchases with a discount 5 and member of the club: yes and web share 12.5 to 50 %"


def test_thresholds_are_round_numbers() -> None:
    values = np.random.default_rng(0).lognormal(6, 1, 5000)
    thresholds = friendly_thresholds(values, SPEND)

    assert len(thresholds) > 15
    assert all(float(f"{one:.2g}") == one for one in thresholds)


def test_a_narrow_column_far_from_zero_is_still_cut() -> None:
    thresholds = friendly_thresholds(1_000_000 + np.arange(500.0), SPEND)

    assert len(thresholds) > 15
    assert min(thresholds) >= 1_000_000


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=60))
def test_no_threshold_leaves_everybody_on_one_side(values: list[float]) -> None:
    ordered = np.array(sorted(values))
    for threshold in friendly_thresholds(ordered, SPEND):
        assert 0 < (ordered > threshold).sum() < len(ordered)
