"""Promote or roll back in two steps: what would change is told first, and only the second click changes it."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from dash import Dash, Input, Output, State, ctx, html, no_update

from dashapp import access
from dashapp import ids as shared
from dashapp.callbacks import page_run
from dashapp.data import Run, SegmentationData
from dashapp.i18n import _, explained, plural
from dashapp.pages.compare import champion, ids, matching
from dashapp.telling import moment, number
from dashapp.widgets import message
from pipeline.contract import RunSummary
from pipeline.errors import KorzinaError

Answer = tuple[Any, ...]
BACK = "back"  # instead of a run: to the one before


def ask(
    data: SegmentationData,
    _promote: object,
    _rollback: object,
    _cancel: object,
    wanted: object,
    who: object,
    reason: object,
    origin: object,
) -> Answer:
    """The step between: (hidden, what would change, what the next click does, complaints)."""
    run = page_run(data, origin)
    if run is None or ctx.triggered_id not in (ids.PROMOTE, ids.ROLLBACK):
        return True, [], None, []
    problem = access.refusal(data.settings)
    if problem:
        return True, [], None, message(_("Nothing was changed."), problem, tone="error")
    if not (_said(who) and _said(reason)):
        return (
            True,
            [],
            None,
            message(
                _("Nothing was changed."), _("Say who you are and why; both are kept in the history."), tone="warning"
            ),
        )
    if ctx.triggered_id == ids.ROLLBACK:
        return False, html.P(_("Everybody goes back to the segmentation that was in use before this one.")), BACK, []
    try:
        chosen = _chosen(data, run, wanted)
        return False, _consequences(data, run, chosen), chosen.run_id, []
    except KorzinaError as error:
        return True, [], None, message(_("Nothing was changed."), explained(error), tone="warning")


def change(
    data: SegmentationData, _clicks: object, pending: object, who: object, reason: object, origin: object
) -> tuple[Any, Any]:
    """Promote or roll back; whatever a browser sends, the server decides whether it may."""
    run = page_run(data, origin)
    refused = access.refusal(data.settings)
    if refused or run is None:
        return message(_("Nothing was changed."), refused, tone="error"), no_update
    if not (_said(who) and _said(reason)):
        return message(
            _("Nothing was changed."), _("Say who you are and why; both are kept in the history."), tone="warning"
        ), no_update
    try:
        told = _change(data, run, pending, str(who), str(reason))
    except KorzinaError as error:
        return message(_("Nothing was changed."), explained(error), tone="error"), no_update
    return message(_("Done."), told), time.time()


def _change(data: SegmentationData, run: Run, pending: object, who: str, reason: str) -> str:
    who, reason = who.strip()[: champion.LONGEST_WHO], reason.strip()[: champion.LONGEST_REASON]
    experiment = run.segmentation.experiment
    made = (
        data.rollback(experiment, reason=reason, who=who)
        if pending == BACK
        else data.promote(_chosen(data, run, pending).run_id, reason=reason, who=who)
    )
    return champion.outcome_words(made.k, made.version)


def _chosen(data: SegmentationData, run: Run, wanted: object) -> RunSummary:
    """The run that the browser names, if it may be promoted; else a ``KorzinaError`` that says why not."""
    if not wanted:
        raise KorzinaError(_("Choose a run first."))
    chosen = next(
        (
            row
            for row in data.runs(run.segmentation.experiment)
            if isinstance(wanted, str) and len(wanted) >= 6 and row.run_id.startswith(wanted)
        ),
        None,
    )
    if chosen is None:
        raise KorzinaError(_("That run is not in the store."))
    if chosen.champion_version is not None:
        raise KorzinaError(_("This run is in use already."))
    return chosen


def _consequences(data: SegmentationData, run: Run, chosen: RunSummary) -> list[Any]:
    """From how many segments to how many, which of them go, and which pages lose their content."""
    experiment, name = run.segmentation.experiment, chosen.run_id[:8]
    now = next((champion for champion in data.champions().found if champion.experiment == experiment), None)
    told = {"run": name, "moment": moment(chosen.started), "before": number(now.k if now else 0)}
    if now is None:
        return [
            html.P(
                plural(
                    "To {n} segment, for everybody: run {run} of {moment}.",
                    "To {n} segments, for everybody: run {run} of {moment}.",
                    chosen.k,
                    **told,
                )
            )
        ]
    before, after = data.run(now.run_id).segmentation, data.run(chosen.run_id).segmentation
    words = [
        html.P(
            html.Strong(
                plural(
                    "From {before} to {n} segment, for everybody: run {run} of {moment}.",
                    "From {before} to {n} segments, for everybody: run {run} of {moment}.",
                    chosen.k,
                    **told,
                )
            )
        )
    ]
    pair = matching.pair(before, after)
    gone = (
        []
        if isinstance(pair, str)
        else [match.a.name for match in pair.matches if match.fate == "dissolved" and match.a]
    )
    lost = (
        [_("These segments will no longer be there: {names}.", names=", ".join(f"“{name}”" for name in gone))]
        if gone
        else []
    )
    if before.campaigns is not None and after.campaigns is None:
        lost.append(_("The Campaigns page will be empty: this run holds no plan."))
    if before.affinity_basis is not None and after.affinity_basis is None:
        lost.append(_("The Baskets page will be empty: this run holds no baskets."))
    return [*words, html.Ul([html.Li(sentence) for sentence in lost])] if lost else words


def _said(text: object) -> bool:
    return isinstance(text, str) and bool(text.strip())


def register(app: Dash, data: SegmentationData) -> None:
    """Bind the two steps to ``app``."""
    page, who, why = State(shared.PAGE, "data"), State(ids.WHO, "value"), State(ids.REASON, "value")
    app.callback(
        Output(ids.CONFIRM, "hidden"),
        Output(ids.CONSEQUENCES, "children"),
        Output(ids.PENDING, "data"),
        Output(ids.OUTCOME, "children", allow_duplicate=True),
        Input(ids.PROMOTE, "n_clicks"),
        Input(ids.ROLLBACK, "n_clicks"),
        Input(ids.CANCEL, "n_clicks"),
        State(ids.PROMOTED, "value"),
        who,
        why,
        page,
        prevent_initial_call=True,
    )(partial(ask, data))
    app.callback(
        Output(ids.OUTCOME, "children"),
        Output(ids.CHANGED, "data"),
        Input(ids.CONFIRMED, "n_clicks"),
        State(ids.PENDING, "data"),
        who,
        why,
        page,
        prevent_initial_call=True,
        running=[
            (Output(ids.PROMOTE, "disabled"), True, False),
            (Output(ids.ROLLBACK, "disabled"), True, False),
            (Output(ids.CONFIRM, "hidden"), True, True),
            (Output(ids.OUTCOME, "hidden"), True, False),
            (Output(ids.BUSY, "hidden"), False, True),
        ],
    )(partial(change, data))
