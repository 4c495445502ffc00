"""Which run is in use: promote, roll back, and the history of both."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import access
from dashapp.data import SegmentationData, View
from dashapp.findings import verdict_words
from dashapp.frame import SHORT
from dashapp.i18n import _, plural
from dashapp.pages.compare import ids
from dashapp.pages.compare.pair import option_label
from dashapp.telling import moment, number
from dashapp.widgets import aria, card, command, table
from pipeline.contract import Promotion, RunSummary, Verdict
from pipeline.errors import KorzinaError

LONGEST_REASON, LONGEST_WHO = 500, 100


def section(data: SegmentationData, view: View) -> list[Component]:
    """The form, or why there is none, and the history; every id exists in either case."""
    runs, moves = _known(data, view)
    return [
        dcc.Store(id=ids.CHANGED, data=0),
        card(
            [html.H2(_("Which segmentation is in use?")), *_form(data, view, runs)],
            label=_("Which segmentation is in use?"),
            class_name="k-origin",
        ),
        card(
            [html.H2(_("What was in use, and why?")), html.Div(history(moves, runs), id=ids.HISTORY)],
            label=_("What was in use, and why?"),
            class_name="k-origin",
        ),
    ]


def options(runs: Sequence[RunSummary]) -> list[dict[str, str]]:
    """The runs to choose from, the one in use marked."""
    return [{"value": run.run_id[:SHORT], "label": option_label(run)} for run in runs]


def history(moves: Sequence[Promotion], runs: Sequence[RunSummary]) -> Component:
    """Every move, the latest first: when, who, what, from what to what, and why."""
    if not moves:
        return html.P(_("Nothing has been promoted yet."))
    sizes = {run.run_id: run.k for run in runs} | {move.to_run: move.k for move in moves if move.k}
    verdicts = {run.run_id: run for run in runs}
    rows = [
        [
            moment(move.when),
            move.who,
            _("promoted") if move.action == "promote" else _("rolled back"),
            _run_words(move.from_run, sizes),
            _run_words(move.to_run, sizes),
            _reason(move, verdicts),
        ]
        for move in moves[::-1]
    ]
    return html.Div(
        table(
            [_("When"), _("Who"), _("What"), _("From"), _("To"), _("Why")], rows, caption=_("What was in use, and why?")
        ),
        className="k-compare-text",
    )


def _reason(move: Promotion, known: Mapping[str, RunSummary]) -> str:
    """What a person wrote stays; what a training wrote is told in the words that the pages use of that run."""
    match = re.fullmatch(r"recommended by the sweep, verdict (strong|weak|none)", move.reason)
    if not match:
        return move.reason
    run = known.get(move.to_run)
    verdict: Verdict = run.verdict if run else match.group(1)  # type: ignore[assignment]
    said = verdict_words.title(verdict, run.silhouette if run else None)
    return _("recommended by the analysis: {verdict}", verdict=said.lower())


def _form(data: SegmentationData, view: View, runs: Sequence[RunSummary]) -> list[Component | None]:
    absent = access.why_absent(data.settings)
    other = next((run.run_id[:SHORT] for run in runs if run.champion_version is None), "RUN")
    shown = view.run.run_id[:SHORT] if view.run and not view.is_champion else ""
    fields = [
        (
            _("Run"),
            ids.PROMOTED,
            dbc.Select(options(runs), id=ids.PROMOTED, value=shown, placeholder=_("Choose a run …")),
        ),  # none is chosen for the reader
        (
            _("Who"),
            ids.WHO,
            dbc.Input(
                id=ids.WHO, value="" if absent else access.signature(), maxlength=LONGEST_WHO, autocomplete="off"
            ),
        ),
        (
            _("Why"),
            ids.REASON,
            dbc.Input(
                id=ids.REASON, maxlength=LONGEST_REASON, autocomplete="off", placeholder=_("kept in the history")
            ),
        ),
    ]
    form = html.Div(
        [
            html.P(_("Every page follows within seconds, for everybody. Nothing is lost: you can always roll back.")),
            html.Div(
                [html.Div([html.Label(label, htmlFor=place), field]) for label, place, field in fields],
                className="k-compare-form",
            ),
            html.Div(
                [_button(_("Promote this run"), ids.PROMOTE), _button(_("Roll back to the one before"), ids.ROLLBACK)],
                className="k-compare-buttons",
            ),
            _confirmation(),
        ],
        hidden=bool(absent),
    )
    return [
        html.P([absent, " ", _("The command line can always do it:")]) if absent else None,
        command(f'korzina promote {other} --reason "..."\nkorzina rollback --reason "..."') if absent else None,
        form,
        html.P(_("Working: this takes a few seconds."), id=ids.BUSY, hidden=True, role="status"),
        html.Div(id=ids.OUTCOME, **aria(live="polite")),
    ]


def _confirmation() -> Component:
    """What would change, and the click that changes it; out of sight until somebody asks."""
    return html.Div(
        [
            html.Div(id=ids.CONSEQUENCES),
            html.Div(
                [
                    _button(_("Yes, change it for everybody"), ids.CONFIRMED),
                    _button(_("Leave it as it is"), ids.CANCEL),
                ],
                className="k-compare-buttons",
            ),
            dcc.Store(id=ids.PENDING),
        ],
        id=ids.CONFIRM,
        hidden=True,
        className="k-compare-confirm",
        role="group",
        **aria(label=_("Confirm the change"), live="polite"),
    )


def _button(label: str, place: str) -> Component:
    return html.Button(label, id=place, className="k-button", type="button")


def _known(data: SegmentationData, view: View) -> tuple[Sequence[RunSummary], Sequence[Promotion]]:
    if view.run is None:
        return (), ()
    try:
        experiment = view.run.segmentation.experiment
        return data.runs(experiment), data.history(experiment)
    except KorzinaError:
        return (), ()


def _run_words(run_id: str | None, sizes: dict[str, int]) -> str:
    if run_id is None:
        return "–"
    known = sizes.get(run_id)
    name = _("run {run}", run=run_id[:8])
    return f"{plural('{n} segment', '{n} segments', known)}, {name}" if known else name


def outcome_words(k: int, version: int) -> str:
    """What is in use now."""
    return plural(
        "In use now: {n} segment, version {version}. Every page follows.",
        "In use now: {n} segments, version {version}. Every page follows.",
        k,
        version=number(version),
    )
