"""Boosted trees of a few leaves over the model's terms: what adding the terms up misses, as values that add up too.

scikit-learn grows the trees; they are kept as plain numbers (``contract.Tree``), so that a stored model needs nothing
but NumPy. What a tree says of a customer is shared out among its terms by Shapley values, which are exact here: a path
asks at most four terms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial, prod

import numpy as np
import numpy.typing as npt

from pipeline.contract import Matrix, Tree
from pipeline.statistics import FEWEST, Vector

RATE, DEPTH = 0.06, 4
LEAF = -1
Predict = Callable[[Matrix], Vector]


@dataclass(frozen=True)
class Growth:
    """How many trees are grown, and how much each may say."""

    rounds: int
    leaves: int
    ridge: float


CAREFUL, BOLD = Growth(60, 6, 10.0), Growth(100, 8, 1.0)


def grow(design: Matrix, outcome: Vector, growth: Growth = CAREFUL) -> tuple[Predict, tuple[Tree, ...]]:
    """What a booster of ``outcome`` on ``design`` (n, terms) says of rows, in log-odds, and its trees as numbers.

    The trees leave out the average, and are none where no term varies.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    if not design.shape[1]:
        average = float(np.log(outcome.sum() / (len(outcome) - outcome.sum())))
        return lambda rows: np.full(len(rows), average), ()
    model = HistGradientBoostingClassifier(
        max_iter=growth.rounds,
        learning_rate=RATE,
        max_depth=DEPTH,
        max_leaf_nodes=growth.leaves,
        min_samples_leaf=FEWEST,
        l2_regularization=growth.ridge,
        early_stopping=False,
        random_state=0,
    ).fit(design, outcome.astype(int))
    return model.decision_function, tuple(_plain(stage[0].nodes) for stage in model._predictors)


def _plain(nodes: np.ndarray) -> Tree:
    """A fitted tree's table of nodes as plain numbers, its values 0 on the average of its rows."""
    leaf = nodes["is_leaf"].astype(bool)
    mean = float((nodes["value"] * nodes["count"])[leaf].sum() / nodes["count"][0])
    return Tree(
        term=tuple(np.where(leaf, LEAF, nodes["feature_idx"].astype(np.int64)).tolist()),
        threshold=tuple(np.where(leaf, 0.0, nodes["num_threshold"]).tolist()),
        left=tuple(np.where(leaf, 0, nodes["left"].astype(np.int64)).tolist()),
        right=tuple(np.where(leaf, 0, nodes["right"].astype(np.int64)).tolist()),
        value=tuple(np.where(leaf, nodes["value"] - mean, 0.0).tolist()),
        rows=tuple(nodes["count"].astype(np.int64).tolist()),
    )


# ------------------------------------------------------------------ the trees laid out alike
#
# Every tree is laid out as one of 15 questions and 16 leaves, in the order of a heap: node ``at`` leads to ``2 at + 1``
# (left) and ``2 at + 2``. A leaf higher up becomes questions that everybody answers with "left". All that a tree says
# of a row under one of the root's two branches follows from eight answers, the root's and the branch's seven: so it is
# worked out for each of the 256 sets of answers, for all trees at once, and rows only look up theirs.

_QUESTIONS, _LEAVES = 2**DEPTH - 1, 2**DEPTH
_BITS = np.arange(2**8)[:, None] >> np.arange(7, -1, -1) & 1  # (sets of answers, 8); 1: left
_Paths = npt.NDArray[np.int64]


def _paths() -> tuple[_Paths, _Paths]:
    """The question at each level on the way to each leaf, and whether the way goes left there, (leaves, levels)."""
    level = np.arange(DEPTH)
    turns = np.arange(_LEAVES)[:, None] >> (DEPTH - 1 - level) & 1  # 1: right
    above = np.arange(_LEAVES)[:, None] >> (DEPTH - level)
    return 2**level - 1 + above, 1 - turns


_NODES, _LEFT = _paths()
_BRANCHES = tuple(np.unique(_NODES[half]) for half in (slice(0, 8), slice(8, 16)))  # questions of each branch


