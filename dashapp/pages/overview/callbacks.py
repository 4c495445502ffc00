"""Callbacks of the Overview page."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, no_update

from dashapp import ids as shared
from dashapp.callbacks import page_run, under
from dashapp.charts import heat, portions, scheme, segment_bubbles
from dashapp.data import SegmentationData
from dashapp.findings import overview_numbers, rfm_numbers
from dashapp.i18n import _
from dashapp.pages.overview import figures, ids
from dashapp.pages.overview.rfm_card import across_segments
from dashapp.selecting import SEGMENT, Values
from dashapp.telling import number

_WIDTHS = {shared.PHONE: 300, shared.TABLET: 560}  # pixels of a row of the profile where its heads are symbols


def draw(
    data: SegmentationData, search: object, scheme_name: object, screen: object, origin: object
) -> tuple[Any, Any, Any]:
    """The charts under the selection in the address, in the reader's light or dark, for the width of the screen."""
    run = page_run(data, origin)
    if run is None or not scheme_name or not screen:
        return no_update, no_update, no_update
    segmentation, look, filtered = run.segmentation, scheme(scheme_name), under(run, search)
    portion_rows = overview_numbers.portions(run, filtered)
    cards, selected = [portion.card for portion in portion_rows], bool(filtered.selection)
    chosen = filtered.selection.filters.get(SEGMENT)
    return (
        portions.marimekko(portion_rows, look, selected=selected),
        segment_bubbles.bubbles(segmentation, portion_rows, look, selected=selected, named=screen != shared.PHONE),
        heat.profile(
            overview_numbers.profile(segmentation, cards),
            cards,
            chosen.tokens if isinstance(chosen, Values) else (),
            look,
            width=_WIDTHS.get(str(screen)),
        ),
    )


def count(data: SegmentationData, search: object, origin: object) -> list[Any]:
    """How many of the selected customers each segment has."""
    run = page_run(data, origin)
    if run is None:
        return [no_update] * len(ctx.outputs_list)
    filtered = under(run, search)
    words = {card.key: overview_numbers.held(card, filtered) for card in run.segmentation.cards}
    return [words.get(str(output["id"].get("segment")), no_update) for output in ctx.outputs_list]


def scope(data: SegmentationData, search: object, origin: object) -> Any:
    """Whom the head of the page tells of, where only some customers are selected."""
    run = page_run(data, origin)
    if run is None:
        return no_update
    filtered = under(run, search)
    if not filtered.selection:
        return ""
    return _(
        "The sentences, the figures at the head and what the cards say of a segment are about all {all} customers; "
        "the charts and the counts on the cards follow the selection.",
        all=number(run.cube.n),
    )


def draw_rfm(
    data: SegmentationData, search: object, scheme_name: object, screen: object, origin: object
) -> tuple[Any, Any, Any]:
    """RFM cells under the selection: the squares, a sentence, and cells by segments."""
    run = page_run(data, origin)
    held = rfm_numbers.cells_of(run, under(run, search)) if run else None
    if run is None or held is None or not scheme_name or not screen:
        return no_update, no_update, no_update
    return (
        figures.cells(held, scheme(scheme_name), narrow=screen == shared.PHONE),
        rfm_numbers.summary(held),
        across_segments(held, run.segmentation.cards),
    )


def register(app: Dash, data: SegmentationData) -> None:
    """Bind the callbacks to ``app``."""
    search, page = Input(shared.URL, "search"), State(shared.PAGE, "data")
    app.callback(
        *(Output(shared.segments(place), "figure") for place in (ids.SHARES, ids.BUBBLES, ids.PROFILE)),
        search,
        Input(shared.SCHEME, "data"),
        Input(shared.SCREEN, "data"),
        page,
    )(partial(draw, data))
    app.callback(
        Output(shared.pair(ids.RFM), "figure"),
        Output(ids.RFM_SUMMARY, "children"),
        Output(ids.RFM_TABLE, "children"),
        search,
        Input(shared.SCHEME, "data"),
        Input(shared.SCREEN, "data"),
        page,
    )(partial(draw_rfm, data))
    app.callback(Output(ids.SCOPE, "children"), search, page)(partial(scope, data))
    app.callback(Output(shared.of_segment(ALL), "children"), search, page)(partial(count, data))
