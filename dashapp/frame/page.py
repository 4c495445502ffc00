"""A page as the app and the screen around it know it, and what every page has: question, banners, selection, foot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dash import Dash, dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.access import PageRights, may_open, reachable
from dashapp.data import SegmentationData, View
from dashapp.frame.banners import banners, nothing_yet
from dashapp.frame.lacking import SHORT, Lack, lacking
from dashapp.i18n import _, plural
from dashapp.reader import NOBODY, reader
from dashapp.telling import customers, moment
from dashapp.widgets import Children, aria, message
from pipeline.contract import Segmentation
from pipeline.settings import Settings


@dataclass(frozen=True)
class Page:
    """One page: all that is known of it outside its folder. Its texts are marked by ``N_``.

    ``layout(data, view, **address)`` gives the content, with every id that ``register`` names, whatever ``view`` holds:
    what cannot be shown stands there hidden. ``needs`` says what a run lacks for this page, None for nothing.
    """

    name: str  # its folder's
    path: str
    label: str  # of the link to it
    question: str  # that it answers
    layout: Callable[..., Children]
    register: Callable[[Dash, SegmentationData], None]
    rights: PageRights  # who may open it, and ask for what its callbacks make
    needs: Callable[[Segmentation], Lack | None] | None = None
    asks: Callable[[Segmentation], str] | None = None  # another question for what a run holds; empty for the page's own
    parameters: frozenset[str] = frozenset()  # what it keeps in the address for itself, beside run and selection
    linked: bool = False  # the selection applies to all that it shows
    apart: str = ""  # why it shows the same whatever is selected
    takes_customers: bool = False  # it offers the selected customers as a file
    signed_in_only: bool = False  # it has something to say only where people sign in: elsewhere nothing links to it
    template: str = ""  # the path with ``<segment_number>`` in it, where the address names a segment

    def drawn(self, data: SegmentationData, /, run: object = None, **address: object) -> Component:
        """The whole page, drawn from the run that the address names; with nothing to show the content stays hidden.

        Dash draws every page once for nobody, to learn the ids that stand on it; such a page holds no data.
        """
        if reader() is not NOBODY and not may_open(self.rights):
            return html.Div(message(_("This page is not part of your role."), tone="warning"))
        view = data.view(run)
        ready = view.run is not None
        question = (self.asks(view.run.segmentation) if self.asks and view.run else "") or _(self.question)
        lack = self.needs(view.run.segmentation) if self.needs and view.run else None
        content = self.layout(data, view, **address)
        return html.Div(
            [
                dcc.Store(id=ids.PAGE, data=_origin(view, linked=self.linked)),
                dcc.Interval(id=ids.POLL, interval=max(500, int(data.settings.poll_seconds * 500))),
                dcc.Interval(id=ids.COUNTING, interval=300, disabled=True),
                html.Div(id=ids.NEWER, **aria(live="polite")),
                *banners(view),
                html.Div([html.P(_(self.label), className="k-eyebrow"), html.H1(question)], className="k-head"),
                _in_groups() if ready else None,
                None if ready else nothing_yet(view),
                html.Div(id=ids.CHIPS, className="k-chips", hidden=not ready),
                lacking(lack, data, view.run, self.path) if lack and view.run else None,
                html.Div(content, hidden=not ready),
                _foot(view, data.settings) if ready else None,
            ],
            **_provenance(view),
        )

    def about(self, segment: int) -> str:
        """The page's path for the segment counted from 1, where it has one for each."""
        return self.template.replace("<segment_number>", str(segment)) or self.path

    def stands_at(self, path: str) -> bool:
        """Whether ``path`` is this page's, for whatever segment."""
        if self.template:
            return path.startswith(self.template.split("<")[0])
        return path.strip("/") == self.path.strip("/")


def own_parameters(pages: Sequence[Page]) -> frozenset[str]:
    """What any of the pages keeps in the address for itself."""
    return frozenset().union(*(page.parameters for page in pages))


def _in_groups() -> Component | None:
    """What a reader has to know who sees no single customers."""
    if reader().may("rows") or reader() is NOBODY:
        return None
    words = _("You see groups of ten customers and more: counts are to the nearest ten, and no mark is one customer.")
    return html.P(words, className="k-note")


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
    segmentation = view.run.segmentation
    words = [
        segmentation.dataset.title,
        plural("{n} segment", "{n} segments", segmentation.k),
        _("run {run}", run=segmentation.run_id[:8]),
        _("trained {moment}", moment=moment(segmentation.started)),
    ]
    return {"data-run": segmentation.run_id, "data-origin": " · ".join(words)}


def _foot(view: View, settings: Settings) -> Component | None:
    if view.run is None:
        return None
    segmentation = view.run.segmentation
    facts = [
        segmentation.dataset.title,
        plural("{n} segment", "{n} segments", segmentation.k),
        customers(segmentation.ledger.rows_out),
        _("run {run}", run=segmentation.run_id[:8]),
        _("trained {moment}", moment=moment(segmentation.started)),
    ]
    link = _in_mlflow(segmentation.experiment_id, segmentation.run_id, settings)
    return html.Footer(html.Ul([html.Li(fact) for fact in (*facts, link) if fact]), className="k-foot")


def _in_mlflow(experiment_id: str, run_id: str, settings: Settings) -> Component | None:
    """A link to the run in MLflow's pages, for readers who can open them."""
    pages = settings.mlflow_pages
    if not (pages and experiment_id and reachable(pages)):
        return None
    # without the last part, MLflow opens its pages for language models
    href = f"{pages}/#/experiments/{experiment_id}/runs/{run_id}?workflowType=machine_learning"
    return html.A(_("this run in MLflow"), href=href, target="_blank", rel="noopener")
