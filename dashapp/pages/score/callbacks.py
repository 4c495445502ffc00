"""Callbacks of the Score page: one reads the file, one shows what was found, two download."""

from __future__ import annotations

import logging
from datetime import date
from functools import partial
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, no_update

from dashapp import access
from dashapp import ids as shared
from dashapp.callbacks import page_run, takes
from dashapp.charts import scheme
from dashapp.data import Run, SegmentationData
from dashapp.i18n import _
from dashapp.observing import REFUSED_UPLOADS
from dashapp.pages.score import ids, placements
from dashapp.pages.score.layout import expected_of
from dashapp.pages.score.result import head, result
from dashapp.telling import FORMS, MOST_IN_WORKBOOK, Export, Form, day, moment
from dashapp.widgets import message
from pipeline.contract import Scored, Scores
from pipeline.errors import KorzinaError

Answer = Any
_log = logging.getLogger(__name__)
_BODY = placements.MOST_BYTES * 4 // 3 + 1024 * 1024  # base64, and what a callback sends beside it


def place(data: SegmentationData, upload: object, name: object, written: object, origin: object) -> Answer:
    """The file read, its customers placed: (what was found, the files, no button to hide, no complaints)."""
    run = page_run(data, origin)
    if run is None or not isinstance(upload, str) or not upload:
        return (no_update,) * 6
    file = name if isinstance(name, str) and name else _("the file")
    try:
        scored = run.score(file, placements.content_of(upload), _day_asked(run, written))
    except KorzinaError as error:
        REFUSED_UPLOADS.labels(type(error).__name__).inc()
        _log.warning("an upload could not be scored")  # its words may quote the file
        return (
            None,
            None,
            True,
            message(_("These customers could not be placed."), run.explain(error), tone="error", dismiss=True),
            True,
            False,
        )
    access.record("score", run=run.run_id, rows=scored.rows)
    answer = placements.answer_of(run, file, scored)
    files = as_files(run, file, scored)
    return answer.model_dump_json(), files, False, None, True, "xlsx" not in files


def _day_asked(run: Run, written: object) -> date | None:
    """The day in the field; of a run whose spec has a day of its own, that one says nothing new."""
    asked = placements.day_of(written)
    return None if asked == run.segmentation.dataset.as_of and not placements.follows_data(run.segmentation) else asked


def as_files(run: Run, file: str, scored: Scored) -> dict[Form, dict[str, Any]]:
    """All customers in each form; segments by the names that the reader sees.

    What came by an upload is kept nowhere, so all forms go to the browser at once; a workbook where it is soon made.
    """
    segmentation = run.segmentation
    names = {card.segment + 1: card.name for card in segmentation.cards}
    told = scored.column(Scores.NAME).name
    table = scored.table.assign(**{str(told): scored.column(Scores.SEGMENT).map(names)})
    account = (
        (_("File"), file),
        (_("Run"), segmentation.run_id),
        (_("Segments"), segmentation.k),
        (_("Trained"), moment(segmentation.started)),
        (_("Data"), segmentation.dataset.title),
        (_("As of"), day(scored.counted.day if scored.counted else segmentation.dataset.as_of)),
    )
    rows = list(table.astype(object).itertuples(index=False, name=None))
    header = [str(column) for column in table.columns]
    made = Export(f"korzina-{segmentation.run_id[:8]}-scored", _("Customers"), header, rows, account)
    return {form: made.download(form) for form in FORMS if form != "xlsx" or len(rows) <= MOST_IN_WORKBOOK}


def show(data: SegmentationData, stored: object, scheme_name: object, origin: object) -> Answer:
    """What was found, in the reader's light or dark."""
    run = page_run(data, origin)
    answer = placements.read_answer(stored, run) if run else None
    return (head(answer), result(run, answer, scheme(scheme_name))) if run and answer else ([], [])


def template(data: SegmentationData, clicks: object, origin: object) -> Answer:
    """A file with the columns and one row of medians, ready to be filled and uploaded."""
    run = page_run(data, origin)
    expected = expected_of(run)
    if run is None or expected is None or not clicks:
        return no_update
    columns = expected.columns
    header, example = [column.name for column in columns], [column.example for column in columns]
    return Export(f"{run.segmentation.experiment}-template", _("Customers"), header, [example]).download("csv")


def register(app: Dash, data: SegmentationData) -> None:
    """Bind the callbacks to ``app``."""
    app.server.config["MAX_CONTENT_LENGTH"] = _BODY  # nothing else that a browser sends comes near it
    page = State(shared.PAGE, "data")
    app.callback(
        Output(ids.ANSWER, "data"),
        Output(ids.FILE, "data"),
        Output(ids.ACTIONS, "hidden"),
        Output(ids.PROBLEM, "children"),
        Output(ids.TOO_LARGE, "hidden"),
        Output(shared.taking(ids.DOWNLOAD_BUTTON)["xlsx"], "hidden"),
        Input(ids.UPLOAD, "contents"),
        State(ids.UPLOAD, "filename"),
        State(ids.DAY, "value"),
        page,
        prevent_initial_call=True,
    )(partial(place, data))
    app.callback(
        Output(ids.HEAD, "children"),
        Output(ids.RESULT, "children"),
        Input(ids.ANSWER, "data"),
        Input(shared.SCHEME, "data"),
        page,
    )(partial(show, data))
    app.callback(Output(ids.TEMPLATE, "data"), Input(ids.TEMPLATE_BUTTON, "n_clicks"), page, prevent_initial_call=True)(
        partial(template, data)
    )
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("korzina_score", "download"),
        Output(ids.DOWNLOAD, "data"),
        *takes(ids.DOWNLOAD_BUTTON),
        State(ids.FILE, "data"),
        prevent_initial_call=True,
    )
