"""The response model: calibrated, readable, blind to what it must not know."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from pipeline.campaigns import PAST, RECEIVED, SEGMENT, known_of_customers, predict
from pipeline.campaigns.learning import cross_fitting
from pipeline.campaigns.learning.boosting import BOLD, CAREFUL, grow, scores, shapley
from pipeline.campaigns.learning.cross_fitting import folds
from pipeline.campaigns.learning.offers import RESPONDED, last_campaign, offers_of_last
from pipeline.campaigns.learning.response_model import calibrate, contributions, learn, reasons
from pipeline.contract import Column, ResponseModel, Tree
from tests.pipeline.campaigns_support import campaign, dataset, people, subject


def offers(frame: pd.DataFrame, leaky: frozenset[str] = frozenset()):  # type: ignore[no-untyped-def]
    it = subject(frame)
    chosen = last_campaign(it.customers, it.dataset)
    assert chosen is not None
    return offers_of_last(it.customers, it.dataset, it.segments, it.cards, chosen, leaky)


def test_held_out_predictions_are_calibrated_and_near_the_truth() -> None:
    frame, truth = people(4000)
    known = offers(frame)

    probability = learn(known.known, known.columns, known.outcome, seed=0).probability

    made = calibrate(probability, known.outcome)
    assert made.mean_predicted == pytest.approx(made.observed, rel=0.03)
    assert np.abs(probability - truth).mean() < 0.03
    assert all(abs(predicted - observed) < 0.07 for _, predicted, observed in made.bins)


def test_the_last_campaign_is_predicted_from_earlier_ones_only() -> None:
    frame, _ = people(300)

    known = offers(frame)

    assert set(known.known.columns) == {"spend", "recency", "city", SEGMENT, RECEIVED, RESPONDED}
    assert known.known[RESPONDED].tolist() == frame["first"].tolist()


def test_neither_the_outcome_nor_a_later_one_reaches_a_feature() -> None:
    frame, _ = people(300)
    it = subject(frame, (campaign("first"), campaign("last")))
    earlier = it.dataset.campaigns[0]
    other = frame.assign(first=1 - frame["first"], last=1 - frame["last"])

    before, columns = known_of_customers(frame, it.dataset, it.segments, it.cards, earlier, frozenset())
    after, _ = known_of_customers(other, it.dataset, it.segments, it.cards, earlier, frozenset())

    pd.testing.assert_frame_equal(before, after)
    assert PAST not in {column.name for column in columns}


def test_of_dated_campaigns_only_those_that_began_before_count() -> None:
    frame, _ = people(300)
    late, early = campaign("first", start="2024-03-01"), campaign("last", start="2024-01-01")
    it = subject(frame, (late, early))

    known, _ = known_of_customers(frame, it.dataset, it.segments, it.cards, late, frozenset())

    assert last_campaign(frame, it.dataset) == late
    assert known[RESPONDED].tolist() == frame["last"].tolist()


def test_a_column_computed_from_an_outcome_is_left_out() -> None:
    frame, _ = people(300)
    frame = frame.assign(answers=frame["first"] + frame["last"])
    extra = (Column(name="answers", role="passive", kind="number", label="Answers"),)
    it = subject(frame)
    data = dataset(it.dataset.campaigns, extra=extra)

    open_to_it, _ = known_of_customers(frame, data, it.segments, it.cards, data.campaigns[1], frozenset())
    guarded, _ = known_of_customers(frame, data, it.segments, it.cards, data.campaigns[1], frozenset({"answers"}))

    assert "answers" in open_to_it
    assert "answers" not in guarded


def test_answers_by_chance_are_not_foreseen() -> None:
    frame, _ = people(1500)
    frame = frame.assign(last=np.random.default_rng(5).binomial(1, 0.3, len(frame)).astype(float))
    known = offers(frame)

    held_out = calibrate(learn(known.known, known.columns, known.outcome, seed=0).probability, known.outcome)

    assert held_out.auc == pytest.approx(0.5, abs=0.05)


def test_folds_are_of_one_size_drawn_by_seed_and_keep_a_customer_s_rows_together() -> None:
    customer = np.repeat(np.arange(50), 2)

    made, together = folds(100, 3), folds(100, 3, customer)

    assert np.bincount(made).tolist() == np.bincount(together).tolist() == [20] * 5
    assert (together[::2] == together[1::2]).all()
    assert (made == folds(100, 3)).all()
    assert (made != folds(100, 4)).any()


@pytest.mark.long
def test_what_is_measured_unseen_is_not_too_good_where_answers_are_chance() -> None:
    """Folds that share out the responses know them: with those, ten lists of noise earn 60 more than they bring."""
    errors = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        known = pd.DataFrame(rng.normal(size=(300, 12)), columns=[f"x{at}" for at in range(12)])
        outcome = rng.binomial(1, 0.26, 300).astype(float)
        columns = [Column(name=name, role="active", kind="number", label=name) for name in known]
        listed = learn(known, columns, outcome, seed).probability > 3 / 11
        errors.append((outcome[listed] - 0.26).sum() / np.sqrt(0.26 * 0.74 * max(listed.sum(), 1)))

    assert np.mean(errors) < 2.5 / np.sqrt(12)


# ------------------------------------------------------------------ trees


def curved(n: int = 1200) -> tuple[np.ndarray, np.ndarray]:
    """Terms, and answers that follow from two of them together."""
    rng = np.random.default_rng(0)
    design = rng.normal(size=(n, 6))
    return design, (rng.random(n) < 1 / (1 + np.exp(1.2 - 2 * design[:, 0] * design[:, 1]))).astype(float)


def test_stored_trees_say_what_scikit_learn_s_say() -> None:
    design, outcome = curved()

    says, trees = grow(design, outcome)

    difference = says(design) - scores(trees, design)
    assert np.ptp(difference) < 1e-9
    assert scores(trees, design).mean() == pytest.approx(0.0, abs=1e-9)


def test_what_trees_say_is_shared_out_among_the_terms_and_adds_up() -> None:
    design, outcome = curved()
    _, trees = grow(design, outcome)

    parts = shapley(trees, design)

    assert parts.sum(axis=1) == pytest.approx(scores(trees, design))
    assert np.abs(parts[:, :2]).mean() > 3 * np.abs(parts[:, 2:]).mean()


def test_shares_are_shapley_values_also_where_a_path_asks_for_a_term_twice() -> None:
    """Against the definition: the mean over all orders of what a term adds to those before it."""
    design, outcome = curved()
    trees = grow(design, outcome)[1]
    twice = [tree for tree in trees if any(_asks_twice(tree, 0, ()))][:3]
    row = design[7]

    assert twice
    for tree in twice:
        terms = sorted({term for term in tree.term if term >= 0})
        expected = np.zeros(design.shape[1])
        orders = list(permutations(terms))
        for order in orders:
            for at, term in enumerate(order):
                expected[term] += _worth(tree, row, order[: at + 1]) - _worth(tree, row, order[:at])
        assert shapley([tree], row[None])[0] == pytest.approx(expected / len(orders))


def _worth(tree: Tree, row: np.ndarray, playing: tuple[int, ...], at: int = 0) -> float:
    """What the tree says where only the terms ``playing`` are known."""
    if tree.term[at] < 0:
        return tree.value[at]
    left, right = tree.left[at], tree.right[at]
    if tree.term[at] in playing:
        return _worth(tree, row, playing, left if row[tree.term[at]] <= tree.threshold[at] else right)
    ways = [tree.rows[side] * _worth(tree, row, playing, side) for side in (left, right)]
    return sum(ways) / tree.rows[at]


def _asks_twice(tree: Tree, at: int, above: tuple[int, ...]) -> Iterator[bool]:
    if tree.term[at] >= 0:
        yield tree.term[at] in above
        for side in (tree.left[at], tree.right[at]):
            yield from _asks_twice(tree, side, (*above, tree.term[at]))


def test_a_tree_deeper_than_the_model_s_is_refused() -> None:
    deep = Tree(
        term=(0, -1, 0, -1, 0, -1, 0, -1, 0, -1, -1),
        threshold=(0.0,) * 11,
        left=(1, 0, 3, 0, 5, 0, 7, 0, 9, 0, 0),
        right=(2, 0, 4, 0, 6, 0, 8, 0, 10, 0, 0),
        value=(0.0,) * 11,
        rows=(64, 32, 32, 16, 16, 8, 8, 4, 4, 2, 2),
    )

    with pytest.raises(ValueError, match="deeper than 4"):
        scores([deep], np.zeros((1, 1)))


def test_a_tree_s_share_is_the_mean_over_orders_of_asking() -> None:
    """One tree by hand: 4 of 10 rows have x0 > 0, half of those x1 > 0; the value is 1 for both."""
    tree = Tree(
        term=(0, -1, 1, -1, -1),
        threshold=(0.0, 0.0, 0.0, 0.0, 0.0),
        left=(1, 0, 3, 0, 0),
        right=(2, 0, 4, 0, 0),
        value=(0.0, 0.0, 0.0, 0.0, 1.0),
        rows=(10, 6, 4, 2, 2),
    )

    parts = shapley([tree], np.array([[1.0, 1.0]]))

    # x0 first: 0.5 - 0.2, then x1: 1 - 0.5; x1 first: 0.4 - 0.2, then x0: 1 - 0.4
    assert parts[0].tolist() == pytest.approx([(0.3 + 0.6) / 2, (0.5 + 0.2) / 2])


@pytest.mark.parametrize(
    ("score", "growth"),
    [
        (lambda x: 1.5 * np.sin(2.5 * x).sum(axis=1), BOLD),
        (lambda x: 1.8 * (np.abs(x[:, 0]) > 1.2) + 1.4 * np.cos(1.6 * x[:, 1]), CAREFUL),
    ],
)
def test_more_and_larger_trees_are_grown_only_where_unseen_answers_strongly_speak_for_them(score, growth) -> None:  # type: ignore[no-untyped-def]
    """Where every term bends, careful trees see too little; where two do, bold ones see chance in all the others."""
    rng = np.random.default_rng(0)
    design = rng.normal(size=(2000, 8))
    outcome = (rng.random(2000) < 1 / (1 + np.exp(1 - score(design)))).astype(float)
    known = pd.DataFrame(design, columns=[f"x{at}" for at in range(8)])
    columns = [Column(name=name, role="active", kind="number", label=name) for name in known]

    model = learn(known, columns, outcome, 0).model

    assert len(model.trees) == 10 * growth.rounds
    assert max(sum(term < 0 for term in tree.term) for tree in model.trees) == growth.leaves


def test_where_answers_speak_for_bold_trees_but_not_strongly_both_kinds_are_the_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(0)
    design = rng.normal(size=(2000, 8))
    outcome = (rng.random(2000) < 1 / (1 + np.exp(1 - 1.5 * np.sin(2.5 * design).sum(axis=1)))).astype(float)
    known = pd.DataFrame(design, columns=[f"x{at}" for at in range(8)])
    columns = [Column(name=name, role="active", kind="number", label=name) for name in known]

    surely = learn(known, columns, outcome, 0).model
    monkeypatch.setattr(cross_fitting, "STRONGLY", 1000.0)
    mixed = learn(known, columns, outcome, 0).model

    leaves = [sum(term < 0 for term in tree.term) for tree in mixed.trees]
    assert len(surely.trees) == 10 * BOLD.rounds
    assert len(mixed.trees) == 5 * (CAREFUL.rounds + BOLD.rounds)
    assert (max(leaves[: 5 * CAREFUL.rounds]), max(leaves[5 * CAREFUL.rounds :])) == (CAREFUL.leaves, BOLD.leaves)
    assert np.corrcoef(predict(surely, known), predict(mixed, known))[0, 1] > 0.98


def test_the_model_of_all_rows_is_the_mean_of_the_folds_boosters() -> None:
    """One booster of all rows earns less on customers it has not seen than the mean of those grown already."""
    rng = np.random.default_rng(1)
    design, fresh = rng.normal(size=(1200, 6)), rng.normal(size=(4000, 6))
    outcome = (rng.random(1200) < 1 / (1 + np.exp(-_waves(design)))).astype(float)
    known = pd.DataFrame(design, columns=[f"x{at}" for at in range(6)])
    columns = [Column(name=name, role="active", kind="number", label=name) for name in known]
    says, trees = grow(design, outcome, BOLD)

    model = learn(known, columns, outcome, 0).model

    score = -np.log(1 / predict(model, pd.DataFrame(fresh, columns=known.columns)) - 1)
    assert len(model.trees) == 10 * len(trees)  # of five folds, twice: here answers follow from trees alone
    assert np.corrcoef(score, _waves(fresh))[0, 1] > np.corrcoef(says(fresh), _waves(fresh))[0, 1]


def _waves(x: np.ndarray) -> np.ndarray:
    """Log-odds that no term and no product of two tells."""
    return np.asarray(2 * np.cos(3 * x[:, 0]) + 2 * np.sin(4 * x[:, 1]) - 1)


def test_the_model_is_its_terms_added_up() -> None:
    frame, _ = people(500)
    known = offers(frame)
    model = learn(known.known, known.columns, known.outcome, 0).model

    score = contributions(model, known.known).sum(axis=1) + model.intercept

    assert predict(model, known.known) == pytest.approx(1 / (1 + np.exp(-score)))
    assert predict(model, known.known).mean() == pytest.approx(known.outcome.mean(), rel=1e-3)


def test_a_stored_model_predicts_the_same() -> None:
    frame, _ = people(500)
    known = offers(frame)
    model = learn(known.known, known.columns, known.outcome, 0).model

    stored = ResponseModel.model_validate_json(model.model_dump_json())

    assert predict(stored, known.known).tolist() == predict(model, known.known).tolist()


def test_reasons_are_the_largest_terms_in_the_column_s_own_words() -> None:
    frame, _ = people(3000)
    known = offers(frame)
    model = learn(known.known, known.columns, known.outcome, 0).model
    extreme = pd.DataFrame(
        {
            "spend": [5000.0, 3.0],
            "recency": [50.0, 50.0],
            "city": ["Omsk", "Omsk"],
            SEGMENT: ["Takers", "Takers"],
            RECEIVED: [1.0, 1.0],
            RESPONDED: [0.0, 0.0],
        }
    )

    said = reasons(model, extreme)

    assert said[0].startswith("+ big spenders")
    assert said[1].startswith("- light spenders")


def test_missing_and_unseen_values_are_the_average_customer_s() -> None:
    frame, _ = people(500)
    known = offers(frame)
    model = learn(known.known, known.columns, known.outcome, 0).model
    odd = known.known.head(2).assign(spend=np.nan, city=["Tver", None])

    assert np.isfinite(predict(model, odd)).all()
    assert predict(model, odd.drop(columns="recency")).shape == (2,)


def test_the_model_does_not_depend_on_units() -> None:
    frame, _ = people(500)
    known = offers(frame)
    cents = known.known.assign(recency=known.known["recency"] * 1000)

    first = predict(learn(known.known, known.columns, known.outcome, 0).model, known.known)
    second = predict(learn(cents, known.columns, known.outcome, 0).model, cents)

    assert first == pytest.approx(second, abs=1e-6)
