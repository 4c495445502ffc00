"""What stands around every page: navigation, banners, the selection in words, and the foot with the run's origin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html, page_container
from dash.development.base_component import Component

from dashapp import ids
from dashapp.data import View
from dashapp.i18n import LANGUAGES, N_, _, language, plural
from dashapp.selecting import Dimension, Selection
from dashapp.telling import chips, customers, moment, shown
from dashapp.widgets import Children, aria, command, message
from pipeline.contract import Champion
from pipeline.settings import Settings

PAGES = (
    ("overview", "/", N_("Overview")),
    ("explore", "/explore", N_("Explore")),
    ("segment", "/segment/1", N_("Segment")),
    ("baskets", "/baskets", N_("Baskets")),
    ("campaigns", "/campaigns", N_("Campaigns")),
    ("compare", "/compare", N_("Compare")),
    ("data", "/data", N_("Data")),
    ("score", "/score", N_("Score")),
)
# why a page shows the same whatever is selected
APART = {
    "segment": N_("This page describes the whole segment, whoever of it is selected."),
    "baskets": N_(
        "What is bought together is counted over whole segments; where exactly one is selected, it is the "
        "one shown at first."
    ),
    "compare": N_("Segmentations are compared over all their customers; only the blades below show who is selected."),
    "data": N_("Cleaning concerns every row of the data, whoever is selected."),
    "score": N_("This page places new customers; those selected are known already."),
}
TEMPLATES = {"segment": "/segment/<segment_number>"}  # pages whose address names what they are about
SHORT = 12  # digits of a run id that stand in the address


def around() -> Component:
    """The part of the screen that stays when pages change; needs no data."""
    return html.Div(
        [
            html.A(_("Skip to the content"), href="#main", className="k-skip"),
            dcc.Location(id=ids.URL, refresh=False),
            dcc.Store(id=ids.EVENT),
            dcc.Store(id=ids.SCHEME),
            dcc.Store(id=ids.SCREEN),
            _header(),
            html.Main(html.Div([html.Div(id=ids.PROBLEM), page_container], className="k-wide"), id="main", tabIndex=-1),
        ],
        className="k-app",
    )


def page(
    view: View, title: str, question: str, content: Children, settings: Settings, *, linked: bool = False
) -> Component:
    """One page: its question, banners, content and foot, all drawn from the run of ``view``.

    ``linked``: the selection applies to what the page shows. With nothing to show the content stays in place, hidden,
    so that every id of the page exists.
    """
    ready = view.run is not None
    return html.Div(
        [
            dcc.Store(id=ids.PAGE, data=_origin(view, linked=linked)),
            dcc.Interval(id=ids.POLL, interval=max(500, int(settings.poll_seconds * 500))),
            html.Div(id=ids.NEWER, **aria(live="polite")),
            *_banners(view),
            html.Div([html.P(title, className="k-eyebrow"), html.H1(question)], className="k-head"),
            None if ready else _nothing_yet(view),
            html.Div(id=ids.CHIPS, className="k-chips", hidden=not ready),
            html.Div(content, hidden=not ready),
            _foot(view) if ready else None,
        ],
        **_provenance(view),
    )


def run_query(view: View) -> str | None:
    """How links name the run in view: not at all where it is the champion that a plain address opens."""
    if view.run is None:
        return None
    opens = view.champions.found[0].run_id if view.champions.found else ""
    return None if view.is_champion and view.run.run_id == opens else view.run.run_id[:SHORT]


def chip_bar(
    selection: Selection,
    dimensions: dict[str, Dimension],
    count: int,
    total: int,
    notices: Sequence[str],
    *,
    linked: bool,
    apart: str = "",
    file: str = "",
) -> list[Component]:
    """The selection in words, each part removable, with the number of customers it leaves.

    A page that is not ``linked`` shows it only where there is one, and says with ``apart`` why it does not follow.
    ``file`` is the address of the selected customers as a file.
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
    told = shown(count, total) if linked else _("Selected: {shown}", shown=shown(count, total))
    take = (
        html.A(
            _("Download these customers (CSV)"),
            href=file,
            className="k-link-button k-take",
            title=_("One line a customer, written while it is sent: a million take about half a minute."),
        )
        if file and count
        else None
    )
    bar = html.Div(
        [html.Strong(told, className="k-count", role="status"), *crosses, clear, take], className="k-chip-row"
    )
    empty = (
        message(
            _("No customers match."),
            _("These filters leave nobody over."),
            tone="warning",
            action=html.Button(_("Clear all filters"), id=ids.reset("empty"), className="k-button", type="button"),
        )
        if count == 0
        else None
    )
    reason = html.P(apart, className="k-note") if apart and not linked else None
    return [
        *(message(_("Part of the link could not be used."), words, tone="warning") for words in notices),
        bar,
        *(one for one in (reason, empty) if one),
    ]


