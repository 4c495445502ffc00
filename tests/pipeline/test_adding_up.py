"""Products of terms: found where answers ask for them, left where they do not, and told by the terms they are of."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.campaigns import predict
from pipeline.campaigns.learning.adding_up import add_up
from pipeline.campaigns.learning.response_model import calibrate, contributions, learn
from pipeline.contract import Column, ResponseModel

TERMS = 8


def answered(score: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return (rng.random(len(score)) < 1 / (1 + np.exp(-score))).astype(float)


def pairs(design: np.ndarray, outcome: np.ndarray) -> list[tuple[int, int]]:
    rows, among = np.ones(len(outcome), dtype=bool), np.arange(design.shape[1])
    return [(one.first, one.second) for one in add_up(design, outcome, rows, among).products]


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        (lambda x: 1.2 * x[:, 0] * x[:, 1] - 1, [(0, 1)]),
        (lambda x: 0.8 * x[:, 2] ** 2 + 0.5 * x[:, 0] - 2, [(2, 2)]),
        (lambda x: 1.0 * x[:, 0] * x[:, 1] - 1.0 * x[:, 2] * x[:, 3] - 1, [(0, 1), (2, 3)]),
        (lambda x: 1.0 * x[:, 0] + 0.8 * x[:, 1] - 1, []),
    ],
)
def test_the_pairs_that_matter_are_found_and_no_other(score, expected) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(3)
    design = rng.normal(size=(1500, TERMS))

    assert sorted(pairs(design, answered(score(design), rng))) == expected


def test_of_either_and_not_both_the_pair_comes_first() -> None:
    rng = np.random.default_rng(3)
    design = rng.normal(size=(1500, TERMS))

    assert pairs(design, answered(1.3 * np.sign(design[:, 3] * design[:, 5]) - 1, rng))[0] == (3, 5)


def test_where_answers_are_chance_a_pair_is_rarely_taken() -> None:
    rng = np.random.default_rng(0)
    taken = 0
    for _ in range(60):
        design = np.exp(0.6 * rng.normal(size=(400, TERMS)))  # skewed, so that a few rows weigh much
        design = (design - design.mean(axis=0)) / design.std(axis=0)
        taken += bool(pairs(design, (rng.random(400) < 0.08).astype(float)))

    assert taken <= 7  # 3 are expected at most; more than 7 of 60 in one of a hundred


def product_world(n: int) -> tuple[pd.DataFrame, list[Column], np.ndarray]:
    rng = np.random.default_rng(0)
    known = pd.DataFrame(rng.normal(size=(n, TERMS)), columns=[f"x{at}" for at in range(TERMS)])
    known["x7"] = np.exp(known["x7"])
    columns = [Column(name=name, role="active", kind="number", label=name) for name in known]
    return known, columns, answered((2 * known["x0"] * known["x1"] - 1.2).to_numpy(), rng)


def test_answers_that_follow_from_two_things_together_are_foreseen() -> None:
    known, columns, outcome = product_world(2400)

    learned = learn(known, columns, outcome, 0)

    assert calibrate(learned.probability, outcome).auc > 0.8  # a sum of the two alone stays at 0.5
    stored = ResponseModel.model_validate_json(learned.model.model_dump_json())
    assert predict(stored, known).tolist() == predict(learned.model, known).tolist()


def test_what_products_and_trees_say_is_told_by_terms_and_adds_up() -> None:
    rng = np.random.default_rng(1)
    known = pd.DataFrame(rng.normal(size=(1500, TERMS)), columns=[f"x{at}" for at in range(TERMS)])
    columns = [Column(name=name, role="active", kind="number", label=name) for name in known]
    score = 2.5 * known["x0"] * known["x1"] * (known["x2"] > 0) - 1
    model = learn(known, columns, answered(score.to_numpy(), rng), 0).model

    parts = contributions(model, known)

    assert model.products
    assert any(max(tree.term) >= len(model.terms) for tree in model.trees)  # trees ask for products too
    assert parts.shape == known.shape
    expected = np.log(predict(model, known) / (1 - predict(model, known)))
    assert parts.sum(axis=1) + model.intercept == pytest.approx(expected)
    assert np.abs(parts[:, :3]).mean() > 3 * np.abs(parts[:, 3:]).mean()
