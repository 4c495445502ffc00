"""Runs of a data set as rows and columns of the grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashapp.i18n import N_, _
from dashapp.shell import SHORT
from dashapp.words import VERDICT_TITLES, moment
from pipeline.contract import RunSummary

Row = dict[str, Any]

_NUMBERS = (
    ("inertia", N_("Inertia"), ",.0f"), ("silhouette", N_("Silhouette"), ".3f"),
    ("calinski_harabasz", "Calinski-Harabasz", ",.0f"), ("davies_bouldin", "Davies-Bouldin", ".2f"),
    ("stability", N_("Stability"), ".2f"), ("rows", N_("Customers"), ",d"),
)
_TEXTS = (("when", N_("Trained")), ("verdict", N_("Verdict")))
_KNOWN = frozenset({"k", *(name for name, _, _ in _NUMBERS)})  # have a column of their own
_ALWAYS = frozenset({"status", "open", "k"})


def rows(runs: Sequence[RunSummary], shown: str) -> list[Row]:
    """One row a run; ``shown`` is the run that the page is drawn from."""
    return [{
        **{name: getattr(run, name) for name, _, _ in _NUMBERS}, "k": run.k, "when": moment(run.started),
        "verdict": _(VERDICT_TITLES[run.verdict]), "status": _status(run),
        "open": _("shown here") if run.run_id == shown
        else f"[{_('Open this run')}](/compare?run={run.run_id[:SHORT]})",
        **{_field(name): value for name, value in run.params.items() if name not in _KNOWN},
    } for run in runs]


def columns(found: Sequence[Row], *, only_differences: bool) -> list[Row]:
    """Definitions of the columns; with ``only_differences`` those left out in which all runs agree."""
    made: list[Row] = [
        {"field": "status", "headerName": _("In use"), "pinned": "left", "width": 170},
        {"field": "k", "headerName": _("Segments"), "width": 115, "type": "rightAligned"},
        {"field": "open", "headerName": _("Look"), "cellRenderer": "markdown", "width": 200, "sortable": False},
        *({"field": name, "headerName": _(label), "type": "rightAligned", "width": 170,
           "valueFormatter": {"function": f"params.value == null ? '–' : d3.format('{form}')(params.value)"}}
          for name, label, form in _NUMBERS),
        *({"field": name, "headerName": _(label), "width": 210} for name, label in _TEXTS),
    ]
    known: set[str] = {column["field"] for column in made}
    params = dict.fromkeys(name for row in found for name in row if name not in known)
    made += [{"field": name, "headerName": name.removeprefix("param_").replace("_", " "), "width": 180}
             for name in params]
    if not only_differences:
        return made
    return [column for column in made if column["field"] in _ALWAYS or _differs(str(column["field"]), found)]


def _differs(field: str, found: Sequence[Row]) -> bool:
    return len({repr(row.get(field)) for row in found}) > 1


def _field(param: str) -> str:
    """AG Grid reads a dot in a field as a path."""
    return "param_" + param.replace(".", "_")


def _status(run: RunSummary) -> str:
    if run.champion_version is not None:
        return _("★ in use, v{version}", version=run.champion_version)
    return _("recommended") if run.recommended else ""


def locale_text() -> dict[str, str]:
    """AG Grid's own words, as far as this grid shows them."""
    return {"noRowsToShow": _("No completed run yet."), "ariaSortableColumn": _("Press ENTER to sort"),
            "page": _("Page"), "of": _("of"), "to": _("to")}
