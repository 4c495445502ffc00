"""``/customers.csv?...``: the selected customers as a file, sent in pieces: a million need no more memory than ten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from flask import Flask, Response, request

from dashapp.data import Run, SegmentationData
from dashapp.i18n import _
from dashapp.selecting import Filtered
from dashapp.telling import TRUST_WORDS, chips, csv_text, day, harmless_lines, moment
from pipeline.contract import Assignments, Column, Customers

PATH = "/customers.csv"
_AT_ONCE = 5_000  # customers


def register(server: Flask, data: SegmentationData) -> None:
    """Add the route; it answers before Dash's own catch-all."""
    server.add_url_rule(PATH, "customers", partial(take_along, data))


def take_along(data: SegmentationData, /) -> Response:
    """The file, or 404 with a sentence where the store holds no such run."""
    run = data.asked(request.args.get("run", ""))
    if run is None:
        return Response(
            _("There is no such segmentation in the store."), status=404, content_type="text/plain; charset=utf-8"
        )
    selection, _notices = run.cube.selected(request.query_string.decode("ascii", "replace"))
    filtered = run.cube.filtered(selection)
    answer = Response(lines(run, filtered), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name(run)}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def file_name(run: Run) -> str:
    """With what it belongs to."""
    return f"korzina-{run.run_id[:8]}-k{run.segmentation.k}-customers.csv"


def lines(run: Run, filtered: Filtered) -> Iterator[str]:
    """The file in pieces: where it comes from, the header, and the customers in canonical order."""
    it = run.segmentation
    filters = "; ".join(words for _name, words in chips(filtered.selection, filtered.dimensions))
    about: list[tuple[str, object]] = [
        (_("Run"), it.run_id),
        (_("Segments"), it.k),
        (_("Trained"), moment(it.started)),
        (_("Data"), it.dataset.title),
        (_("Data as of"), day(it.dataset.as_of)),
        (_("Selection"), filters or _("All customers")),
        (_("Customers"), filtered.customers),
    ]
    columns = _columns(run)
    key = it.dataset.id_column if it.dataset.id_column in it.customers else Customers.KEY
    header = [_("Customer"), _("Segment"), _("Segment name"), _("Trust"), *(column.axis_title for column in columns)]
    named = {card.segment: (card.key, card.name, _(TRUST_WORDS[card.trust])) for card in it.cards}
    # every word is told before the first piece goes out: what follows may run where nobody knows the reader's language
    return _pieces(csv_text(header, (), about), run, filtered, [str(key), *(column.name for column in columns)], named)


def _pieces(
    head: str, run: Run, filtered: Filtered, columns: Sequence[str], named: dict[int, tuple[str, str, str]]
) -> Iterator[str]:
    yield head
    it, places = run.segmentation, filtered.places()
    rows = np.arange(run.cube.n) if places is None else places
    for first in range(0, len(rows), _AT_ONCE):
        part = rows[first : first + _AT_ONCE]
        table = it.customers[list(columns)].iloc[part]
        segments = it.assignments[Assignments.SEGMENT].iloc[part].tolist()
        cells: list[list[Any]] = [
            [
                "" if empty else value
                for value, empty in zip(table[column].tolist(), table[column].isna().tolist(), strict=True)
            ]
            for column in columns
        ]
        yield harmless_lines(
            [key, *named[segment], *rest] for segment, key, *rest in zip(segments, *cells, strict=True)
        )


def _columns(run: Run) -> list[Column]:
    """What describes a customer: columns with a meaning of their own; not the parts of a mix, and no outcome."""
    it = run.segmentation
    return [
        column
        for column in it.dataset.columns
        if column.role in ("active", "passive") and column.group is None and column.name in it.customers
    ]
