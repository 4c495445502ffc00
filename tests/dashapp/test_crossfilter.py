"""Counts under a selection equal those of a plain, slow computation with pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.path import Path

from dashapp.selecting import MAP, SEGMENT, SURE, Area, Cube, Dimension, Filter, Range, Selection, Values
from dashapp.selecting.filtered import GHOST_POINTS, MAP_POINTS
from dashapp.selecting.outlines import inside
from pipeline.contract import Segmentation
from tests.support import as_stored, make_training

SELECTIONS: list[dict[str, Filter]] = [
    {},
    {"age": Range(30.0, 45.0)},
    {"age": Range(None, 33.5), "marital_status": Values(("Married", "Single"))},
    {SEGMENT: Values(("sample-1",)), "income": Range(40_000.0, None)},
    {MAP: Area(((-2.0, -2.0), (3.0, -1.0), (2.0, 3.0), (-1.0, 2.0))), "complained": Values(("no",))},
    {
        "main.categories": Values(("wine",)),
        "main.channels": Values(("store_orders", "web_orders")),
        "spend": Range(50.0, 400.0),
    },
    {"age": Range(90.0, 91.0), "income": Range(1.0, 2.0)},
    {SURE: Range(None, 0.3), SEGMENT: Values(("sample-1", "sample-2"))},
]


def passing(it: Segmentation, cube: Cube, name: str, chosen: Filter) -> pd.Series:
    """Who passes a filter, row by row."""
    dimension = cube.dimensions[name]
    if isinstance(chosen, Area):
        return pd.Series(Path(chosen.corners).contains_points(it.projection[["x", "y"]].to_numpy()))
    if isinstance(chosen, Range):
        values = it.assignments["silhouette"] if name == SURE else it.customers[dimension.column]
        low = -np.inf if chosen.low is None else chosen.low
        high = np.inf if chosen.high is None else chosen.high
        return (values >= low) & (values < high)
    return marks(it, dimension).isin(chosen.tokens)


def marks(it: Segmentation, dimension: Dimension) -> pd.Series:
    """The token of each customer's bin."""
    if dimension.name == SEGMENT:
        return it.assignments["segment"].map({card.segment: card.key for card in it.cards})
    if dimension.kind == "mix":
        members = [token for token in dimension.tokens if token]
        return it.customers[members].idxmax(axis=1).where(it.customers[members].sum(axis=1) > 0, "")
    values = it.assignments["silhouette"] if dimension.name == SURE else it.customers[dimension.column]
    if dimension.kind == "number":
        return pd.cut(values, list(dimension.edges), right=False, labels=list(dimension.tokens)).astype("string")
    if it.dataset.column(dimension.column).kind == "flag":
        values = values.map({0: "no", 1: "yes"}).astype("string")
    return values.fillna("")


@pytest.mark.parametrize("seed", range(5))
def test_an_outline_that_crosses_itself_holds_what_matplotlib_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points, corners = rng.normal(size=(2_000, 2)), rng.normal(size=(12, 2))
    expected = Path(corners).contains_points(points)
    outline = [(float(x), float(y)) for x, y in corners]

    assert 100 < expected.sum() < 1_900
    assert (inside(*points.T, outline) == expected).all()
    assert (inside(*points.T, outline, np.argsort(points[:, 1])) == expected).all()


@pytest.mark.parametrize("filters", SELECTIONS, ids=lambda one: "+".join(one) or "none")
def test_every_chart_obeys_every_filter_but_its_own(
    segmentation: Segmentation, cube: Cube, filters: dict[str, Filter]
) -> None:
    it, filtered = segmentation, cube.filtered(Selection(filters))
    masks = {name: passing(it, cube, name, chosen) for name, chosen in filters.items()}
    segment = it.assignments["segment"]
    for name, dimension in cube.dimensions.items():
        if name == MAP:
            continue
        others = np.logical_and.reduce(
            [np.ones(len(segment), bool), *(mask for key, mask in masks.items() if key != name)]
        )
        part = filtered.slice(name)
        assert part.customers == others.sum()
        for card in it.cards:
            rows = others & (segment == card.segment).to_numpy()
            if dimension.kind == "mix":
                expected = it.customers.loc[rows, [one for one in dimension.tokens if one]].sum().to_numpy()
                assert part.shown[card.segment] == pytest.approx(expected)
            else:
                counts = marks(it, dimension)[rows].value_counts()
                assert part.shown[card.segment].tolist() == [counts.get(token, 0) for token in dimension.tokens]
    everything = np.logical_and.reduce([np.ones(len(segment), bool), *masks.values()])
    assert filtered.customers == everything.sum()
    assert filtered.by_segment.tolist() == [int((everything & (segment == card.segment)).sum()) for card in it.cards]


def test_the_median_is_that_of_the_customers_shown(segmentation: Segmentation, cube: Cube) -> None:
    filtered = cube.filtered(Selection({"marital_status": Values(("Single",))}))
    single = segmentation.customers[segmentation.customers["marital_status"] == "Single"]

    part = filtered.slice("income")

    assert part.middle == pytest.approx(single["income"].median())
    assert part.overall_middle == pytest.approx(segmentation.customers["income"].median())


@pytest.mark.parametrize("selection", SELECTIONS)
def test_an_average_leaves_out_who_has_no_value(
    segmentation: Segmentation, cube: Cube, selection: dict[str, Filter]
) -> None:
    others = {name: chosen for name, chosen in selection.items() if name != SEGMENT}
    kept = np.logical_and.reduce(
        [np.ones(cube.n, dtype=bool), *(passing(segmentation, cube, name, others[name]) for name in others)]
    )
    expected = segmentation.customers["income"][kept].groupby(segmentation.assignments["segment"][kept]).mean()

    assert segmentation.customers["income"].isna().any()
    assert cube.filtered(Selection(selection)).averages("income") == pytest.approx(
        expected.reindex(range(cube.k)), nan_ok=True
    )


def test_the_map_draws_a_sample_and_keeps_every_segment() -> None:
    cube = Cube(as_stored(make_training(12_000), k=3))

    points = cube.everyone.points()

    assert len(points.x) <= MAP_POINTS
    assert len(points.ghost_x) <= GHOST_POINTS
    assert points.customers == 12_000
    drawn, all_shares = np.bincount(points.segment) / len(points.segment), cube.by_segment(None) / cube.n
    assert np.abs(drawn - all_shares).max() < 0.02


def test_edges_are_round_and_hold_everybody(cube: Cube) -> None:
    for name in ("age", "income", "spend", "average_cheque", "recency"):
        dimension = cube.dimensions[name]
        finite = [edge for edge in dimension.edges if np.isfinite(edge)]
        assert 5 <= dimension.bins <= 26
        assert all(float(f"{edge:.6g}") == edge for edge in finite)


def test_a_column_named_like_our_own_parameters_is_told_apart() -> None:
    it = as_stored(make_training(120), k=3)
    columns = tuple(
        column.model_copy(update={"name": "segment"}) if column.name == "marital_status" else column
        for column in it.dataset.columns
    )
    from dataclasses import replace

    renamed = replace(
        it,
        dataset=it.dataset.model_copy(update={"columns": columns}),
        customers=it.customers.rename(columns={"marital_status": "segment"}),
    )

    cube = Cube(renamed)

    assert cube.dimensions["segment"].kind == "segment"
    assert cube.everyone.slice("column.segment").everyone.sum() == 120
