"""What fuzzing once found stays mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS

FOUND = sorted((Path(__file__).parent / "corpus").glob("*/*"))


@pytest.mark.parametrize("file", FOUND, ids=[f"{file.parent.name}/{file.name}"[:40] for file in FOUND])
def test_what_was_found_does_no_harm(file: Path) -> None:
    TARGETS[file.parent.name](file.read_bytes())
