"""What a viewer sees: no filter, and no difference of two, singles anybody out; and it is still true of the groups."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from flask import Flask

from dashapp.access import ForbiddenError, ReadersData
from dashapp.access.small_cells import LEAST, coarse
from dashapp.data import Run, SegmentationData
from dashapp.pages import PAGES
from dashapp.reader import Reader, let_in
from dashapp.selecting import Cube, Range, Selection, Values
from pipeline.contract import Segmentation
from tests.dashapp.conftest import RUN


@pytest.fixture(scope="module")
def seen(segmentation: Segmentation) -> Segmentation:
    return coarse(segmentation)


@pytest.fixture(scope="module")
def cube(seen: Segmentation) -> Cube:
    return Cube(seen)


def selections(cube: Cube) -> Iterator[Selection]:
    """Every bin of every dimension alone, and pairs of bins of a seeded choice of dimensions."""
    rng = np.random.default_rng(7)
    single = [
        (dimension.name, Range(low, high) if dimension.kind == "number" else Values((token,)))
        for dimension in cube.dimensions.values()
        for token, low, high in itertools.zip_longest(dimension.tokens, dimension.edges[:-1], dimension.edges[1:])
        if token is not None
    ]
    yield Selection()
    yield from (Selection({name: chosen}) for name, chosen in single)
    for _ in range(1_500):
        chosen = dict(single[place] for place in rng.integers(len(single), size=3))
        yield Selection(chosen)


def test_every_count_under_every_filter_is_a_multiple_of_ten(cube: Cube) -> None:
    for selection in selections(cube):
        filtered = cube.filtered(selection)
        assert filtered.customers % LEAST == 0
        for name, dimension in cube.dimensions.items():
            if dimension.kind in ("number", "category"):
                assert not (filtered.slice(name).shown % LEAST).any(), (selection, name)


def test_two_selections_subtracted_leave_nobody_alone(cube: Cube, segmentation: Segmentation) -> None:
    """The attack: an age with a single customer is the difference of "under 31" and "under 30"."""
    attacked = 0
    for name, dimension in cube.dimensions.items():
        if dimension.kind != "number" or not dimension.column:
            continue
        known = np.unique(pd.to_numeric(segmentation.customers[dimension.column]).dropna().to_numpy(float))
        for low, high in itertools.pairwise(known[:: max(1, len(known) // 150)]):
            below = cube.filtered(Selection({name: Range(None, float(high))}))
            less = cube.filtered(Selection({name: Range(None, float(low))}))
            taken = below.customers - less.customers
            assert taken == 0 or taken >= LEAST
            assert (below.by_segment - less.by_segment >= 0).all()
            assert not ((below.by_segment - less.by_segment) % LEAST).any()
            attacked += 1
    assert attacked > 300


def test_the_attack_works_on_what_an_analyst_sees(segmentation: Segmentation) -> None:
    """Else the test above would show nothing."""
    cube = Cube(segmentation)
    counts = cube.everyone.slice("age").shown

    assert ((counts > 0) & (counts < LEAST)).any()


def test_rows_are_ten_alike_and_none_of_them_is_a_customer(seen: Segmentation, segmentation: Segmentation) -> None:
    key = str(seen.customers.columns[0])
    alike = seen.customers.drop(columns=key).astype("object").fillna("").astype(str).agg("|".join, axis=1)
    alike += seen.projection.drop(columns="customer").astype(str).agg("|".join, axis=1)

    assert alike.value_counts().min() >= LEAST
    assert segmentation.dataset.id_column not in seen.customers
    real = set(zip(segmentation.projection["x"], segmentation.projection["y"], strict=True))
    assert real.isdisjoint(zip(seen.projection["x"], seen.projection["y"], strict=True))


def test_no_extreme_of_the_data_is_left(seen: Segmentation, segmentation: Segmentation) -> None:
    for column in segmentation.dataset.columns:
        if column.kind == "number" and column.name in seen.customers and column.role in ("active", "passive"):
            real = segmentation.customers[column.name].astype(float)
            shown = seen.customers[column.name].astype(float)
            assert shown.max() < real.max(), column.name
            assert shown.min() >= real.min(), column.name


def test_an_outlier_does_not_show(segmentation: Segmentation) -> None:
    from dataclasses import replace

    name = next(c.name for c in segmentation.dataset.columns if c.kind == "number" and c.name in segmentation.customers)
    customers = segmentation.customers.copy()
    customers[name] = customers[name].astype(float)
    customers.loc[7, name] = 1e9
    shown = coarse(replace(segmentation, customers=customers)).customers[name].astype(float)

    assert shown.max() < 1e6


def test_shares_stay_nearly_as_they_are(seen: Segmentation, segmentation: Segmentation) -> None:
    for name in ("marital_status", "education"):
        if name in seen.customers:
            real = segmentation.customers[name].value_counts(normalize=True)
            shown = seen.customers[name].value_counts(normalize=True)
            assert shown.sub(real, fill_value=0).abs().max() < 0.08, name
    real_age, shown_age = segmentation.customers["age"].astype(float), seen.customers["age"].astype(float)
    assert shown_age.mean() == pytest.approx(real_age.mean(), rel=0.05)
    assert shown_age.std() == pytest.approx(real_age.std(), rel=0.25)


def test_sizes_are_rounded_and_what_tells_of_rows_is_left_out(seen: Segmentation, segmentation: Segmentation) -> None:
    for card, real in zip(seen.cards, segmentation.cards, strict=True):
        assert card.size % LEAST == 0
        assert abs(card.size - real.size) <= LEAST / 2
        assert card.size == (seen.assignments["segment"] == card.segment).sum()
    assert len(seen.typical) == len(seen.quarantine) == 0
    assert seen.rules == ()
    assert seen.campaigns is None
    assert seen.ledger.entries == ()


@pytest.fixture
def viewer(data: SegmentationData) -> Iterator[ReadersData]:
    with Flask("x").test_request_context("/"):
        let_in(Reader("vera", "viewer"))
        yield ReadersData(data)


def test_a_viewer_gets_nothing_else(viewer: ReadersData, segmentation: Segmentation) -> None:
    run = viewer.run(RUN)

    assert len(run.segmentation.customers) % LEAST == 0
    assert (run.original or run).segmentation is not segmentation
    assert viewer.view().run is run
    assert viewer.asked("") is run
    with pytest.raises(ForbiddenError):
        viewer.placement(RUN)


def test_a_viewer_sees_what_is_in_use_alone(viewer: ReadersData, store: object, segmentation: Segmentation) -> None:
    from dataclasses import replace

    other = "b" * 32
    store.held[other] = replace(segmentation, run_id=other)  # type: ignore[attr-defined]

    with pytest.raises(ForbiddenError):
        viewer.run(other)
    view = viewer.view(other)
    assert view.run is not None
    assert view.run.run_id == RUN
    assert "not in use" in view.notice


@pytest.mark.parametrize("page", [page for page in PAGES if page.name in ("overview", "explore", "segment", "baskets")])
def test_every_page_of_a_viewer_can_be_drawn(viewer: ReadersData, page: object) -> None:
    drawn = str(page.drawn(viewer))  # type: ignore[attr-defined]

    assert RUN in drawn
    assert "not part of your role" not in drawn


def test_others_still_see_the_customers(data: SegmentationData, segmentation: Segmentation) -> None:
    with Flask("x").test_request_context("/"):
        let_in(Reader("mark", "marketer"))
        run: Run = ReadersData(data).run(RUN)

    pd.testing.assert_frame_equal(run.segmentation.customers, segmentation.customers)
