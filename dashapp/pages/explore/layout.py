"""Explore: segments as toggles, the map, and every described column as a chart linked with all others."""

from __future__ import annotations

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids as shared
from dashapp import shell
from dashapp.crossfilter import Slice
from dashapp.data import Run, SegmentationData, View
from dashapp.dimensions import MAP, SEGMENT, UNKNOWN, Array, Dimension, explore_charts
from dashapp.pages.explore import figures, ids
from dashapp.theme import MIX
from dashapp.widgets import aria, card, chart_card, graph, segment_name, table
from dashapp.words import bin_label, customers, percent
from pipeline.contract import Meaning, SegmentCard

_QUESTIONS: dict[Meaning, str] = {
    "age": "How old are they?", "income": "What do they earn?", "spend": "How much have they spent?",
    "average_cheque": "How much a basket?", "orders": "How often do they order?", "marital_status": "How do they live?",
    "household": "How large are their households?", "children": "Have they children at home?",
    "education": "What is their education?", "recency": "When did they last buy?",
}
_HOW = ("Click a segment or a bar, drag across a histogram, or draw around customers on the map: every other chart "
        "follows. A second click undoes it.")
_MIX_QUESTIONS = {"categories": "What do they buy?", "channels": "Where do they buy?"}


def layout(data: SegmentationData, /, run: object = None, **_query: object) -> Component:
    """The page; the selection in the address is read when the charts are drawn."""
    view = data.view(run)
    return shell.page(view, "Explore", "What do they look like?", _content(view), data.settings, linked=True)


def _content(view: View) -> list[Component | None]:
    it = view.run
    charts = explore_charts(it.segmentation.dataset, tuple(it.cube.dimensions.values())) if it else ()
    return [
        html.Div([card([html.H2("Segments", className="k-chart-title"), html.Div(id=ids.LEGEND, className="k-legend"),
                        html.P(_HOW, className="k-note")],
                       label="Segments", class_name="k-legend-card"),
                  _map() if it else None], className="k-grid k-grid-map"),
        html.Div([_chart(it, one) for one in charts] if it else [], className="k-grid k-grid-charts"),
        _table_dialog(),
    ]


def _map() -> Component:
    title = "Who is like whom?"
    return chart_card(
        title, graph(shared.linked(MAP), title, height=figures.MAP, drawn_on=True), summary=_summary(MAP),
        note="Customers close together behave alike. Many traits are pressed into two directions here, so segments "
             "overlap on the map more than they do in fact.", class_name="k-map")


def _chart(run: Run, dimension: Dimension) -> Component:
    title = question(run, dimension)
    button = html.Button("Table", id=shared.as_table(dimension.name), type="button", className="k-link-button",
                         **aria(label=f"{title} View as table"))
    return chart_card(
        title, graph(shared.linked(dimension.name), title, height=figures.height(dimension, run.segmentation.k)),
        summary=_summary(dimension.name), tools=button,
        below=_mix_legend(dimension) if dimension.kind == "mix" else None,
        note=_gaps(run, dimension))


def question(run: Run, dimension: Dimension) -> str:
    """The chart's title: a question where the meaning is known, else the label."""
    it = run.segmentation.dataset
    if dimension.kind == "mix":
        group = next(group for group in it.groups if dimension.name.endswith(f".{group.key}"))
        return _MIX_QUESTIONS.get(group.meaning, group.label)
    meaning = it.column(dimension.column).meaning
    return _QUESTIONS.get(meaning, dimension.label) if meaning else dimension.label


def legend(counts: Array, total: int, cards: tuple[SegmentCard, ...], chosen: tuple[str, ...]) -> list[Component]:
    """A button a segment: what a click on its marks does, for mouse and keyboard, with its number of customers."""
    return [
        html.Button([segment_name(one), html.Span([f"{int(counts[one.segment]):,}", html.Span(
            f" · {_share(counts[one.segment], total)}", className="k-muted")], className="k-number")],
            id=shared.toggle(SEGMENT, one.key, "legend"), type="button",
            className="k-toggle" + ("" if not chosen or one.key in chosen else " k-off"),
            **aria(pressed="true" if one.key in chosen else "false"))
        for one in cards
    ]


def slice_table(part: Slice, cards: tuple[SegmentCard, ...], caption: str) -> Component:
    """A chart's numbers; the name of each row is a button that does what a click on its mark does."""
    dimension, mix = part.dimension, part.dimension.kind == "mix"
    header = [dimension.label, *(segment_name(one) for one in cards), "Shown", "All customers"]
    shown, every = part.shown.sum(axis=0), part.everyone.sum(axis=0)
    whole = part.shown.sum(axis=1) if mix else None
    rows = []
    for place in range(part.shown.shape[1]):
        name = html.Button(bin_label(dimension, place), type="button", className="k-link-button",
                           id=shared.toggle(dimension.name, dimension.tokens[place], "table"))
        cells = [_share(part.shown[one.segment, place], whole[one.segment]) if whole is not None
                 else f"{int(part.shown[one.segment, place]):,}" for one in cards]
        rows.append([name, *cells, *(_both(total, place, mix=mix) for total in (shown, every))])
    return table(header, rows, caption=caption)


def _both(counts: Array, place: int, *, mix: bool) -> str:
    share = _share(counts[place], counts.sum())
    return share if mix else f"{int(counts[place]):,} ({share})"


def _share(value: float, total: float) -> str:
    return percent(value / total) if total else "–"


def _summary(name: str) -> Component:
    return html.P(id=shared.linked_summary(name), className="k-chart-summary")


def _mix_legend(dimension: Dimension) -> Component:
    """What the colours mean; each is a button that keeps the customers who buy mostly that."""
    return html.Div([
        html.Button([html.Span(className="k-swatch", style={"--k-mix": MIX[place % len(MIX)]}), label], type="button",
                    id=shared.toggle(dimension.name, token, "legend"), className="k-key",
                    **aria(label=f"Only customers who buy mostly {label}"))
        for place, (token, label) in enumerate(zip(dimension.tokens, dimension.labels, strict=True)) if token != UNKNOWN
    ], className="k-keys")


def _gaps(run: Run, dimension: Dimension) -> str:
    """How many customers a chart cannot show; its shares are of those whose value is known."""
    if dimension.kind == "mix":
        return ""
    missing = run.cube.n - int(run.cube.everyone.slice(dimension.name).everyone.sum())
    known = run.cube.n - missing
    if known < run.cube.n / 2:
        return f"Known for {customers(known)} only, {percent(known / run.cube.n)} of all; the shares are theirs."
    return f"Not known for {customers(missing)} ({percent(missing / run.cube.n)})." if missing else ""


def _table_dialog() -> Component:
    dialog: Component = dbc.Modal([
        dcc.Store(id=ids.TABLE_CHART), dcc.Download(id=ids.DOWNLOAD),
        dbc.ModalHeader(dbc.ModalTitle(id=ids.TABLE_TITLE)), dbc.ModalBody(id=ids.TABLE_BODY),
        dbc.ModalFooter(html.Button("Download as CSV", id=ids.DOWNLOAD_BUTTON, type="button", className="k-button")),
    ], id=ids.TABLE, size="xl", scrollable=True, is_open=False)
    return dialog
