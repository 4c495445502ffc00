"""Small building blocks that every page uses the same way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.charts import LIGHT, empty_figure, mark
from dashapp.i18n import _, language
from dashapp.telling import TRUST_WORDS, grades_differ
from dashapp.widgets.markup import markup, plain
from pipeline.contract import SegmentCard, Trust

Children = Any
KeyScreen = Literal["always", "tablet", "phone"]
_MOST_COLUMNS = 2  # of a table on a phone
_PLAIN: dict[str, Any] = {"displayModeBar": False, "responsive": True}
_DRAWN_ON: dict[str, Any] = {
    "displaylogo": False,
    "responsive": True,
    "displayModeBar": True,
    "scrollZoom": False,
    "modeBarButtons": [["lasso2d", "select2d"]],  # the card's own button saves an image, in our face
}


def aria(**properties: str) -> dict[str, Any]:
    """``aria-`` attributes, for use as keywords of a component."""
    return {f"aria-{name}": value for name, value in properties.items()}


def card(children: Children, *, label: str = "", class_name: str = "") -> Component:
    """A surface with space around what it holds; with a label it is a region that assistive software lists."""
    named = {"label": label} if label else {}
    return html.Section(children, className=f"k-card {class_name}".strip(), **aria(**named))


def kpi(value: str, label: str) -> Component:
    """One number with what it counts."""
    return html.Div([html.Div(value, className="k-kpi-value"), html.Div(label, className="k-kpi-label")])


def symbol(colour: int) -> Component:
    """A segment's symbol in its colour."""
    shown = mark(colour)
    neutral = " k-symbol-neutral" if shown.colour == LIGHT.neutral_segment else ""  # its colour depends on the scheme
    return html.Span(
        shown.glyph, className=f"k-symbol{neutral}", style={"--k-colour": shown.colour}, **aria(hidden="true")
    )


def segment_name(card: SegmentCard) -> Component:
    """Symbol and name, together everywhere."""
    return html.Span([symbol(card.colour), html.Span(card.name, className="k-segment-name")], className="k-segment")


def differences_list(differences: Iterable[tuple[str, str, str]]) -> Component:
    """What sets a segment apart: the phrase, its own median, and that of all customers."""
    return html.Ul(
        [
            html.Li(
                [
                    html.Span(phrase, className="k-phrase"),
                    html.Span(_("{median} (all: {overall})", median=median, overall=overall), className="k-muted"),
                ]
            )
            for phrase, median, overall in differences
        ],
        className="k-differences",
    )


def segment_with_trust(card: SegmentCard, among: Sequence[SegmentCard] = ()) -> Component:
    """The same with how far to rely on it, in tables and buttons; not ``among`` cards of one and the same grade."""
    if not grades_differ(among):
        return segment_name(card)
    return html.Span(
        [segment_name(card), " ", html.Span(_(TRUST_WORDS[card.trust]).lower(), className="k-muted k-grade")],
        className="k-graded",
    )


def segment_with_badge(card: SegmentCard, among: Sequence[SegmentCard]) -> Component:
    """Name and badge, which says why where a mouse rests on it; not ``among`` cards of one and the same grade."""
    badge: list[Component | str] = [" ", trust_badge(card.trust, card.trust_reason)] if grades_differ(among) else []
    return html.Span([segment_name(card), *badge])


def grade_of_all(cards: Sequence[SegmentCard]) -> Component | None:
    """What ``segment_with_badge`` leaves out, once; None where grades differ."""
    if len(cards) < 2 or grades_differ(cards):
        return None
    return html.P(_("Each segment is {grade}.", grade=_(TRUST_WORDS[cards[0].trust]).lower()), className="k-note")


def key_list(cards: Sequence[SegmentCard], shown: KeyScreen = "always", *, title: str = "") -> Component:
    """What symbols stand for, below a chart that has them in place of names: always, or up to a width of the screen."""
    head = [html.Li(html.Strong(title))] if title else []
    return html.Ul(
        [*head, *(html.Li(segment_with_trust(card, cards)) for card in cards)], className=f"k-key-list k-key-{shown}"
    )


def trust_badge(trust: Trust, reason: str = "") -> Component:
    """How far to rely on a segment."""
    return html.Span(_(TRUST_WORDS[trust]), className=f"k-trust k-trust-{trust}", title=reason or None)


def graph(id: str | dict[str, Any], label: str, *, height: int, drawn_on: bool = False, tablet: int = 0) -> Component:
    """A chart's place, of its final height from the start, with a name for those who cannot see it.

    ``tablet`` is its height where it is drawn otherwise up to the width of a tablet.
    """
    config: Any = {**(_DRAWN_ON if drawn_on else _PLAIN), "locale": language()}
    style = {"height": f"{height}px", **({"--k-tablet": f"{tablet}px"} if tablet else {})}
    return html.Div(
        dcc.Graph(
            id=id,
            figure=empty_figure("", LIGHT),
            config=config,
            responsive=True,
            style=style,
            className="k-graph k-graph-tablet" if tablet else "k-graph",
        ),
        role="group",
        className="k-graph-frame",
        **aria(label=_("Chart: {title}", title=label)),
    )


