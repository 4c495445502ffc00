"""``/report?run=...``: the report of a run (left out: of the one in use) as a file, in the reader's language."""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial
from threading import Lock

from flask import Flask, Response, request

from dashapp.data import Run, SegmentationData
from dashapp.i18n import _, language
from dashapp.lru import LruCache
from dashapp.reader import reader, sentence
from dashapp.report.html_file import file_name, report
from pipeline.contract import Annotation
from pipeline.errors import KorzinaError

PATH = "/report"
_KEPT = 4  # reports of 2 MB each


class Reports:
    """The reports last asked for; made anew when a segment has another name or a note has come."""

    def __init__(self) -> None:
        self._made: LruCache[Hashable, bytes] = LruCache(_KEPT)
        self._making = Lock()  # one at a time: who waits for the same report finds it made

    def of(self, run: Run, notes: tuple[Annotation, ...]) -> bytes:
        """The report in the language that is spoken."""
        names = tuple(card.name for card in (run.original or run).segmentation.cards)
        whole = reader().may("rows")  # viewers have another report: of groups of ten and more
        told, rows = tuple(note.model_dump_json() for note in notes), run.segmentation.ledger.rows_out
        key = (run.run_id, language(), whole, names, told, rows)  # rows: fewer after a purge
        with self._making:
            return self._made.of(key, lambda: report(run, language(), notes).encode())


def register(server: Flask, data: SegmentationData) -> None:
    """Add the route; it answers before Dash's own catch-all."""
    server.add_url_rule(PATH, "report", partial(take_along, data, Reports()))


def take_along(data: SegmentationData, reports: Reports, /) -> Response:
    """The file, or 404 with a sentence where the store holds no such run."""
    run = data.asked(request.args.get("run", ""))
    if run is None:
        words = _("There is no such segmentation in the store. Open the dashboard and take the report from there.")
        return sentence(404, words)
    answer = Response(reports.of(run, _notes(data, run)), content_type="text/html; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name(run)}"'
    answer.headers["Cache-Control"] = "no-store"  # names and notes change, and it follows a cookie
    return answer


def _notes(data: SegmentationData, run: Run) -> tuple[Annotation, ...]:
    try:
        return data.annotations(run.segmentation.experiment)
    except KorzinaError:  # a damaged entry costs the notes and not the report
        return ()