def apart_of(path: object) -> str:
    """Why the page at ``path`` does not follow the selection; empty for one that does, or says nothing of it."""
    name = next(
        (
            name
            for name, place, _ in PAGES
            if isinstance(path, str) and place != "/" and path.startswith("/" + place.split("/")[1])
        ),
        "",
    )
    return _(APART[name]) if name in APART else ""


def newer_banner(champion: Champion, path: str) -> Component:
    """A new champion has been promoted since the page was drawn."""
    words = plural(
        "It has {n} segment (version {version}).",
        "It has {n} segments (version {version}).",
        champion.k,
        version=champion.version,
    )
    return message(
        _("A newer segmentation is in use."), words, action=html.A(_("Show it"), href=path, className="k-button")
    )


def data_sets(champions: Sequence[Champion], titles: Sequence[str], experiment: str, path: str) -> Component | None:
    """A menu of the data sets by their titles; nothing where there is one."""
    if len(champions) < 2:
        return None
    items = [
        dbc.DropdownMenuItem(title, href=f"{path}?run={one.run_id[:SHORT]}", active=one.experiment == experiment)
        for one, title in zip(champions, titles, strict=True)
    ]
    shown = next(
        (title for one, title in zip(champions, titles, strict=True) if one.experiment == experiment), _("Data set")
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


def _header() -> Component:
    links = [
        html.Li(dcc.Link(_(label), href=path, id=ids.nav(name), className="k-nav-link")) for name, path, label in PAGES
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
            ],
            className="k-wide k-header-row",
        ),
        className="k-header",
    )


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


def _origin(view: View, *, linked: bool) -> dict[str, object]:
    if view.run is None:
        return {}
    return {
        "run": view.run.run_id,
        "experiment": view.run.segmentation.experiment,
        "link": run_query(view) or "",
        "champion": view.champion.run_id if view.champion else "",
        "linked": linked,
    }


def _provenance(view: View) -> dict[str, Any]:
    """What an image or a table taken from the page says of its origin (``assets/tools.js``)."""
    if view.run is None:
        return {}
    it = view.run.segmentation
    words = [
        it.dataset.title,
        plural("{n} segment", "{n} segments", it.k),
        _("run {run}", run=it.run_id[:8]),
        _("trained {moment}", moment=moment(it.started)),
    ]
    return {"data-run": it.run_id, "data-origin": " · ".join(words)}


def _banners(view: View) -> list[Component]:
    found = []
    if view.notice:
        found.append(message(_("The link is out of date."), view.notice, tone="warning"))
    if view.run is not None and view.champions.problem:
        seen = view.champions.seen
        since = [_("This is what was there on {moment}.", moment=moment(seen))] if seen else []
        found.append(
            message(_("The store does not answer."), " ".join([*since, view.champions.problem]), tone="warning")
        )
    if view.run is not None and not view.is_champion:
        it = view.run.segmentation
        back = (
            html.A(_("Back to the one in use"), href=f"?run={view.champion.run_id[:SHORT]}", className="k-button")
            if view.champion
            else None
        )
        words = plural(
            "{n} segment, run {run} of {moment}.",
            "{n} segments, run {run} of {moment}.",
            it.k,
            run=it.run_id[:8],
            moment=moment(it.started),
        )
        found.append(
            message(
                _("You are looking at a segmentation that is not the one in use:"), words, tone="warning", action=back
            )
        )
    return found


def _nothing_yet(view: View) -> Component:
    if view.champions.problem and "there is no store" not in view.champions.problem:
        return html.Div(
            [message(_("There is nothing to show: the store cannot be read."), view.champions.problem, tone="error")]
        )
    return html.Section(
        [
            html.H2(_("No segmentation yet")),
            html.P(
                _(
                    "This dashboard shows a segmentation as soon as one is trained and promoted. "
                    "Nothing needs a restart."
                )
            ),
            html.P(_("To see it on sample data:")),
            command("make demo"),
            html.P(_("To train on a data set of your own:")),
            command("korzina init customers.csv\nkorzina train --spec customers.toml --data customers.csv"),
            html.P(view.champions.problem, className="k-note") if view.champions.problem else None,
        ],
        className="k-card k-empty",
        **aria(label=_("No segmentation yet")),
    )


def _foot(view: View) -> Component | None:
    if view.run is None:
        return None
    it = view.run.segmentation
    facts = [
        it.dataset.title,
        plural("{n} segment", "{n} segments", it.k),
        customers(it.ledger.rows_out),
        _("run {run}", run=it.run_id[:8]),
        _("trained {moment}", moment=moment(it.started)),
    ]
    return html.Footer(html.Ul([html.Li(fact) for fact in facts]), className="k-foot")
