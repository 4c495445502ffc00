"""What commands share: options, printing (results on stdout, all else on stderr), each fault as one message."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from pipeline.errors import KorzinaError
from pipeline.settings import Settings

SpecOption = Annotated[str, typer.Option(help="A shipped spec's name or a TOML file.")]
DataOption = Annotated[str | None, typer.Option(help="File, folder, glob or database URL; left out: the spec's own.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
ReasonOption = Annotated[str, typer.Option(help="Why; kept in the history.")]
ChampionOption = Annotated[
    str | None,
    typer.Option(
        "--experiment", help="Whose champion; left out: KORZINA_EXPERIMENT's, else the only one that has one."
    ),
]


def print_json(value: dict[str, Any]) -> None:
    """One JSON object on stdout."""
    typer.echo(json.dumps(value, ensure_ascii=False, allow_nan=False, default=str))


def report(value: dict[str, Any], sentence: str, as_json: bool) -> None:
    """A result as JSON or as one sentence."""
    if as_json:
        print_json(value)
    else:
        typer.echo(sentence)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Plain columns."""
    from pipeline.summary import text_table

    for line in text_table(header, rows):
        typer.echo(line)


@contextmanager
def progress() -> Iterator[Callable[[str, float], None] | None]:
    """A Rich bar on stderr with the stage and the time left; nothing where stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from pipeline.progress import progress_bar

    with progress_bar() as told:
        yield told


def run_commands(app: typer.Typer) -> None:
    """Run the command line and turn every fault into one message and an exit code."""
    try:
        settings = Settings()
    except ValueError as error:
        typer.echo(f"korzina: a setting is wrong. {error}", err=True)
        raise SystemExit(2) from None
    logging.basicConfig(level="WARNING", stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("pipeline").setLevel(settings.log_level.upper())
    try:
        app(standalone_mode=True)
    except KorzinaError as error:
        typer.echo(f"korzina: {error}", err=True)
        raise SystemExit(error.exit_code) from None
    except SystemExit as stop:
        if stop.code == 130:  # what Typer makes of Ctrl-C
            typer.echo("korzina: stopped; nothing half-done is visible in the store", err=True)
        raise
    except Exception as error:
        if settings.log_level == "debug":
            raise
        typer.echo(
            f"korzina: unexpected fault, {type(error).__name__}: {error}. Set KORZINA_LOG_LEVEL=debug for the "
            "details and please report it.",
            err=True,
        )
        raise SystemExit(70) from None
