"""What is bought together: the stored pairs as rules, what stands out among them, and items in an order with blocks.

Rules and items are named by keys as stored, so that an address opens the same pair in every language.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dashapp.data import Run
from pipeline.contract import Affinities, Segmentation

LEAST = 30  # baskets (or customers) under which no rule is shown
CHANCE = 0.05  # a corrected q value under this is beyond chance
COMMON = 0.01  # share of the baskets from which a pair is named as the closest
_STRONGEST = 8.0  # a lift above it pulls two items together no more than this one
Matrix = npt.NDArray[np.float64]


def is_counted_elsewhere(segmentation: Segmentation) -> bool:
    """Whether only another run of the sweep counted pairs, as versions before this one did; else the data hold none."""
    categories = any(group.meaning == "categories" for group in segmentation.dataset.groups)
    return segmentation.k != segmentation.decision.k and (categories or _has_baskets(segmentation.spec))


def _has_baskets(spec: str) -> bool:
    try:
        return bool(json.loads(spec).get("baskets"))
    except (ValueError, AttributeError):
        return False


@dataclass(frozen=True)
class Rule:
    """One pair in the direction that holds more often: who buys ``first`` also buys ``second``."""

    key: str
    items: tuple[str, str]  # keys of first and second
    first: str
    second: str
    count: int
    support: float
    confidence: float  # share of those with first that have second
    reverse: float  # the other way round
    lift: float
    leverage: float
    q: float
    overall_lift: float | None  # among all customers; None where it is not known

    @property
    def beyond(self) -> bool:
        """Whether chance is no good explanation, after the correction for many pairs."""
        return self.q < CHANCE

    @property
    def units(self) -> float:
        """Baskets (or customers) that were counted for this rule."""
        return self.count / self.support if self.support > 0 else 0.0


def rules(run: Run, segment: int = Affinities.EVERYBODY) -> tuple[Rule, ...]:
    """The rules of a segment, as ranked in the store; none under ``LEAST``."""
    told = run.segmentation.affinities
    stored = (run.original or run).segmentation.affinities
    wanted = (told[Affinities.SEGMENT] == segment) & (told[Affinities.COUNT] >= LEAST)
    keys = zip(stored.loc[wanted, Affinities.LEFT], stored.loc[wanted, Affinities.RIGHT], strict=True)
    return tuple(
        _rule(left, right, {str(name): value for name, value in row.items()})
        for (left, right), row in zip(keys, told[wanted].to_dict("records"), strict=True)
    )


def items_of(rules: Sequence[Rule]) -> dict[str, str]:
    """Key and name of every item that is in a rule, by name."""
    names = {key: name for rule in rules for key, name in zip(rule.items, (rule.first, rule.second), strict=True)}
    return dict(sorted(names.items(), key=lambda item: item[1].casefold()))


def about(rules: Sequence[Rule], item: str | None) -> tuple[Rule, ...]:
    """The rules that hold an item; all of them for None."""
    return tuple(rule for rule in rules if item is None or item in rule.items)


def heaviest(rules: Sequence[Rule]) -> Rule | None:
    """The pair that meets in the most baskets beyond what chance would bring."""
    known = [rule for rule in rules if rule.beyond and rule.lift > 1]
    return max(known, key=lambda rule: rule.leverage, default=None)


def closest(rules: Sequence[Rule]) -> Rule | None:
    """The highest lift of the pairs that are not rare."""
    known = [rule for rule in rules if rule.beyond and rule.lift > 1 and rule.support >= COMMON]
    return max(known, key=lambda rule: rule.lift, default=None)


def stronger(rules: Sequence[Rule], most: int = 3) -> tuple[Rule, ...]:
    """Pairs that belong together more closely in a segment than among all customers, the surest first.

    Where baskets are small every lift is high, so a pair counts as stronger only by what goes beyond the segment's
    median ratio; and what is ranked is the lower end of that (two standard errors, about 1 / sqrt(count) each).
    """
    known = [
        (rule, math.log(rule.lift / rule.overall_lift))
        for rule in rules
        if rule.beyond and rule.lift > 1 and rule.overall_lift
    ]
    if not known:
        return ()
    usual = max(0.0, float(np.median([ratio for _, ratio in known])))
    sure = [(rule, ratio - usual - 2 / math.sqrt(rule.count)) for rule, ratio in known]
    ranked = sorted((pair for pair in sure if pair[1] > 0), key=lambda pair: -pair[1])
    return tuple(rule for rule, _ in ranked[:most])


def grouped(rules: Sequence[Rule], most: int, item: str | None = None) -> tuple[str, ...]:
    """The ``most`` items that weigh the most (with ``item``: it and its partners), so that close ones are neighbours.

    They stand by the second eigenvector of the graph of lifts (Fiedler 1973), which puts blocks in a row.
    """
    weight: dict[str, float] = {}
    for rule in about(rules, item):
        for key in rule.items:
            weight[key] = weight.get(key, 0.0) + abs(rule.leverage)
    if item is not None and item in weight:
        weight[item] = math.inf
    chosen = sorted(weight, key=lambda key: (-weight[key], key))[:most]
    return tuple(chosen[place] for place in _seriated(lifts(rules, chosen)))


def lifts(rules: Sequence[Rule], items: Sequence[str]) -> Matrix:
    """Lift of each pair of items, symmetric; NaN where no rule is known."""
    table = np.full((len(items), len(items)), np.nan)
    place = {key: number for number, key in enumerate(items)}
    for rule in rules:
        if rule.items[0] in place and rule.items[1] in place:
            row, column = place[rule.items[0]], place[rule.items[1]]
            table[row, column] = table[column, row] = rule.lift
    return table


def _seriated(table: Matrix) -> list[int]:
    if len(table) < 3:
        return list(range(len(table)))
    near = np.nan_to_num(np.clip(table, 0.0, _STRONGEST), nan=0.5)  # a pair that is not listed is hardly a pair
    np.fill_diagonal(near, 0.0)
    scale = 1 / np.sqrt(near.sum(axis=1) + 1e-9)
    _, vectors = np.linalg.eigh(np.eye(len(near)) - scale[:, None] * near * scale)
    return [int(place) for place in np.argsort(vectors[:, 1] * scale, kind="stable")]


def _rule(left: str, right: str, row: dict[str, object]) -> Rule:
    def value(name: str) -> float:
        return float(row[name])  # type: ignore[arg-type]

    forth, back = value(Affinities.CONFIDENCE), value(Affinities.REVERSE)
    sides = [(left, str(row[Affinities.LEFT])), (right, str(row[Affinities.RIGHT]))]
    (if_key, first), (then_key, second) = sides if forth >= back else sides[::-1]
    overall = value(Affinities.OVERALL_LIFT)
    return Rule(
        key=f"{left}~{right}",
        items=(if_key, then_key),
        first=first,
        second=second,
        count=int(value(Affinities.COUNT)),
        support=value(Affinities.SUPPORT),
        confidence=max(forth, back),
        reverse=min(forth, back),
        lift=value(Affinities.LIFT),
        leverage=value(Affinities.LEVERAGE),
        q=value(Affinities.Q),
        overall_lift=overall if math.isfinite(overall) and overall > 0 else None,
    )
