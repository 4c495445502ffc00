"""The recipe of docs/adding-a-chart.md, followed literally in a copy, adds a chart whose test passes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "adding-a-chart.md"


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE.read_text("utf-8"), flags=re.M | re.S)


def edit(copy: Path, diff: str) -> None:
    """Replace the lines that each part takes away, which have to be there once, by those that it puts in."""
    file = copy / re.findall(r"^\+\+\+ b/(.+)$", diff, flags=re.M)[0]
    for part in diff.split("\n@@\n")[1:]:
        lines = part.splitlines()
        old = "".join(f"{line[1:]}\n" for line in lines if line.startswith("-"))
        new = "".join(f"{line[1:]}\n" for line in lines if line.startswith("+"))
        text = file.read_text("utf-8")
        assert text.count(old) == 1, f"{file.name}: {old!r} is not there once"
        file.write_text(text.replace(old, new), "utf-8")


def test_the_recipe_adds_a_linked_chart_in_under_sixty_lines(tmp_path: Path) -> None:
    for package in ("dashapp", "pipeline", "tests"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "e2e"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for diff in blocks("diff"):
        edit(tmp_path, diff)
    for code in blocks("python"):
        (tmp_path / code.splitlines()[0].removeprefix("# ")).write_text(code, "utf-8")

    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/dashapp/test_cumulative.py"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-2000:]
    assert "1 passed" in done.stdout
    added = [line for diff in blocks("diff") for line in diff.splitlines() if re.match(r"\+(?!\+\+)", line)]
    added += [line for code in blocks("python") for line in code.splitlines()[1:] if line.strip()]
    assert len(added) < 60
