"""Which two runs stand side by side, and the places of what is drawn of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashapp.data import Run, SegmentationData, View
from dashapp.frame import SHORT
from dashapp.i18n import _, plural
from dashapp.pages.compare import figures, ids, matching
from dashapp.telling import moment
from dashapp.widgets import card, chart_card, graph, message
from pipeline.contract import RunSummary
from pipeline.errors import KorzinaError


@dataclass(frozen=True)
class Chosen:
    """The two runs that the address names, or the nearest that there are; a notice for each name that is none."""

    runs: tuple[RunSummary, ...]
    a: RunSummary | None
    b: RunSummary | None
    notices: tuple[str, ...] = ()


def choose(runs: Sequence[RunSummary], shown: str, wanted_a: object, wanted_b: object) -> Chosen:
    """By default the run in view against the one in use, else against the next number of segments."""
    first = _named(runs, wanted_a)
    second = _named(runs, wanted_b)
    notices = tuple(
        _("“{wanted}” names no run of this data set; another one stands in its place.", wanted=str(wanted)[:20])
        for wanted, named in ((wanted_a, first), (wanted_b, second))
        if wanted and named is None
    )
    a = first or next((run for run in runs if run.run_id == shown and run != second), None) or next(iter(runs), None)
    return Chosen(tuple(runs), a, second or _counterpart(runs, a), notices)


def option_label(run: RunSummary) -> str:
    """A run as a menu names it."""
    words = [plural("{n} segment", "{n} segments", run.k), moment(run.started), run.run_id[:8]]
    return ("★ " if run.champion_version is not None else "") + " · ".join(words)


def section(data: SegmentationData, view: View, a: object, b: object) -> list[Component | None]:
    """The menus and the places of what a callback draws."""
    chosen = Chosen((), None, None)
    if view.run is not None:
        try:
            chosen = choose(data.runs(view.run.segmentation.experiment), view.run.run_id, a, b)
        except KorzinaError:  # the banner of the page says that the store does not answer
            chosen = Chosen((), None, None)
    title = _("Two runs side by side")
    options = [{"value": run.run_id[:SHORT], "label": option_label(run)} for run in chosen.runs]
    menus = [
        html.Div(
            [html.Label(label, htmlFor=place), dbc.Select(options, value=run.run_id[:SHORT] if run else None, id=place)]
        )
        for label, place, run in ((_("First run"), ids.LEFT, chosen.a), (_("Second run"), ids.RIGHT, chosen.b))
    ]
    return [
        card(
            [
                html.H2(title),
                *(
                    message(_("Part of the link could not be used."), notice, tone="warning")
                    for notice in chosen.notices
                ),
                html.Div(menus, className="k-compare-menus"),
                html.Div(id=ids.PAIR_WORDS),
            ],
            label=title,
            class_name="k-origin",
        ),
        html.Div(
            [
                _overlap(chosen),
                _movers(chosen),
                _deltas(),
                card(
                    [
                        html.H3(_("What differs in how they were made?"), className="k-chart-title"),
                        html.Div(id=ids.PARAMETERS),
                    ],
                    label=_("What differs in how they were made?"),
                ),
            ],
            id=ids.PAIR_CHARTS,
            className="k-grid k-grid-2 k-compare-pair",
        ),
    ]


def both(data: SegmentationData, chosen: Chosen) -> tuple[Run, Run] | None:
    """The two runs themselves; None where there are no two."""
    if chosen.a is None or chosen.b is None:
        return None
    return data.run(chosen.a.run_id), data.run(chosen.b.run_id)


def _named(runs: Sequence[RunSummary], wanted: object) -> RunSummary | None:
    if not isinstance(wanted, str) or len(wanted) < 6:
        return None
    named = [run for run in runs if run.run_id.startswith(wanted.lower())]
    return named[0] if len(named) == 1 else None


def _counterpart(runs: Sequence[RunSummary], a: RunSummary | None) -> RunSummary | None:
    others = [run for run in runs if run != a]
    if a is None or not others:
        return None
    champion = next((run for run in others if run.champion_version is not None), None)
    earlier = next((run for run in others if run.sweep_run_id != a.sweep_run_id and run.recommended), None)
    return (
        champion or earlier or min(others, key=lambda run: (run.sweep_run_id != a.sweep_run_id, abs(run.k - a.k - 1)))
    )


def _overlap(chosen: Chosen) -> Component:
    return _place(_("Who is where in both?"), ids.OVERLAP, ids.OVERLAP_WORDS, ids.OVERLAP_BELOW, _most(chosen) + 1)


def _movers(chosen: Chosen) -> Component:
    return _place(_("Who moved, and where to?"), ids.MOVERS, ids.MOVERS_WORDS, ids.MOVERS_BELOW, _most(chosen))


def _deltas() -> Component:
    return _place(
        _("What changed inside the segments that go on?"),
        ids.DELTAS,
        ids.DELTAS_WORDS,
        ids.DELTAS_BELOW,
        matching.MOST_DELTAS // 2 + 1,
    )


def _most(chosen: Chosen) -> int:
    return max((run.k for run in (chosen.a, chosen.b) if run), default=0)


def _place(title: str, chart: str, sentence: str, below: str, rows: int) -> Component:
    plot = graph(chart, title, height=figures.height_of(rows))
    return chart_card(
        title, plot, summary=html.Div("", id=sentence, className="k-chart-summary"), below=html.Div(id=below)
    )
