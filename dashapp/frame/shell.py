"""The screen around the pages, and what every page has: its question, banners, the selection, and the foot."""

from __future__ import annotations

from typing import Any

from dash import dcc, html, page_container
from dash.development.base_component import Component

from dashapp import ids
from dashapp.access import reachable
from dashapp.data import View
from dashapp.frame.banners import banners, nothing_yet
from dashapp.frame.header import header
from dashapp.frame.site import SHORT
from dashapp.i18n import _, plural
from dashapp.telling import customers, moment
from dashapp.widgets import Children, aria
from pipeline.settings import Settings


def around() -> Component:
    """The part of the screen that stays when pages change; needs no data."""
    return html.Div(
        [
            html.A(_("Skip to the content"), href="#main", className="k-skip"),
            dcc.Location(id=ids.URL, refresh=False),
            dcc.Store(id=ids.EVENT),
            dcc.Store(id=ids.SCHEME),
            dcc.Store(id=ids.SCREEN),
            header(),
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
            *banners(view),
            html.Div([html.P(title, className="k-eyebrow"), html.H1(question)], className="k-head"),
            None if ready else nothing_yet(view),
            html.Div(id=ids.CHIPS, className="k-chips", hidden=not ready),
            html.Div(content, hidden=not ready),
            _foot(view, settings) if ready else None,
        ],
        **_provenance(view),
    )


def run_query(view: View) -> str | None:
    """How links name the run in view: not at all where it is the champion that a plain address opens."""
    if view.run is None:
        return None
    opens = view.champions.found[0].run_id if view.champions.found else ""
    return None if view.is_champion and view.run.run_id == opens else view.run.run_id[:SHORT]


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


def _foot(view: View, settings: Settings) -> Component | None:
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
    link = _in_mlflow(it.experiment_id, it.run_id, settings)
    return html.Footer(html.Ul([html.Li(fact) for fact in (*facts, link) if fact]), className="k-foot")


def _in_mlflow(experiment_id: str, run_id: str, settings: Settings) -> Component | None:
    """A link to the run in MLflow's pages, for readers who can open them."""
    pages = settings.mlflow_pages
    if not (pages and experiment_id and reachable(pages)):
        return None
    # without the last part, MLflow opens its pages for language models
    href = f"{pages}/#/experiments/{experiment_id}/runs/{run_id}?workflowType=machine_learning"
    return html.A(_("this run in MLflow"), href=href, target="_blank", rel="noopener")
