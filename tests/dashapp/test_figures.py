"""What the charts hold: counts, colours that follow the segment, ghosts, and sentences where nothing is left."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest
from plotly.io.json import to_json_plotly

from dashapp.charts import (
    LIGHT,
    Bubble,
    beside,
    font,
    heat,
    ink_on,
    labels,
    mark,
    portions,
    segment_bubbles,
    wrapped_apart,
)
from dashapp.charts import sweep_curves as compare
from dashapp.charts.theme import DARK
from dashapp.data import Run
from dashapp.findings import overview_numbers
from dashapp.pages.compare.figures import lineage
from dashapp.pages.explore import figures as explore
from dashapp.selecting import MAP, SEGMENT, Area, Cube, Range, Selection, Values
from dashapp.telling import in_short, of_column
from pipeline.contract import Placement, Segmentation


def bars_of(figure: go.Figure) -> list[go.Bar]:
    return [trace for trace in figure.data if isinstance(trace, go.Bar)]


def test_a_histogram_adds_up_and_carries_the_tokens_of_its_bars(segmentation: Segmentation, cube: Cube) -> None:
    part = cube.everyone.slice("age")

    figure = explore.draw(part, segmentation.cards, LIGHT, selected=False)

    assert sum(sum(trace.y) for trace in bars_of(figure)) == pytest.approx(1)
    assert isinstance(bars_of(figure)[0].customdata, tuple)
    assert bars_of(figure)[0].customdata == cube.dimensions["age"].tokens
    assert figure.layout.xaxis.title.text == "Age, years"


def test_a_selection_leaves_a_grey_ghost_of_all_customers(segmentation: Segmentation, cube: Cube) -> None:
    filtered = cube.filtered(Selection({"marital_status": Values(("Single",))}))

    figure = explore.draw(filtered.slice("age"), segmentation.cards, LIGHT, selected=True)

    ghost = bars_of(figure)[0]
    assert (ghost.name, ghost.marker.color) == ("All customers", LIGHT.ghost)
    assert sum(ghost.y) == pytest.approx(1)


def test_a_chart_dims_what_its_own_filter_leaves_out(segmentation: Segmentation, cube: Cube) -> None:
    age = cube.dimensions["age"]
    filtered = cube.filtered(Selection({"age": Range(age.edges[2], age.edges[4])}))

    figure = explore.draw(filtered.slice("age"), segmentation.cards, LIGHT, selected=True)

    bright = [place for place, one in enumerate(bars_of(figure)[1].marker.opacity) if one == 1]
    assert bright == [2, 3]


def test_colour_and_symbol_follow_the_segment_and_not_its_number(segmentation: Segmentation, cube: Cube) -> None:
    swapped = tuple(card.model_copy(update={"colour": (card.colour + 3) % 8}) for card in segmentation.cards)

    figure = explore.customer_map(cube.everyone.points(), swapped, None, ("x", "y"), LIGHT)

    clouds = {trace.meta: trace for trace in figure.data if trace.meta}
    for card in swapped:
        assert clouds[card.key].marker.color == mark(card.colour).colour
        assert clouds[card.key].marker.symbol == mark(card.colour).symbol


def test_the_map_pales_customers_outside_the_outline(segmentation: Segmentation, cube: Cube) -> None:
    area = Area(((-1.0, -9.0), (9.0, -9.0), (9.0, 9.0), (-1.0, 9.0)))
    points = cube.filtered(Selection({MAP: area})).points()

    figure = explore.customer_map(points, segmentation.cards, area, ("x", "y"), LIGHT)

    assert figure.layout.shapes[0].path.startswith("M-1,-9L9,-9")
    bright = np.concatenate([trace.x for trace in figure.data[1:] if trace.marker.opacity > 0.5])
    pale = np.concatenate([trace.x for trace in figure.data[1:] if trace.marker.opacity < 0.5])
    assert bright.min() >= -1 > pale.max()
    assert bright.dtype == np.float32


def test_axes_of_the_map_say_what_their_ends_mean_and_how_much_they_explain(segmentation: Segmentation) -> None:
    right, up = explore.axis_titles(segmentation.loadings, segmentation.dataset)

    explained = segmentation.loadings.iloc[-1]
    assert f"{explained['x']:.0%}".replace("%", " %") in right
    assert "←" in up
    assert "→" in up


def test_a_trait_whose_name_begins_like_the_row_of_shares_is_a_trait(segmentation: Segmentation) -> None:
    heaviest = segmentation.loadings["x"].iloc[:-1].abs().idxmax()
    before = str(segmentation.loadings["feature"][heaviest])
    loadings = segmentation.loadings.replace({"feature": {before: "explained_calls"}})
    column = segmentation.dataset.column(before).model_copy(
        update={"name": "explained_calls", "label": "Calls", "low": "", "high": ""}
    )
    dataset = segmentation.dataset.model_copy(update={"columns": (*segmentation.dataset.columns, column)})

    right, _up = explore.axis_titles(loadings, dataset)

    assert "Calls" in right


def test_a_mix_has_a_bar_a_segment_and_one_for_all_that_add_up(segmentation: Segmentation, cube: Cube) -> None:
    figure = explore.draw(cube.everyone.slice("main.categories"), segmentation.cards, LIGHT, selected=False)

    assert np.sum([trace.x for trace in bars_of(figure)], axis=0) == pytest.approx(np.ones(segmentation.k + 1))
    assert [trace.customdata[0] for trace in bars_of(figure)] == ["wine", "meat", "sweets"]


def test_nobody_left_is_said(segmentation: Segmentation, cube: Cube) -> None:
    filtered = cube.filtered(Selection({"age": Range(None, 0.0), SEGMENT: Values(("sample-0",))}))

    for name in ("income", "marital_status", "main.channels"):
        figure = explore.draw(filtered.slice(name), segmentation.cards, LIGHT, selected=True)
        assert figure.layout.annotations[0].text == explore.NOBODY


def test_every_figure_is_valid_plotly(segmentation: Segmentation, cube: Cube) -> None:
    it, filtered = segmentation, cube.filtered(Selection({"age": Range(30.0, 50.0)}))
    axes, run = explore.axis_titles(it.loadings, it.dataset), Run(it)
    made = [
        explore.draw(filtered.slice(name), it.cards, DARK, selected=True)
        for name in cube.dimensions
        if name != MAP and name != SEGMENT
    ]
    made += [
        explore.customer_map(filtered.points(), it.cards, Area(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))), axes, DARK),
        portions.marimekko(overview_numbers.portions(run, filtered), DARK, selected=True),
        segment_bubbles.bubbles(it, overview_numbers.portions(run, filtered), DARK, selected=True),
        heat.profile(overview_numbers.profile(it, it.cards), it.cards, ("sample-1",), DARK),
        compare.inertia(it.candidates, it.decision, 3, DARK),
        compare.silhouette(it.candidates, it.decision, 3, DARK),
    ]

    for figure in made:
        go.Figure(figure.to_dict())


def test_a_figure_is_sent_as_plotly_would_send_it(segmentation: Segmentation, cube: Cube) -> None:
    outline = Selection({MAP: Area(((-2.0, -2.0), (3.0, -1.0), (2.0, 3.0)))})
    cloud = explore.customer_map(cube.filtered(outline).points(), segmentation.cards, None, ("", ""), LIGHT)
    for figure in (cloud, explore.draw(cube.everyone.slice("age"), segmentation.cards, LIGHT, selected=False)):
        sent = json.loads(to_json_plotly(figure))
        assert figure.data, "Plotly's own objects come into being"
        assert json.loads(to_json_plotly(figure)) == sent


def test_labels_from_data_are_escaped(segmentation: Segmentation, cube: Cube) -> None:
    cards = tuple(card.model_copy(update={"name": "<a href='//evil'>x</a>"}) for card in segmentation.cards)

    run = Run(replace(segmentation, cards=cards))
    found = overview_numbers.portions(run, run.cube.everyone)
    figures = [
        portions.marimekko(found, LIGHT, selected=False),
        heat.profile(overview_numbers.profile(segmentation, cards), cards, (), LIGHT),
        segment_bubbles.bubbles(segmentation, found, LIGHT, selected=False),
        explore.draw(cube.everyone.slice("age"), cards, LIGHT, selected=False),
        explore.customer_map(cube.everyone.points(), cards, None, ("x", "y"), LIGHT),
        explore.draw(cube.everyone.slice("main.categories"), cards, LIGHT, selected=False),
    ]

    assert all("<a href" not in figure.to_json() for figure in figures)


def test_the_area_of_an_overview_bar_is_the_share_of_the_revenue(segmentation: Segmentation) -> None:
    run = Run(segmentation)
    found = overview_numbers.portions(run, run.cube.everyone)

    (bars,) = portions.marimekko(found, DARK, selected=False).data

    assert list(bars.width) == [one.card.share for one in found]
    assert [x * width for x, width in zip(bars.x, bars.width, strict=True)] == pytest.approx(
        [one.card.revenue_share for one in found]
    )
    assert portions.marimekko((), LIGHT, selected=False).layout.annotations[0].text == "No segments"


def test_overview_bars_of_a_selection_stand_before_those_of_all(segmentation: Segmentation) -> None:
    run = Run(segmentation)
    filtered = run.cube.filtered(Selection({"age": Range(30.0, 50.0), SEGMENT: Values(("sample-1",))}))
    found = overview_numbers.portions(run, filtered)
    frame = segmentation.customers.assign(segment=segmentation.assignments["segment"])
    own = frame[frame["age"].between(30, 50, inclusive="left")]

    ghost, bars = portions.marimekko(found, DARK, selected=True).data

    assert list(ghost.width) == [one.card.share for one in found]
    for one, length in zip(found, bars.x, strict=True):
        mine = own[own["segment"] == one.card.segment]
        assert one.customers == len(mine)
        assert length == pytest.approx(mine["spend"].mean() / frame["spend"].mean() if len(mine) else 0.0)
        assert one.chosen == (one.card.key == "sample-1")
    assert overview_numbers.held(found[0].card, run.cube.everyone) == f"{found[0].card.size} customers"
    alone = next(one for one in found if one.card.key == "sample-1")
    assert (
        overview_numbers.held(alone.card, filtered) == f"{alone.customers} of the {alone.customers} selected customers"
    )


def test_on_a_narrow_screen_the_profile_has_symbols_for_segments_and_names_over_their_cells(
    segmentation: Segmentation,
) -> None:
    cards = segmentation.cards
    features = overview_numbers.profile(segmentation, cards)

    figure = heat.profile(features, cards, (), LIGHT, width=300)
    cells, words = figure.data

    marks = [mark(one.colour, LIGHT) for one in cards]
    assert list(figure.layout.xaxis.ticktext[:-1]) == [
        f"<span style='color:{one.colour}'>{one.glyph}</span>" for one in marks
    ]
    assert [one.text for one in figure.layout.annotations] == [one.column.label for one in features]
    assert [one.y for one in figure.layout.annotations] == list(range(0, 2 * len(features), 2))
    wide = heat.profile(features, cards, (), LIGHT).data
    assert [list(row) for row in cells.z[1::2]] == [list(row) for row in wide[0].z]
    assert {value for row in cells.z[::2] for value in row} == {None}
    assert list(words.text) == list(wide[1].text)
    assert list(words.y) == [2 * row + 1 for row in wide[1].y]
    assert not heat.profile(features, cards, (), LIGHT, width=20).data[1].text  # no room for a number


def test_the_profile_puts_first_what_differs_most_and_last_all_customers(segmentation: Segmentation) -> None:
    cards = segmentation.cards
    features = overview_numbers.profile(segmentation, cards)

    cells, words = heat.profile(features, cards, ("sample-1",), LIGHT).data

    strength = [max(map(abs, one.effects)) for one in features]
    assert strength == sorted(strength, reverse=True)
    assert {one.column.role for one in features} == {"active"}
    assert [row[-1] for row in cells.z] == [0.0] * len(features)
    assert cells.zmid == 0
    spend = [one.column.name for one in features].index("spend")
    told = {(x, y): text for x, y, text in zip(words.x, words.y, words.text, strict=True)}
    middle = segmentation.customers["spend"].median()
    assert told[len(cards), spend] == of_column(middle, segmentation.dataset.column("spend"))
    assert list(cells.meta) == [*(card.key for card in cards), ""]


def test_names_beside_bubbles_do_not_lie_on_each_other() -> None:
    near = [
        Bubble(0.2, 0.3, 25, ("Light spenders,", "store shoppers")),
        Bubble(0.2, 0.31, 25, ("Light spenders,", "gold")),
        Bubble(0.6, 0.55, 28, ("Deal hunters,", "wine lovers")),
        Bubble(0.85, 0.85, 28, ("Champions of the", "cellar")),
    ]

    found = beside(near)

    for screen in labels.SCREENS:
        boxes = np.array([labels._box(one, at, screen) for one, at in zip(near, found, strict=True)])
        shared = labels._shared(boxes, boxes)
        assert shared[~np.eye(4, dtype=bool)].tolist() == [0.0] * 12


def test_where_bubbles_crowd_names_lie_rather_on_these_than_on_each_other() -> None:
    """Of ten names in a heap hardly one pair shares a pixel, and hardly one is cut off."""
    rng, together, cut = np.random.default_rng(0), 0, 0
    texts = ("Higher balance: 905 and more", "Light spenders", "Credit limit: second highest", "Near the average")
    for number in range(30):
        k = 4 + number % 7
        marks = [
            Bubble(x, y, radius, labels.wrapped(texts[at % 4], 110, 4))
            for at, ((x, y), radius) in enumerate(
                zip(np.clip(rng.normal(0.5, 0.2, (k, 2)), 0.05, 0.95), rng.uniform(16, 28, k), strict=True)
            )
        ]
        found = beside(marks)
        for wide, high, _ in labels.SCREENS:
            boxes = np.array([labels._box(one, at, (wide, high, 1)) for one, at in zip(marks, found, strict=True)])
            together += int((np.triu(labels._shared(boxes, boxes), 1) > 12).sum())
            inside = labels._shared(boxes, np.array([(0, 0, wide, high)]))[:, 0]
            cut += int((np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) - inside > 30).sum())

    assert together <= 3
    assert cut <= 8


def test_bubbles_stand_at_the_medians(segmentation: Segmentation) -> None:
    run = Run(segmentation)
    figure = segment_bubbles.bubbles(
        segmentation, overview_numbers.portions(run, run.cube.everyone), LIGHT, selected=False
    )

    frame = segmentation.customers.assign(segment=segmentation.assignments["segment"])
    found = {trace.meta: (trace.x[0], trace.y[0]) for trace in figure.data}
    signs = segment_bubbles.bubbles(
        segmentation, overview_numbers.portions(run, run.cube.everyone), LIGHT, selected=False, named=False
    )
    assert len(figure.layout.annotations) == len(segmentation.cards)
    assert not signs.layout.annotations
    assert [trace.text[0] for trace in signs.data] == [mark(one.colour).glyph for one in segmentation.cards]
    for card in segmentation.cards:
        own = frame[frame["segment"] == card.segment]
        assert found[card.key] == pytest.approx((own["orders"].median(), own["average_cheque"].median()))


def without(segmentation: Segmentation, *roles: str) -> Segmentation:
    columns = tuple(column for column in segmentation.dataset.columns if column.meaning not in roles)
    return replace(segmentation, dataset=segmentation.dataset.model_copy(update={"columns": columns}))


def test_data_without_orders_are_drawn_by_what_differs_most(segmentation: Segmentation) -> None:
    bare = without(segmentation, "orders")
    run = Run(bare)

    figure = segment_bubbles.bubbles(bare, overview_numbers.portions(run, run.cube.everyone), LIGHT, selected=False)
    axes = overview_numbers.bubble_axes(bare)

    first, second, *_others = overview_numbers.profile(bare, bare.cards)
    assert axes == (first.column, second.column)
    found = {trace.meta: (trace.x[0], trace.y[0]) for trace in figure.data}
    for place, card in enumerate(bare.cards):
        assert found[card.key] == pytest.approx((first.medians[place], second.medians[place]))
    assert first.column.label in overview_numbers.bubble_note(axes)
    assert overview_numbers.bubble_title(axes) == "How far apart are the segments?"
    assert overview_numbers.medians(bare)[0][0] == f"Median {first.column.label.lower()}"


def test_data_of_a_single_number_say_so_instead_of_an_empty_frame(segmentation: Segmentation) -> None:
    active = segmentation.dataset.with_role("active")
    columns = tuple(column for column in segmentation.dataset.columns if column not in active[1:])
    bare = replace(segmentation, dataset=segmentation.dataset.model_copy(update={"columns": columns}))
    run = Run(bare)

    figure = segment_bubbles.bubbles(bare, overview_numbers.portions(run, run.cube.everyone), LIGHT, selected=False)

    assert "no two numbers" in figure.layout.annotations[0].text
    assert overview_numbers.medians(bare) == ([], [])


def test_elbow_stands_where_the_decision_says_and_the_shown_k_is_marked(segmentation: Segmentation) -> None:
    it = segmentation

    figure = compare.inertia(it.candidates, it.decision, 3, LIGHT)

    curve = figure.data[1]
    assert list(curve.y) == [one.inertia for one in it.candidates]
    assert curve.marker.size.index(max(curve.marker.size)) == [one.k for one in it.candidates].index(3)
    assert figure.layout.annotations[0].text == "elbow at 3"
    lonely = compare.silhouette(it.candidates[:1], it.decision, 3, LIGHT)
    assert "nothing to compare" in lonely.layout.annotations[0].text


def test_silhouette_shows_the_range_of_single_starts(segmentation: Segmentation) -> None:
    ribbon = compare.silhouette(segmentation.candidates, segmentation.decision, 3, LIGHT).data[0]
    assert ribbon.name == "single starts"
    assert ribbon.y[0] - ribbon.y[-1] == pytest.approx(0.02)
    unknown = [one.model_copy(update={"silhouette_by_seed": ()}) for one in segmentation.candidates]
    names = [trace.name for trace in compare.silhouette(unknown, segmentation.decision, 3, LIGHT).data]
    assert "single starts" not in names


def test_silhouette_shows_what_data_without_structure_would_give(segmentation: Segmentation) -> None:
    judged = [one.model_copy(update={"null_silhouette": 0.1}) for one in segmentation.candidates]

    with_null = compare.silhouette(judged, segmentation.decision, 3, LIGHT)
    without = compare.silhouette(segmentation.candidates, segmentation.decision, 3, LIGHT)

    assert "without structure" in [trace.name for trace in with_null.data]
    assert "without structure" not in [trace.name for trace in without.data]


@pytest.mark.parametrize("place", range(8))
def test_ink_on_every_segment_colour_is_legible(place: int) -> None:
    for look in (LIGHT, DARK):
        style = mark(place, look)
        assert style.ink == ink_on(style.colour)
        assert contrast(style.ink, style.colour) >= 4.5


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
def test_words_on_charts_are_legible(look: object) -> None:
    assert contrast(look.muted, look.surface) >= 4.5
    assert contrast(look.ink, look.surface) >= 7


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


ALIKE = (
    "Credit limit: second highest",
    "Credit limit: second lowest",
    "Longer since the last card payment and higher credit limit",
    "Longer since the last card payment and lower credit limit",
    "Кредитный лимит по карте: второе место сверху",
    "Кредитный лимит по карте: второе место снизу",
)


@pytest.mark.parametrize("room", [80, 112, 140])
@pytest.mark.parametrize("most", [1, 2, 3])
def test_names_that_begin_alike_are_told_apart_where_there_is_no_room(room: int, most: int) -> None:
    lines = wrapped_apart(dict.fromkeys(ALIKE, most), room)

    assert len({" ".join(name) for name in lines.values()}) == len(ALIKE)
    assert all(len(name) <= most and max(map(font.width, name)) <= room for name in lines.values())
    assert len({in_short(name, 34) for name in ALIKE}) == len(ALIKE)


def test_a_low_bar_and_a_flow_on_a_phone_keep_the_telling_end_of_a_name(segmentation: Segmentation) -> None:
    cards = tuple(
        card.model_copy(update={"name": ALIKE[place], "share": share})
        for place, (card, share) in enumerate(zip(segmentation.cards, (0.05, 0.05, 0.9), strict=True))
    )
    low = [overview_numbers.Portion(card, card.size, True, 1.0, 1.0) for card in cards]
    placement = Placement(segmentation.run_id, cards, segmentation.assignments["segment"].to_numpy())
    counts = np.eye(3, dtype=np.int64)

    notes = [note.text for note in portions.marimekko(low, LIGHT, selected=False).layout.annotations[:2]]
    (flow,) = lineage([placement, placement], [counts], LIGHT, narrow=True).data

    for said in (notes, flow.node.label[:2], flow.node.label[3:5]):
        assert len({text.split(" ", 1)[1] for text in said}) == 2
    assert flow.node.label[:3] == flow.node.label[3:]


def test_figures_of_a_narrow_profile_do_not_lie_on_each_other(segmentation: Segmentation) -> None:
    spend = segmentation.dataset.columns[1].model_copy(update={"unit": "₽", "format": ",.0f", "label": "Spend"})
    medians = tuple(98_123.0 + 51_000 * place for place in range(len(segmentation.cards)))
    feature = overview_numbers.Feature(spend, (0.5,) * len(medians), medians, 1_118_000.0)

    wide, narrow = (
        heat.profile([feature], segmentation.cards, (), LIGHT, width=width).data[1] for width in (None, 160)
    )

    assert wide.text[0] == "₽98,123"
    assert list(narrow.text) == ["98k", "149k", "200k", "1.1M"]
    assert max(font.width(text, narrow.textfont.size) for text in narrow.text) < 160 / 4


def test_the_average_customer_stands_inside_the_chart(segmentation: Segmentation) -> None:
    run = Run(segmentation)
    figure = portions.marimekko(overview_numbers.portions(run, run.cube.everyone), LIGHT, selected=False)

    (usual,) = (note for note in figure.layout.annotations if note.text == "average customer")

    assert usual.xanchor == "left"
