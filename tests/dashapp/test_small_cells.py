"""What a viewer sees: no filter, and no difference of two, singles anybody out; and it is still true of the groups."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator

import dash
import numpy as np
import pandas as pd
import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashapp.access import ForbiddenError, ReadersData
from dashapp.access.small_cells import LEAST, coarse
from dashapp.app import create_app
from dashapp.data import Run, SegmentationData
from dashapp.pages import PAGES
from dashapp.reader import Reader, let_in
from dashapp.selecting import Cube, Range, Selection, Values
from pipeline.contract import CategoryProfiles, Passive, Profiles, Segmentation
from pipeline.settings import Settings
from tests.dashapp import test_proxy_readers as proxy
from tests.dashapp.conftest import RUN, MemoryStore, champion
from tests.dashapp.test_hostile_labels import answers
from tests.dashapp.whales import LONE_CITY, PEOPLE, SPENT, WHALES, run_of_whales


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


# ------------------------------------------------------------------ three large buyers who are a segment of their own


@pytest.fixture(scope="module")
def whales(tmp_path_factory: pytest.TempPathFactory) -> Segmentation:
    return run_of_whales(tmp_path_factory.mktemp("whales"))


@pytest.fixture(scope="module")
def without_whales(whales: Segmentation) -> Segmentation:
    return coarse(whales)


def test_the_last_segment_follows_from_exact_means(whales: Segmentation) -> None:
    """The attack on what a store holds: three means and that of everybody, in full digits, give three buyers away."""
    assert WHALES in [card.size for card in whales.cards]
    rows = whales.profiles[whales.profiles[Profiles.COLUMN] == "spend"]
    *known, alone = sorted(rows.to_dict("records"), key=lambda row: -row[Profiles.N])
    for row in known:  # a mean of cents is a fraction, and its denominator the number of customers
        cents = [(n, 100 * n * row[Profiles.MEAN]) for n in range(LEAST, PEOPLE)]
        assert row[Profiles.N] % next(n for n, sum_of in cents if abs(sum_of - round(sum_of)) < 1e-4) == 0

    total = PEOPLE * alone[Profiles.OVERALL_MEAN] - sum(row[Profiles.N] * row[Profiles.MEAN] for row in known)

    assert total == pytest.approx(sum(SPENT), rel=1e-6)


def test_what_a_viewer_sees_of_all_is_what_is_seen_of_the_segments(without_whales: Segmentation) -> None:
    """Nothing is left over for a segment of three: not of a count, a sum, a share or the revenue."""
    shown = without_whales
    for _name, rows in shown.profiles.groupby(Profiles.COLUMN):
        n, mean = rows[Profiles.N], rows[Profiles.MEAN].fillna(0.0)
        assert not (n % LEAST).any()
        assert rows[Profiles.OVERALL_MEAN].iloc[0] == pytest.approx((n * mean).sum() / n.sum())
    for _cell, rows in shown.category_profiles.groupby([CategoryProfiles.SEGMENT, CategoryProfiles.COLUMN]):
        assert not (rows[CategoryProfiles.N] % LEAST).any()
        assert rows[CategoryProfiles.SHARE].sum() == pytest.approx(1)
    described = shown.passive.dropna(subset=[Passive.VALUE])
    for (_column, category), rows in described.groupby([Passive.COLUMN, Passive.CATEGORY]):
        answered = rows[Passive.N] * rows[Passive.VALUE]
        assert rows[Passive.OVERALL].iloc[0] == pytest.approx(answered.sum() / rows[Passive.N].sum())
        assert not category or not (answered.round(6) % LEAST).any()
    assert sum(card.revenue_share or 0.0 for card in shown.cards) == pytest.approx(1)
    assert sum(card.share for card in shown.cards) == pytest.approx(1)


def test_four_who_answered_otherwise_and_a_lone_city_do_not_show(without_whales: Segmentation) -> None:
    subscribed = without_whales.passive[without_whales.passive[Passive.COLUMN] == "subscribed"]

    assert set(subscribed[Passive.VALUE]) == {1.0}  # four of 135 are not
    assert LONE_CITY not in without_whales.passive.to_string() + without_whales.category_profiles.to_string()


@pytest.fixture(scope="module")
def client(whales: Segmentation) -> Iterator[FlaskClient]:
    """A viewer's browser behind the proxy that says so."""
    dash.page_registry.clear()
    store = MemoryStore({RUN: whales}, (champion(),))
    app = create_app(SegmentationData(lambda: store, Settings(poll_seconds=60, **proxy.GIVEN)))
    client = app.server.test_client()
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in proxy.HEADERS.items()}
    client.environ_base.update(headers | {"REMOTE_ADDR": "10.0.0.2", "HTTP_HOST": "korzina.example"})
    yield client
    dash.page_registry.clear()


@pytest.mark.parametrize("path", ["/", "/explore", "/segment/1", "/segment/2", "/segment/3", "/baskets", "/report"])
def test_nothing_that_a_viewer_is_sent_tells_of_them(path: str, client: FlaskClient, whales: Segmentation) -> None:
    exact = [f"{card.size} customers" for card in whales.cards]
    if path == "/report":
        answer = client.get(path)
        assert answer.status_code == 200
        sent = [answer.text]
    else:  # 403: of a page that is not a viewer's
        sent = [json.dumps(said) for said in answers(client, path, known_statuses=(200, 204, 403))]

    assert len(sent) == 1 or RUN in sent[0]
    for text in sent:
        visible = re.sub("(?s)<script.*?</script>", "", text)
        assert LONE_CITY not in text
        assert not re.search("9(12,?34[56]|23,?45[67]|34,?56[78])", text)  # what each of them spends, and their mean
        assert not [words for words in exact if words in visible]
        assert not re.search(r"\bnan\b", visible)
