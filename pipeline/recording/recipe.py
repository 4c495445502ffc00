"""Raw columns to segments as plain numbers and SQL: what ``placing`` follows where Korzina is not installed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline.cleaning import derivations, used_columns
from pipeline.contract import NUMERIC_KINDS, FeatureTransform, Matrix
from pipeline.reading import FALSE, NULLS, TRUE, reading_of_days
from pipeline.spec import RangeRule, ReplaceRule, Source, Spec, raw_columns, restore_spec, share_name
from pipeline.stages import Candidate, Training

Recipe = dict[str, Any]
_NO_SPEC = "{}"
_NOT_KEPT = pd.Series(dtype="float64")


def recipe_of_features(transform: FeatureTransform, centres: Matrix) -> Recipe:
    """The recipe where the raw columns are the features themselves."""
    return {
        "version": 1,
        "columns": {name: _column("number") for name in transform.names},
        "words": {"unknown": sorted(NULLS), "yes": sorted(TRUE), "no": sorted(FALSE)},
        "as_of": None,
        "rules": [],
        "derived": {},
        "groups": [],
        "late_rules": [],
        "features": transform.model_dump(mode="json"),
        "centres": centres.tolist(),
        "segments": [str(number) for number in range(1, len(centres) + 1)],
        "reach": [None] * len(centres),
    }


def recipe_of(training: Training, candidate: Candidate) -> Recipe:
    """The recipe of one k: the spec's reading, rules and SQL as far as the clustered features need them."""
    transform = training.features.transform
    return {
        **recipe_of_features(transform, candidate.centres),
        **(_from_spec(_dated(training), transform) if training.spec != _NO_SPEC else {}),
        "segments": [card.name for card in sorted(candidate.cards, key=lambda card: card.segment)],
        "reach": list(candidate.reach) or [None] * len(candidate.centres),
    }


def example_rows(recipe: Recipe, training: Training | None = None) -> pd.DataFrame:
    """Three invented customers, as raw columns: the training's medians, half of them, and half as much again.

    A raw column that is not kept is 1, or the spec's own day; text is the commonest word.
    """
    fill = dict(zip(recipe["features"]["names"], recipe["features"]["fill"], strict=True))
    customers = training.customers if training is not None else pd.DataFrame()
    return pd.DataFrame(
        {
            name: _example(how, customers.get(name, _NOT_KEPT).dropna(), fill.get(name, 1.0), recipe["as_of"])
            for name, how in recipe["columns"].items()
        }
    )


def _dated(training: Training) -> Spec:
    """The spec with the day that "auto" was in the data of the training."""
    return restore_spec(training.spec).at(training.dataset.as_of)


def _from_spec(spec: Spec, transform: FeatureTransform) -> Recipe:
    kinds, used = raw_columns(spec), used_columns(spec, active_only=True)
    columns = {
        name: _column(
            kind,
            spec.columns[name].order if name in spec.columns else (),
            spec.source,
            name,
        )
        for name, kind in kinds.items()
        if name in used
    }
    groups = [
        list(group.members)
        for group in spec.groups.values()
        if any(share_name(member) in transform.names for member in group.members)
    ]
    members = {member for group in groups for member in group}
    derived = derivations({*transform.names, *members}, spec)
    return {
        "columns": columns,
        "as_of": spec.day.isoformat() if spec.day else None,
        "rules": [_rule(rule) for rule in _rules(spec) if rule.column in columns],
        "derived": derived,
        "groups": groups,
        "late_rules": [_rule(rule) for rule in _rules(spec) if rule.column in derived],
    }


def _column(kind: str, order: Sequence[str] = (), source: Source | None = None, name: str = "") -> Recipe:
    source = source or Source()
    form = source.day_form(name) if kind == "date" else None
    days = reading_of_days(form) if form else None  # without a form they are days already, or ISO's text
    return {"kind": kind, "order": list(order), "days": days, "decimal": source.decimal or "."}


def _rules(spec: Spec) -> list[RangeRule | ReplaceRule]:
    return [rule for rule in spec.rules if isinstance(rule, RangeRule | ReplaceRule)]


def _rule(rule: RangeRule | ReplaceRule) -> Recipe:
    if isinstance(rule, ReplaceRule):
        return {"column": rule.column, "values": dict(rule.values)}
    return {"column": rule.column, "min": rule.min, "max": rule.max, "clip": rule.action == "clip"}


def _example(how: Recipe, known: pd.Series, otherwise: float, as_of: str | None) -> list[Any]:
    if how["kind"] == "flag":
        return [0.0, 1.0, 0.0]
    if how["kind"] in NUMERIC_KINDS:
        middle = float(known.astype("float64").median()) if len(known) else otherwise
        values = np.array([middle, 0.5 * middle, 1.5 * middle])
        return list(np.round(values) if how["kind"] == "integer" else values)
    if how["kind"] == "date":
        return [as_of or "2026-01-01"] * 3
    return [str(known.mode().iloc[0]) if len(known) else "unknown"] * 3
