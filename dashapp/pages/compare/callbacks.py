"""Callbacks of the Compare page."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode

from dash import ClientsideFunction, Dash, Input, Output, State, no_update

from dashapp import ids as shared
from dashapp.callbacks import page_run, under
from dashapp.charts import Scheme, empty_figure, scheme, sweep_curves
from dashapp.data import SegmentationData
from dashapp.i18n import _
from dashapp.pages.compare import champion, comparison, figures, ids, lineage, matching, pair, promotion, run_rows
from dashapp.selecting import SEGMENT, SURE, Range, Values
from dashapp.widgets import message

OWN = ("a", "b")
_DRAWN = 12


def draw(data: SegmentationData, scheme_name: object, origin: object) -> tuple[Any, ...]:
    """How quality depends on the number of segments, in the reader's light or dark."""
    run = page_run(data, origin)
    if run is None or not scheme_name:
        return (no_update,) * 3
    segmentation, look = run.segmentation, scheme(scheme_name)
    return (
        sweep_curves.inertia(segmentation.candidates, segmentation.decision, segmentation.k, look),
        sweep_curves.silhouette(segmentation.candidates, segmentation.decision, segmentation.k, look),
        sweep_curves.stability(segmentation.candidates, segmentation.k, look),
    )


def draw_segments(
    data: SegmentationData, scheme_name: object, screen: object, seen: object, origin: object
) -> tuple[Any, ...]:
    """The segments of the run in view, once a reader comes near their charts."""
    run = page_run(data, origin)
    if run is None or not scheme_name or not screen or not seen:
        return (no_update,) * 4
    segmentation, look = run.segmentation, scheme(scheme_name)
    return (*lineage.drawn(data, run, look, narrow=screen == shared.PHONE), figures.returns(segmentation.cards, look))


def draw_blades(data: SegmentationData, search: object, scheme_name: object, seen: object, origin: object) -> Any:
    """How surely each customer belongs, with the part of it that is selected."""
    run = page_run(data, origin)
    if run is None or not scheme_name or not seen:
        return no_update
    held = under(run, search).selection.filters
    within, among = held.get(SURE), held.get(SEGMENT)
    return figures.blades(
        run.segmentation,
        scheme(scheme_name),
        within if isinstance(within, Range) else None,
        among.tokens if isinstance(among, Values) else (),
    )


def list_runs(
    data: SegmentationData, only_differences: object, screen: object, _changed: object, seen: object, origin: object
) -> tuple[Any, Any]:
    """Rows and columns of the grid, as the store has them now."""
    run = page_run(data, origin)
    if run is None or not screen or not seen:
        return no_update, no_update
    rows = run_rows.rows(data.runs(run.segmentation.experiment), run.run_id)
    return rows, run_rows.columns(rows, only_differences=bool(only_differences), narrow=screen == shared.PHONE)


def choose(data: SegmentationData, a: object, b: object, search: object, origin: object) -> Any:
    """The address after another run was chosen."""
    run = page_run(data, origin)
    if run is None or not isinstance(a, str) or not isinstance(b, str):
        return no_update
    given = parse_qsl(search.removeprefix("?")[:4000]) if isinstance(search, str) else []
    kept = [(name, text) for name, text in given if name not in OWN]
    wanted = f"?{urlencode([*kept, ('a', a), ('b', b)])}"
    return no_update if wanted == search else wanted


def compare(
    data: SegmentationData,
    search: object,
    scheme_name: object,
    screen: object,
    _changed: object,
    seen: object,
    origin: object,
) -> tuple[Any, ...]:
    """All about the two runs that the address names."""
    run = page_run(data, origin)
    if run is None or not scheme_name or not screen or not seen:
        return (no_update,) * _DRAWN
    asked = dict(parse_qsl(search.removeprefix("?")[:4000])) if isinstance(search, str) else {}
    chosen = pair.choose(data.runs(run.segmentation.experiment), run.run_id, asked.get("a"), asked.get("b"))
    runs, look = pair.both(data, chosen), scheme(scheme_name)
    if runs is None or chosen.a is None or chosen.b is None:
        return _nothing(_("There is only one run, so there is nothing to compare it with."), look)
    counted = runs[0].counted_with(runs[1]) if matching.same_customers(*(run.segmentation for run in runs)) else None
    run_pair = matching.pair(runs[0].segmentation, runs[1].segmentation, counted)
    if isinstance(run_pair, str):
        return _nothing(run_pair, look)
    going, narrow = [match for match in run_pair.matches if match.a and match.b], screen == shared.PHONE
    return (
        comparison.words(run_pair),
        False,
        figures.overlap(run_pair, look, narrow=narrow),
        figures.movers(run_pair, look, narrow=narrow),
        figures.deltas(matching.deltas(run_pair), going, look),
        comparison.overlap_words(),
        comparison.movers_words(run_pair),
        comparison.deltas_words(run_pair),
        comparison.overlap_table(run_pair),
        comparison.movers_table(run_pair),
        comparison.deltas_table(run_pair),
        comparison.parameters_table(chosen.a, chosen.b),
    )


