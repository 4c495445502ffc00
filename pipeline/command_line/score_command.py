"""``korzina score``: new customers placed, from the day that the data, the spec or whoever asks says."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.command_line.terminal import can_ask, chosen
from pipeline.errors import UsageError
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.command_line.options import EngineChoice
    from pipeline.contract import Scored, Segmentation


def place(
    run: Segmentation,
    data: str,
    output: Path,
    as_of: date | None,
    engine: EngineChoice | None = None,
    master: str | None = None,
) -> Scored:
    """Place every customer in ``data``; a day before the training's is asked where there is somebody to ask.

    Raises
    ------
    InputError, UsageError
        As ``score_file`` does.
    """
    from pipeline.contract import Message
    from pipeline.gathering import gather_new
    from pipeline.scoring import EarlierDayError, score_file
    from pipeline.spec import restore_spec
    from pipeline.train import engine_of

    gather = gather_new(engine_of(restore_spec(run.spec), Settings(), engine and engine.value, master))
    try:
        return score_file(run, data, output, as_of=as_of, gather=gather)
    except EarlierDayError as error:
        if not can_ask() or run.dataset.as_of is None:
            raise
        days = [run.dataset.as_of.isoformat(), error.day.isoformat()]
        lines = [
            str(error),
            Message.of("  1. {day}: the day of the training", day=days[0]),
            Message.of("  2. {day}: the last day of the data", day=days[1]),
        ]
        return score_file(run, data, output, as_of=_day(chosen(lines, days)), gather=gather)


def told_placed(customers: int, output: Path) -> str:
    """How many were placed, and where they are written."""
    from pipeline.contract import Message

    return Message.counted(
        "{n} customer placed, written to {file}", "{n} customers placed, written to {file}", customers, file=str(output)
    )


def _day(text: str) -> date:
    from pipeline.contract import Message

    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError.because(
            Message.of("{text} is no day", text=repr(text)),
            expected=Message.of("a number from the list, or a day such as 2026-01-31"),
        ) from None
