"""The screen around the pages, and the page that stands where there is none."""

from __future__ import annotations

from collections.abc import Sequence

from dash import Dash, dcc, html, page_container
from dash.development.base_component import Component

from dashapp import ids
from dashapp.access import PageRights
from dashapp.data import SegmentationData, View
from dashapp.frame.navigation import header
from dashapp.frame.page import Page
from dashapp.i18n import N_, _
from dashapp.prefix import outer
from dashapp.widgets import Children


def around(pages: Sequence[Page]) -> Component:
    """The part of the screen that stays when pages change; needs no data."""
    return html.Div(
        [
            html.A(_("Skip to the content"), href="#main", className="k-skip"),
            dcc.Location(id=ids.URL, refresh=False),
            dcc.Store(id=ids.EVENT),
            dcc.Store(id=ids.SCHEME),
            dcc.Store(id=ids.SCREEN),
            header(pages),
            html.Main(html.Div([html.Div(id=ids.PROBLEM), page_container], className="k-wide"), id="main", tabIndex=-1),
        ],
        className="k-app",
    )


def not_found(pages: Sequence[Page]) -> Page:
    """The page of an address that is none, with links to ``pages``."""

    def layout(_data: SegmentationData, _view: View, /, **_address: object) -> Children:
        links = [html.Li(html.A(_(page.label), href=outer(page.path))) for page in pages]
        return [html.P(_("These pages exist:")), html.Ul(links)]

    def register(_app: Dash, _data: SegmentationData) -> None:
        """Nothing on it can be clicked but links."""

    return Page(
        "not_found_404", "/404", N_("Not found"), N_("There is no such page"), layout, register, PageRights("viewer")
    )
