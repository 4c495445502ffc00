"""``korzina purge``: what would be removed for good, the question, and doing it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.command_line.first_look import refuse_silent
from pipeline.command_line.options import JsonOption
from pipeline.command_line.terminal import can_ask
from pipeline.errors import UsageError
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.purging import PurgePlan, PurgeRequest
    from pipeline.store import Store, StoredRun

_OUTSIDE = "Backups, lists that were taken along and the files that were trained on are outside the store: see to them."


def attach_purge(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command(short_help="Remove old runs, or one customer, for good.")(purge)


def purge(
    before: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Remove the trainings started before this day (UTC) with all rows."),
    ] = None,
    customer: Annotated[
        list[str] | None, typer.Option(help="Id of a customer whose rows are removed from every run; repeatable.")
    ] = None,
    experiment: Annotated[str | None, typer.Option(help="Only this experiment's; left out: those of all.")] = None,
    champions: Annotated[bool, typer.Option("--champions", help="Also what is in use may be removed.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Remove people's rows for good: from runs, lists, plans, caches, logs, the database and its free pages."""
    refuse_silent(Settings())
    from pipeline.purging import PurgeRequest
    from pipeline.store import Store

    request = PurgeRequest(before.date() if before else None, tuple(customer or ()), experiment, champions)
    store = Store.open(Settings())
    plan = _planned(store, request)
    for line in told_plan(plan):
        typer.echo(line, err=as_json)
    if not plan.is_empty:
        _ask(yes)
        _remove(store, request, plan)
    if as_json:
        typer.echo(json.dumps({"removed": plan.counts()}))
    elif not plan.is_empty:
        typer.echo(f"Removed for good. {_OUTSIDE}")


def told_plan(plan: PurgePlan) -> Iterator[str]:
    """What would be removed, and what would not, line by line; no value of anybody."""
    for sweep in plan.sweeps:
        used = ", its champion among them" if sweep.in_use else ""
        yield f"{_training(sweep.parent)}, {1 + len(sweep.children)} runs with all their rows{used}"
    for changed in plan.rows:
        rows = [f"{len(changed.keys)} of {changed.customers:,} customers"]
        rows += [f"{len(changed.aside)} rows set aside"] if changed.aside else []
        yield f"{_training(changed.sweep.parent)}: {' and '.join(rows)}"
    for run in plan.runs:
        why = (
            "deleted in MLflow"
            if run.deleted
            else "with a segment of hardly anybody else"
            if run.complete
            else "unfinished"
        )
        yield f"{run.experiment}: the run {run.run_id[:8]} of {_day(run.started)}, {why}"
    for name in plan.orphans:
        yield f"the folder {name}, which belongs to no run"
    for sweep in plan.kept:
        yield f"kept: {_training(sweep.parent)}, since its champion is in use"
    for sweep in plan.without_ids:
        yield f"not looked through: {_training(sweep.parent)}, which keeps no ids; --before removes it as a whole"
    if plan.is_empty:
        yield "Nothing is to be removed."


def _planned(store: Store, request: PurgeRequest) -> PurgePlan:
    from pipeline.purging import finish_pending, plan_purge

    with store.erasing() as eraser:
        ended = finish_pending(eraser)
        if ended:
            typer.echo(f"ended what an earlier purge had begun, in {ended} trainings", err=True)
        return plan_purge(eraser, request)


def _ask(yes: bool) -> None:
    if yes:
        return
    if not can_ask():
        raise UsageError.because("nobody is there to be asked", remedy="add --yes, once the list above is right")
    if not typer.confirm("Remove this for good? Nobody can bring it back", err=True):
        raise UsageError.because("nothing was removed")


def _remove(store: Store, request: PurgeRequest, shown: PurgePlan) -> None:
    """Do what was shown, unless the store has changed since; it is written down first, in counts."""
    from pipeline.accounts import by_operator
    from pipeline.purging import carry_out, plan_purge

    with store.erasing() as eraser:
        plan = plan_purge(eraser, request)
        if plan.counts() != shown.counts():
            raise UsageError.because("the store has changed since the list was made", remedy="run the command again")
        counts = plan.counts()
        criterion = "before a day" if request.before else "by customer"
        told = f"{criterion}: {counts['sweeps']} trainings, {counts['runs']} runs"
        told += f", rows of {counts['changed_sweeps']} others"
        by_operator(Settings(), "purge", rows=counts["rows"], told=told)
        carry_out(eraser, plan)
    _make_reports(child.run_id for changed in plan.rows for child in changed.sweep.children if child.in_use)


def _make_reports(champions: Iterable[str]) -> None:
    """The reports of champions anew, which were drawn from everybody."""
    from pipeline.serving import ReportMaker

    with ReportMaker(Settings(), partial(typer.echo, err=True)) as maker:
        for run_id in champions:
            maker.make(run_id)


def _training(parent: StoredRun) -> str:
    return f"{parent.experiment}, training {parent.run_id[:8]} of {_day(parent.started)}"


def _day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).date().isoformat()
