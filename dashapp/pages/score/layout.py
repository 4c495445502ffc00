"""Score: where do new customers belong? What to upload, and the place for what was found."""

from __future__ import annotations

from datetime import date
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp.data import Run, SegmentationData, View
from dashapp.i18n import _
from dashapp.pages.score import ids, placements
from dashapp.telling import day, number
from dashapp.widgets import aria, as_table, card, command, message, take_along
from pipeline.contract import ExpectedFile
from pipeline.errors import KorzinaError


def layout(_data: SegmentationData, view: View, /, **_address: object) -> list[Component | None]:
    """The page's content; all parts of the address belong to the selection."""
    expected = expected_of(view.run)
    return [
        html.P(
            _(
                "Upload a table of customers: each one is put into the segment whose members they are most like, "
                "through the same cleaning as in training."
            ),
            className="k-lead",
        ),
        message(
            _("This run cannot place customers."),
            _("It was made by an older version. Train again to get one that can."),
            tone="warning",
        )
        if view.run and not expected
        else None,
        html.Div(
            [_upload(view.run, expected), _expected(expected)],
            className="k-grid k-grid-2",
            hidden=bool(view.run) and not expected,
        ),
        *_answer(),
    ]


def expected_of(run: Run | None) -> ExpectedFile | None:
    """What a file is to hold; None where the run cannot score."""
    try:
        return run.expected_file if run else None
    except KorzinaError:
        return None


def _upload(run: Run | None, expected: ExpectedFile | None) -> Component:
    title = _("Your file")
    most = number(placements.MOST_BYTES / 1024**2)
    limit: dict[str, Any] = {"data-most-bytes": str(placements.MOST_BYTES), "data-label": title}  # for assets/score.js
    return card(
        [
            html.H2(title),
            html.Div(
                dcc.Upload(
                    html.Div(
                        [
                            html.P(_("Drop a CSV file here, or")),
                            html.Button(_("Choose a file"), type="button", className="k-button k-button-main"),
                        ]
                    ),
                    id=ids.UPLOAD,
                    className="k-drop",
                    className_active="k-drop k-drop-over",
                    multiple=False,
                    max_size=placements.MOST_BYTES,
                    style={},
                    style_active={},
                    style_reject={},
                ),
                className="k-upload",
                **limit,
            ),
            _day(run),
            html.P(
                _(
                    "Text with one row a line of a purchase, as in training: CSV, TSV or TXT, any separator and "
                    "encoding, up to {most} MB.",
                    most=most,
                )
                if expected and expected.lines
                else _(
                    "Text with one row a customer: CSV, TSV or TXT, any separator and encoding, up to {most} MB.",
                    most=most,
                ),
                className="k-note",
            ),
            html.P(
                _(
                    "Nothing that you upload is kept: the file is read once, and the result stays in this browser tab "
                    "until you leave the page."
                ),
                className="k-note",
            ),
            html.Div(
                message(_("This file is too large."), placements.too_large(), tone="error", dismiss=True),
                id=ids.TOO_LARGE,
                hidden=True,
            ),
            _of_lines() if run and run.segmentation.ledger.lines else None,
            _several(run, expected) if run and expected and expected.tables else None,
        ],
        label=title,
    )


def _of_lines() -> Component:
    return html.P(
        _(
            "This run was trained on lines of purchases: an export of the same form can be uploaded as it is, and is "
            "summed up as in training. So can a table with a row a customer and the columns listed here."
        ),
        className="k-note",
    )


def _day(run: Run | None) -> Component:
    """A field for the day from which recencies count; hidden where the data set knows of no day."""
    trained = run.segmentation.dataset.as_of if run else None
    follows = run is None or placements.follows_data(run.segmentation)
    return html.Div(
        [
            html.Label(_("Count ages and recencies from"), htmlFor=ids.DAY),
            dbc.Input(
                id=ids.DAY,
                type="date",
                className="k-day",
                value=None if follows or not trained else trained.isoformat(),
            ),
            html.P(_counted_in_training(trained, follows=follows) if trained else "", className="k-note"),
        ],
        className="k-field",
        hidden=trained is None,
    )


def _counted_in_training(trained: date, *, follows: bool) -> str:
    if follows:
        return _("Left empty: from the last day in your file. In training it was {day}.", day=day(trained))
    return _("In training it was {day}; recencies are comparable when counted alike.", day=day(trained))


def _several(run: Run, expected: ExpectedFile) -> Component:
    """Of data that are made of several tables, only the finished columns fit into one file."""
    experiment = run.segmentation.experiment
    return html.Details(
        [
            html.Summary(_("These data are made of {n} tables. What can be uploaded?", n=number(len(expected.tables)))),
            html.P(
                _(
                    "Here: one table with a row a customer and the finished columns listed beside. From the tables "
                    "themselves ({tables}) customers are placed with this command, where FOLDER holds the tables; it "
                    "also tells how likely a response is:",
                    tables=", ".join(expected.tables),
                )
            ),
            command(f"korzina score --experiment {experiment} --data FOLDER --output segments.csv"),
        ],
        className="k-details",
    )


def _expected(expected: ExpectedFile | None) -> Component:
    title = _("What the file needs")
    columns = expected.columns if expected else ()
    needed = [column for column in columns if column.needed]
    helpful = [column for column in columns if not column.needed]
    header = [_("Column"), _("Meaning"), _("Example")]
    rows = [
        [column.name, column.label if column.label != column.name else "", column.example]
        for column in (*needed, *helpful)
    ]
    return card(
        [
            html.H2(title),
            html.P(
                _("{n} columns, named as in the training data; their order does not matter:", n=number(len(needed)))
            ),
            html.Ul(
                [
                    html.Li([html.Code(column.name), f" {column.label}" if column.label != column.name else ""])
                    for column in needed
                ],
                className="k-columns",
            ),
            html.P(
                _(
                    "{n} more columns are used where the file has them: they sharpen how likely a response is.",
                    n=number(len(helpful)),
                ),
                className="k-note",
            )
            if helpful
            else None,
            as_table(header, rows, caption=title) if rows else None,
            html.Div(
                html.Button(
                    _("Download a template (CSV)"), id=ids.TEMPLATE_BUTTON, className="k-button", type="button"
                ),
                className="k-actions",
            ),
            html.P(
                _("Its one row shows how a line begins; it is nobody's.")
                if expected and expected.lines
                else _("Its one row is made up of medians and commonest values; it is nobody's."),
                className="k-note",
            ),
            dcc.Download(id=ids.TEMPLATE),
        ],
        label=title,
    )


def _answer() -> list[Component]:
    buttons = take_along(
        ids.DOWNLOAD_BUTTON, _("Download all of them (CSV)"), title=_("the customers placed"), main=True
    )
    return [
        dcc.Store(id=ids.ANSWER),
        dcc.Store(id=ids.FILE),
        dcc.Download(id=ids.DOWNLOAD),
        dcc.Loading(
            [html.Div(id=ids.PROBLEM, **aria(live="assertive")), html.Div(id=ids.HEAD, **aria(live="polite"))],
            overlay_style={"visibility": "visible", "opacity": 0.5},
            delay_show=150,
        ),
        html.Div(buttons, id=ids.ACTIONS, className="k-actions k-score-actions", hidden=True),
        html.Div(id=ids.RESULT),
    ]
