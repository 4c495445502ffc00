"""``korzina users ...`` and ``korzina audit ...``: who may sign in, and whether the audit log is whole."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.command_line.options import JsonOption
from pipeline.errors import KorzinaError, UsageError
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.accounts import AuditLog, Event, Users

users_app = typer.Typer(no_args_is_help=True, help="Who may sign in with a password (KORZINA_AUTH=password).")
audit_app = typer.Typer(no_args_is_help=True, help="The audit log: see it, and see whether it is whole.")
NameOption = Annotated[str, typer.Argument(help="Name of the user.")]
RoleOption = Annotated[str, typer.Option(help="viewer, marketer or analyst.")]
StdinOption = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from stdin in place of asking for it.")
]


def attach_accounts(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.add_typer(users_app, name="users")
    app.add_typer(audit_app, name="audit")


class AuditError(KorzinaError):
    """The audit log is not whole."""


@users_app.command()
def add(name: NameOption, role: RoleOption = "viewer", password_stdin: StdinOption = False) -> None:
    """Add a user; the password is asked for, and never an argument, which other accounts of the machine could see."""
    given = _password(from_stdin=password_stdin)
    audited("users", told=f"adds {name}, {role}")
    user = _users().add(name, role, given)
    typer.echo(f"{user.name}: {user.role}")


@users_app.command("list")
def list_users(as_json: JsonOption = False) -> None:
    """List the users with their roles."""
    users = _users().all()
    if as_json:
        rows = [{"name": user.name, "role": user.role, "disabled": user.disabled} for user in users]
        typer.echo(json.dumps({"users": rows}, ensure_ascii=False))
        return
    for user in users:
        typer.echo(f"{user.name:<30} {user.role:<9}{' disabled' if user.disabled else ''}".rstrip())


@users_app.command()
def disable(name: NameOption) -> None:
    """Let nobody in under that name any more; open sessions end at once."""
    audited("users", told=f"disables {name}")
    _users().disable(name)
    typer.echo(f"{name}: disabled, and signed out everywhere")


@users_app.command()
def enable(name: NameOption) -> None:
    """Let a disabled user in again."""
    audited("users", told=f"enables {name}")
    _users().enable(name)
    typer.echo(f"{name}: enabled")


@users_app.command("role")
def give_role(name: NameOption, role: Annotated[str, typer.Argument(help="viewer, marketer or analyst.")]) -> None:
    """Give a user another role; it holds from the next click on."""
    audited("users", told=f"makes {name} {role}")
    _users().give_role(name, role)
    typer.echo(f"{name}: {role}")


@users_app.command()
def password(name: NameOption, password_stdin: StdinOption = False) -> None:
    """Give a user another password; open sessions end at once."""
    given = _password(from_stdin=password_stdin)
    audited("users", told=f"gives {name} another password")
    _users().give_password(name, given)
    typer.echo(f"{name}: another password, and signed out everywhere")


@users_app.command("sign-out")
def sign_out(name: NameOption) -> None:
    """End every session of somebody, also of a user of an OpenID provider, who may sign in again there."""
    from pipeline.accounts import AccountDatabase, Sessions, known_as

    audited("users", told=f"signs {name} out everywhere")
    sessions = Sessions(AccountDatabase(Settings().accounts))
    ended = sum(sessions.end_all(known) for known in {name, known_as(name)})  # a provider's names are kept as they are
    typer.echo(f"{name}: {ended} {'session' if ended == 1 else 'sessions'} ended")


@audit_app.command()
def verify(
    head: Annotated[str, typer.Option(help="A head that was noted before, as this command prints it.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Follow the whole chain: entries changed, put in, removed or cut off show."""
    from pipeline.accounts import Head

    noted = Head.read(head) if head else None
    if head and noted is None:
        raise UsageError.because("--head is no head", expected="NUMBER:MAC, as 'korzina audit verify' prints it")
    log_head, faults = _log().verify(noted)
    if as_json:
        typer.echo(json.dumps({"entries": log_head.number, "head": str(log_head), "faults": list(faults)}))
    elif not faults:
        typer.echo(f"{log_head.number} entries, none changed, removed or cut off. Head: {log_head}")
    if faults:
        raise AuditError.because(
            "the audit log is not whole",
            found="; ".join(faults[:20]),
            remedy="compare it with a backup, and find out who could write to the database of accounts",
        )


@audit_app.command()
def show(
    last: Annotated[int, typer.Option(help="How many of the latest entries.", min=1)] = 50, as_json: JsonOption = False
) -> None:
    """Print the latest entries, the newest first."""
    from dataclasses import asdict

    for entry in _log().last(last):
        if as_json:
            typer.echo(json.dumps(asdict(entry), ensure_ascii=False))
            continue
        rows = f", {entry.rows:,} rows" if entry.rows is not None else ""
        told = f", {entry.told}" if entry.told else ""
        typer.echo(f"{entry.number:>6}  {entry.moment}  {entry.event:<16} {entry.who or '-'}{rows}{told}")


def _users() -> Users:
    from pipeline.accounts import AccountDatabase, Users

    return Users(AccountDatabase(Settings().accounts))


def _log() -> AuditLog:
    from pipeline.accounts import AuditLog

    settings = Settings()
    if not settings.keeps_log:
        raise UsageError.because(
            "the audit log has no key",
            expected="the KORZINA_SECRET_KEY that the dashboard runs with",
            remedy="set it in the environment or in .env",
        )
    return AuditLog.of(settings)


def audited(event: Event, *, run: str = "", told: str = "") -> None:
    """What is about to be done from the command line, in the audit log where one is kept; raises ``StoreError``."""
    settings = Settings()
    if settings.keeps_log:  # asked here too, since the room behind it loads SQLAlchemy
        from pipeline.accounts import by_operator

        by_operator(settings, event, run=run, told=told)


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