@dataclass(frozen=True)
class _Forest:
    """Trees laid out alike; ``term`` is -1 where nothing is asked."""

    term: npt.NDArray[np.int64]  # (trees, questions)
    threshold: Matrix
    share: Matrix  # of the rows that came to a question, those that went left
    value: Matrix  # (trees, leaves)

    @classmethod
    def of(cls, trees: Sequence[Tree]) -> _Forest:
        """Lay ``trees`` out; a ``ValueError`` where one asks more than four questions in a row."""
        shape = (len(trees), _QUESTIONS)
        forest = cls(
            np.full(shape, LEAF, dtype=np.int64), np.full(shape, np.inf), np.ones(shape), np.zeros((shape[0], _LEAVES))
        )
        for at, tree in enumerate(trees):
            forest._lay_out(at, tree, 0, 0)
        return forest

    def _lay_out(self, at: int, tree: Tree, node: int, place: int) -> None:
        if tree.term[node] == LEAF:
            while place < _QUESTIONS:
                place = 2 * place + 1
            self.value[at, place - _QUESTIONS] = tree.value[node]
            return
        if place >= _QUESTIONS:
            raise ValueError(f"a tree of the response model is deeper than {DEPTH}")
        self.term[at, place], self.threshold[at, place] = tree.term[node], tree.threshold[node]
        self.share[at, place] = tree.rows[tree.left[node]] / tree.rows[node]
        self._lay_out(at, tree, tree.left[node], 2 * place + 1)
        self._lay_out(at, tree, tree.right[node], 2 * place + 2)

    def answers(self, at: int, branch: int, columns: Matrix) -> npt.NDArray[np.uint8]:
        """Number of each row's set of answers to one tree's questions of one branch, (n,); ``columns`` (terms, n)."""
        asked = _BRANCHES[branch]
        left = columns[self.term[at, asked]] <= self.threshold[at, asked][:, None]
        return np.asarray(np.packbits(left, axis=0)[0])


def scores(trees: Sequence[Tree], design: Matrix) -> Vector:
    """What the trees together add to each row's log-odds, (n,)."""
    total = np.zeros(len(design))
    if not trees:
        return total
    forest, columns = _Forest.of(trees), np.ascontiguousarray(design.T)
    for branch in range(2):
        reached = np.zeros((len(trees), len(_BITS)))
        for leaf in _leaves(branch):
            there = _pattern(leaf, branch) == _LEAVES - 1
            reached[:, there] = forest.value[:, leaf, None]
        for at in range(len(trees)):
            total += reached[at].take(forest.answers(at, branch, columns))
    return total


def shapley(trees: Sequence[Tree], design: Matrix) -> Matrix:
    """What each term adds to each row's log-odds by the trees, (n, terms); a row's parts add up to its score.

    Shapley values of the game in which a term that does not play goes both ways in the proportion of the rows that the
    tree was grown on (Lundberg and others 2020, "path-dependent").
    """
    made = np.zeros(design.shape[::-1])
    if not trees:
        return made.T
    forest, columns = _Forest.of(trees), np.ascontiguousarray(design.T)
    parts = _shared_out(forest)
    for branch, asked in enumerate(_BRANCHES):
        table = np.zeros((len(trees), len(asked), len(_BITS)))
        for leaf in _leaves(branch):
            pattern = _pattern(leaf, branch)
            for level, place in enumerate(np.searchsorted(asked, _NODES[leaf])):
                table[:, place] += parts[:, leaf, level][:, pattern]
        for at in range(len(trees)):
            answers = forest.answers(at, branch, columns)
            for place, term in enumerate(forest.term[at, asked]):
                if term != LEAF:
                    made[term] += table[at, place].take(answers)
    return made.T


def _leaves(branch: int) -> range:
    return range(branch * _LEAVES // 2, (branch + 1) * _LEAVES // 2)


def _pattern(leaf: int, branch: int) -> npt.NDArray[np.int64]:
    """For each set of answers, on which levels it takes the turns to ``leaf``: a number of four bits, (256,)."""
    taken = _BITS[:, np.searchsorted(_BRANCHES[branch], _NODES[leaf])] == _LEFT[leaf]
    return np.asarray(taken @ (1 << np.arange(DEPTH)), dtype=np.int64)


def _shared_out(forest: _Forest) -> npt.NDArray[np.float64]:
    """Each leaf's value by the level that asks, for each pattern of turns taken, (trees, leaves, levels, patterns).

    A term that is asked for twice on a path is one player, told at its first question.
    """
    terms = forest.term[:, _NODES]
    share = np.where(_LEFT == 1, forest.share[:, _NODES], 1 - forest.share[:, _NODES])[..., None]
    taken = np.broadcast_to(
        (np.arange(_LEAVES) >> np.arange(DEPTH)[:, None] & 1).astype(float), (*terms.shape, _LEAVES)
    ).copy()
    for later in range(DEPTH):
        for first in range(later):
            same = ((terms[..., first] == terms[..., later]) & (terms[..., later] != LEAF))[..., None]
            for sums in (share, taken):
                sums[..., first, :] *= np.where(same, sums[..., later, :], 1.0)
                sums[..., later, :] = np.where(same, 1.0, sums[..., later, :])
    made = np.empty_like(taken)
    for level in range(DEPTH):
        others = [other for other in range(DEPTH) if other != level]
        weight = np.zeros(taken[..., 0, :].shape)
        for size in range(DEPTH):
            orders = factorial(size) * factorial(DEPTH - 1 - size) / factorial(DEPTH)
            for playing in combinations(others, size):
                weight += orders * prod((taken if other in playing else share)[..., other, :] for other in others)
        made[..., level, :] = forest.value[..., None] * (taken - share)[..., level, :] * weight
    return made
