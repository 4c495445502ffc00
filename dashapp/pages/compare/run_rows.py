"""Runs of a data set as rows and columns of the grid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from dashapp.findings import verdict_words
from dashapp.frame import SHORT
from dashapp.i18n import N_, _, decimal
from pipeline.contract import RunSummary

Row = dict[str, Any]

_NUMBERS = (
    ("inertia", N_("Inertia"), 0, 95),
    ("silhouette", N_("Silhouette"), 3, 105),
    ("calinski_harabasz", "Calinski-Harabasz", 0, 105),
    ("davies_bouldin", "Davies-Bouldin", 2, 95),
    ("stability", N_("Stability"), 2, 95),
    ("rows", N_("Customers"), 0, 100),
)  # with decimals and width
_SEED = "seed"  # beside the date what tells the rows of two trainings apart
_KNOWN = frozenset({"k", _SEED, *(name for name, *_rest in _NUMBERS)})  # have a column of their own
_ALWAYS = frozenset({"status", "open", "k"})


def rows(runs: Sequence[RunSummary], shown: str) -> list[Row]:
    """One row a run, numbers with how they are read; ``shown`` is the run that the page is drawn from."""
    return [
        {
            **{name: getattr(run, name) for name, *_rest in _NUMBERS},
            **{f"{name}_said": _said(getattr(run, name), places) for name, _label, places, _width in _NUMBERS},
            "k": run.k,
            "when": _when(run.started),
            _SEED: run.params.get(_SEED, "–"),
            "verdict": verdict_words.title(run.verdict, run.silhouette),
            "status": _status(run),
            "open": _("shown here") if run.run_id == shown else f"[{_('Open')}](/compare?run={run.run_id[:SHORT]})",
            **{_field(name): value for name, value in run.params.items() if name not in _KNOWN},
        }
        for run in runs
    ]


def columns(rows: Sequence[Row], *, only_differences: bool, narrow: bool = False) -> list[Row]:
    """Definitions of the columns, as wide as there is room; with ``only_differences`` without those that are alike.

    A ``narrow`` grid has the few that need no scrolling.
    """
    if narrow:
        return [
            _column("k", _("Segments"), 74, type="rightAligned"),
            _number("silhouette", _("Silhouette"), 66),
            _column("status", _("In use"), 110, wrapText=True, autoHeight=True, cellClass="k-wrapped"),
            _column(
                "open",
                _("Look"),
                68,
                cellRenderer="markdown",
                sortable=False,
                wrapText=True,
                autoHeight=True,
                cellClass="k-wrapped",
            ),
        ]
    made: list[Row] = [
        {"field": "status", "headerName": _("In use"), "pinned": "left", "width": 128},
        _column("k", _("Segments"), 98, type="rightAligned"),
        _column("open", _("Look"), 100, cellRenderer="markdown", sortable=False),
        _column("when", _("Trained (UTC)"), 135),
        _column(_SEED, _("Seed"), 68),
        *(_number(name, _(label), width) for name, label, _places, width in _NUMBERS),
        _column("verdict", _("Verdict"), 120, wrapText=True, autoHeight=True, cellClass="k-wrapped"),
    ]
    known: set[str] = {column["field"] for column in made} | {f"{name}_said" for name, *_rest in _NUMBERS}
    params = dict.fromkeys(name for row in rows for name in row if name not in known)
    made += [_column(name, name.removeprefix("param_").replace("_", " "), 150) for name in params]
    if not only_differences:
        return made
    return [column for column in made if column["field"] in _ALWAYS or _differs(str(column["field"]), rows)]


def _column(field: str, label: str, width: int, **more: Any) -> Row:
    return {"field": field, "headerName": label, "minWidth": width, "flex": width, **more}


def _number(field: str, label: str, width: int) -> Row:
    """A column that sorts by its value and shows how that is read."""
    return _column(field, label, width, type="rightAligned", valueFormatter={"function": f"params.data.{field}_said"})


def _said(value: float | None, places: int) -> str:
    return "–" if value is None else decimal(value, places)


def _when(seconds: float) -> str:
    """Short, and in an order that sorts."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}"


def _differs(field: str, rows: Sequence[Row]) -> bool:
    return len({repr(row.get(field)) for row in rows}) > 1


def _field(param: str) -> str:
    """AG Grid reads a dot in a field as a path."""
    return "param_" + param.replace(".", "_")


def _status(run: RunSummary) -> str:
    if run.champion_version is not None:
        return _("★ in use, v{version}", version=run.champion_version)
    return _("recommended") if run.recommended else ""


def locale_text() -> dict[str, str]:
    """AG Grid's own words, as far as this grid shows them."""
    return {
        "noRowsToShow": _("No completed run yet."),
        "loadingOoo": _("Loading the runs …"),
        "ariaSortableColumn": _("Press ENTER to sort"),
        "page": _("Page"),
        "of": _("of"),
        "to": _("to"),
    }
