"""The command line. Results go to stdout, the rest to stderr; only it and the commands of accounts and purges print."""

from __future__ import annotations

import gc
import json
import logging
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationError

from pipeline import command_line as cli
from pipeline.errors import KorzinaError, StoreError, UsageError
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.contract import Champion
    from pipeline.serving import ReportMaker
    from pipeline.store import Store

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
cli.attach_accounts(app)
cli.attach_purge(app)


@app.callback()
def korzina(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=cli.tell_version, is_eager=True)
    ] = False,
) -> None:
    """Korzina: customer segmentation from raw data to a promoted, explained champion."""


@app.command(short_help="Clean the data, sweep KMeans over k, choose, log, promote.")
def train(
    spec: cli.SpecOption = "complete_journey",
    data: cli.DataOption = None,
    k_min: Annotated[int, typer.Option(help="Least number of segments to try.")] = 2,
    k_max: Annotated[
        int | None,
        typer.Option(help="Largest number of segments to try; left out: 12, or 20 where the best number is the last."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Every random choice derives from it.", min=0, max=2**32 - 1)] = 0,
    experiment: Annotated[
        str | None, typer.Option(help="Experiment in MLflow to record it in; left out: the spec's name.")
    ] = None,
    promote: Annotated[
        cli.Promote, typer.Option(help="auto: promote unless the champion stands firmer.")
    ] = cli.Promote.AUTO,
    choose: Annotated[int | None, typer.Option(help="Your own number of segments, recorded as such.")] = None,
    reason: Annotated[str, typer.Option(help="Why this number; needed with --choose.")] = "",
    sample: cli.SampleOption = None,
    engine: cli.EngineOption = None,
    master: cli.MasterOption = None,
    as_json: cli.JsonOption = False,
) -> None:
    """Clean the data, sweep KMeans over k, choose, describe, log every k to MLflow, promote."""
    if choose is not None and not reason.strip():
        raise UsageError.because("--choose needs a reason", remedy='add --reason "..."')
    cli.refuse_silent(Settings())
    from pipeline.processors import early_helper

    with _report_maker() as maker:
        with early_helper("pipeline.helper_tasks") as early:  # before this process loads the path
            from pipeline import train as path
            from pipeline.progress import progress_on_terminal
            from pipeline.summary import summarise, told

            used = engine.value if engine else None
            request = path.Request(
                spec, data, k_min, k_max, seed, experiment, promote.value, choose, reason, used, master, sample
            )
            with progress_on_terminal() as progress:
                told_to = maker.early(progress) if promote is cli.Promote.AUTO else progress
                result = path.train(request, Settings(), told_to, early)
            if result.champion and result.promoted:
                cli.audited("promote", run=result.champion.run_id, told="train")
                maker.make(result.champion.run_id)
        if as_json:
            _print_json(summarise(result))
        else:
            for line in told(result):
                typer.echo(line)


@app.command(short_help="List the completed runs, the newest sweep first.")
def runs(
    experiment: Annotated[str | None, typer.Option(help="Only this experiment's; left out: those of all.")] = None,
    as_json: cli.JsonOption = False,
) -> None:
    """List the completed runs, the newest sweep first; the champion is marked."""
    listed = _store().runs(experiment)
    if as_json:
        _print_json({"runs": [run.model_dump(exclude={"params"}) for run in listed]})
        return
    from pipeline.summary import told_runs

    for line in told_runs(listed):
        typer.echo(line)


@app.command()
def promote(
    run_id: Annotated[str, typer.Argument(help="Run to promote, or the first 6 or more characters.")],
    reason: cli.ReasonOption,
    as_json: cli.JsonOption = False,
) -> None:
    """Make a run the champion; the dashboard shows it within seconds."""
    store, said = _store(), cli.reason_given(reason)
    cli.audited("promote", run=run_id)
    champion = store.promote(run_id, reason=said, who=cli.who())
    _tell_champion(champion, "run {} (k = {}) is champion", as_json)


@app.command()
def rollback(reason: cli.ReasonOption, experiment: cli.ChampionOption = None, as_json: cli.JsonOption = False) -> None:
    """Go back to the champion before the present one."""
    store, said = _store(), cli.reason_given(reason)
    named = cli.only_experiment(store, experiment)
    cli.audited("rollback", told=named)
    champion = store.rollback(named, reason=said, who=cli.who())
    _tell_champion(champion, "back to run {} (k = {})", as_json)


@app.command()
def score(
    data: Annotated[str, typer.Option(help="File, folder, glob or database URL of the customers to place.")],
    output: Annotated[Path, typer.Option(help="File to write: CSV, or a workbook where it ends in .xlsx.")],
    experiment: cli.ChampionOption = None,
    as_of: cli.DayOption = None,
    engine: cli.EngineOption = None,
    master: cli.MasterOption = None,
    as_json: cli.JsonOption = False,
) -> None:
    """Place customers into the champion's segments."""
    store = _store()
    run = store.load(cli.champion_of(store, experiment).run_id)
    scored = cli.place(run, data, output, as_of.date() if as_of else None, engine, master)
    for note in scored.notes:
        typer.echo(note, err=True)
    _report(scored.summary(), cli.told_placed(scored.rows, output), as_json)


@app.command(short_help="Whom to contact next, at which cost and profit.")
def campaigns(
    experiment: cli.ChampionOption = None,
    cost: Annotated[float | None, typer.Option(help="Cost of one contact; left out: the spec's.", min=0.0)] = None,
    revenue: Annotated[
        float | None, typer.Option(help="Revenue of one response; left out: the spec's.", min=0.0)
    ] = None,
    as_json: cli.JsonOption = False,
) -> None:
    """Whom to contact next: the champion's plan, and what each rule earned on customers it had not seen."""
    store = _store()
    champion = cli.champion_of(store, experiment)
    run = store.load(champion.run_id)
    plan = cli.plan_at(run, cost, revenue)
    if as_json:
        from pipeline.campaigns import plan_as_json

        _print_json(
            {"experiment": champion.experiment, "run_id": champion.run_id, "k": champion.k, **plan_as_json(plan)}
        )
    else:
        from pipeline.summary import told_plan

        assumed = [name for name, value in (("cost", cost), ("revenue", revenue)) if value is None]
        for line in told_plan(plan, run.dataset.currency, assumed):
            typer.echo(line)


@app.command(short_help="Analyse data and write a commented draft spec of them.")
def init(
    files: Annotated[list[str], typer.Argument(metavar="FILE...|FOLDER|URL", help="Customers, or their purchases.")],
    output: Annotated[Path | None, typer.Option(help="Spec to write; left out: beside the file, as NAME.toml.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing spec.")] = False,
    answer: Annotated[list[str] | None, typer.Option(help="KEY=VALUE: the answer to a question; repeatable.")] = None,
    language: cli.LanguageOption = None,
    as_json: cli.JsonOption = False,
) -> None:
    """Analyse the data's structure, write a draft spec, and try it on the whole of them.

    What is open is asked at a terminal; elsewhere the draft is written with its questions, and the exit code is 1.
    """
    with cli.told_in(language):
        data = cli.data_of(files)
        target, answers = cli.target_of(data, output, force=force), cli.answers_of(answer or [])
        wanted = cli.DraftRequest(data, target, answers, language)
        outcome = cli.try_draft(wanted, asking=cli.can_ask() and not as_json)
    if as_json:
        _print_json(cli.as_document(outcome))
    else:
        for line in cli.told(outcome):
            typer.echo(line)
    raise typer.Exit(outcome.exit_code)


@app.command(short_help="Say what is wrong in the store, and mend what can be.")
def doctor(
    mend: Annotated[
        bool, typer.Option("--mend", help="Close runs that died, and move aside folders that no run knows.")
    ] = False,
    as_json: cli.JsonOption = False,
) -> None:
    """Look at every run, model and file of the store; the exit code is 3 while something is wrong."""
    done, left = cli.examined(_store(), mend=mend)
    if as_json:
        _print_json({"mended": done, "faults": [asdict(fault) for fault in left]})
    else:
        typer.echo("\n".join(cli.told_faults(done, left)))
    raise typer.Exit(StoreError.exit_code if left else 0)


@app.command(short_help="Print the JSON Schema of a spec.")
def schema(
    output: Annotated[Path | None, typer.Option(help="File to write; left out: stdout.")] = None,
) -> None:
    """Print the JSON Schema of a spec, by which editors complete its keys."""
    typer.echo(cli.schema_into(output), nl=False)


@app.command()
def serve(
    dashboard: Annotated[bool, typer.Option(help="With or without the dashboard.")] = True,
    mlflow: Annotated[bool, typer.Option(help="With or without the MLflow UI.")] = True,
) -> None:
    """Serve the dashboard and the MLflow UI until Ctrl-C."""
    from pipeline.serving import serve as run

    settings = Settings()
    page = cli.mlflow_pages(settings) if mlflow else ""
    raise typer.Exit(run(settings, dashboard=dashboard, mlflow_ui=mlflow, announce=typer.echo, page=page))


@app.command(short_help="Print every key of a spec, the settings, or the Procfile.")
def docs(
    name: Annotated[str, typer.Argument(help="spec, settings or procfile; left out: where each of them lies.")] = "",
) -> None:
    """Print a document that comes with Korzina: every key of a spec, every setting, the Procfile."""
    typer.echo(cli.document_text(name) if name else cli.documents_in_lines(), nl=False)


# ------------------------------------------------------------------ helpers of the commands


def _store() -> Store:
    settings = Settings()
    cli.refuse_silent(settings)
    from pipeline.store import Store  # late: it takes most of a second

    return Store.open(settings)


def _print_json(value: dict[str, Any]) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, allow_nan=False, default=str))


