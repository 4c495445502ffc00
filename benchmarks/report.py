"""Where the benchmarks write: ``docs/benchmarks.md``, one section a script between markers."""

from __future__ import annotations

import os
import platform
import re
from datetime import UTC, datetime
from pathlib import Path

import numpy
import sklearn

REPORT = Path(__file__).parent.parent / "docs" / "benchmarks.md"


def machine_line() -> str:
    """Date, processor count, memory and versions, in one line."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d}: {os.cpu_count()} cores ({platform.machine()}), "
        f"{pages * size / 2**30:.0f} GiB, Python {platform.python_version()}, NumPy {numpy.__version__}, "
        f"scikit-learn {sklearn.__version__}."
    )


def write_section(name: str, text: str) -> None:
    """Replace the section between ``<!-- name -->`` and ``<!-- /name -->``."""
    page = REPORT.read_text("utf-8")
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.S)
    if not pattern.search(page):
        raise SystemExit(f"{REPORT}: no section {name!r}")
    REPORT.write_text(pattern.sub(lambda found: f"{found[1]}{text}\n{found[2]}", page), "utf-8")
