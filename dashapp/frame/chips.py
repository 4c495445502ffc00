"""The selection in words, each part removable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.i18n import _
from dashapp.selecting import Count, Dimension, Selection
from dashapp.telling import MOST_IN_WORKBOOK, Form, chips, counted, estimate_note
from dashapp.widgets import aria, message


def chip_bar(
    selection: Selection,
    dimensions: dict[str, Dimension],
    count: Count,
    notices: Sequence[str],
    *,
    linked: bool,
    estimated: bool = False,
    counting: bool = False,
    apart: str = "",
    files: Mapping[Form, str] = {},
) -> list[Component]:
    """The selection in words, each part removable, with the number of customers it leaves.

    A page that is not ``linked`` shows it only where there is one, and says with ``apart`` why it does not follow.
    ``files`` are the addresses of the selected customers as a file, by its form. ``estimated``: what is shown rests on
    a sample; ``counting``: the count is an estimate until everybody has been read.
    """
    if not linked and not selection and not notices:
        return []
    crosses = [
        html.Button(
            [words, html.Span("×", className="k-cross", **aria(hidden="true"))],
            id=ids.remove(name),
            className="k-chip",
            type="button",
            **aria(label=_("Remove filter {filter}", filter=words)),
        )
        for name, words in chips(selection, dimensions)
    ]
    clear = html.Button(
        _("Reset all"), id=ids.reset("chips"), className="k-link-button", type="button", hidden=not selection
    )
    told = counted(count) if linked else _("Selected: {shown}", shown=counted(count))
    take = _take(files, count.value) if files and count.value else None
    bar = html.Div(
        [html.Strong(told, className="k-count", role="status"), *crosses, clear, take], className="k-chip-row"
    )
    resting = _resting(count, counting=counting) if estimated and linked else None
    reason = html.P(apart, className="k-note") if apart and not linked else None
    return [
        *(message(_("Part of the link could not be used."), words, tone="warning") for words in notices),
        bar,
        *([resting] if resting else []),
        *([reason] if reason else []),
        *([] if count.high else [_nobody()]),
    ]


def _resting(count: Count, *, counting: bool) -> Component:
    """From how many customers the figures are estimated, and whether these are being counted."""
    words = [estimate_note(count), *([_("All of them are being counted.")] if counting else [])]
    return html.P(" ".join(words), className="k-note", role="status")


def _take(files: Mapping[Form, str], count: int) -> Component:
    """Links to the selected customers: CSV for what imports them, a workbook and the account for who reads them."""
    about = html.A(
        _("About this file"),
        href=files["txt"],
        className="k-link-button",
        title=_("The run, the filters and the date behind it, as a text file."),
    )
    excel = html.A(
        "Excel",
        href=files["xlsx"],
        className="k-link-button",
        title=_("A workbook: the customers on the first sheet, where they come from on the second."),
        hidden=count > MOST_IN_WORKBOOK,
    )
    return html.Span(
        [
            html.A(
                _("Download these customers (CSV)"),
                href=files["csv"],
                className="k-link-button",
                title=_("One line a customer, written while it is sent: a million take about half a minute."),
            ),
            excel,
            about,
        ],
        className="k-take",
    )


def _nobody() -> Component:
    """What is said of filters that nobody passes."""
    return message(
        _("No customers match."),
        _("These filters leave nobody over."),
        tone="warning",
        action=html.Button(_("Clear all filters"), id=ids.reset("empty"), className="k-button", type="button"),
    )
