"""Callbacks of the Campaigns page: prices and the campaign go into the address, and all that is drawn follows it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from dash import Dash, Input, Output, State, ctx, no_update, set_props

from dashapp import access
from dashapp import ids as shared
from dashapp.callbacks import asked_form, page_run, takes, under
from dashapp.charts import empty_figure, scheme
from dashapp.data import Run, SegmentationData
from dashapp.i18n import _
from dashapp.pages.campaigns import address as asking
from dashapp.pages.campaigns import figures, happened, ids, layout, list_file, plan_parts, prospects
from dashapp.pages.campaigns.address import CampaignsRequest
from dashapp.widgets import message

_TEXTS = (
    ids.HEAD,
    ids.EXPECTED_WORDS,
    ids.EXPECTED_TABLE,
    ids.MEASURED_WORDS,
    ids.MEASURED_TABLE,
    ids.DOTS_WORDS,
    ids.DOTS_TABLE,
    ids.SEGMENTS,
    ids.TOP,
    ids.HOLD_OUT,
    ids.NOTES,
)
_FIGURES = (ids.EXPECTED, ids.MEASURED, ids.DOTS)


def choose(
    data: SegmentationData, cost: object, revenue: object, campaign: object, search: object, origin: object
) -> Any:
    """The address after a change, and what is wrong with a price that is none."""
    run = _run(data, origin)
    if run is None:
        return no_update, no_update
    before, _notices = asking.read(run, search)
    changed = set(ctx.triggered_prop_ids.values())
    given = {
        ids.COST: (asking.as_cost(cost), asking.cost_rule()),
        ids.REVENUE: (asking.as_revenue(revenue), asking.revenue_rule()),
    }
    blank = {ids.COST: cost in (None, "") and before.cost is None}  # as the page came: nothing was written
    blank[ids.REVENUE] = revenue in (None, "") and before.revenue is None
    wrong = [rule for name, (value, rule) in given.items() if name in changed and value is None and not blank[name]]
    if wrong:
        return no_update, message(_("This price was not used."), " ".join(wrong), tone="warning")
    new_cost = given[ids.COST][0] if ids.COST in changed else before.cost
    new_revenue = given[ids.REVENUE][0] if ids.REVENUE in changed else before.revenue
    chosen = campaign if ids.PICKER in changed and isinstance(campaign, str) else before.campaign
    address = asking.search_of(search, run, new_cost, new_revenue, chosen)
    same = (new_cost, new_revenue) == (before.cost, before.revenue) and chosen == before.campaign
    return no_update if same else address, None


def draw(data: SegmentationData, search: object, scheme_name: object, origin: object) -> Any:
    """All that follows the address; the page came with its words, so that a first drawing needs the figures alone."""
    run = _run(data, origin)
    if run is None or not scheme_name:
        return (no_update,) * (len(_FIGURES) + len(_TEXTS))
    asked, _notices = asking.read(run, search)
    if shared.URL not in ctx.triggered_prop_ids.values():
        return (*_drawn(asked, scheme_name), *(no_update,) * len(_TEXTS))
    for name, value in ((ids.COST, asked.cost), (ids.REVENUE, asked.revenue), (ids.PICKER, asked.campaign)):
        set_props(name, {"value": value})  # no outputs, since they are inputs of ``choose`` too
    made = layout.texts(asked)
    return (*_drawn(asked, scheme_name), *(made[name] for name in _TEXTS))


def tell_list(data: SegmentationData, search: object, segment: object, marked: object, origin: object) -> Any:
    """How many customers the file will hold."""
    run = _run(data, origin)
    if run is None:
        return no_update
    asked, _notices = asking.read(run, search)
    return plan_parts.listed(asked, asked.of_segment(_segment(run, segment)), marked=marked is True)


def download(data: SegmentationData, *given: object) -> Any:
    """The list as a file."""
    *_clicks, search, segment, marked, origin = given
    run, form = _run(data, origin), asked_form(ids.DOWNLOAD_BUTTON)
    if run is None or form is None:
        return no_update
    asked, _notices = asking.read(run, search)
    if not asked.priced:
        return no_update
    file = list_file.export(asked, _segment(run, segment), marked=marked is True)
    if form != "txt":
        rows = list(file.rows)
        file, filters = replace(file, rows=rows), under(run, search).selection.filters
        access.exported(run.run_id, len(rows), f"contact list, {form}", tuple(filters))
    return file.download(form)


def draw_outcomes(data: SegmentationData, search: object, scheme_name: object, origin: object) -> Any:
    """To whom it happened what no campaign asked for."""
    run = page_run(data, origin)
    return happened.cards(run, under(run, search), scheme(scheme_name)) if run and scheme_name else no_update


def register(app: Dash, data: SegmentationData) -> None:
    """Bind the callbacks to ``app``."""
    page, search = State(shared.PAGE, "data"), State(shared.URL, "search")
    app.callback(
        Output(shared.URL, "search", allow_duplicate=True),
        Output(ids.CHECK, "children"),
        Input(ids.COST, "value"),
        Input(ids.REVENUE, "value"),
        Input(ids.PICKER, "value"),
        search,
        page,
        prevent_initial_call=True,
    )(partial(choose, data))
    app.callback(
        *(Output(name, "figure") for name in _FIGURES),
        *(Output(name, "children") for name in _TEXTS),
        Input(shared.URL, "search"),
        Input(shared.SCHEME, "data"),
        page,
    )(partial(draw, data))
    app.callback(Output(ids.OUTCOMES, "children"), Input(shared.URL, "search"), Input(shared.SCHEME, "data"), page)(
        partial(draw_outcomes, data)
    )
    app.callback(
        Output(ids.LISTED, "children"),
        Input(shared.URL, "search"),
        Input(ids.SEGMENT, "value"),
        Input(ids.MARKED, "value"),
        page,
    )(partial(tell_list, data))
    app.callback(
        Output(ids.DOWNLOAD, "data"),
        *takes(ids.DOWNLOAD_BUTTON),
        search,
        State(ids.SEGMENT, "value"),
        State(ids.MARKED, "value"),
        page,
        prevent_initial_call=True,
    )(partial(download, data))


def _run(data: SegmentationData, origin: object) -> Run | None:
    """The page's run, if it has a plan."""
    run = page_run(data, origin)
    return run if run is not None and run.segmentation.campaigns is not None else None


def _segment(run: Run, key: object) -> int | None:
    """The segment of that key; None (all) for anything else."""
    return next((card.segment for card in run.segmentation.cards if card.key == key), None)


def _drawn(asked: CampaignsRequest, scheme_name: object) -> tuple[Any, ...]:
    look = scheme(scheme_name)
    dots = figures.responses(prospects.dots(asked), prospects.overall(asked), asked.summary.break_even, look)
    if not asked.priced:
        nothing = empty_figure(_("No prices yet"), look)
        return nothing, nothing, dots
    best = next((strategy.contacts for strategy in asked.summary.evaluation if strategy.key == "probability"), 0)
    return (
        figures.expected(asked.ahead, asked.prospects.numbers.listed, asked.currency, look),
        figures.measured(asked.past, best, asked.currency, look),
        dots,
    )
