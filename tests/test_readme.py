"""README and .env.example say what is true: commands exist, settings are complete, named files are there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from pipeline.__main__ import app
from pipeline.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8").replace("\n               [", " [")  # a command that takes two lines
COMMANDS = get_command(app).commands  # type: ignore[attr-defined]
CALLS = sorted(set(re.findall(r"^ *(korzina [a-z].*)$|`(korzina [a-z][^`]*)`", README, re.MULTILINE)))
SETTINGS = {f"KORZINA_{name.upper()}": field for name, field in Settings.model_fields.items()}


@pytest.mark.parametrize("call", [block or inline for block, inline in CALLS])
def test_every_command_in_the_readme_exists_with_its_options(call: str) -> None:
    _korzina, command, *rest = shlex.split(re.sub(r"[\[\]]", " ", call))

    known = {option for one in COMMANDS[command].params for option in (*one.opts, *one.secondary_opts)}
    assert {word for word in rest if word.startswith("--")} - known == set()


def test_every_command_is_in_the_readme_with_every_option() -> None:
    block = README.split("## The command line")[1].split("```")[1]
    shown = {line.split()[1]: set(re.findall(r"--[a-z-]+", line)) for line in block.splitlines() if line}

    wanted = {
        name: {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
        for name, command in COMMANDS.items()
    }
    missing = {name: options - shown.get(name, set()) - {"--help", "--json"} for name, options in wanted.items()}
    switched_off = {"--dashboard", "--mlflow"}  # shown as --no-..., which is what anybody would type
    assert {name: options - switched_off for name, options in missing.items() if options - switched_off} == {}


def test_the_table_of_settings_is_complete() -> None:
    rows = dict(re.findall(r"^\| `(KORZINA_\w+)` \| ?(\S*) \|", README, re.MULTILINE))

    assert rows == {name: f"`{field.default}`" if str(field.default) else "" for name, field in SETTINGS.items()}


def test_env_example_lists_every_setting_with_its_default() -> None:
    lines = re.findall(r"^# (KORZINA_\w+)=(.*)$", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE)

    assert dict(lines) == {name: str(field.default) for name, field in SETTINGS.items()}


def test_the_code_map_names_every_module_and_nothing_else() -> None:
    section = README.split("## The code, in reading order")[1].split("\n## ")[0]
    for package in ("korzina", "pipeline", "dashapp"):
        part = section.split(f"\n`{package}/`")[1].split("\n`")[0]
        named = set(re.findall(r"`(\w+\.py|\w+/)`", part))
        there = {path.name for path in (ROOT / package).glob("*.py") if path.name != "__init__.py"}
        there |= {f"{path.name}/" for path in (ROOT / package).iterdir() if path.is_dir()}

        assert named == there - {"__pycache__/"}


def test_make_targets_in_the_readme_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

    assert {target.split()[-1] for target in re.findall(r"`make ((?:\w+=\S+ )?\w+)`", README)} - targets == set()


def test_files_that_the_readme_shows_are_there() -> None:
    pictures = re.findall(r"!\[.*?\]\((.*?)\)", README)

    assert [picture for picture in pictures if not (ROOT / picture).is_file()] == []
