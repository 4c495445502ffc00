"""How often a command ends as it should: ``korzina campaigns``, many times over one trained run.

Run: ``python benchmarks/exits.py [--calls 200] [--home FOLDER] [--data ../shared/data/marketing_campaign.csv]
[--minutes 5]``. ``--home`` keeps the trained run and the count, so that a long run can be cut in pieces. A call counts
as wrong where its exit code is not 0, where its error output is not empty, or where it printed something else than the
first call did: a process that dies while Python ends has printed everything by then.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMAND = [sys.executable, "-m", "pipeline"]


def called(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One call of the command line with ``home`` as its store."""
    return subprocess.run(
        [*COMMAND, *arguments],
        env={**os.environ, "KORZINA_HOME": str(home / "mlruns")},
        capture_output=True,
        text=True,
        check=False,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--home", type=Path, help="folder that keeps the run and what was counted")
    parser.add_argument("--data", default="../shared/data/marketing_campaign.csv")
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after so long; needs --home")
    given = parser.parse_args()
    home = given.home or Path(tempfile.mkdtemp(prefix="korzina-exits-"))
    home.mkdir(parents=True, exist_ok=True)
    counted, first = home / "calls.txt", home / "first.txt"
    if not first.exists():
        trained = called(home, "train", "--spec", "marketing_campaign", "--data", given.data)
        if trained.returncode:
            raise SystemExit(trained.stderr)
        first.write_text(called(home, "campaigns").stdout, "utf-8")
    end = time.monotonic() + 60 * given.minutes
    made = counted.read_text("utf-8").splitlines() if counted.exists() else []
    while len(made) < given.calls and time.monotonic() < end:
        call = called(home, "campaigns")
        same = call.stdout == first.read_text("utf-8")
        right = call.returncode == 0 and not call.stderr and same
        made.append("right" if right else f"wrong: {call.returncode}, same output: {same}, {call.stderr[-500:]!r}")
        with counted.open("a", encoding="utf-8") as file:
            file.write(made[-1] + "\n")
    wrong = [line for line in made if line != "right"]
    print(f"{len(made)} calls of `korzina campaigns`, {len(wrong)} ended wrong", *wrong, sep="\n")
    if wrong:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
