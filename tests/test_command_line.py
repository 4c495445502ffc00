"""What the command says of itself: its version, the help of each command, and the documents that come with it."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

import pipeline
from pipeline.__main__ import app
from pipeline.command_line import DOCUMENTS, document
from pipeline.errors import UsageError

ROOT = Path(__file__).resolve().parents[1]
COMMANDS = {name: one for name, one in get_command(app).commands.items() if not one.hidden}  # type: ignore[attr-defined]


def said(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == 0, done.output
    return done.stdout


def option_help(command: str, option: str) -> str:
    return next(one.help for one in COMMANDS[command].params if option in one.opts)


def test_it_knows_its_version() -> None:
    assert said("--version") == f"korzina {pipeline.__version__}\n"


def test_the_list_of_commands_says_each_in_a_whole_sentence() -> None:
    listed = said("--help").split("Commands:\n")[1].splitlines()

    assert [line.split()[0] for line in listed] == list(COMMANDS)
    assert [line for line in listed if not line.endswith(".") or line.endswith("...")] == []


def test_an_option_of_one_name_is_described_by_what_it_does_in_each_command() -> None:
    """Training names a new experiment after the spec; the others have no spec, and look for a champion or list runs."""
    found = {name: option_help(name, "--experiment") for name in ("train", "runs", "rollback", "score", "campaigns")}

    assert "the spec's name" in found.pop("train")
    assert "of all" in found.pop("runs")
    assert all("champion" in text and "KORZINA_EXPERIMENT" in text for text in found.values())


def test_a_switch_that_is_off_has_no_opposite() -> None:
    (force,) = (one for one in COMMANDS["init"].params if one.name == "force")

    assert (force.opts, force.secondary_opts) == (["--force"], [])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_printed_as_it_is(name: str) -> None:
    assert said("docs", name) == (ROOT / DOCUMENTS[name]).read_text("utf-8")


def test_without_a_name_it_says_where_they_lie() -> None:
    assert [line.split()[1] for line in said("docs").splitlines()] == [str(ROOT / path) for path in DOCUMENTS.values()]


def test_what_is_no_document_is_told_with_those_that_are() -> None:
    with pytest.raises(UsageError, match="spec, settings, procfile"):
        document("sepc")


def test_the_wheel_is_told_to_bring_every_document() -> None:
    configured = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["data-files"]

    assert set(configured["share/korzina"]) >= set(DOCUMENTS.values())


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("KORZINA_WORKERS", "0", "KORZINA_WORKERS: 1 or more. Found: '0'"),
        ("KORZINA_PORT", "abc", "KORZINA_PORT: a whole number"),
        ("KORZINA_URL_PREFIX", "bad value", "KORZINA_URL_PREFIX: expected a path"),
    ],
)
def test_a_wrong_setting_is_told_by_its_variable(variable: str, value: str, told: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "runs"],
        env={**os.environ, "KORZINA_HOME": str(tmp_path), variable: value},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert told in done.stderr
    assert "pydantic" not in done.stderr


def test_a_draft_never_takes_the_place_of_the_data(tmp_path: Path) -> None:
    data = tmp_path / "customers.csv"
    data.write_text("id,spend\n1,2\n", "utf-8")

    done = CliRunner().invoke(app, ["init", str(data), "--output", str(data), "--force"])

    assert isinstance(done.exception, UsageError)
    assert data.read_text("utf-8") == "id,spend\n1,2\n"


@pytest.mark.parametrize("asked", ["init {loop}", "init {long}", "train --spec {long}", "train --spec x --data {long}"])
def test_a_path_that_the_system_does_not_open_is_told_in_words(asked: str, tmp_path: Path) -> None:
    loop = tmp_path / "loop.csv"
    loop.symlink_to(loop)

    done = subprocess.run(
        [sys.executable, "-m", "pipeline", *asked.format(loop=loop, long=f"{'x' * 300}.csv").split()],
        env={**os.environ, "KORZINA_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "What to do" in done.stderr
    assert "unexpected" not in done.stderr
