"""Callbacks of the Explore page: one draws everything, two serve the table behind a chart."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, no_update

from dashapp import ids as shared
from dashapp.callbacks import asked_form, page_run, takes, under
from dashapp.charts import Scheme, scheme
from dashapp.data import Run, SegmentationData
from dashapp.i18n import _
from dashapp.pages.explore import chart_tables, controls, figures, ids, striking
from dashapp.pages.explore.figures import answer_rates, pairs
from dashapp.pages.explore.slice_file import pair_export, slice_export
from dashapp.selecting import MAP, SEGMENT, Area, Filtered, Values
from dashapp.telling import counted, number, summary_of_bins, summary_of_number
from dashapp.widgets import table

Answer = Any


def draw(data: SegmentationData, search: object, scheme_name: object, origin: object, charts: object) -> Answer:
    """Every chart, its sentence, and the legend, under the selection in the address."""
    run = page_run(data, origin)
    names = [str(place.get("chart")) for place in charts if isinstance(place, dict)] if isinstance(charts, list) else []
    names = [name for name in names if run and name in run.cube.dimensions]
    if run is None or not scheme_name or not isinstance(charts, list) or len(names) != len(charts):
        return [no_update] * len(ctx.outputs_list[0]), [no_update] * len(ctx.outputs_list[1]), no_update, no_update
    filtered, look = under(run, search), scheme(scheme_name)
    drawn = [_draw_one(run, filtered, name, look) for name in names]
    chosen = filtered.selection.filters.get(SEGMENT)
    part = filtered.slice(SEGMENT)
    legend = chart_tables.legend(
        part.shown.sum(axis=0),
        part.customers,
        run.segmentation.cards,
        chosen.tokens if isinstance(chosen, Values) else (),
    )
    told = striking.sentence(
        run.segmentation, filtered, [name for name in run.cube.dimensions if name not in (MAP, SEGMENT)]
    )
    return [figure for figure, _ in drawn], [words for _, words in drawn], legend, told


def draw_responses(data: SegmentationData, search: object, scheme_name: object, origin: object) -> Answer:
    """The reactions to campaigns, with their sentence and numbers."""
    run = page_run(data, origin)
    if run is None or not scheme_name:
        return no_update, no_update, no_update
    filtered, cards = under(run, search), run.segmentation.cards
    answers, chosen = filtered.responses(), filtered.selection.filters.get(SEGMENT)
    figure = answer_rates.draw(
        answers,
        cards,
        chosen.tokens if isinstance(chosen, Values) else (),
        scheme(scheme_name),
        selected=bool(filtered.selection),
    )
    return figure, answer_rates.sentence(answers), chart_tables.responses_table(answers, cards)


def draw_pair(
    data: SegmentationData, search: object, scheme_name: object, across: object, up: object, origin: object
) -> Answer:
    """The chart of the two traits picked, with its sentence."""
    run = page_run(data, origin)
    right, top = controls.usable(run, across), controls.usable(run, up)
    if run is None or not scheme_name or right is None or top is None:
        return no_update, no_update
    pair = pairs.pair_of(under(run, search), right, top)
    return pairs.draw(pair, scheme(scheme_name)), pairs.sentence(pair)


def show_control(data: SegmentationData, name: object, search: object, origin: object) -> Answer:
    """The slider or list of the trait picked to filter by."""
    run = page_run(data, origin)
    dimension = controls.usable(run, name)
    if run is None or dimension is None:
        return []
    return controls.control(dimension, under(run, search).selection.filters.get(dimension.name))


def follow(data: SegmentationData, search: object, origin: object, asked: object) -> Answer:
    """Set each slider and list to the selection in the address."""
    run = page_run(data, origin)
    names = [place.get("dimension") for place in asked if isinstance(place, dict)] if isinstance(asked, list) else []
    dimensions = [controls.usable(run, name) for name in names]
    if run is None or len(dimensions) != len(ctx.outputs_list):
        return [no_update] * len(ctx.outputs_list)
    held = under(run, search).selection.filters
    return [
        controls.value_of(dimension, held.get(dimension.name)) if dimension else no_update for dimension in dimensions
    ]


def show_table(
    data: SegmentationData, clicks: list[Any], search: object, origin: object, across: object, up: object
) -> Answer:
    """The numbers of the chart whose button was clicked."""
    run, name = page_run(data, origin), _triggered_chart()
    pair = _pair(run, search, across, up) if name == ids.PAIR and any(clicks) else None
    if pair is not None:
        return True, pairs.title(pair), table(*pairs.table(pair), caption=pairs.title(pair)), name
    if run is None or name not in run.cube.dimensions or not any(clicks):
        return no_update, no_update, no_update, no_update
    title = chart_tables.question(run, run.cube.dimensions[name])
    part = under(run, search).slice(name)
    return True, title, chart_tables.slice_table(part, run.segmentation.cards, title), name


def download(data: SegmentationData, *given: object) -> Answer:
    """The same numbers as a file."""
    *_clicks, search, origin, name, across, up = given
    run, form = page_run(data, origin), asked_form(ids.DOWNLOAD_BUTTON)
    if run is None or form is None:
        return no_update
    pair = _pair(run, search, across, up) if name == ids.PAIR else None
    if pair is not None:
        return pair_export(run.segmentation, under(run, search), pair).download(form)
    if not isinstance(name, str) or name not in run.cube.dimensions:
        return no_update
    return slice_export(run.segmentation, under(run, search), name).download(form)


def register(app: Dash, data: SegmentationData) -> None:
    """Bind the callbacks to ``app``."""
    search, page = Input(shared.URL, "search"), State(shared.PAGE, "data")
    pair = (State(ids.ACROSS, "value"), State(ids.UP, "value"))
    app.callback(
        Output(shared.linked(ALL), "figure"),
        Output(shared.linked_summary(ALL), "children"),
        Output(ids.LEGEND, "children"),
        Output(ids.FINDING, "children"),
        search,
        Input(shared.SCHEME, "data"),
        page,
        State(shared.linked(ALL), "id"),
    )(partial(draw, data))
    app.callback(
        Output(shared.pair(ids.PAIR), "figure"),
        Output(ids.PAIR_SUMMARY, "children"),
        search,
        Input(shared.SCHEME, "data"),
        Input(ids.ACROSS, "value"),
        Input(ids.UP, "value"),
        page,
    )(partial(draw_pair, data))
    app.callback(
        Output(shared.segments(ids.RESPONSES), "figure"),
        Output(ids.RESPONSES_SUMMARY, "children"),
        Output(ids.RESPONSES_TABLE, "children"),
        search,
        Input(shared.SCHEME, "data"),
        page,
    )(partial(draw_responses, data))
    app.callback(
        Output(ids.FILTER_CONTROL, "children"), Input(ids.FILTER_BY, "value"), State(shared.URL, "search"), page
    )(partial(show_control, data))
    app.callback(
        Output(shared.chosen(ALL), "value"), search, page, State(shared.chosen(ALL), "id"), prevent_initial_call=True
    )(partial(follow, data))
    app.callback(
        Output(ids.TABLE, "is_open"),
        Output(ids.TABLE_TITLE, "children"),
        Output(ids.TABLE_BODY, "children"),
        Output(ids.TABLE_CHART, "data"),
        Input(shared.as_table(ALL), "n_clicks"),
        State(shared.URL, "search"),
        page,
        *pair,
        prevent_initial_call=True,
    )(partial(show_table, data))
    app.callback(
        Output(ids.DOWNLOAD, "data"),
        *takes(ids.DOWNLOAD_BUTTON),
        State(shared.URL, "search"),
        page,
        State(ids.TABLE_CHART, "data"),
        *pair,
        prevent_initial_call=True,
    )(partial(download, data))


def _pair(run: Run | None, search: object, across: object, up: object) -> pairs.CrossTabulation | None:
    right, top = controls.usable(run, across), controls.usable(run, up)
    return pairs.pair_of(under(run, search), right, top) if run and right and top else None


def _draw_one(run: Run, filtered: Filtered, name: str, look: Scheme) -> tuple[Any, str]:
    segmentation = run.segmentation
    if name == MAP:
        points, outline = filtered.points(), filtered.selection.filters.get(MAP)
        words = counted(run.count(filtered)[0])
        if points.customers > len(points.x):
            words = _("{shown}; a sample of {n} is drawn.", shown=words, n=number(len(points.x)))
        axes = figures.axis_titles(segmentation.loadings, segmentation.dataset)
        return figures.customer_map(
            points,
            segmentation.cards,
            outline if isinstance(outline, Area) else None,
            axes,
            look,
            selected=bool(filtered.selection),
        ), words
    part = filtered.slice(name)
    figure = figures.draw(part, segmentation.cards, look, selected=bool(filtered.selection))
    if part.dimension.kind == "number":
        return figure, summary_of_number(part.dimension, part.middle, part.overall_middle)
    mine, every = part.shown.sum(axis=0), part.everyone.sum(axis=0)
    return figure, summary_of_bins(
        part.dimension, (mine / max(mine.sum(), 1e-12)).tolist(), (every / max(every.sum(), 1e-12)).tolist()
    )


def _triggered_chart() -> str:
    triggered = ctx.triggered_id
    return str(triggered.get("chart")) if isinstance(triggered, dict) else ""
