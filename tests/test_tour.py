"""The page of the tour says what its notebook says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_the_page_is_written_from_the_notebook() -> None:
    page = subprocess.run(
        [
            sys.executable,
            "-c",
            "import json, runpy; tour = runpy.run_path('scripts/tour.py'); "
            "print(tour['text'](json.loads(tour['NOTEBOOK'].read_text('utf-8'))), end='')",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout

    assert (ROOT / "docs" / "tour.md").read_text("utf-8") == page, "run 'make tour'"


def test_every_name_of_the_door_that_the_tour_uses_is_there() -> None:
    import korzina

    cells = json.loads((ROOT / "docs" / "tour.ipynb").read_text("utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    used = set(re.findall(r"\bkorzina\.(\w+)", code))

    assert {"segment", "open", "KorzinaError"} <= used
    assert used <= set(dir(korzina))
