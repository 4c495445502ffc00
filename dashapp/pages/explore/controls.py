"""Filters without a chart: any column by a slider or a list, which follow the selection wherever it was made."""

from __future__ import annotations

from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids as shared
from dashapp.data import Run
from dashapp.i18n import _
from dashapp.pages.explore import ids
from dashapp.selecting import MAP, Dimension, Filter, Range, Values
from dashapp.widgets import aria, card

NONE = "-"  # an empty value would leave the list blank


def filters(run: Run | None) -> Component:
    """A list of everything that can be filtered by, and a place for the control of what was picked."""
    title = _("Filter by")
    options: Any = [{"label": _("Any trait …"), "value": NONE}, *options_of(run)]
    return card(
        [
            html.Label(title, htmlFor=ids.FILTER_BY, className="k-label"),
            dbc.Select(options, NONE, id=ids.FILTER_BY, persistence=True, persistence_type="session"),
            html.Div(id=ids.FILTER_CONTROL, className="k-control"),
        ],
        label=title,
        class_name="k-filters",
    )


def options_of(run: Run | None) -> list[dict[str, str]]:
    """What a list of dimensions offers."""
    dimensions = run.cube.dimensions.values() if run else ()
    return [
        {"label": label_of(dimension), "value": dimension.name} for dimension in dimensions if dimension.kind != "map"
    ]


def label_of(dimension: Dimension) -> str:
    """The dimension's name in a list; a mix is filtered by what a customer buys most of."""
    return _("{label}: mostly", label=dimension.label) if dimension.kind == "mix" else dimension.label


def control(dimension: Dimension, chosen: Filter | None) -> list[Component]:
    """A slider for numbers, a list for all else, set to the filter in force."""
    value = value_of(dimension, chosen)
    if dimension.kind != "number":
        options: Any = [
            {"label": label, "value": token} for token, label in zip(dimension.tokens, dimension.labels, strict=True)
        ]
        return [
            html.Div(
                dcc.Checklist(options, value, id=shared.chosen(dimension.name), className="k-checks"),
                role="group",
                **aria(label=label_of(dimension)),
            )
        ]
    low, high = dimension.ends
    return [
        html.Div(
            dcc.RangeSlider(
                low,
                high,
                dimension.step,
                value=value,
                id=shared.chosen(dimension.name),
                marks=None,
                allow_direct_input=False,
                tooltip={"placement": "bottom", "always_visible": True},
            ),
            role="group",
            **aria(label=dimension.axis_title),
        )
    ]


def value_of(dimension: Dimension, chosen: Filter | None) -> list[Any]:
    """What the control of a dimension stands at."""
    if dimension.kind != "number":
        return list(chosen.tokens) if isinstance(chosen, Values) else []
    low, high = dimension.ends
    held = chosen if isinstance(chosen, Range) else Range(None, None)
    return [low if held.low is None else held.low, high if held.high is None else held.high]


def usable(run: Run | None, name: object) -> Dimension | None:
    """The dimension of that name, if it can be filtered by; the name comes from a browser."""
    if run is None or not isinstance(name, str) or name == MAP:
        return None
    return run.cube.dimensions.get(name)
