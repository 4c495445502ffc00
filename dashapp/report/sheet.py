"""What every sheet of the report is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
from dash import dcc, html
from dash.development.base_component import Component

from dashapp.i18n import _, plural
from dashapp.telling import moment, shown
from dashapp.widgets import Children, aria
from pipeline.contract import Segmentation


def sheet(name: str, segmentation: Segmentation, content: Sequence[Any], class_name: str = "") -> Component:
    """A page of its own when printed; what it is about and of which customers stands above it."""
    classes = f"sheet {class_name}".strip()
    return html.Section([html.P(caption(segmentation), className="caption"), *content], id=name, className=classes)


def caption(segmentation: Segmentation) -> str:
    """Data set, run and time, and that no filter was set."""
    words = [
        segmentation.dataset.title,
        plural("{n} segment", "{n} segments", segmentation.k),
        _("run {run}", run=segmentation.run_id[:8]),
        _("trained {moment}", moment=moment(segmentation.started)),
        _("{customers}, no filter", customers=shown(segmentation.ledger.rows_out, segmentation.ledger.rows_out)),
    ]
    return " · ".join(words)


def chart(title: str, figure: go.Figure, height: int, *, summary: str = "") -> Component:
    """A chart under its title, with a sentence that says what it shows."""
    figure.update_xaxes(title_font_size=11)  # half a sheet is as narrow as a phone
    plot = dcc.Graph(figure=figure, className="chart", style={"height": f"{height}px"})
    return html.Div(
        [
            html.H3(title),
            html.P(summary, className="note") if summary else None,
            html.Div(plot, role="img", **aria(label=title)),
        ]
    )


def facts(rows: Sequence[tuple[str, Children]], class_name: str = "") -> Component:
    """Names with what they mean, in two columns."""
    return html.Dl([part for name, words in rows for part in (html.Dt(name), html.Dd(words))], className=class_name)


def sentences(*said: str) -> list[Component]:
    """A paragraph each, nothing for an empty one."""
    return [html.P(sentence) for sentence in said if sentence]
