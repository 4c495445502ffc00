"""Messages above a page: what a reader has to know first."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashapp.data import View
from dashapp.frame.lacking import SHORT
from dashapp.i18n import N_, _, explained, plural
from dashapp.telling import moment
from dashapp.widgets import aria, command, message
from pipeline.contract import Champion
from pipeline.errors import UnpreparedError

_PREPARING = N_(
    "It holds more customers than a page can keep in memory: they are being counted once, which takes a minute or two "
    "for ten million. A message here says when it can be shown; nothing needs a restart."
)


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


def banners(view: View) -> list[Component]:
    """What to know before reading: an old link, a store that does not answer, a run that is not in use."""
    components = []
    if view.notice:
        components.append(message(_("The link is out of date."), view.notice, tone="warning"))
    if view.run is not None and isinstance(view.champions.problem, UnpreparedError):
        components.append(message(_("A newer segmentation is being prepared."), _(_PREPARING)))
    elif view.run is not None and view.champions.problem:
        seen = view.champions.seen
        since = [_("This is what was there on {moment}.", moment=moment(seen))] if seen else []
        components.append(
            message(
                _("The store does not answer."), " ".join([*since, explained(view.champions.problem)]), tone="warning"
            )
        )
    if view.run is not None and not view.is_champion:
        segmentation = view.run.segmentation
        back = (
            html.A(_("Back to the one in use"), href=f"?run={view.champion.run_id[:SHORT]}", className="k-button")
            if view.champion
            else None
        )
        words = plural(
            "{n} segment, run {run} of {moment}.",
            "{n} segments, run {run} of {moment}.",
            segmentation.k,
            run=segmentation.run_id[:8],
            moment=moment(segmentation.started),
        )
        components.append(
            message(
                _("You are looking at a segmentation that is not the one in use:"), words, tone="warning", action=back
            )
        )
    return components


def nothing_yet(view: View) -> Component:
    """What stands in place of a page while there is no run to show."""
    problem = view.champions.problem
    if isinstance(problem, UnpreparedError):
        return html.Div([message(_("This segmentation is being prepared."), _(_PREPARING))], role="status")
    if problem and "there is no store" not in str(problem):
        return html.Div(
            [message(_("There is nothing to show: the store cannot be read."), explained(problem), tone="error")]
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
            html.P(explained(problem), className="k-note") if problem else None,
        ],
        className="k-card k-empty",
        **aria(label=_("No segmentation yet")),
    )
