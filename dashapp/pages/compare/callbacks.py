"""Callbacks of the Compare page."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import Dash, Input, Output, State, no_update

from dashapp import ids as shared
from dashapp.callbacks import page_run
from dashapp.data import SegmentationData
from dashapp.pages.compare import figures, grid, ids
from dashapp.theme import scheme


def draw(data: SegmentationData, scheme_name: object, origin: object) -> tuple[Any, Any]:
    """Both charts, in the reader's light or dark."""
    run = page_run(data, origin)
    if run is None or not scheme_name:
        return no_update, no_update
    it, look = run.segmentation, scheme(scheme_name)
    return (figures.inertia(it.candidates, it.decision, it.k, look),
            figures.silhouette(it.candidates, it.decision, it.k, look))


def list_runs(data: SegmentationData, only_differences: object, origin: object) -> tuple[Any, Any]:
    """Rows and columns of the grid, as the store has them now."""
    run = page_run(data, origin)
    if run is None:
        return no_update, no_update
    rows = grid.rows(data.runs(run.segmentation.experiment), run.run_id)
    return rows, grid.columns(rows, only_differences=bool(only_differences))


def register(app: Dash, data: SegmentationData) -> None:
    """Bind the callbacks to ``app``."""
    page = State(shared.PAGE, "data")
    app.callback(Output(ids.INERTIA, "figure"), Output(ids.SILHOUETTE, "figure"), Input(shared.SCHEME, "data"), page)(
        partial(draw, data))
    app.callback(Output(ids.GRID, "rowData"), Output(ids.GRID, "columnDefs"), Input(ids.DIFFERENCES, "value"), page)(
        partial(list_runs, data))
