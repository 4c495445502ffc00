"""``/customers.csv?...``, ``.xlsx`` and ``.txt``: the selected customers as a file, and what they were taken from.

The CSV is sent in pieces: a million customers need no more memory than ten.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
from flask import Flask, Response, request, send_file

from dashapp import access
from dashapp.data import Run, SegmentationData
from dashapp.i18n import _
from dashapp.observing import ROWS_EXPORTED
from dashapp.reader import sentence
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
from pipeline.contract import (
    BOM,
    RFM_NAMES,
    Artifacts,
    Assignments,
    Column,
    RfmScores,
    account_text,
    csv_lines,
    write_workbook,
)

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
        return sentence(404, _("There is no such segmentation in the store."))
    selection, _notices = run.cube.selected(request.query_string.decode("ascii", "replace"))
    filtered = run.cube.filtered(selection)
    everyone = run.everyone
    if everyone is not None and not everyone.readable:
        return sentence(404, _elsewhere(run))
    count = everyone.count(filtered, patience=None)[0].value if everyone else filtered.customers
    if form == "xlsx" and count > MOST_IN_WORKBOOK:
        most = number(MOST_IN_WORKBOOK)
        return sentence(413, _("A workbook holds at most {most} customers: take the CSV, or filter first.", most=most))
    file = export(run, filtered, count)
    if form != "txt":
        ROWS_EXPORTED.labels(form).inc(count)
        access.exported(run.run_id, count, form, tuple(filtered.selection.filters))
    answer = _answer(file, form)
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name(file.name, form)}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def export(run: Run, filtered: Filtered, count: int | None = None) -> Export:
    """The customers in canonical order, under the id's own name and the labels that readers know.

    ``count`` is how many there are, where the selection itself has only an estimate.
    """
    segmentation = run.segmentation
    columns = _columns(run)
    kept = segmentation.dataset.id_column if segmentation.dataset.id_column in segmentation.customers else None
    scored = [_("Recency score"), _("Frequency score"), _("Monetary score"), _("RFM cell")] if segmentation.rfm else []
    first = [_("Segment"), _("Segment name"), _("Trust"), *scored]
    ours = [*first, *([] if kept else [_("Customer")])]
    header = told_apart(ours, [*([kept] if kept else []), *(column.axis_title for column in columns)])
    place = len(first)  # of what tells customers apart; it goes to the front
    named = {card.segment: (card.key, card.name, _(TRUST_WORDS[card.trust])) for card in segmentation.cards}
    # every word is told before the first row goes out: what follows may run where nobody knows the reader's language
    return Export(
        f"korzina-{run.run_id[:8]}-k{segmentation.k}-customers",
        _("Customers"),
        [header[place], *header[:place], *header[place + 1 :]],
        _rows(
            run,
            filtered,
            [kept or str(segmentation.customers.columns[0]), *(column.name for column in columns)],
            named,
        ),
        _account(run, filtered, filtered.customers if count is None else count),
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


def _account(run: Run, filtered: Filtered, count: int) -> list[tuple[str, object]]:
    segmentation = run.segmentation
    filters = "; ".join(words for _name, words in chips(filtered.selection, filtered.dimensions))
    return [
        (_("Run"), segmentation.run_id),
        (_("Segments"), segmentation.k),
        (_("Trained"), moment(segmentation.started)),
        (_("Data"), segmentation.dataset.title),
        (_("Data as of"), day(segmentation.dataset.as_of)),
        (_("Selection"), filters or _("All customers")),
        (_("Customers"), count),
    ]


def _elsewhere(run: Run) -> str:
    """Where to take the customers from whom this machine does not have."""
    everybody = run.segmentation.everybody
    address = everybody.population.address if everybody and everybody.population else None
    return _("This machine does not hold these customers. They are Parquet files at {address}.", address=address or "–")


def _rows(
    run: Run, filtered: Filtered, columns: Sequence[str], named: dict[int, tuple[str, str, str]]
) -> Iterator[Sequence[object]]:
    names = {key: run.tell(name) for key, name in RFM_NAMES.items()} if run.segmentation.rfm else None
    return _told(run, filtered, columns, named, names)


def _told(
    run: Run,
    filtered: Filtered,
    columns: Sequence[str],
    named: dict[int, tuple[str, str, str]],
    names: Mapping[str, str] | None,
) -> Iterator[Sequence[object]]:
    whole = {column.name for column in run.segmentation.dataset.columns if column.kind == "integer"}
    parts = run.everyone.parts(filtered, columns) if run.everyone else _parts(run, filtered, columns)
    for part in parts:
        table, scores = part[Artifacts.CUSTOMERS], part.get(Artifacts.RFM_SCORES)
        cells: list[list[Any]] = [
            [
                "" if empty else int(value) if column in whole else value
                for value, empty in zip(table[column].tolist(), table[column].isna().tolist(), strict=True)
            ]
            for column in columns
        ]
        own = [] if scores is None or names is None else _scores(scores, names)
        segments = part[Artifacts.ASSIGNMENTS][Assignments.SEGMENT].tolist()
        for segment, key, *rest in zip(segments, cells[0], *own, *cells[1:], strict=True):
            yield (key, *named[segment], *rest)


def _parts(run: Run, filtered: Filtered, columns: Sequence[str]) -> Iterator[Mapping[str, pd.DataFrame]]:
    """The selected customers in memory, some thousands at a time."""
    segmentation, places = run.segmentation, filtered.places()
    rows = np.arange(run.cube.n) if places is None else places
    for first in range(0, len(rows), _AT_ONCE):
        part = rows[first : first + _AT_ONCE]
        made = {
            Artifacts.CUSTOMERS: segmentation.customers[list(columns)].iloc[part],
            Artifacts.ASSIGNMENTS: segmentation.assignments[[Assignments.SEGMENT]].iloc[part],
        }
        yield made | ({Artifacts.RFM_SCORES: segmentation.rfm_scores.iloc[part]} if segmentation.rfm else {})


def _scores(table: pd.DataFrame, names: Mapping[str, str]) -> list[list[object]]:
    """Three RFM scores and the cell of each customer, by column; empty where they are not known."""
    *scores, cells = (table[name].tolist() for name in RfmScores.SCORED)
    return [*([score or "" for score in column] for column in scores), [names.get(cell, "") for cell in cells]]


def _columns(run: Run) -> list[Column]:
    """What describes a customer: columns with a meaning of their own; not the parts of a mix, and no outcome."""
    segmentation = run.segmentation
    return [
        column
        for column in segmentation.dataset.columns
        if column.role in ("active", "passive") and column.group is None and column.name in segmentation.customers
    ]