def chart_card(
    title: str,
    plot: Component,
    *,
    summary: Children = None,
    tools: Children = None,
    below: Children = None,
    class_name: str = "",
    note: str = "",
) -> Component:
    """A chart with its title (a question or a finding), a sentence that says what it shows, and its tools."""
    image = html.Button(
        "PNG", type="button", className="k-link-button k-png", **aria(label=_("Save as an image: {title}", title=title))
    )
    head = html.Div(
        [html.H3(title, className="k-chart-title"), html.Div([tools, image], className="k-chart-tools")],
        className="k-chart-head",
    )
    words = summary if isinstance(summary, Component) else html.P(summary, className="k-chart-summary")
    small = html.P(note, className="k-note") if note else None
    return card([head, words, plot, below, small], label=title, class_name=f"k-chart {class_name}")


def table(header: Sequence[Children], rows: Sequence[Sequence[Children]], *, caption: str) -> Component:
    """A plain table: first column names the row, numbers stand right.

    On a phone the cells of a row stand below its name where there are more than ``_MOST_COLUMNS``.
    """
    stacked = len(header) > _MOST_COLUMNS
    labels: list[dict[str, Any]] = [{"data-label": _words(cell)} if stacked else {} for cell in header[1:]]
    labels += [{}] * max((len(row) for row in rows), default=0)  # a row may be longer than its header
    return html.Div(
        html.Table(
            [
                html.Caption(caption, className="visually-hidden"),
                html.Thead(html.Tr([html.Th(cell, scope="col") for cell in header])),
                html.Tbody(
                    [
                        html.Tr(
                            [
                                html.Th(row[0], scope="row"),
                                *(html.Td(cell, **label) for cell, label in zip(row[1:], labels, strict=False)),
                            ]
                        )
                        for row in rows
                    ]
                ),
            ],
            className="k-table k-table-stacked" if stacked else "k-table",
        ),
        className="k-table-frame",
        tabIndex="0",
        role="region",
        **aria(label=caption),
    )


def _words(of: Children) -> str:
    """What a component says, without its signs."""
    if isinstance(of, Component):
        return "" if getattr(of, "aria-hidden", "") else _words(getattr(of, "children", None))
    if isinstance(of, list | tuple):
        return "".join(map(_words, of))
    return "" if of is None else str(of)


def as_table(header: Sequence[Children], rows: Sequence[Sequence[Children]], *, caption: str) -> Component:
    """A chart's numbers, folded away until asked for, with a way to take them along (``assets/tools.js``).

    The table waits as text: as components its cells would be most of a page, and each would listen to every change. One
    whose cells can be clicked stays as it is.
    """
    save = html.Button(
        "CSV", type="button", className="k-link-button k-csv", **aria(label=_("Save as CSV: {title}", title=caption))
    )
    whole = table(header, rows, caption=caption)
    about = html.Button(
        _("About this file"),
        type="button",
        className="k-link-button k-csv k-about",
        **aria(label=f"{_('About this file')}: {caption}"),
    )
    folded: dict[str, Any] = {"data-folded": markup(whole)} if plain(whole) else {"children": whole}
    named: dict[str, Any] = {"data-table": caption}
    return html.Details(
        [html.Summary(_("View as table")), html.Div(**folded), save, about], className="k-details", **named
    )


def take_along(button: str, words: str, *, title: str, main: bool = False) -> Component:
    """Three buttons for a table (``ids.taking``): CSV, which is called ``words``, an Excel workbook, and the account.

    ``title`` says of what, to those who hear one button at a time.
    """
    places = ids.taking(button)
    look = "k-button k-button-main" if main else "k-button"
    named = aria(label=f"{words}: {title}") if title not in words else {}
    return html.Div(
        [
            html.Button(words, id=places["csv"], type="button", className=look, **named),
            html.Button(
                "Excel", id=places["xlsx"], type="button", className="k-button", **aria(label=f"Excel: {title}")
            ),
            html.Button(
                _("About this file"),
                id=places["txt"],
                type="button",
                className="k-link-button",
                title=_("The run, the filters and the date behind it, as a text file."),
                **aria(label=f"{_('About this file')}: {title}"),
            ),
        ],
        className="k-take-forms",
    )


def message(
    title: str, words: Children = None, *, tone: str = "info", action: Component | None = None, dismiss: bool = False
) -> Component:
    """A banner: information, warning or error."""
    body = html.Div([html.Strong(title), html.Span([" ", words]) if words else None])
    return html.Div([body, action], className=f"k-message k-message-{tone}", role="alert" if dismiss else "status")


def command(text: str) -> Component:
    """A command to type."""
    return html.Pre(html.Code(text), className="k-command", tabIndex="0")
