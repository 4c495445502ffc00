"""Callbacks of the Data page."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, no_update

from dashapp import access
from dashapp import ids as shared
from dashapp.callbacks import asked_form, page_run, takes
from dashapp.charts import scheme
from dashapp.data import SegmentationData
from dashapp.i18n import _
from dashapp.pages.data import cleaning_account, figures, ids
from dashapp.telling import Export, moment


def draw(data: SegmentationData, scheme_name: object, origin: object, places: object) -> Any:
    """Every chart, in the reader's light or dark."""
    run = page_run(data, origin)
    names = (
        [str(place.get("column")) for place in places if isinstance(place, dict)] if isinstance(places, list) else []
    )
    known = {dimension.name: dimension for dimension in cleaning_account.main_columns(run)} if run else {}
    asked = len(ctx.outputs_list[2])  # comes from the browser too
    if run is None or not scheme_name or len(names) != asked or any(name not in known for name in names):
        return no_update, no_update, [no_update] * asked
    look = scheme(scheme_name)
    return (
        figures.account(run.segmentation.ledger, look),
        figures.missing(cleaning_account.missing_values(run), run.cube.n, look),
        [
            figures.distribution(
                dimension,
                cleaning_account.counts_of(run, dimension),
                look,
                cleaning_account.taken_out(run, dimension).by_bin(dimension),
            )
            for dimension in map(known.__getitem__, names)
        ],
    )


def download(data: SegmentationData, *given: object) -> Any:
    """The rows set aside, as they were read, with the rule that each one broke."""
    *_clicks, origin = given
    run, form = page_run(data, origin), asked_form(ids.DOWNLOAD_BUTTON)
    if run is None or form is None:
        return no_update
    segmentation = run.segmentation
    rows = segmentation.quarantine.fillna("").itertuples(index=False)
    about = (
        (_("Run"), segmentation.run_id),
        (_("Segments"), segmentation.k),
        (_("Trained"), moment(segmentation.started)),
        (_("Data"), segmentation.dataset.title),
    )
    name, header = (
        f"korzina-{segmentation.run_id[:8]}-set-aside",
        [str(column) for column in segmentation.quarantine.columns],
    )
    if form != "txt":
        access.exported(segmentation.run_id, len(segmentation.quarantine), f"set aside, {form}")
    return Export(name, _("Set aside"), header, rows, about).download(form)


def register(app: Dash, data: SegmentationData) -> None:
    """Bind the callbacks to ``app``."""
    app.callback(
        Output(ids.ACCOUNT, "figure"),
        Output(ids.MISSING, "figure"),
        Output(ids.distribution(ALL), "figure"),
        Input(shared.SCHEME, "data"),
        State(shared.PAGE, "data"),
        State(ids.distribution(ALL), "id"),
    )(partial(draw, data))
    app.callback(
        Output(ids.DOWNLOAD, "data"),
        *takes(ids.DOWNLOAD_BUTTON),
        State(shared.PAGE, "data"),
        prevent_initial_call=True,
    )(partial(download, data))
