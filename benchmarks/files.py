"""How files that nobody described are read: drafting over the corpus of ``tests/files``, whose answers are known.

Run: ``python -m benchmarks.files [--workers 2] [--only PATTERN] [--faults]``. Prints a table and, of the whole corpus,
writes it into ``docs/benchmarks.md`` between its markers; ``--faults`` lists the files that fared badly, and why.
"""

from __future__ import annotations

import argparse
import fnmatch
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from report import machine_line, write_section  # noqa: E402

from tests.files.answers import File  # noqa: E402
from tests.files.corpus import corpus  # noqa: E402
from tests.files.evaluation import VERDICTS, Outcome, evaluate, share_asked, share_right, tally  # noqa: E402

GOOD = ("taken right", "refused rightly", "asked, right first")


def one(name: str) -> tuple[str, Outcome, float]:
    file = next(file for file in corpus() if file.name == name)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        outcome = evaluate(file, Path(folder))
    return name, Outcome(plain(file), outcome.verdict, outcome.asked, outcome.why), time.perf_counter() - started


def plain(file: File) -> File:
    """The file without its maker, which no process can hand to another."""
    return File(file.name, file.kind, file.form, bytes, file.answer)


def table(outcomes: list[Outcome]) -> str:
    lines = [f"| chapter | files | {' | '.join(VERDICTS)} |", "|:--|--:|" + "--:|" * len(VERDICTS)]
    chapters = dict.fromkeys(outcome.file.kind for outcome in outcomes)
    for chapter in chapters:
        mine = [outcome for outcome in outcomes if outcome.file.kind == chapter]
        counted = tally(mine)
        lines.append(f"| {chapter} | {len(mine)} | {' | '.join(str(counted[verdict]) for verdict in VERDICTS)} |")
    counted = tally(outcomes)
    lines.append(f"| **all** | {len(outcomes)} | {' | '.join(f'**{counted[verdict]}**' for verdict in VERDICTS)} |")
    lines += [
        "",
        f"Taken without a question and right: {share_right(outcomes):.1%} (goal: at least 99 %). "
        f"Asked about: {share_asked(outcomes):.1%} of the files that have an answer (goal: at most 20 %).",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="*", help="names of files, with * and ?")
    parser.add_argument("--faults", action="store_true", help="list what fared badly")
    options = parser.parse_args()
    names = [file.name for file in corpus() if fnmatch.fnmatch(file.name, options.only)]
    with ProcessPoolExecutor(options.workers) as pool:
        results = list(pool.map(one, names, chunksize=8))
    outcomes = [outcome for _name, outcome, _seconds in results]
    if options.faults:
        for name, outcome, _seconds in results:
            if outcome.verdict not in GOOD:
                print(f"{name}: {outcome.verdict} {list(outcome.asked) or ''} {outcome.why}")
    text = f"{machine_line()}\n\n{table(outcomes)}\n\nMedian time a file: "
    text += f"{sorted(seconds for _name, _outcome, seconds in results)[len(results) // 2]:.2f} s."
    print(text)
    if options.only == "*":
        write_section("files", text)


if __name__ == "__main__":
    main()
