"""Callbacks of the Baskets page: a choice goes into the address, and all that is drawn follows the address."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import Dash, Input, Output, State, ctx, no_update, set_props

from dashapp import ids as shared
from dashapp.callbacks import asked_form, page_run, takes
from dashapp.charts import scheme
from dashapp.data import SegmentationData
from dashapp.pages.baskets import address as asking
from dashapp.pages.baskets import figures, ids, layout, pair_rows
from dashapp.pages.baskets.address import BasketsRequest

_DRAWN = 11


def choose(
    data: SegmentationData,
    of: object,
    item: object,
    click: object,
    row: object,
    clear: object,
    search: object,
    origin: object,
) -> Any:
    """The address after a choice; clicking the chosen cell or row again, or the button, undoes it."""
    run = page_run(data, origin)
    if run is None or run.segmentation.affinity_basis is None:
        return no_update
    before, _notices = asking.read(run, search)
    after = before
    changed = set(ctx.triggered_prop_ids.values())
    if ids.OF in changed and isinstance(of, str):
        after = after.changed("of", of)
    if ids.ITEM in changed and isinstance(item, str):
        after = after.changed("item", "" if item == asking.EVERY_ITEM else item)
    for mark, pair in ((ids.HEAT, clicked(after, click)), (ids.GRID, selected(after, row))):
        if mark in changed and pair:
            after = after.changed("pair", "" if pair == after.pair else pair)
    if ids.CLEAR in changed and clear:
        after = after.changed("pair", "")
    return no_update if after == before else asking.search_of(search, after)


def clicked(asked: BasketsRequest, click: object) -> str:
    """The pair of the cell that was clicked; empty where a browser sends anything else."""
    points = click.get("points") if isinstance(click, dict) else None
    point = points[0] if isinstance(points, list) and points and isinstance(points[0], dict) else {}
    pair = {str(point.get("x")), str(point.get("y"))}
    return next((rule.key for rule in asked.known if set(rule.items) == pair), "")


def selected(asked: BasketsRequest, row: object) -> str:
    """The rule of the row that was clicked."""
    key = row.get("rowId") if isinstance(row, dict) else None
    return next((rule.key for rule in asked.known if rule.key == key), "")


def draw(
    data: SegmentationData, search: object, scheme_name: object, screen: object, origin: object
) -> tuple[Any, ...]:
    """All that follows the address and the width of the screen."""
    run = page_run(data, origin)
    basis = run.segmentation.affinity_basis if run else None
    if run is None or basis is None or not scheme_name or not screen:
        return (no_update,) * _DRAWN
    asked, _notices = asking.read(run, search)
    items = layout.map_items(asked, narrow=screen == shared.PHONE)
    set_props(ids.OF, {"value": asked.of})  # another selection may stand for another segment
    set_props(ids.HEAT, {"clickData": None})  # may be clicked again; no output, since it is an input of ``choose``
    return (
        layout.first_words(asked),
        layout.picked(asked),
        layout.heat_words(asked, items, basis),
        figures.heat(asked.known, items, asked.rule, scheme(scheme_name)),
        {"height": f"{figures.height(len(items))}px"},
        layout.shown_words(asked.shown),
        pair_rows.rows(asked.shown, asked.pair),
        pair_rows.columns(compared=asked.card is not None),
        {"height": pair_rows.height(asked.shown)},
        layout.options(asked),
        layout.in_sentences(asked),
    )


def show_row(data: SegmentationData, _rows: object, search: object, origin: object) -> Any:
    """Bring the row of the chosen pair into sight."""
    run = page_run(data, origin)
    asked = asking.read(run, search)[0] if run and run.segmentation.affinity_basis else None
    rule = asked.rule if asked else None
    return {"rowId": rule.key} if asked and rule in asked.shown and rule else no_update


def download(data: SegmentationData, *given: object) -> Any:
    """The rules on the screen as a file."""
    *_clicks, search, origin = given
    run, form = page_run(data, origin), asked_form(ids.DOWNLOAD_BUTTON)
    if run is None or run.segmentation.affinity_basis is None or form is None:
        return no_update
    asked, _notices = asking.read(run, search)
    return pair_rows.export(asked).download(form)


def register(app: Dash, data: SegmentationData) -> None:
    """Bind the callbacks to ``app``."""
    page, search = State(shared.PAGE, "data"), State(shared.URL, "search")
    app.callback(
        Output(shared.URL, "search", allow_duplicate=True),
        Input(ids.OF, "value"),
        Input(ids.ITEM, "value"),
        Input(ids.HEAT, "clickData"),
        Input(ids.GRID, "cellClicked"),
        Input(ids.CLEAR, "n_clicks"),
        search,
        page,
        prevent_initial_call=True,
    )(partial(choose, data))
    app.callback(
        Output(ids.FINDING, "children"),
        Output(ids.PICKED, "children"),
        Output(ids.HEAT_WORDS, "children"),
        Output(ids.HEAT, "figure"),
        Output(ids.HEAT, "style"),
        Output(ids.SHOWN, "children"),
        Output(ids.GRID, "rowData"),
        Output(ids.GRID, "columnDefs"),
        Output(ids.GRID, "style"),
        Output(ids.ITEM, "options"),
        Output(ids.LIST, "children"),
        Input(shared.URL, "search"),
        Input(shared.SCHEME, "data"),
        Input(shared.SCREEN, "data"),
        page,
    )(partial(draw, data))
    app.callback(Output(ids.GRID, "scrollTo"), Input(ids.GRID, "rowData"), search, page, prevent_initial_call=True)(
        partial(show_row, data)
    )
    app.callback(Output(ids.DOWNLOAD, "data"), *takes(ids.DOWNLOAD_BUTTON), search, page, prevent_initial_call=True)(
        partial(download, data)
    )
