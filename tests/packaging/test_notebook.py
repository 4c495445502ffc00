"""The tour runs from top to bottom in a kernel of its own, and shows what it showed when it was written down."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def tour() -> ModuleType:
    """``scripts/tour.py``, which is no package."""
    found = importlib.util.spec_from_file_location("tour", ROOT / "scripts" / "tour.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def executed(tour: ModuleType) -> Any:
    """The notebook, run anew; an error in a cell is an error here."""
    return tour.run()


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")  # of the kernel's client
def test_every_cell_shows_what_it_showed(tour: ModuleType, executed: Any) -> None:
    stored = nbformat.read(ROOT / "docs" / "tour.ipynb", as_version=4)

    assert len(executed.cells) == len(stored.cells) > 20
    for now, then in zip(executed.cells, stored.cells, strict=True):
        assert shown(now) == shown(then), f"{then.source}\n\nrun 'make tour'"


def test_nothing_is_said_beside_the_results(executed: Any) -> None:
    outputs = [output for cell in executed.cells for output in cell.get("outputs", [])]

    assert {output.output_type for output in outputs} <= {"execute_result", "display_data", "stream"}
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []


def test_the_notebook_stays_small() -> None:
    assert (ROOT / "docs" / "tour.ipynb").stat().st_size < 100_000


def shown(cell: Any) -> list[str]:
    """What a reader sees under a cell as text, charts aside."""
    return [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.get("outputs", [])]


def test_the_helper_is_not_restarted_where_psutil_watches_it() -> None:
    """Every notebook brings psutil, with which loky takes the imports of a worker for a leak."""
    from joblib.externals.loky import process_executor

    from pipeline.processors import process_helper

    assert process_executor._USE_PSUTIL
    with process_helper() as helper:
        assert helper.submit(getattr, process_executor, "_USE_PSUTIL").result() is False
