"""Callbacks of what stands on every page; module-level functions, bound to an app by ``register``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, no_update, set_props

from dashapp import frame, ids
from dashapp.data import Run, SegmentationData
from dashapp.frame import Page
from dashapp.i18n import _
from dashapp.prefix import inner, outer
from dashapp.reader import reader
from dashapp.selecting import SEGMENT, Filtered, Selection, Values, changed, to_query
from dashapp.telling import FORMS, Form
from pipeline.contract import SegmentCard
from pipeline.errors import KorzinaError

Answer = Any


def select(data: SegmentationData, event: object, search: object, origin: object) -> Answer:
    """The address after what a reader did to a chart or a control."""
    run = page_run(data, origin)
    if run is None or not isinstance(event, dict):
        return no_update
    address = search if isinstance(search, str) else ""
    before, _notices = run.cube.selected(address)
    after = changed(run.cube, before, event)
    link = origin.get("link") if isinstance(origin, dict) else ""
    named = run.run_id[: frame.SHORT] if after or link else None
    query = "&".join(filter(None, (to_query(after, named), urlencode(run.cube.kept_by_pages(address)))))
    wanted = f"?{query}" if query else ""
    return no_update if wanted == search else wanted


def look_for_count(
    data: SegmentationData, pages: Sequence[Page], _ticks: object, search: object, origin: object, path: object
) -> Answer:
    """Draw the chips again once very many customers have been counted; whether to stop asking."""
    run = page_run(data, origin)
    if run is None:
        return True
    _count, counting = run.count(under(run, search), begin=True)
    if not counting:
        set_props(ids.CHIPS, {"children": draw_chips(data, pages, search, origin, path)})
    return not counting


def draw_chips(data: SegmentationData, pages: Sequence[Page], search: object, origin: object, path: object) -> Answer:
    """The selection in words, with the number of customers it leaves.

    The link to a page that has one of itself for each segment opens the segment that is selected alone.
    """
    run = page_run(data, origin)
    if run is None:
        return []
    query = search if isinstance(search, str) else ""
    selection, notices = run.cube.selected(query)
    count, counting = run.count(run.cube.filtered(selection))
    if counting:
        set_props(ids.COUNTING, {"disabled": False})
    alone = only_segment(run, selection)
    for page in pages:
        if page.template:
            set_props(ids.nav(page.name), {"href": outer(page.about(alone.segment + 1 if alone else 1) + query)})
    here = next((page for page in pages if page.stands_at(inner(path))), None)
    asked = to_query(selection, run.run_id[: frame.SHORT])
    offered = here is not None and here.takes_customers and reader().may("rows")
    files = {form: outer(f"/customers.{form}?{asked}") for form in FORMS} if offered else {}
    return frame.chip_bar(
        selection,
        run.cube.dimensions,
        count,
        notices,
        estimated=bool(count.sampled) and (bool(selection) or run.cube.tallied is None),
        counting=counting,
        apart=_(here.apart) if here else "",
        files=files,
        linked=isinstance(origin, dict) and origin.get("linked") is True,
    )


def only_segment(run: Run, selection: Selection) -> SegmentCard | None:
    """The segment that is selected where exactly one is."""
    chosen = selection.filters.get(SEGMENT)
    if not isinstance(chosen, Values) or len(chosen.tokens) != 1:
        return None
    return next((card for card in run.segmentation.cards if card.key == chosen.tokens[0]), None)


def look_for_newer(
    data: SegmentationData, pages: Sequence[Page], _ticks: object, origin: object, path: object
) -> Answer:
    """A banner when another champion has taken over since the page was drawn."""
    known = origin if isinstance(origin, dict) else {}
    champions = data.champions().found
    if known.get("run"):
        champions = tuple(champion for champion in champions if champion.experiment == known.get("experiment"))
    if not champions or champions[0].run_id == known.get("champion"):
        return []
    if not known.get("run") and data.not_ready():  # the page shows nothing since this champion cannot be read
        return []
    return frame.newer_banner(champions[0], _plain_path(pages, path))


def list_data_sets(data: SegmentationData, pages: Sequence[Page], origin: object, path: object) -> Answer:
    """The menu of data sets."""
    experiment = origin.get("experiment") if isinstance(origin, dict) else ""
    champions = data.champions().found
    titles = [data.title(champion) for champion in champions] if len(champions) > 1 else []
    return frame.data_sets(champions, titles, str(experiment or ""), _plain_path(pages, path))


def page_run(data: SegmentationData, origin: object) -> Run | None:
    """The run that the page was drawn from; None where the page has none, or the browser sends nonsense."""
    named = origin.get("run") if isinstance(origin, dict) else None
    if not isinstance(named, str):
        return None
    try:
        return data.run(named)
    except KorzinaError:
        return None


def under(run: Run, search: object) -> Filtered:
    """The run's customers under the selection in the address."""
    selection, _notices = run.cube.selected(search if isinstance(search, str) else "")
    return run.cube.filtered(selection)


