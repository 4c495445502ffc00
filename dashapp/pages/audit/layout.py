"""Audit: the latest entries of the audit log, and whether it is whole."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashapp import access
from dashapp.data import SegmentationData, View
from dashapp.i18n import N_, _, explained, plural
from dashapp.telling import moment, number
from dashapp.widgets import card, command, message, table
from pipeline.errors import KorzinaError

MOST = 200
EVENTS = {
    "start": N_("Dashboard started"),
    "sign-in": N_("Signed in"),
    "sign-in refused": N_("Sign-in refused"),
    "sign-out": N_("Signed out"),
    "refused": N_("Refused"),
    "promote": N_("Promoted"),
    "rollback": N_("Rolled back"),
    "rename": N_("Named or noted"),
    "export": N_("Took rows along"),
    "score": N_("Placed customers"),
    "users": N_("Changed users"),
    "purge": N_("Removed rows for good"),
    "unreadable": N_("Cannot be read: somebody changed it"),
}


def layout(_data: SegmentationData, _view: View, /, **_address: object) -> list[Component]:
    """The page's content; nothing of the log for readers who may not see it."""
    try:
        kept = access.audit(MOST)
    except KorzinaError as error:
        return [message(_("The audit log cannot be read."), explained(error), tone="error")]
    if kept is None:
        words = _("An audit log is kept where people sign in; here nobody is told apart.")
        return [message(_("No log is kept."), words)]
    return [_whole(kept), _latest(kept)]


def _whole(kept: access.Audit) -> Component:
    """Whether the chain holds."""
    if kept.faults:
        told = message(_("The log is not whole."), " ".join(kept.faults), tone="error")
    elif kept.checked:
        words = plural(
            "{n} entry, none changed, removed or cut off.",
            "{n} entries, none changed, removed or cut off.",
            kept.number,
        )
        told = html.P([html.Strong(_("The log is whole.")), " ", words])
    else:
        told = html.P(_("The log is long: the command line follows all of it."))
    note = _(
        "Note this now and then where nobody of this machine can write; with --head it shows what was put back since."
    )
    title = _("Is it whole?")
    return card(
        [html.H2(title), told, command(f"korzina audit verify --head {kept.head}"), html.P(note, className="k-note")],
        label=title,
        class_name="k-origin",
    )


def _latest(kept: access.Audit) -> Component:
    title = _("What was done last?")
    header = [_("When"), _("Who"), _("What"), _("Rows"), _("Filtered by"), _("Details"), _("From")]
    rows = [
        [
            moment(entry.when),
            f"{entry.who or '–'}{f' ({entry.role})' if entry.role else ''}",
            _(EVENTS[entry.event]),
            number(entry.rows) if entry.rows is not None else "–",
            ", ".join(entry.filters) or "–",
            " · ".join(filter(None, (entry.told, entry.run[:8]))) or "–",
            entry.address or "–",
        ]
        for entry in kept.entries
    ]
    return card([html.H2(title), table(header, rows, caption=_("Audit"))], label=title, class_name="k-origin k-audit")
