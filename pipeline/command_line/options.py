"""The command line's options, and what they name: a plan at other prices, who signs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

from pipeline.errors import KorzinaError, UsageError
from pipeline.settings import Settings, account_name

if TYPE_CHECKING:
    from pipeline.contract import CampaignPlan, Segmentation

SpecOption = Annotated[str, typer.Option(help="A shipped spec's name or a TOML file.")]
DataOption = Annotated[str | None, typer.Option(help="File, folder, glob or database URL; left out: the spec's own.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
DayOption = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        help="Day from which recencies count; left out: the data's last where the spec says auto, else the spec's.",
    ),
]
SampleOption = Annotated[
    int | None,
    typer.Option(
        "--sample",
        help="Train on so many customers, drawn by their ids; left out: on all. 'score' places the others.",
    ),
]
LanguageOption = Annotated[
    str | None, typer.Option(help="Language in which it is told: en or ru; left out: that of the headers.")
]
ReasonOption = Annotated[str, typer.Option(help="Why; kept in the history.")]
ChampionOption = Annotated[
    str | None,
    typer.Option(
        "--experiment", help="Whose champion; left out: KORZINA_EXPERIMENT's, else the only one that has one."
    ),
]


class EngineChoice(StrEnum):
    """Who reads and cleans."""

    LOCAL = "local"
    SPARK = "spark"


EngineOption = Annotated[
    EngineChoice | None,
    typer.Option("--engine", help="local (this machine) or spark; left out: KORZINA_ENGINE, else the spec's."),
]
MasterOption = Annotated[
    str | None,
    typer.Option(
        "--master",
        help="Of Spark: spark://HOST:PORT, sc://HOST:PORT, local[*]; left out: KORZINA_SPARK_MASTER, the spec's, "
        "Spark's own.",
    ),
]


class Promote(StrEnum):
    """When a finished sweep becomes champion."""

    AUTO = "auto"
    NEVER = "never"


def plan_at(run: Segmentation, cost: float | None, revenue: float | None) -> CampaignPlan:
    """The run's plan, at its own prices where none is given; raises ``UsageError`` where the run has no plan."""
    from pipeline.campaigns import at_prices, promises_of_today
    from pipeline.contract import Message

    described = [column.label for column in run.dataset.with_role("outcome")]
    if run.campaigns is None and not run.dataset.campaigns:
        raise UsageError.because(
            Message.of("the data of run {run} hold no campaign", run=run.run_id),
            found=Message.of("{columns}, which no [[campaigns]] of the spec names", columns=", ".join(described))
            if described
            else Message.of("no outcome"),
            remedy=Message.of(
                "see on the dashboard in which segments it happens; where a column holds the answers of people who "
                "were contacted, name it in a [[campaigns]] and train again"
            )
            if described
            else Message.of(
                "give a column of answers to a campaign the role outcome, name it in a [[campaigns]], and train again"
            ),
        )
    if run.campaigns is None:
        raise UsageError.because(
            Message.of("run {run} (k = {k}) has no campaign plan", run=run.run_id, k=str(run.k)),
            found=Message.of("a run that was not the recommended one, or of an older version"),
            remedy=Message.of("run 'korzina train' again"),
        )
    plan, summary = run.campaigns, run.campaigns.summary
    if cost is None and revenue is None and promises_of_today(plan):
        return plan
    return at_prices(
        plan,
        run.dataset,
        cost=summary.cost if cost is None else cost,
        revenue=summary.revenue if revenue is None else revenue,
    )


def who() -> str:
    """The account that signs a change."""
    return account_name()


def mlflow_pages(settings: Settings) -> str:
    """Where MLflow's pages show the runs; nothing where the store cannot say, which whoever serves it tells better."""
    from pipeline.store import Store

    try:
        return Store.open(settings).pages(settings.experiment)
    except KorzinaError:
        return ""


@contextmanager
def told_in(language: str | None) -> Iterator[None]:
    """What goes wrong meanwhile is told in that language (None: that of the data).

    Raises ``UsageError`` where nobody here speaks it.
    """
    from pipeline.contract import Message, languages, speaker

    if language is not None and language not in languages():
        raise UsageError.because(
            Message.of("--language {language} is not known", language=repr(language)),
            expected=Message.of("one of {values}", values=", ".join(languages())),
        )
    try:
        yield
    except KorzinaError as error:
        if (spoken := language or error.language) != "en":
            error.args = (speaker(spoken).error(error),)
        raise


def settings_fault(error: ValidationError) -> UsageError:
    """Which variables are wrong, in words."""
    from pipeline.contract import settings_in_words

    return settings_in_words(error)