def takes(button: str) -> tuple[Input, ...]:
    """The buttons that give a table away, as inputs of a callback: one for each form."""
    return tuple(Input(place, "n_clicks") for place in ids.taking(button).values())


def asked_form(button: str) -> Form | None:
    """The form in which a reader wants the table; None where nothing was clicked."""
    clicked = ctx.triggered[0]["value"] if ctx.triggered else None
    places = {place: form for form, place in ids.taking(button).items()}
    form = places.get(str(ctx.triggered_id)) if clicked else None
    return next((known for known in FORMS if known == form), None)


def register(app: Dash, data: SegmentationData, pages: Sequence[Page]) -> None:
    """Bind the callbacks to ``app``, whose pages these are."""
    page, search = State(ids.PAGE, "data"), Input(ids.URL, "search")
    any_linked, any_toggle = ids.linked(ALL), ids.toggle(ALL, ALL, ALL)
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("korzina", "distil"),
        Output(ids.EVENT, "data"),
        Input(any_linked, "clickData"),
        Input(any_linked, "selectedData"),
        Input(any_toggle, "n_clicks"),
        Input(ids.remove(ALL), "n_clicks"),
        Input(ids.reset(ALL), "n_clicks"),
        Input(ids.chosen(ALL), "value"),
        Input(ids.pair(ALL), "clickData"),
        Input(ids.segments(ALL), "clickData"),
        State(any_linked, "figure"),
        State(any_linked, "id"),
        State(ids.pair(ALL), "figure"),
        State(ids.segments(ALL), "figure"),
        State(ids.segments(ALL), "id"),
        prevent_initial_call=True,
    )
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("korzina", "navigate"),
        Output(ids.nav(ALL), "href"),
        Output(ids.nav(ALL), "className"),
        search,
        Input(ids.URL, "pathname"),
        State(ids.nav(ALL), "href"),
    )
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("korzina", "scheme"), Output(ids.SCHEME, "data"), Input(ids.SCHEME_BUTTON, "n_clicks")
    )
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("korzina", "screen"), Output(ids.SCREEN, "data"), Input(ids.SCREEN, "id")
    )
    app.callback(
        Output(ids.URL, "search"), Input(ids.EVENT, "data"), State(ids.URL, "search"), page, prevent_initial_call=True
    )(partial(select, data))
    app.callback(Output(ids.CHIPS, "children"), search, page, State(ids.URL, "pathname"))(
        partial(draw_chips, data, pages)
    )
    app.callback(
        Output(ids.COUNTING, "disabled"),
        Input(ids.COUNTING, "n_intervals"),
        State(ids.URL, "search"),
        page,
        State(ids.URL, "pathname"),
        prevent_initial_call=True,
    )(partial(look_for_count, data, pages))
    app.callback(
        Output(ids.NEWER, "children"),
        Input(ids.POLL, "n_intervals"),
        page,
        State(ids.URL, "pathname"),
        prevent_initial_call=True,
    )(partial(look_for_newer, data, pages))
    app.callback(Output(ids.DATASETS, "children"), Input(ids.PAGE, "data"), State(ids.URL, "pathname"))(
        partial(list_data_sets, data, pages)
    )


def _plain_path(pages: Sequence[Page], path: object) -> str:
    """The address of the page that the browser is on; the first page's where it names none."""
    return outer(inner(path) if inner(path) in {page.path for page in pages} else "/")
