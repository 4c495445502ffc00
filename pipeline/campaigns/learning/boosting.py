"""Boosted trees of depth 3 over the model's terms: what adding the terms up misses, as values that add up too.

scikit-learn grows the trees; they are kept as plain numbers (``contract.Tree``), so that a stored model needs nothing
but NumPy. What a tree says of a customer is shared out among its terms by Shapley values, which are exact here: a path
asks at most three terms.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
import numpy.typing as npt

from pipeline.contract import Labels, Matrix, Tree
from pipeline.statistics import FEWEST, Vector

ROUNDS, RATE, DEPTH, RIDGE = 60, 0.1, 3, 1.0
LEAF = -1


def grow(design: Matrix, outcome: Vector) -> tuple[float, tuple[Tree, ...]]:
    """(average log-odds, trees) of a booster of ``outcome`` on ``design`` (n, terms); no tree where nothing varies."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    if not design.shape[1]:
        return float(np.log(outcome.sum() / (len(outcome) - outcome.sum()))), ()
    model = HistGradientBoostingClassifier(
        max_iter=ROUNDS,
        learning_rate=RATE,
        max_depth=DEPTH,
        max_leaf_nodes=None,
        min_samples_leaf=FEWEST,
        l2_regularization=RIDGE,
        early_stopping=False,
        random_state=0,
    ).fit(design, outcome.astype(int))
    trees = [_plain(stage[0].nodes) for stage in model._predictors]
    means = [_mean(tree) for tree in trees]
    return float(model._baseline_prediction.ravel()[0]) + sum(means), tuple(
        tree.model_copy(update={"value": tuple(value - mean for value in tree.value)})
        for tree, mean in zip(trees, means, strict=True)
    )


def _plain(nodes: np.ndarray) -> Tree:
    """A fitted tree's table of nodes as plain numbers."""
    leaf = nodes["is_leaf"].astype(bool)
    return Tree(
        term=tuple(np.where(leaf, LEAF, nodes["feature_idx"].astype(np.int64)).tolist()),
        threshold=tuple(np.where(leaf, 0.0, nodes["num_threshold"]).tolist()),
        left=tuple(np.where(leaf, 0, nodes["left"].astype(np.int64)).tolist()),
        right=tuple(np.where(leaf, 0, nodes["right"].astype(np.int64)).tolist()),
        value=tuple(np.where(leaf, nodes["value"], 0.0).tolist()),
        rows=tuple(nodes["count"].astype(np.int64).tolist()),
    )


def _mean(tree: Tree) -> float:
    return (
        sum(value * rows for value, rows, term in zip(tree.value, tree.rows, tree.term, strict=True) if term == LEAF)
        / (tree.rows[0])
    )


# ------------------------------------------------------------------ what trees say of rows
#
# A tree of depth 3 asks at most seven questions, and all that it says of a row follows from the answers: so it is
# worked out for each of the 128 sets of answers, and rows only look up theirs.


def scores(trees: Sequence[Tree], design: Matrix) -> Vector:
    """What the trees together add to each row's log-odds, (n,)."""
    total = np.zeros(len(design))
    for tree in trees:
        asked = _questions(tree)
        answers = _all_answers(asked)
        reached = np.zeros(len(answers))
        for path in _paths(tree, 0, ()):
            reached[path.inside(answers, asked).all(axis=0)] = path.value
        total += reached[_codes(tree, asked, design)]
    return total


def shapley(trees: Sequence[Tree], design: Matrix) -> Matrix:
    """What each term adds to each row's log-odds by the trees, (n, terms); a row's parts add up to its score.

    Shapley values of the game in which a term that does not play goes both ways in the proportion of the rows that the
    tree was grown on (Lundberg and others 2020, "path-dependent").
    """
    made = np.zeros(design.shape)
    for tree in trees:
        asked = _questions(tree)
        codes, answers = _codes(tree, asked, design), _all_answers(asked)
        parts: dict[int, Vector] = {}
        for path in _paths(tree, 0, ()):
            for term, given in _shared_out(path, path.inside(answers, asked)).items():
                parts[term] = parts.get(term, 0.0) + given
        for term, given in parts.items():
            made[:, term] += given[codes]
    return made


Answers = npt.NDArray[np.bool_]  # (sets of answers, questions); True: left


def _questions(tree: Tree) -> list[int]:
    """The nodes that ask."""
    return [node for node, term in enumerate(tree.term) if term != LEAF]


def _all_answers(asked: Sequence[int]) -> Answers:
    codes = np.arange(2 ** len(asked))
    return np.asarray((codes[:, None] >> np.arange(len(asked))) & 1, dtype=np.bool_)


def _codes(tree: Tree, asked: Sequence[int], design: Matrix) -> Labels:
    """Number of each row's set of answers, (n,)."""
    made = np.zeros(len(design), dtype=np.int64)
    for place, node in enumerate(asked):
        made += (design[:, tree.term[node]] <= tree.threshold[node]).astype(np.int64) << place
    return made


@dataclass(frozen=True)
class _Path:
    """A leaf, with the questions on the way to it: (node, term, whether it goes left, share of rows that do)."""

    value: float
    steps: tuple[tuple[int, int, bool, float], ...]

    @property
    def terms(self) -> list[int]:
        """The terms asked for, each once."""
        return list(dict.fromkeys(term for _node, term, _left, _share in self.steps))

    def inside(self, answers: Answers, asked: Sequence[int]) -> Answers:
        """For each term and set of answers, whether the term's questions are answered as on this path."""
        made = np.ones((len(self.terms), len(answers)), dtype=np.bool_)
        for node, term, left, _share in self.steps:
            made[self.terms.index(term)] &= answers[:, asked.index(node)] == left
        return made

    def share(self, term: int) -> float:
        """Share of rows that take the path's turns where this term is asked for."""
        return float(np.prod([share for _node, one, _left, share in self.steps if one == term]))


def _paths(tree: Tree, at: int, steps: tuple[tuple[int, int, bool, float], ...]) -> Iterator[_Path]:
    if tree.term[at] == LEAF:
        yield _Path(tree.value[at], steps)
        return
    for child, left in ((tree.left[at], True), (tree.right[at], False)):
        step = (at, tree.term[at], left, tree.rows[child] / tree.rows[at])
        yield from _paths(tree, child, (*steps, step))


def _shared_out(path: _Path, inside: Answers) -> dict[int, Vector]:
    """The leaf's value by term, for each set of answers."""
    terms, made = path.terms, {}
    for term, own in zip(terms, inside, strict=True):
        others = [(path.share(one), there) for one, there in zip(terms, inside, strict=True) if one != term]
        weight = np.zeros(inside.shape[1])
        for size in range(len(others) + 1):
            orders = factorial(size) * factorial(len(others) - size) / factorial(len(terms))
            for playing in combinations(range(len(others)), size):
                product = np.full(inside.shape[1], orders)
                for at, (share, there) in enumerate(others):
                    product *= there if at in playing else share
                weight += product
        made[term] = path.value * (own - path.share(term)) * weight
    return made
