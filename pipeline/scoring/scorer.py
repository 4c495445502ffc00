"""New customers -> segments of a trained run, through the same cleaning and the same transforms. No model is loaded."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pipeline.cleaning import used_columns
from pipeline.contract import (
    FIT_QUANTILE,
    RFM_NAMES,
    Assignments,
    CountingDay,
    Day,
    Joined,
    Labels,
    Ledger,
    Matrix,
    Message,
    Scored,
    Scores,
    Segmentation,
    decoded,
    encoded,
    messages_of,
    with_messages,
)
from pipeline.errors import InputError, SpecError, StarvedError, nearest_name
from pipeline.processors import own_folder
from pipeline.reading import ROW_ID, SQLITE_START, Data, RawTable
from pipeline.scoring.drift import measure_drift
from pipeline.scoring.finished import as_table, finished, is_ready
from pipeline.scoring.output import check_output, write_scores
from pipeline.segmenting import apply_transform, blocks, squared_distances
from pipeline.stages import Cleaned

if TYPE_CHECKING:
    from pipeline.spec import Spec

_PARQUET = b"PAR1"


# the spec and where the customers are -> the customers cleaned, and what was known of each before a campaign
Gather = Callable[["Spec", Data], tuple[Cleaned, pd.DataFrame | None]]


@dataclass(frozen=True)
class _New:
    """New customers, cleaned."""

    spec: Spec  # with the day from which ages count
    cleaned: Cleaned
    history: pd.DataFrame | None  # what was known of each before a campaign
    by_file: bool  # whether that day is the last one of the data


class EarlierDayError(InputError):
    """The data end before the day from which the training counted; ``day`` is their last."""

    day: date


def score_file(
    segmentation: Segmentation,
    data: str,
    output: Path,
    *,
    as_of: date | None = None,
    gather: Gather | None = None,
) -> Scored:
    """Place every customer in ``data`` and write CSV or a workbook; ``gather`` as for ``score``.

    Raises
    ------
    InputError, UsageError
        As ``score`` and ``write_scores`` do.

    """
    check_output(output, data)
    scored = score(segmentation, data, as_of=as_of, gather=gather)
    write_scores(scored, segmentation, data, output)
    return scored


def score_upload(segmentation: Segmentation, name: str, content: bytes, *, as_of: date | None = None) -> Scored:
    """Place the customers of a text table that came over the network; nothing of it stays on the disk.

    ``as_of`` as for ``score``.

    Raises
    ------
    InputError
        Naming the file as its sender does.
    """
    if content.startswith((_PARQUET, SQLITE_START)):  # a few kilobytes of them can unfold to gigabytes
        raise InputError.because(
            Message.of("{file} is a Parquet file", file=name)
            if content.startswith(_PARQUET)
            else Message.of("{file} is an SQLite database", file=name),
            expected=Message.of("a table as text (CSV)"),
            remedy=Message.of("save it as CSV, or use 'korzina score'"),
        )
    with own_folder() as folder:
        file = Path(folder, re.sub(r"[^\w. -]", "_", name).strip(". ")[-80:] or "upload.csv")
        file.write_bytes(content)
        here = f"{folder}{os.sep}"
        try:
            scored = score(segmentation, str(file), as_of=as_of)
        except InputError as error:
            raise _without(error, here) from error
        return replace(scored, ledger=_ledger_without(scored.ledger, here))


def _without(error: InputError, folder: str) -> InputError:
    """The same error about a file without the folder that it lay in for a moment."""
    if not error.parts:
        return InputError(str(error).replace(folder, ""))
    return InputError.because(**{name: _cut(part, folder) for name, part in error.parts.items()})


def _cut(part: str, folder: str) -> str:
    text = str(part).replace(folder, "")
    if not isinstance(part, Message):
        return text
    made = decoded(_json_without(encoded(part), folder), text)
    return made if isinstance(made, str) else text


def _ledger_without(ledger: Ledger, folder: str) -> Ledger:
    plain = Ledger.model_validate(_json_without(ledger.model_dump(mode="json"), folder))
    return with_messages(plain, _json_without(messages_of(ledger), folder))


def _json_without(held: Any, folder: str) -> Any:
    return json.loads(json.dumps(held).replace(json.dumps(folder)[1:-1], ""))


def score(segmentation: Segmentation, data: Data, *, as_of: date | None = None, gather: Gather | None = None) -> Scored:
    """Clean ``data`` by the run's own spec and place every customer.

    Parameters
    ----------
    as_of
        The day from which ages and recencies count; None: the last plausible day of ``data`` where the spec says
        ``as_of = "auto"``, else the spec's own.
    gather
        Reads and cleans in place of the local engine.

    Raises
    ------
    InputError
        Where the data cannot be read or placed.
    EarlierDayError
        Where no day was asked for and ``data`` end before the day from which the training counted.
    """
    from pipeline.scoring.outlook import response_outlook
    from pipeline.spec import restore_spec

    spec = restore_spec(segmentation.spec)
    # the id goes back to who sent it, even where the run keeps none
    spec = spec.model_copy(update={"path": "", "id": spec.id.model_copy(update={"keep": True})})
    new = _gathered(spec, data, as_of, segmentation, gather) if gather else _here(spec, data, as_of, segmentation)
    spec, customers = new.spec, new.cleaned.customers
    table = place(customers, segmentation)
    labels = table[Scores.SEGMENT].to_numpy(dtype=np.int64) - 1
    outlook = response_outlook(customers, labels, segmentation, spec, new.history)
    table = table.assign(**outlook.columns, **_rfm(customers, segmentation))
    table.columns = pd.Index([Scores.beside(spec.id.column, str(name)) for name in table])
    table.insert(0, spec.id.column, customers[spec.id.column].to_numpy())
    return Scored(
        table=table,
        ledger=new.cleaned.ledger,
        drift=measure_drift(customers, labels, segmentation),
        currency=segmentation.dataset.currency,
        counted=_counted(spec, as_of, by_file=new.by_file),
        response_notes=outlook.notes,
    )


def _here(spec: Spec, data: Data, as_of: date | None, segmentation: Segmentation) -> _New:
    """Read by the local engine, which forecasts memory for a training and says what to do there."""
    try:
        return _read(spec, data, as_of, segmentation)
    except StarvedError as error:
        remedy = Message.of("place them in parts, or use a machine with more memory for the command")
        raise StarvedError.because(**{**error.parts, "remedy": remedy}) from error


def _read(spec: Spec, data: Data, as_of: date | None, segmentation: Segmentation) -> _New:
    from pipeline.campaigns import read_history
    from pipeline.cleaning import clean
    from pipeline.reading import read_source

    ready, by_file = is_ready(spec, data), spec.as_of == "auto" and as_of is None
    if as_of is not None or (by_file and ready):  # finished columns were counted from some day already
        spec = spec.at(as_of or segmentation.dataset.as_of)
    try:
        raw = read_source(as_table(spec) if ready else spec, data)
    except SpecError:
        counted = spec.at(as_of or segmentation.dataset.as_of)
        if spec.lines is None or (summed := finished(counted, data)) is None:
            raise
        ready, raw, spec = True, summed, counted
    _check_columns(raw, spec)
    spec = spec.at(raw.as_of)
    if by_file and not ready:
        _refuse_earlier(raw, segmentation)
    cleaned = clean(raw, spec, minimum_rows=1)
    return _New(spec, cleaned, None if ready else read_history(spec, data), by_file and not ready)


def _gathered(spec: Spec, data: Data, as_of: date | None, segmentation: Segmentation, gather: Gather) -> _New:
    """The same by an engine that finds no day in the data: it is asked for, or the spec's own."""
    ready = is_ready(spec, data)
    if as_of is not None or ready:
        spec = spec.at(as_of or segmentation.dataset.as_of)
    cleaned, history = gather(as_table(spec) if ready else spec, data)
    return _New(spec, cleaned, None if ready else history, by_file=False)


