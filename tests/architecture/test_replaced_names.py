"""What tests put something else in the place of is there, in tests too that run rarely: modules get other names."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from functools import reduce
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOUSES = ("korzina.", "pipeline.", "dashapp.")


def replaced(source: str) -> Iterator[str]:
    """Names in the product that ``monkeypatch.setattr`` is given as text; one that is put together has braces in it."""
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "setattr"):
            continue
        name = ast.unparse(node.args[0]).lstrip("f").strip("'\"") if node.args else ""
        if name.startswith(HOUSES) and isinstance(node.args[0], ast.Constant | ast.JoinedStr):
            yield name


def is_there(name: str) -> bool:
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            module = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        try:
            reduce(getattr, parts[length:], module)
        except AttributeError:
            return False
        return True
    return False


def test_what_tests_replace_is_there() -> None:
    lost = {
        f"{file.relative_to(ROOT)}: {name}"
        for file in sorted((ROOT / "tests").rglob("*.py"))
        for name in replaced(file.read_text("utf-8"))
        if not is_there(name)
    }
    assert not lost


@pytest.mark.parametrize(
    ("call", "there"),
    [
        ('patch.setattr("pipeline.folding.drawing.SAMPLE", 1)', True),
        ('patch.setattr("pipeline.engine.drawing.SAMPLE", 1)', False),
        ('patch.setattr("pipeline.folding.drawing.NO_SAMPLE", 1)', False),
        ('patch.setattr(f"pipeline.{name}.SAMPLE", 1)', False),
    ],
)
def test_a_lost_name_is_found(call: str, there: bool) -> None:
    assert [is_there(name) for name in replaced(call)] == [there]
