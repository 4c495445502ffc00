"""A name says one thing in the whole house: one class, and outside the fixed parts of a page one module, has it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOUSES = ("korzina", "pipeline", "dashapp")
PARTS_OF_A_PAGE = {"address", "callbacks", "figures", "ids", "layout"}


def modules(root: Path) -> Iterator[Path]:
    """Modules and packages of the product, without the tests that a page brings."""
    for house in HOUSES:
        for path in sorted((root / house).rglob("*.py")):
            if "tests" not in path.parts and path.name != "__main__.py":
                yield path.parent if path.name == "__init__.py" else path


def named_twice(root: Path) -> dict[str, list[str]]:
    """Module -> where it stands, for those that stand more than once; a page is called as its address is."""
    pages, places = root / "dashapp" / "pages", defaultdict(list)
    for path in modules(root):
        is_page, in_a_page = path.parent == pages, path.parent.parent == pages
        if not is_page and not (path.stem in PARTS_OF_A_PAGE and (in_a_page or path.parent.parent == root)):
            places[path.stem].append(str(path.relative_to(root)))
    return {name: found for name, found in places.items() if len(found) > 1}


def classes_named_twice(root: Path) -> dict[str, list[str]]:
    """Class -> the modules that define it, for those that more than one does."""
    places = defaultdict(list)
    for path in modules(root):
        source = path / "__init__.py" if path.is_dir() else path
        for node in ast.parse(source.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef):
                places[node.name].append(str(path.relative_to(root)))
    return {name: found for name, found in places.items() if len(found) > 1}


def test_no_two_modules_have_one_name() -> None:
    assert named_twice(ROOT) == {}


def test_no_two_classes_have_one_name() -> None:
    assert classes_named_twice(ROOT) == {}


def test_what_has_the_name_of_another_is_noticed(tmp_path: Path) -> None:
    for name, text in {
        "pipeline/reading/rates.py": "class Rate: ...",
        "dashapp/charts/rates.py": "class Rate: ...",
        "dashapp/ids.py": "",
        "dashapp/pages/rates/ids.py": "",
        "dashapp/pages/score/ids.py": "class Score: ...",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    assert named_twice(tmp_path) == {"rates": ["pipeline/reading/rates.py", "dashapp/charts/rates.py"]}
    assert classes_named_twice(tmp_path) == {"Rate": ["pipeline/reading/rates.py", "dashapp/charts/rates.py"]}
