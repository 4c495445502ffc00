"""The command line: every command, in the order in which they are used."""

from __future__ import annotations

import getpass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.errors import UsageError
from pipeline.settings import Settings
from pipeline.terminal import (
    ChampionOption,
    DataOption,
    JsonOption,
    ReasonOption,
    SpecOption,
    print_json,
    progress,
    report,
    run_commands,
    table,
)

if TYPE_CHECKING:
    from pipeline.contract import Champion
    from pipeline.serving import ReportMaker
    from pipeline.store import Store

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        from pipeline import __version__

        typer.echo(f"korzina {__version__}")
        raise typer.Exit


@app.callback()
def korzina(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_tell_version, is_eager=True)
    ] = False,
) -> None:
    """Korzina: customer segmentation from raw data to a promoted, explained champion."""


class Promote(StrEnum):
    """When a finished sweep becomes champion."""

    AUTO = "auto"
    NEVER = "never"


@app.command(short_help="Clean the data, sweep KMeans over k, choose, log, promote.")
def train(
    spec: SpecOption = "complete_journey",
    data: DataOption = None,
    k_min: Annotated[int, typer.Option(help="Least number of segments to try.")] = 2,
    k_max: Annotated[int, typer.Option(help="Largest number of segments to try.")] = 12,
    seed: Annotated[int, typer.Option(help="Every random choice derives from it.")] = 0,
    experiment: Annotated[
        str | None, typer.Option(help="Experiment in MLflow to record it in; left out: the spec's name.")
    ] = None,
    promote: Annotated[Promote, typer.Option(help="auto: promote unless the champion stands firmer.")] = Promote.AUTO,
    choose: Annotated[int | None, typer.Option(help="Your own number of segments, recorded as such.")] = None,
    reason: Annotated[str, typer.Option(help="Why this number; needed with --choose.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Clean the data, sweep KMeans over k, choose, describe, log every k to MLflow, promote."""
    if choose is not None and not reason.strip():
        raise UsageError.because("--choose needs a reason", remedy='add --reason "..."')
    from pipeline.summary import summarise, told
    from pipeline.train import Request
    from pipeline.train import train as run

    request = Request(
        spec=spec,
        data=data,
        k_min=k_min,
        k_max=k_max,
        seed=seed,
        experiment=experiment,
        promote=promote.value,
        choose=choose,
        choose_reason=reason,
    )
    with _report_maker() as maker:
        with progress() as tick:
            result = run(request, Settings(), maker.early(tick) if promote is Promote.AUTO else tick)
        if result.champion and result.promoted:
            maker.make(result.champion.run_id)
        if as_json:
            print_json(summarise(result))
        else:
            for line in told(result):
                typer.echo(line)


@app.command(short_help="List the completed runs, the newest sweep first.")
def runs(
    experiment: Annotated[str | None, typer.Option(help="Only this experiment's; left out: those of all.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List the completed runs, the newest sweep first; the champion is marked."""
    found = _store().runs(experiment)
    if as_json:
        print_json({"runs": [run.model_dump(exclude={"params"}) for run in found]})
        return
    from pipeline.summary import RUN_HEADER, run_rows

    table(RUN_HEADER, run_rows(found))


@app.command()
def promote(
    run_id: Annotated[str, typer.Argument(help="Run to promote, or the first 6 or more characters.")],
    reason: ReasonOption,
    as_json: JsonOption = False,
) -> None:
    """Make a run the champion; the dashboard shows it within seconds."""
    champion = _store().promote(run_id, reason=_given(reason), who=getpass.getuser())
    with _report_maker() as maker:
        _make_if_lacking(maker, champion.run_id)
        report(
            champion.model_dump(),
            f"{champion.experiment}: run {champion.run_id} (k = {champion.k}) is champion, version {champion.version}",
            as_json,
        )


@app.command()
def rollback(reason: ReasonOption, experiment: ChampionOption = None, as_json: JsonOption = False) -> None:
    """Go back to the champion before the present one."""
    store = _store()
    champion = store.rollback(
        store.only_experiment(experiment or Settings().experiment), reason=_given(reason), who=getpass.getuser()
    )
    with _report_maker() as maker:
        _make_if_lacking(maker, champion.run_id)
        report(
            champion.model_dump(),
            f"{champion.experiment}: back to run {champion.run_id} (k = {champion.k}), version {champion.version}",
            as_json,
        )


@app.command()
def score(
    data: Annotated[str, typer.Option(help="File, folder, glob or database URL of the customers to place.")],
    output: Annotated[Path, typer.Option(help="CSV file to write.")],
    experiment: ChampionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Place customers into the champion's segments."""
    from pipeline.scoring import score_file

    store, champion = _champion(experiment, "there is no champion to score with")
    scored = score_file(store.load(champion.run_id), data, output)
    for note in scored.notes:
        typer.echo(note, err=True)
    report(scored.summary(), f"{scored.rows} customers placed, written to {output}", as_json)


@app.command(short_help="Whom to contact next, at which cost and profit.")
def campaigns(
    experiment: ChampionOption = None,
    cost: Annotated[float | None, typer.Option(help="Cost of one contact; left out: the spec's.", min=0.0)] = None,
    revenue: Annotated[
        float | None, typer.Option(help="Revenue of one response; left out: the spec's.", min=0.0)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Whom to contact next: the champion's plan, and what each rule earned on customers it had not seen."""
    from pipeline.campaigns import at_prices

    store, champion = _champion(experiment, "there is no champion to plan with")
    run = store.load(champion.run_id)
    if run.campaigns is None:
        raise UsageError.because(
            f"run {run.run_id} (k = {run.k}) has no campaign plan",
            found="a run that was not the recommended one, or of an older version",
            remedy="run 'korzina train' again",
        )
    plan, summary = run.campaigns, run.campaigns.summary
    if cost is not None or revenue is not None:
        plan = at_prices(
            plan,
            run.dataset,
            cost=summary.cost if cost is None else cost,
            revenue=summary.revenue if revenue is None else revenue,
        )
    if as_json:
        from pipeline.campaigns import plan_as_json

        print_json(
            {"experiment": champion.experiment, "run_id": champion.run_id, "k": champion.k, **plan_as_json(plan)}
        )
    else:
        from pipeline.campaigns import plan_in_words, strategy_rows

        for sentence in plan_in_words(plan, run.dataset.currency):
            typer.echo(sentence)
        if plan.summary.evaluation:
            table(
                ["who is contacted", "contacts", "profit", "95 %"],
                strategy_rows(plan.summary.evaluation, run.dataset.currency),
            )


@app.command(short_help="Analyse a file and write a commented draft spec of it.")
def init(
    file: Annotated[str, typer.Argument(help="Your file: a table of customers or of purchases.")],
    output: Annotated[Path | None, typer.Option(help="Spec to write; left out: beside the file, as NAME.toml.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing spec.")] = False,
) -> None:
    """Analyse a file's structure and write a commented draft spec that trains as it is."""
    from pipeline.drafting import draft_spec, write_draft

    target = output or Path(file).with_suffix(".toml")
    if target.exists() and not force:
        raise UsageError.because(f"{target} exists already", remedy="give another --output, or --force to overwrite")
    write_draft(draft_spec(file), target)
    typer.echo(f"Wrote {target}. Look through it, then: korzina train --spec {target} --data {file}")


@app.command(hidden=True)
def schema(
    output: Annotated[Path | None, typer.Option(help="File to write; left out: stdout.")] = None,
) -> None:
    """Print the JSON Schema of a spec, by which editors complete its keys."""
    from pipeline.spec import schema_text

    if output is None:
        typer.echo(schema_text(), nl=False)
    else:
        output.write_text(schema_text(), encoding="utf-8")


@app.command()
def serve(
    dashboard: Annotated[bool, typer.Option(help="With or without the dashboard.")] = True,
    mlflow: Annotated[bool, typer.Option(help="With or without the MLflow UI.")] = True,
) -> None:
    """Serve the dashboard and the MLflow UI until Ctrl-C."""
    from pipeline.serving import serve as run

    raise typer.Exit(run(Settings(), dashboard=dashboard, mlflow_ui=mlflow, announce=typer.echo))


@app.command(short_help="Print every key of a spec, the settings, or the Procfile.")
def docs(
    name: Annotated[str, typer.Argument(help="spec, settings or procfile; left out: where each of them lies.")] = "",
) -> None:
    """Print a document that comes with Korzina: every key of a spec, every setting, the Procfile."""
    from pipeline.manual import DOCUMENTS, document

    if name:
        typer.echo(document(name).read_text("utf-8"), nl=False)
    else:
        for known in DOCUMENTS:
            typer.echo(f"{known:<9} {document(known)}")


# ------------------------------------------------------------------ helpers of the commands


def _store() -> Store:
    from pipeline.store import Store

    return Store.open(Settings())


def _champion(experiment: str | None, without: str) -> tuple[Store, Champion]:
    store = _store()
    champion = store.champion(store.only_experiment(experiment or Settings().experiment))
    if champion is None:
        raise UsageError.because(without, remedy="run 'korzina train' first")
    return store, champion


def _given(reason: str) -> str:
    if not reason.strip():
        raise UsageError.because("--reason is empty", expected="a sentence that a colleague will understand")
    return reason.strip()


def _report_maker() -> ReportMaker:
    from pipeline.serving import ReportMaker

    return ReportMaker(Settings(), partial(typer.echo, err=True))


def _make_if_lacking(maker: ReportMaker, run_id: str) -> None:
    from pipeline.contract import Artifacts

    if not _store().attached(run_id, Artifacts.REPORT):
        maker.make(run_id)


def main() -> None:
    """The program ``korzina``."""
    run_commands(app)


if __name__ == "__main__":
    main()
