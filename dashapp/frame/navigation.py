"""The head of the screen: links to the pages, data sets, light or dark, language."""

from __future__ import annotations

from collections.abc import Sequence

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.access import may_open
from dashapp.frame.lacking import SHORT
from dashapp.frame.page import Page
from dashapp.i18n import LANGUAGES, _, language
from dashapp.prefix import outer
from dashapp.reader import NOBODY, reader
from dashapp.widgets import aria
from pipeline.contract import Champion


def data_sets(champions: Sequence[Champion], titles: Sequence[str], experiment: str, path: str) -> Component | None:
    """A menu of the data sets by their titles; nothing where there is one."""
    if len(champions) < 2:
        return None
    items = [
        dbc.DropdownMenuItem(
            title, href=f"{path}?run={champion.run_id[:SHORT]}", active=champion.experiment == experiment
        )
        for champion, title in zip(champions, titles, strict=True)
    ]
    shown = next(
        (title for champion, title in zip(champions, titles, strict=True) if champion.experiment == experiment),
        _("Data set"),
    )
    menu: Component = dbc.DropdownMenu(
        items,
        label=html.Span(shown, className="k-menu-label"),
        align_end=True,
        size="sm",
        color="link",
        toggle_class_name="k-menu",
    )
    return menu


def header(pages: Sequence[Page]) -> Component:
    """Name, links to the pages, and menus."""
    links = [
        html.Li(dcc.Link(_(page.label), href=outer(page.path), id=ids.nav(page.name), className="k-nav-link"))
        for page in pages
        if reader() is NOBODY or (may_open(page.rights) and (reader().signed_in or not page.signed_in_only))
    ]
    return html.Header(
        html.Div(
            [
                html.Span([html.Span("▚", className="k-logo", **aria(hidden="true")), "Korzina"], className="k-brand"),
                html.Button(
                    [html.Span("☰", **aria(hidden="true")), html.Span(_("Menu"), className="k-nav-word")],
                    className="k-nav-button",
                    type="button",
                    **aria(expanded="false", controls="pages"),
                ),
                html.Nav(html.Ul(links), id="pages", className="k-nav", **aria(label=_("Pages"))),
                html.Div(id=ids.DATASETS),
                html.Button(
                    "◐",
                    id=ids.SCHEME_BUTTON,
                    className="k-icon-button",
                    type="button",
                    title=_("Light or dark"),
                    **aria(label=_("Switch between light and dark")),
                ),
                _languages(),
                _account(),
            ],
            className="k-wide k-header-row",
        ),
        className="k-header",
    )


def _account() -> Component | None:
    """Who has signed in, with the way to sign out."""
    who = reader()
    if not who.signed_in:
        return None
    return html.A(who.name, href=outer("/account"), className="k-account", title=_("Your account"))


def _languages() -> Component:
    """One button for each other language; the browser remembers it in a cookie and loads the page anew."""
    others = [(code, name) for code, name in LANGUAGES.items() if code != language()]
    return html.Div(
        [
            html.Button(
                code.upper(),
                className="k-icon-button k-language",
                type="button",
                lang=code,
                title=name,
                **aria(label=name),
            )
            for code, name in others
        ],
        className="k-languages",
    )
