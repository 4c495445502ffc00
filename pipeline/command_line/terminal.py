"""What is asked and said at the terminal: numbered answers, of which the first is the likeliest, and the version."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from pipeline.errors import InputError

_LONGEST_NAME = 200


def can_ask() -> bool:
    """Whether somebody sits there who can answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def tell_version(wanted: bool) -> None:
    """``--version``: print it and end."""
    if wanted:
        from pipeline import __version__

        typer.echo(f"korzina {__version__}")
        raise typer.Exit


def told_fault(error: Exception) -> tuple[str, int]:
    """Words and exit code for what nobody foresaw; that the system does not open a file is whose path it is to mend."""
    if not isinstance(error, OSError) or error.filename is None:
        remedy = "Set KORZINA_LOG_LEVEL=debug for the details and please report it."
        return f"unexpected fault, {type(error).__name__}: {error}. {remedy}", 70
    from pipeline.contract import Message

    refused = InputError.because(
        Message.of("{file} cannot be opened", file=str(error.filename)[:_LONGEST_NAME]),
        found=str(error.strerror),
        remedy=Message.of("check how the path is written, and that you may read and write there"),
    )
    return str(refused), refused.exit_code


def chosen(lines: Sequence[str], values: Sequence[str]) -> str:
    """The value whose number was typed, or another text that was typed instead of a number; goes to stderr.

    Parameters
    ----------
    lines
        The question and its numbered answers.
    values
        The answers, in the order of their numbers.
    """
    answer = str(typer.prompt("\n".join(lines) + "\n>", default="1" if values else None, err=True)).strip()
    if answer.isdecimal() and 1 <= int(answer) <= len(values):
        return values[int(answer) - 1]
    return answer