def _rfm(customers: pd.DataFrame, segmentation: Segmentation) -> dict[str, pd.Series]:
    """RFM scores by the cut points of the training, and the name of the cell; nothing for a run without a scale."""
    if segmentation.rfm is None:
        return {}
    made = segmentation.rfm.score(customers)
    *scores, cells = (made[name] for name in made)
    known = [score.astype("Int64").mask(score == 0) for score in scores]
    named = cells.map(lambda cell: str(RFM_NAMES[cell]) if cell else "").astype("str")
    return dict(zip(Scores.RFM, [*known, named], strict=True))


def _refuse_earlier(raw: RawTable, segmentation: Segmentation) -> None:
    """Recencies as of a day before the training's would tell nothing of the segments: somebody has to want that."""
    trained = segmentation.dataset.as_of
    if raw.as_of is None or trained is None or raw.as_of >= trained:
        return
    error = EarlierDayError.because(
        Message.of("{file}: the last day of the data is before that of the training", file=raw.source),
        expected=Message.of("{day} or later", day=Day(trained)),
        found=raw.as_of.isoformat(),
        remedy=Message.of(
            "say from which day recencies are to count, {trained} as in the training or {day}: with --as-of, as_of "
            "in Python, or beside the file on the Score page",
            trained=trained.isoformat(),
            day=raw.as_of.isoformat(),
        ),
    )
    error.day = raw.as_of
    raise error


