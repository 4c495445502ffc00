"""Segments as rules: a shallow decision tree over the active columns, told in words and as SQL.

The tree never sees a value, only how many of a column's thresholds it exceeds. The thresholds are round numbers to
begin with, so nothing has to be rounded afterwards, and words, SQL and figures are about exactly the same customers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.contract import Column, Condition, Customers, Dataset, FeatureTransform, Labels, Matrix, SegmentRule
from pipeline.describing.rules.phrasing import rule_in_words
from pipeline.folding import PlainRule, Sample, drawn, meets
from pipeline.stages import Partition

MOST_ROWS = 50_000
DEPTH = 4
SECOND_PART_GAIN = 0.05  # what a second alternative must add to the F1 score to be worth its words
CONDITION_WORTH = 0.01  # what a condition must add to the F1 score to be worth its words
_LEAST_LEAF = 5
CUTS = 40  # quantiles from which thresholds are made
MOST_MOVED = 0.02  # share of the customers that rounding a threshold may move across it
_STEPS = (5.0, 2.0, 1.0)

Mask = npt.NDArray[np.bool_]
Seen = npt.NDArray[np.float32]
Box = dict[int, tuple[int, int]]  # feature -> code in (low, high]; -1 and the number of thresholds: no bound


@dataclass(frozen=True)
class Codes:
    """Customers as the tree sees them: of each value, how many of its column's thresholds it exceeds."""

    rows: Labels  # (n,) which customers
    values: Seen  # (n, p), whole numbers from 0
    thresholds: tuple[tuple[float, ...], ...]
    half: Mask  # (n,) a random half, for cross-validation


