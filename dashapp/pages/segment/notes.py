"""A segment's own name and notes: what people wrote, and the form to write more. They outlive the run."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import dash_bootstrap_components as dbc
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from dashapp import access
from dashapp import ids as shared
from dashapp.callbacks import page_run
from dashapp.data import Run, SegmentationData, View
from dashapp.i18n import _, explained
from dashapp.pages.segment import ids
from dashapp.telling import moment
from dashapp.widgets import aria, card, message
from pipeline.contract import LONGEST_NAME, LONGEST_NOTE, Annotation, SegmentCard, identity_of
from pipeline.errors import KorzinaError

_LONGEST_WHO = 100


def section(data: SegmentationData, view: View, place: int) -> Component:
    """Name, form and history; every id exists, also where nothing may be written or nothing is there."""
    segment_card = view.run.segmentation.cards[place] if view.run else None
    title = _("Names and notes")
    return card(
        [
            html.H2(title),
            html.P(_named(segment_card), className="k-chart-summary") if segment_card else None,
            html.Div(told(entries(data, view.run, segment_card)) if view.run and segment_card else None, id=ids.NOTES),
            *_form(data, segment_card),
            dcc.Store(id=ids.RENAMED),
        ],
        label=title,
        class_name="k-origin",
    )


def entries(data: SegmentationData, run: Run, card: SegmentCard) -> tuple[Annotation, ...]:
    """What was written about this segment, in this run and in any other that it lives in; oldest first."""
    try:
        written = data.annotations(run.segmentation.experiment)
    except KorzinaError:  # a damaged entry, or a store that does not answer: the page's banner tells the latter
        return ()
    return tuple(entry for entry in written if entry.segment == identity_of(card, run.run_id))


def told(written: Sequence[Annotation]) -> Component:
    """The entries, the latest first."""
    if not written:
        return html.P(_("Nobody has written anything yet."))
    return html.Ul(
        [
            html.Li(
                [
                    html.Div(f"{moment(entry.when)}, {entry.who}", className="k-note"),
                    html.Div(_naming(entry)) if entry.name is not None else None,
                    html.Div(entry.note, className="k-notes-text") if entry.note else None,
                ]
            )
            for entry in written[::-1]
        ],
        className="k-notes",
    )


def write(
    data: SegmentationData, _clicks: object, name: object, note: object, who: object, number: object, origin: object
) -> tuple[Any, Any, Any, Any]:
    """One more entry; whatever a browser sends, the server decides whether it may."""
    run = page_run(data, origin)
    refused = access.refusal(data.settings)
    if refused or run is None or not isinstance(number, int) or not 0 <= number < run.segmentation.k:
        return message(_("Nothing was saved."), refused, tone="error"), no_update, no_update, no_update
    segment_card = run.segmentation.cards[number]
    wanted = _wanted(name, segment_card)
    said = note if isinstance(note, str) else ""
    if not isinstance(who, str) or not who.strip() or (wanted is None and not said.strip()):
        return (
            message(_("Nothing was saved."), _("Say who you are, and give a new name or a note."), tone="warning"),
            no_update,
            no_update,
            no_update,
        )
    try:
        data.annotate(run.run_id, segment_card.key, who=who[:_LONGEST_WHO], name=wanted, note=said)
    except KorzinaError as error:
        return message(_("Nothing was saved."), explained(error), tone="error"), no_update, no_update, no_update
    renamed = no_update if wanted is None else time.time()
    return message(_("Saved.")), told(entries(data, run, segment_card)), "", renamed


def register(app: Dash, data: SegmentationData) -> None:
    """Bind the callbacks to ``app``."""
    app.callback(
        Output(ids.SAVED, "children"),
        Output(ids.NOTES, "children"),
        Output(ids.NOTE, "value"),
        Output(ids.RENAMED, "data"),
        Input(ids.SAVE, "n_clicks"),
        State(ids.NAME, "value"),
        State(ids.NOTE, "value"),
        State(ids.WHO, "value"),
        State(ids.NUMBER, "data"),
        State(shared.PAGE, "data"),
        prevent_initial_call=True,
        running=[(Output(ids.SAVE, "disabled"), True, False), (Output(ids.SAVING, "hidden"), False, True)],
    )(partial(write, data))
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("korzina_notes", "reload"),
        Output(ids.RENAMED, "clear_data"),
        Input(ids.RENAMED, "data"),
        prevent_initial_call=True,
    )


def _wanted(name: object, card: SegmentCard) -> str | None:
    """The new name; None where it stays, empty where the generated one is to come back."""
    given = " ".join(name.split()) if isinstance(name, str) else None
    if given is None or given == card.name or (not given and not card.generated):
        return None
    return "" if given == card.generated else given


def _named(card: SegmentCard) -> str:
    if card.generated:
        return _(
            "“{name}” is a name that somebody gave; the analysis calls them “{generated}”. Name and notes stay "
            "with the segment through the next trainings.",
            name=card.name,
            generated=card.generated,
        )
    return _(
        "A name or a note that you give stays with the segment through the next trainings, as long as the segment "
        "itself does."
    )


def _naming(entry: Annotation) -> str:
    return _("renamed to “{name}”", name=entry.name) if entry.name else _("back to the name that the analysis gave")


def _form(data: SegmentationData, card: SegmentCard | None) -> list[Component | None]:
    absent = access.why_absent(data.settings)
    fields = [
        (
            _("Name (empty: the one that the analysis gave)"),
            ids.NAME,
            dbc.Input(id=ids.NAME, value=card.name if card else "", maxlength=LONGEST_NAME, autocomplete="off"),
        ),
        (
            _("Who"),
            ids.WHO,
            dbc.Input(
                id=ids.WHO, value="" if absent else access.signature(), maxlength=_LONGEST_WHO, autocomplete="off"
            ),
        ),
        (_("Note"), ids.NOTE, dbc.Textarea(id=ids.NOTE, maxlength=LONGEST_NOTE, rows=2)),
    ]
    form = html.Div(
        [
            html.Div(
                [html.Div([html.Label(label, htmlFor=place), field]) for label, place, field in fields],
                className="k-notes-form",
            ),
            html.Button(_("Save"), id=ids.SAVE, className="k-button", type="button"),
            html.P(_("Working: this takes a few seconds."), id=ids.SAVING, hidden=True, role="status"),
        ],
        hidden=bool(absent),
    )
    return [html.P(absent, className="k-note") if absent else None, form, html.Div(id=ids.SAVED, **aria(live="polite"))]
