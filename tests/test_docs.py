"""The recipes of docs/adding-*.md, followed literally in a copy of the project: what they say to do works."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
RECIPES = sorted(path.stem for path in (ROOT / "docs").glob("adding-*.md"))
FILED = re.compile(r"# (\S+\.\w+)\n")  # the first line of a block that is a file of its own


def blocks(recipe: str) -> list[tuple[str, str]]:
    """Kind and text of each block of a recipe, in order."""
    text = (ROOT / "docs" / f"{recipe}.md").read_text("utf-8")
    return re.findall(r"^```(\w+)\n(.*?)^```", text, flags=re.M | re.S)


def edit(copy: Path, diff: str) -> None:
    """Make of each part what it takes away and keeps, which has to be there once, what it keeps and puts in."""
    file = copy / re.findall(r"^\+\+\+ b/(.+)$", diff, flags=re.M)[0]
    for part in diff.split("\n@@\n")[1:]:
        lines = part.splitlines()
        old = "".join(f"{line[1:]}\n" for line in lines if line.startswith(("-", " ")))
        new = "".join(f"{line[1:]}\n" for line in lines if line.startswith(("+", " ")))
        text = file.read_text("utf-8")
        assert text.count(old) == 1, f"{file.name}: {old!r} is not there once"
        file.write_text(text.replace(old, new), "utf-8")


def run(copy: Path, line: str) -> str:
    """What a command printed; it has to succeed."""
    name, *words = shlex.split(line)
    beside = Path(sys.executable).with_name(name.removeprefix(".venv/bin/"))  # the suite's own, whatever its folder
    program = str(beside if beside.exists() else name)
    done = subprocess.run(
        [program, *words],
        cwd=copy,
        env={
            **os.environ,
            "PYTHONPATH": str(copy),
            "KORZINA_HOME": str(copy / "mlruns"),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{line}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    left_out = shutil.ignore_patterns("__pycache__", "e2e", "packaging", "screenshots")
    for folder in ("dashapp", "pipeline", "tests", "docs", "scripts"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=left_out)
    for file in ("pyproject.toml", "SECURITY.md"):
        shutil.copy(ROOT / file, tmp_path)
    return tmp_path


@pytest.mark.long
@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_works_as_it_is_written(recipe: str, copy: Path) -> None:
    printed = ""
    for kind, text in blocks(recipe):
        if kind == "diff":
            edit(copy, text)
        elif kind == "sh":
            printed += "".join(run(copy, line) for line in text.splitlines())
        elif filed := FILED.match(text):
            file = copy / filed[1]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")

    assert re.search(r"\d passed", printed), f"docs/{recipe}.md runs no test"


def test_the_recipe_of_a_linked_chart_takes_under_sixty_lines() -> None:
    parts = blocks("adding-a-chart")

    added = [
        line for kind, text in parts if kind == "diff" for line in text.splitlines() if re.match(r"\+(?!\+\+)", line)
    ]
    added += [line for kind, text in parts if kind == "python" for line in text.splitlines()[1:] if line.strip()]
    assert len(added) < 60
