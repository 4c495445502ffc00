"""Writes into ``SECURITY.md`` which role reaches which routes and pages. Run by ``make rights``."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from dashapp.access import ROUTES  # noqa: E402
from dashapp.pages import PAGES  # noqa: E402
from pipeline.settings import READER_ROLES  # noqa: E402

POLICY = ROOT / "SECURITY.md"
NAMES = re.compile(r"`[^`]+`(?:, `[^`]+`)*")


def listed() -> dict[str, list[str]]:
    """Routes that nobody has to sign in for, and the pages that each role has before those below it."""
    open_routes = [rule for rule, least in ROUTES.items() if least in ("anybody", "operator")]
    pages = {role: [page.name for page in PAGES if page.rights.least == role] for role in READER_ROLES}
    return {"nobody": sorted(open_routes), **{role: sorted(names) for role, names in pages.items()}}


def written(text: str) -> str:
    """The policy with the names of today; raises ``SystemExit`` where a role has no row."""
    for role, names in listed().items():
        row = re.search(rf"^\| {role} \| .*$", text, re.MULTILINE)
        if row is None:
            raise SystemExit(f"{POLICY.name}: no row of {role}")
        told = NAMES.sub(", ".join(f"`{name}`" for name in names), row[0], count=1)
        text = text.replace(row[0], told)
    return text


if __name__ == "__main__":
    POLICY.write_text(written(POLICY.read_text("utf-8")), "utf-8")
