"""Rooms: each says what it is for, others use its face only, and no module stands in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MOST_FILES = 12
ROOMS = sorted(
    path.parent
    for pattern in ("pipeline/*/__init__.py", "dashapp/*/__init__.py", "dashapp/pages/*/__init__.py")
    for path in ROOT.glob(pattern)
    if path.parent.name != "pages"  # a row of rooms, with no face of its own
)


def imports(package: Path) -> Iterator[tuple[str, str]]:
    """(importing module, imported module) of every import in ``package``.

    A name that is a module counts as one, unless the room's face lists it.
    """
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            importer = ".".join(path.relative_to(package.parent).with_suffix("").parts)
            if isinstance(node, ast.Import):
                yield from ((importer, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    name = f"{node.module}.{alias.name}"
                    inside = package.parent / name.replace(".", "/")
                    is_module = inside.with_suffix(".py").is_file() or (inside / "__init__.py").is_file()
                    yield importer, name if is_module and alias.name not in face(inside.parent) else node.module


def past_the_face(package: Path, rooms: list[Path]) -> list[str]:
    """Imports of a room's inside from outside it."""
    names = {".".join(room.relative_to(package.parent).parts) for room in rooms}
    return sorted(
        f"{importer} -> {imported}"
        for importer, imported in imports(package)
        for room in names
        if imported.startswith(f"{room}.") and importer != room and not importer.startswith(f"{room}.")
    )


@cache
def face(room: Path) -> frozenset[str]:
    """The names that others may use; none where the folder is no room."""
    return frozenset(public(room)[1]) if (room / "__init__.py").is_file() else frozenset()


def public(room: Path) -> tuple[str | None, list[str]]:
    """A room's sentence of purpose and the names of its face."""
    tree = ast.parse((room / "__init__.py").read_text("utf-8"))
    faces = [
        node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]
    return ast.get_docstring(tree), list(ast.literal_eval(faces[0])) if faces else []


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_room_says_what_it_is_for_and_what_others_may_use(room: Path) -> None:
    purpose, names = public(room)

    assert purpose
    assert purpose.splitlines()[0].endswith("?" if room.parent.name == "pages" else ".")  # a page answers a question
    assert names


@pytest.mark.parametrize("package", ["pipeline", "dashapp"])
def test_others_use_a_rooms_face_only(package: str) -> None:
    rooms = [room for room in ROOMS if package in room.relative_to(ROOT).parts]

    assert past_the_face(ROOT / package, rooms) == []


def test_the_public_door_uses_faces_only() -> None:
    assert past_the_face(ROOT / "korzina", ROOMS) == []


def test_an_import_past_a_face_is_noticed(tmp_path: Path) -> None:
    for name, line in {
        "__init__": "",
        "reading/__init__": "__all__ = ['words']",
        "reading/text": "",
        "reading/words": "",
        "spec": "from house.reading.text import read",
        "spec_words": "from house.reading import words",
        "train": "from house.reading import text",
        "reading/sources": "from house.reading.text import read",
    }.items():
        path = tmp_path / "house" / f"{name}.py"
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(line, "utf-8")

    found = past_the_face(tmp_path / "house", [tmp_path / "house" / "reading"])

    assert found == ["house.spec -> house.reading.text", "house.train -> house.reading.text"]


def test_no_folder_holds_more_than_a_reader_takes_in_at_once() -> None:
    folders = {path.parent for package in ("pipeline", "dashapp") for path in (ROOT / package).rglob("*.py")}
    files = {str(folder.relative_to(ROOT)): len(list(folder.glob("*.py"))) for folder in folders}

    assert {folder: count for folder, count in files.items() if count > MOST_FILES} == {}