def _counted(spec: Spec, as_of: date | None, *, by_file: bool) -> CountingDay | None:
    if spec.day is None:
        return None
    return CountingDay(spec.day, "asked" if as_of is not None else "file" if by_file else "spec")


def _check_columns(raw: RawTable, spec: Spec) -> None:
    """Name every column that is missing at once, and what may be meant by it."""
    present = [str(name).strip().strip("\ufeff") for name in raw.frame.columns]
    needed = sorted(used_columns(spec, active_only=True) | ({spec.id.column} - {ROW_ID}))
    missing = [name for name in needed if name not in present]
    if not missing:
        return
    near = {name: nearest_name(name, missing) for name in present if name not in needed}
    meant = tuple(Message.of("{one} to {other}", one=name, other=nearest) for name, nearest in near.items() if nearest)
    raise InputError.because(
        Message.of("{file}: missing columns: {columns}", file=raw.source, columns=Joined(tuple(missing))),
        expected=", ".join(needed) if len(missing) < len(needed) else "",  # else the list would stand there twice
        found=", ".join(present[:30]) + (", ..." if len(present) > 30 else ""),
        remedy=Message.of("rename {columns}", columns=Joined(meant))
        if meant
        else Message.of("name the columns as in the data of the training"),
    )


def place(customers: pd.DataFrame, segmentation: Segmentation) -> pd.DataFrame:
    """Segment (counted from 1), name, distance, second segment, confidence and fit of each customer.

    ``confidence`` is 1 - d1 / d2 for the distances to the nearest and second nearest centre: 0 on the border, 1 on the
    centre. ``fits`` is false for customers farther from their centre than nearly everyone in training.
    """
    matrix = apply_transform(customers, segmentation.transform)
    own, second, nearest, next_nearest = _two_nearest(matrix, segmentation.centres)
    names = pd.Series([card.name for card in sorted(segmentation.cards, key=lambda card: card.segment)], dtype="str")
    reach = segmentation.assignments.groupby(Assignments.SEGMENT)[Assignments.DISTANCE].quantile(FIT_QUANTILE)
    return pd.DataFrame(
        {
            Scores.SEGMENT: own + 1,
            Scores.NAME: names.take(own).reset_index(drop=True),
            Scores.DISTANCE: nearest,
            Scores.SECOND: second + 1,
            Scores.CONFIDENCE: 1 - nearest / np.where(next_nearest > 0, next_nearest, 1.0),
            Scores.FITS: nearest <= reach.reindex(range(segmentation.k)).to_numpy()[own],
        }
    )


def _two_nearest(matrix: Matrix, centres: Matrix) -> tuple[Labels, Labels, Matrix, Matrix]:
    """Nearest and second nearest centre of each row, (n,), and the distances to both; no table of all of them."""
    own, second = np.empty((2, len(matrix)), dtype=np.int64)
    nearest, next_nearest = np.empty((2, len(matrix)))
    for block in blocks(len(matrix)):
        distances = np.sqrt(squared_distances(matrix[block], centres))
        rows = np.arange(len(distances))
        own[block] = distances.argmin(axis=1)
        nearest[block] = distances[rows, own[block]]
        distances[rows, own[block]] = np.inf
        second[block] = distances.argmin(axis=1)
        next_nearest[block] = distances[rows, second[block]]
    return own, second, nearest, next_nearest