def show_history(data: SegmentationData, changed: object, origin: object) -> Any:
    """The history after a change, with the runs to choose from."""
    run = page_run(data, origin)
    if run is None or not changed:
        return no_update, no_update
    runs = data.runs(run.segmentation.experiment)
    return champion.history(data.history(run.segmentation.experiment), runs), champion.options(runs)


def _nothing(why: str, look: Scheme) -> tuple[Any, ...]:
    none = empty_figure("", look)
    return (message(_("These two cannot be compared."), why, tone="warning"), True, none, none, none, *([""] * 7))


def register(app: Dash, data: SegmentationData) -> None:
    """Bind the callbacks to ``app``."""
    _register_charts(app, data)
    _register_gestures(app)
    _register_runs(app, data)
    promotion.register(app, data)


def _register_charts(app: Dash, data: SegmentationData) -> None:
    page, look, screen = State(shared.PAGE, "data"), Input(shared.SCHEME, "data"), Input(shared.SCREEN, "data")
    app.callback(*(Output(chart, "figure") for chart in (ids.INERTIA, ids.SILHOUETTE, ids.STABILITY)), look, page)(
        partial(draw, data)
    )
    app.callback(
        Output(ids.LINEAGE, "figure"),
        Output(ids.LINEAGE_WORDS, "children"),
        Output(ids.LINEAGE_BELOW, "children"),
        Output(ids.RETURNS, "figure"),
        look,
        screen,
        Input(ids.SEEN_SEGMENTS, "data"),
        page,
    )(partial(draw_segments, data))
    app.callback(
        Output(ids.BLADES, "figure"), Input(shared.URL, "search"), look, Input(ids.SEEN_SEGMENTS, "data"), page
    )(partial(draw_blades, data))


def _register_gestures(app: Dash) -> None:
    """What a browser does by itself: a box over blades becomes a filter, a click follows a stream."""
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("korzina_compare", "brush"),
        Output(shared.EVENT, "data", allow_duplicate=True),
        Input(ids.BLADES, "selectedData"),
        State(ids.BLADES, "figure"),
        prevent_initial_call=True,
    )
    for flow in (ids.LINEAGE, ids.MOVERS):
        app.clientside_callback(  # type: ignore[no-untyped-call]
            ClientsideFunction("korzina_compare", "follow"),
            Output(flow, "figure", allow_duplicate=True),
            Input(flow, "clickData"),
            State(flow, "figure"),
            prevent_initial_call=True,
        )


def _register_runs(app: Dash, data: SegmentationData) -> None:
    """The list of runs, two of them side by side, and the champion's history."""
    page, changed = State(shared.PAGE, "data"), Input(ids.CHANGED, "data")
    look, screen = Input(shared.SCHEME, "data"), Input(shared.SCREEN, "data")
    app.callback(
        Output(ids.GRID, "rowData"),
        Output(ids.GRID, "columnDefs"),
        Input(ids.DIFFERENCES, "value"),
        screen,
        changed,
        Input(ids.SEEN_RUNS, "data"),
        page,
    )(partial(list_runs, data))
    app.callback(
        Output(shared.URL, "search", allow_duplicate=True),
        Input(ids.LEFT, "value"),
        Input(ids.RIGHT, "value"),
        State(shared.URL, "search"),
        page,
        prevent_initial_call=True,
    )(partial(choose, data))
    app.callback(
        Output(ids.PAIR_WORDS, "children"),
        Output(ids.PAIR_CHARTS, "hidden"),
        *(Output(chart, "figure") for chart in (ids.OVERLAP, ids.MOVERS, ids.DELTAS)),
        *(Output(words, "children") for words in (ids.OVERLAP_WORDS, ids.MOVERS_WORDS, ids.DELTAS_WORDS)),
        *(Output(below, "children") for below in (ids.OVERLAP_BELOW, ids.MOVERS_BELOW, ids.DELTAS_BELOW)),
        Output(ids.PARAMETERS, "children"),
        Input(shared.URL, "search"),
        look,
        screen,
        changed,
        Input(ids.SEEN_PAIR, "data"),
        page,
    )(partial(compare, data))
    app.callback(
        Output(ids.HISTORY, "children"), Output(ids.PROMOTED, "options"), changed, page, prevent_initial_call=True
    )(partial(show_history, data))
