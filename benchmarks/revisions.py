"""Earlier states of the project, to measure beside the present one."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def unpacked(revision: str, folder: Path) -> Path:
    """An earlier source tree."""
    tree = folder / "before"
    tree.mkdir()
    archive = subprocess.run(["git", "archive", revision], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "x"], cwd=tree, input=archive, check=True)
    return tree
