"""``/customers.csv?...``, ``.xlsx`` and ``.txt``: the selected customers as a file, and what they were taken from.

The CSV is sent in pieces: a million customers need no more memory than ten.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
from flask import Flask, Response, request, send_file

from dashapp import access
from dashapp.data import Run, SegmentationData
from dashapp.i18n import _
from dashapp.observing import ROWS_EXPORTED
from dashapp.selecting import Filtered
from dashapp.telling import (
    FORMS,
    MOST_IN_WORKBOOK,
    TRUST_WORDS,
    Export,
    Form,
    chips,
    content_type,
    day,
    file_name,
    moment,
    number,
    told_apart,
)
from pipeline.contract import BOM, RFM_NAMES, Assignments, Column, RfmScores, account_text, csv_lines, write_workbook

PATH = "/customers"
_AT_ONCE = 5_000  # customers


def register(server: Flask, data: SegmentationData) -> None:
    """Add a route for each form; they answer before Dash's own catch-all."""
    for form in FORMS:
        server.add_url_rule(f"{PATH}.{form}", f"customers_{form}", partial(take_along, data, form))


def take_along(data: SegmentationData, form: Form, /) -> Response:
    """The file; 404 with a sentence where the store holds no such run, 413 where a workbook is too small for it."""
    run = data.asked(request.args.get("run", ""))
    if run is None:
        return _sentence(404, _("There is no such segmentation in the store."))
    selection, _notices = run.cube.selected(request.query_string.decode("ascii", "replace"))
    filtered = run.cube.filtered(selection)
    if form == "xlsx" and filtered.customers > MOST_IN_WORKBOOK:
        most = number(MOST_IN_WORKBOOK)
        return _sentence(413, _("A workbook holds at most {most} customers: take the CSV, or filter first.", most=most))
    file = export(run, filtered)
    if form != "txt":
        ROWS_EXPORTED.labels(form).inc(filtered.customers)
    if form != "txt":
        access.exported(run.run_id, filtered.customers, form, tuple(filtered.selection.filters))
    answer = _answer(file, form)
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name(file.name, form)}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def export(run: Run, filtered: Filtered) -> Export:
    """The customers in canonical order, under the id's own name and the labels that readers know."""
    it = run.segmentation
    columns = _columns(run)
    kept = it.dataset.id_column if it.dataset.id_column in it.customers else None
    scored = [_("Recency score"), _("Frequency score"), _("Monetary score"), _("RFM cell")] if it.rfm else []
    first = [_("Segment"), _("Segment name"), _("Trust"), *scored]
    ours = [*first, *([] if kept else [_("Customer")])]
    header = told_apart(ours, [*([kept] if kept else []), *(column.axis_title for column in columns)])
    place = len(first)  # of what tells customers apart; it goes to the front
    named = {card.segment: (card.key, card.name, _(TRUST_WORDS[card.trust])) for card in it.cards}
    # every word is told before the first row goes out: what follows may run where nobody knows the reader's language
    return Export(
        f"korzina-{run.run_id[:8]}-k{it.k}-customers",
        _("Customers"),
        [header[place], *header[:place], *header[place + 1 :]],
        _rows(
            run,
            filtered,
            _scores(run),
            [kept or str(it.customers.columns[0]), *(column.name for column in columns)],
            named,
        ),
        _account(run, filtered),
    )


def lines(file: Export) -> Iterator[str]:
    """The CSV in pieces: the header, then some thousands of customers at a time."""
    yield BOM + csv_lines([file.header])
    rows = iter(file.rows)
    while part := list(islice(rows, _AT_ONCE)):
        yield csv_lines(part)


def _answer(file: Export, form: Form) -> Response:
    if form == "csv":
        return Response(lines(file), content_type=content_type(form))
    if form == "txt":
        return Response(BOM + account_text(file.account), content_type=content_type(form))
    book = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the server when it is sent
    write_workbook(book, file.header, file.rows, file.account, sheet=file.sheet, about=_("About"))
    book.seek(0)
    return send_file(book, mimetype=content_type(form))


def _sentence(status: int, words: str) -> Response:
    return Response(words, status=status, content_type="text/plain; charset=utf-8")


def _account(run: Run, filtered: Filtered) -> list[tuple[str, object]]:
    it = run.segmentation
    filters = "; ".join(words for _name, words in chips(filtered.selection, filtered.dimensions))
    return [
        (_("Run"), it.run_id),
        (_("Segments"), it.k),
        (_("Trained"), moment(it.started)),
        (_("Data"), it.dataset.title),
        (_("Data as of"), day(it.dataset.as_of)),
        (_("Selection"), filters or _("All customers")),
        (_("Customers"), filtered.customers),
    ]


def _scores(run: Run) -> list[list[object]]:
    """Three RFM scores and the cell of each customer, in canonical order; empty where they are not known."""
    it = run.segmentation
    if it.rfm is None:
        return []
    names = {key: run.tell(name) for key, name in RFM_NAMES.items()}
    *scores, cells = (it.rfm_scores[name].tolist() for name in RfmScores.SCORED)
    return [*([score or "" for score in column] for column in scores), [names.get(cell, "") for cell in cells]]


def _rows(
    run: Run,
    filtered: Filtered,
    scores: Sequence[Sequence[object]],
    columns: Sequence[str],
    named: dict[int, tuple[str, str, str]],
) -> Iterator[Sequence[object]]:
    it, places = run.segmentation, filtered.places()
    rows = np.arange(run.cube.n) if places is None else places
    whole = {column.name for column in it.dataset.columns if column.kind == "integer"}
    for first in range(0, len(rows), _AT_ONCE):
        part = rows[first : first + _AT_ONCE]
        table = it.customers[list(columns)].iloc[part]
        segments = it.assignments[Assignments.SEGMENT].iloc[part].tolist()
        cells: list[list[Any]] = [
            [
                "" if empty else int(value) if column in whole else value
                for value, empty in zip(table[column].tolist(), table[column].isna().tolist(), strict=True)
            ]
            for column in columns
        ]
        own = ([column[place] for place in part.tolist()] for column in scores)
        for segment, key, *rest in zip(segments, cells[0], *own, *cells[1:], strict=True):
            yield (key, *named[segment], *rest)


def _columns(run: Run) -> list[Column]:
    """What describes a customer: columns with a meaning of their own; not the parts of a mix, and no outcome."""
    it = run.segmentation
    return [
        column
        for column in it.dataset.columns
        if column.role in ("active", "passive") and column.group is None and column.name in it.customers
    ]