def _report(value: dict[str, Any], sentence: str, as_json: bool) -> None:
    if as_json:
        _print_json(value)
    else:
        typer.echo(sentence)


def _report_maker() -> ReportMaker:
    from pipeline.serving import ReportMaker

    return ReportMaker(Settings(), partial(typer.echo, err=True))


def _tell_champion(champion: Champion, template: str, as_json: bool) -> None:
    """Say who is champion, while its report is made where it has none."""
    from pipeline.contract import Artifacts

    with _report_maker() as maker:
        if not _store().attached(champion.run_id, Artifacts.REPORT):
            maker.make(champion.run_id)
        sentence = template.format(champion.run_id, champion.k)
        _report(champion.model_dump(), f"{champion.experiment}: {sentence}, version {champion.version}", as_json)


def main() -> None:
    """Run the command line and turn every fault into one message and an exit code."""
    try:
        settings = Settings()
    except ValidationError as error:
        typer.echo(f"korzina: {cli.settings_fault(error)}", err=True)
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
        words, code = cli.told_fault(error)
        typer.echo(f"korzina: {words}", err=True)
        raise SystemExit(code) from None
    finally:
        if "duckdb" not in sys.modules:  # which fills the screen with what it calls leaks where nothing searches for it
            gc.freeze()  # Python's last search for garbage would look through all libraries for a quarter of a second


if __name__ == "__main__":
    main()