def encode(sample: Sample, dataset: Dataset, transform: FeatureTransform, *, seed: int) -> Codes:
    """Codes of the active columns of at most ``MOST_ROWS`` customers, shared by every number of segments."""
    rows = drawn(sample.hashes, MOST_ROWS, f"rules {seed}")
    values = filled(sample.customers.iloc[rows], transform)
    thresholds = tuple(
        friendly_thresholds(values[:, place], dataset.column(name)) for place, name in enumerate(transform.names)
    )
    codes = [
        np.searchsorted(np.array(bounds), column, side="left")  # x > t counts t
        for bounds, column in zip(thresholds, values.T, strict=True)
    ]
    half = np.zeros(len(rows), dtype=bool)
    half[drawn(sample.hashes[rows], len(rows) // 2, f"halves of rules {seed}")] = True
    keys = Customers.keys(sample.customers).to_numpy()[rows]
    return Codes(keys, np.column_stack(codes).astype(np.float32, order="F"), thresholds, half)


def filled(customers: pd.DataFrame, transform: FeatureTransform) -> Matrix:
    """Active columns in original units, missing values at the stored fill, as in training."""
    values = customers[list(transform.names)].to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.asarray(transform.fill))


def find_rules(
    codes: Codes, partition: Partition, customers: pd.DataFrame, dataset: Dataset, transform: FeatureTransform
) -> tuple[SegmentRule, ...]:
    """One rule a segment, with precision and recall by two-fold cross-validation of the whole procedure.

    Parameters
    ----------
    codes
        From ``encode``.
    partition
        The segments to be told apart.
    customers
        All customers, in original units; each rule's size is counted on them.

    """
    labels = partition.labels[codes.rows]
    quality = _cross_validate(codes, labels, partition.k)
    columns = [dataset.column(name) for name in transform.names]
    rules = []
    for segment, boxes in enumerate(_boxes(codes.values, labels, partition.k)):
        alternatives = tuple(_conditions(box, codes, transform) for box in boxes)
        precision, recall = quality[segment]
        rules.append(
            SegmentRule(
                segment=segment,
                text=rule_in_words(alternatives, columns),
                sql=as_sql(alternatives),
                alternatives=alternatives,
                precision=precision,
                recall=recall,
                size=int(selects(alternatives, customers).sum()),
            )
        )
    return tuple(rules)


def selects(alternatives: Sequence[Sequence[Condition]], customers: pd.DataFrame) -> Mask:
    """Customers that meet all conditions of one of the alternatives, (n,)."""
    columns = {condition.column: condition for conditions in alternatives for condition in conditions}
    rows = {name: customers[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in columns}
    return meets(rows, as_plain(alternatives), len(customers))


def as_plain(alternatives: Sequence[Sequence[Condition]]) -> PlainRule:
    """The rule as kernels apply it; without bounds they are infinite."""
    return tuple(
        tuple(
            (
                condition.column,
                condition.fill,
                -math.inf if condition.over is None else condition.over,
                math.inf if condition.up_to is None else condition.up_to,
            )
            for condition in conditions
        )
        for conditions in alternatives
    )


def as_sql(alternatives: Sequence[Sequence[Condition]]) -> str:
    """The rule as an ANSI SQL condition that is never unknown where it matters: NULL stands at the stored fill."""
    parts = [" AND ".join(_sql(condition) for condition in conditions) or "TRUE" for conditions in alternatives]
    return parts[0] if len(parts) == 1 else " OR ".join(f"({part})" for part in parts)


def _sql(condition: Condition) -> str:
    name = '"' + condition.column.replace('"', '""') + '"'
    if condition.takes_missing:  # otherwise a missing value must not match, and an unknown comparison does not
        name = f"COALESCE({name}, {condition.fill!r})"
    bounds = [] if condition.over is None else [f"{name} > {condition.over!r}"]
    bounds += [] if condition.up_to is None else [f"{name} <= {condition.up_to!r}"]
    return " AND ".join(bounds)


# ------------------------------------------------------------------ from the tree to boxes


def _boxes(values: Seen, labels: Labels, k: int) -> list[tuple[Box, ...]]:
    """The best one or two nodes of a tree for each segment, without the conditions that earn nothing."""
    from sklearn.tree import DecisionTreeClassifier

    tree = (
        DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=_LEAST_LEAF, random_state=0).fit(values, labels).tree_
    )
    counts = np.zeros((tree.node_count, k))
    counts[:, np.unique(labels)] = tree.value[:, 0, :] * tree.weighted_n_node_samples[:, None]
    paths = _paths(tree.children_left, tree.children_right)
    boxes = _node_boxes(tree, paths)
    alternatives = []
    for segment in range(k):
        nodes = _best_nodes(counts, segment, paths)
        alternatives.append(_simplified([boxes[node] for node in nodes], values, labels == segment))
    return alternatives


def _paths(left: Labels, right: Labels) -> list[tuple[int, ...]]:
    """Each node's way from the root, itself included. Children come after their parents."""
    paths: list[tuple[int, ...]] = [(0,)] * len(left)
    for node in range(len(left)):
        for child in (left[node], right[node]):
            if child >= 0:
                paths[child] = (*paths[node], int(child))
    return paths


def _node_boxes(tree: Any, paths: list[tuple[int, ...]]) -> list[Box]:
    """Bounds on the codes that lead to each node; repeated splits on a column make one range."""
    features, splits, left = tree.feature, tree.threshold, tree.children_left
    boxes: list[Box] = []
    for path in paths:
        box: Box = {}
        for node, child in pairwise(path):
            low, high = box.get(int(features[node]), (-1, 1 << 30))
            split = int(np.floor(splits[node]))
            bounds = (low, min(high, split)) if child == left[node] else (max(low, split), high)
            box[int(features[node])] = bounds
        boxes.append(box)
    return boxes


def _best_nodes(counts: Matrix, segment: int, paths: list[tuple[int, ...]]) -> list[int]:
    """The node of the best F1 score, and a second one beside it where that adds enough."""
    size = counts[0, segment]
    depth = np.array([len(path) - 1 for path in paths])
    scores = 2 * counts[:, segment] / (counts.sum(axis=1) + size)
    worth = scores - CONDITION_WORTH * depth
    if len(paths) > 1:
        worth[0] = -1.0  # "everybody" is no rule
    first = int(worth.argmax())
    beside = [node for node in range(len(paths)) if first not in paths[node] and node not in paths[first]]
    if not beside:
        return [first]
    joint = (
        2
        * (counts[beside, segment] + counts[first, segment])
        / (counts[beside].sum(axis=1) + counts[first].sum() + size)
    )
    second = int((joint - CONDITION_WORTH * depth[beside]).argmax())
    return [first, beside[second]] if joint[second] > scores[first] + SECOND_PART_GAIN else [first]


def _simplified(boxes: Sequence[Box], values: Seen, own: Mask) -> tuple[Box, ...]:
    """``boxes`` less every condition whose removal costs the whole rule hardly any of its F1 score, each box once."""
    kept = list(boxes)
    score = _score(kept, values, own)
    for place, box in enumerate(boxes):
        for feature in box:
            less = {column: bounds for column, bounds in kept[place].items() if column != feature}
            tried = [*kept[:place], less, *kept[place + 1 :]]
            if less and (tried_score := _score(tried, values, own)) >= score - CONDITION_WORTH / 2:
                kept, score = tried, tried_score
    return tuple(box for place, box in enumerate(kept) if box not in kept[:place])


def _score(boxes: Sequence[Box], values: Seen, own: Mask) -> float:
    chosen = _inside(boxes, values)
    sizes = np.count_nonzero(chosen) + np.count_nonzero(own)
    return 2 * int(np.count_nonzero(chosen & own)) / int(sizes) if sizes else 0.0


def _inside(boxes: Sequence[Box], values: Seen) -> Mask:
    chosen = np.zeros(len(values), dtype=bool)
    for box in boxes:
        within = np.ones(len(values), dtype=bool)
        for feature, (low, high) in box.items():
            within &= (values[:, feature] > low) & (values[:, feature] <= high)
        chosen |= within
    return chosen


def _cross_validate(codes: Codes, labels: Labels, k: int) -> list[tuple[float, float]]:
    """Precision and recall of each segment's rule on the half that had no part in making it, both halves in turn."""
    hits, chosen = np.zeros(k), np.zeros(k)
    for own in (codes.half, ~codes.half):
        made = _boxes(np.asfortranarray(codes.values[own]), labels[own], k)
        values, truth = codes.values[~own], labels[~own]
        for segment, boxes in enumerate(made):
            inside = _inside(boxes, values)
            chosen[segment] += np.count_nonzero(inside)
            hits[segment] += np.count_nonzero(inside & (truth == segment))
    sizes = np.bincount(labels, minlength=k)
    return [
        (float(hit / many) if many else 0.0, float(hit / size) if size else 0.0)
        for hit, many, size in zip(hits, chosen, sizes, strict=True)
    ]


def _conditions(box: Box, codes: Codes, transform: FeatureTransform) -> tuple[Condition, ...]:
    return tuple(
        Condition(
            column=transform.names[feature],
            fill=transform.fill[feature],
            over=None if low < 0 else codes.thresholds[feature][low],
            up_to=None if high >= len(codes.thresholds[feature]) else codes.thresholds[feature][high],
        )
        for feature, (low, high) in box.items()
    )


# ------------------------------------------------------------------ round numbers to cut at: $600 rather than $593.5


def friendly_thresholds(values: Matrix, column: Column) -> tuple[float, ...]:
    """Rising thresholds t for ``value > t``, none of which leaves everybody on one side.

    Whole numbers are cut between whole numbers only, so that "over 4" means "5 or more".
    """
    ordered = np.sort(values)
    if column.kind == "flag":
        return (0.0,) if ordered[0] <= 0 < ordered[-1] else ()
    cuts = np.unique(np.quantile(ordered, np.arange(1, CUTS) / CUTS, method="lower"))
    whole = column.kind == "integer" or bool(np.all(ordered == np.round(ordered)))
    made = {_rounded(float(cut), ordered, whole) for cut in cuts if cut < ordered[-1]}
    return tuple(sorted(threshold for threshold in made if ordered[0] <= threshold < ordered[-1]))


def _rounded(cut: float, ordered: Matrix, whole: bool) -> float:
    """The roundest number near ``cut`` across which at most ``MOST_MOVED`` of the customers move."""
    below = _share_below(cut, ordered)
    top = math.ceil(math.log10(max(abs(cut), 1e-12)))
    for power in range(top, top - 7, -1):
        for lead in _STEPS:
            step = lead * 10.0**power
            if whole and step < 1:
                return float(math.floor(cut))
            near = round(round(cut / step) * step, max(0, 1 - power))
            if abs(_share_below(near, ordered) - below) <= MOST_MOVED:
                return near
    return cut


def _share_below(value: float, ordered: Matrix) -> float:
    return float(np.searchsorted(ordered, value, side="right") / len(ordered))
