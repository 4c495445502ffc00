"""What the page tells of scored customers, small enough to stay in the reader's browser, and its words."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic import Field, ValidationError

from dashapp.data import Run
from dashapp.i18n import N_, _
from dashapp.telling import number, of_column
from pipeline.contract import (
    CountingDay,
    Drift,
    DriftWord,
    FeatureDrift,
    Ledger,
    Record,
    Scored,
    Scores,
    Segmentation,
    SegmentCard,
    Words,
    messages_of,
    with_messages,
)
from pipeline.errors import InputError

MOST_BYTES = 10 * 1024 * 1024
NEAREST = 3  # traits drawn where none has moved
SHOWN = 20  # customers in the table on the page; all are in the download
LEAST = 30  # fewer customers are not compared with the training
BETWEEN, RATHER, CLEAR = 0.1, 0.25, 0.5  # confidence: between two segments under, leaning to one under, clear from
DRIFT_WORDS: dict[DriftWord, str] = {
    "stable": N_("like the training data"),
    "moved": N_("somewhat different"),
    "drifted": N_("different: train anew"),
}


class PlacedCustomer(Record):
    """One customer; segments are counted from 0."""

    id: str
    segment: int
    second: int
    confidence: float
    fits: bool
    probabilities: tuple[float, ...]


class Answer(Record):
    """What scoring found, without the customers beyond the first few."""

    run: str
    file: str
    ledger: Ledger
    drift: Drift
    counted: CountingDay | None = None
    currency: str = ""
    response_notes: tuple[Words, ...]
    counts: tuple[int, ...]  # customers of each segment
    fits_none: int
    between: int
    rather: int
    outcomes: tuple[str, ...]
    first: tuple[PlacedCustomer, ...]
    messages: dict[str, Any] = Field(
        default_factory=dict
    )  # what the sentences were made of, for telling them in another language

    @property
    def customers(self) -> int:
        """Customers placed."""
        return sum(self.counts)


def follows_data(segmentation: Segmentation) -> bool:
    """Whether recencies count from the last day of the file at hand, as the run's spec says with "auto"."""
    try:
        return bool(json.loads(segmentation.spec).get("as_of") == "auto")
    except (ValueError, AttributeError):
        return False


def day_of(written: object) -> date | None:
    """The day that a reader asked for; None where the field is empty; raises ``InputError`` for what is no day."""
    if not isinstance(written, str) or not written.strip():
        return None
    try:
        return date.fromisoformat(written.strip()[:10])
    except ValueError as error:
        raise InputError.because(
            _("{written} is no day", written=repr(written[:20])), expected=_("a day such as 2026-01-31")
        ) from error


def content_of(upload: str) -> bytes:
    """The bytes behind a browser's ``data:...;base64,...``; raises ``InputError``."""
    head, comma, body = upload.partition(",")
    if not comma or not head.startswith("data:"):
        raise InputError.because(_("the browser sent something that is no file"), remedy=_("choose the file again"))
    if len(body) > MOST_BYTES * 4 / 3 + 4:
        raise InputError(too_large())
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError.because(
            _("the browser sent something that is no file"), remedy=_("choose the file again")
        ) from error


def too_large() -> str:
    """What is said of a file over the limit."""
    return _(
        "The file is larger than {most} MB. Split it, or place its customers with the command “korzina score”, "
        "which takes files of any size.",
        most=number(MOST_BYTES / 1024**2),
    )


def answer_of(run: Run, file: str, scored: Scored) -> Answer:
    """The part of a scoring that the page shows."""
    sure, fits, places = scored.column(Scores.CONFIDENCE), scored.column(Scores.FITS), scored.column(Scores.SEGMENT) - 1
    names = (Scores.SEGMENT, Scores.SECOND, Scores.CONFIDENCE, Scores.FITS)
    shown = [
        scored.table.iloc[:, 0],
        *(scored.column(name) for name in names),
        *(scored.probability(outcome) for outcome in scored.outcomes),
    ]
    first = [
        PlacedCustomer(
            id=str(row[0]),
            segment=int(row[1]) - 1,
            second=int(row[2]) - 1,
            confidence=float(row[3]),
            fits=bool(row[4]),
            probabilities=tuple(float(probability) for probability in row[5:]),
        )
        for row in zip(*(column.head(SHOWN) for column in shown), strict=True)
    ]
    answer = Answer(
        run=run.run_id,
        file=file[:200],
        ledger=scored.ledger,
        drift=scored.drift,
        counted=scored.counted,
        currency=scored.currency,
        response_notes=scored.response_notes,
        fits_none=int((~fits).sum()),
        counts=tuple(int((places == place).sum()) for place in range(run.segmentation.k)),
        between=int((fits & (sure < BETWEEN)).sum()),
        rather=int((fits & (sure >= BETWEEN) & (sure < RATHER)).sum()),
        outcomes=scored.outcomes,
        first=tuple(first),
    )
    return answer.model_copy(update={"messages": messages_of(answer)})


def read_answer(stored: object, run: Run) -> Answer | None:
    """The answer that the browser kept, if it belongs to ``run``; None for whatever else a browser sends."""
    try:
        answer = Answer.model_validate_json(stored) if isinstance(stored, str) else None
        answer = with_messages(answer, answer.messages) if answer else None
    except (ValidationError, KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return None
    if answer is None or answer.run != run.run_id or len(answer.counts) != run.segmentation.k:
        return None
    named = {place for row in answer.first for place in (row.segment, row.second)}
    whole = all(len(row.probabilities) == len(answer.outcomes) for row in answer.first)
    columns = {column.name for column in run.segmentation.dataset.columns}
    known = all(feature.column in columns for feature in answer.drift.features) and answer.ledger.rows_in >= 0
    return answer if whole and known and named <= set(range(run.segmentation.k)) and min(answer.counts) >= 0 else None


# ------------------------------------------------------------------ words


def sureness(row: PlacedCustomer, cards: Sequence[SegmentCard]) -> str:
    """How sure the segment is: ``between “A” and “B”``, ``fits none``."""
    first, second = cards[row.segment].name, cards[row.second].name
    if not row.fits:
        return _("Fits none; “{first}” is the nearest", first=first)
    if row.confidence < BETWEEN:
        return _("Between “{first}” and “{second}”", first=first, second=second)
    if row.confidence < RATHER:
        return _("Rather this one than “{second}”", second=second)
    if row.confidence < CLEAR:
        return _("This one; next to it is “{second}”", second=second)
    return _("Clearly this one")


def drift_sentence(answer: Answer) -> str:
    """What the comparison with the training says to do."""
    words = [feature.word for feature in answer.drift.features]
    moved, drifted = words.count("moved"), words.count("drifted")
    told = {"n": number(moved + drifted), "all": number(len(words))}
    if drifted:
        return _(
            "{n} of {all} traits differ from the training data, some of them so much that the segments should be "
            "trained anew.",
            **told,
        )
    if moved:
        return _(
            "{n} of {all} traits differ somewhat from the training data: use the segments, and look again soon.", **told
        )
    return _("The new customers are like those that the segments were made of.")


def medians(feature: FeatureDrift, segmentation: Segmentation) -> tuple[str, str]:
    """The middle of the new customers and of the training."""
    column = segmentation.dataset.column(feature.column)
    new, old = (
        _("not known") if value is None else of_column(value, column)
        for value in (feature.median, feature.training_median)
    )
    return new, old
