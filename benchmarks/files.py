"""How files that nobody described are read: drafting over the corpus of ``tests/files``, whose answers are known.

Run: ``python benchmarks/files.py [--workers 2] [--only PATTERN] [--chapter NAME] [--faults]``. Prints a table. Of the
whole corpus it also writes the section of ``docs/benchmarks.md`` and the outcomes of which ``docs/files.md`` is made;
``--faults`` lists the files that fared badly, and why.
"""

from __future__ import annotations

import argparse
import fnmatch
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from report import machine_line, write_section

from tests.files.corpus import corpus
from tests.files.evaluation import VERDICTS, Outcome, evaluate_all, share_asked, share_right, store, tally

GOOD = ("taken right", "refused rightly", "asked, right first")


def table(outcomes: list[Outcome]) -> str:
    lines = [f"| chapter | files | {' | '.join(VERDICTS)} |", "|:--|--:|" + "--:|" * len(VERDICTS)]
    chapter_of = {file.name: file.kind for file in corpus()}
    for chapter in dict.fromkeys(chapter_of[outcome.name] for outcome in outcomes):
        mine = [outcome for outcome in outcomes if chapter_of[outcome.name] == chapter]
        counted = tally(mine)
        lines.append(f"| {chapter} | {len(mine)} | {' | '.join(str(counted[verdict]) for verdict in VERDICTS)} |")
    counted = tally(outcomes)
    lines.append(f"| **all** | {len(outcomes)} | {' | '.join(f'**{counted[verdict]}**' for verdict in VERDICTS)} |")
    return "\n".join(
        [
            *lines,
            "",
            f"Taken without a question and right: {share_right(outcomes):.1%} (goal: at least 99 %). "
            f"Asked about: {share_asked(outcomes):.1%} of the files that have an answer (goal: at most 20 %).",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="*", help="names of files, with * and ?")
    parser.add_argument("--chapter", default="*", help="chapters, with * and ?")
    parser.add_argument("--faults", action="store_true", help="list what fared badly")
    options = parser.parse_args()
    files = [file for file in corpus() if fnmatch.fnmatch(file.kind, options.chapter)]
    names = [file.name for file in files if fnmatch.fnmatch(file.name, options.only)]
    started = time.perf_counter()
    outcomes = evaluate_all(names, options.workers)
    seconds = (time.perf_counter() - started) * options.workers / len(names)
    if options.faults:
        for outcome in outcomes:
            if outcome.verdict not in GOOD:
                print(f"{outcome.name}: {outcome.verdict} {list(outcome.asked) or ''} {outcome.why}")
    text = f"{machine_line()}\n\n{table(outcomes)}\n\nMean time a file, drafted, read and compared: {seconds:.2f} s."
    print(text)
    if len(names) == len(corpus()):
        store(outcomes)
        write_section("files", text)


if __name__ == "__main__":
    main()
