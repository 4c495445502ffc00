"""How long `korzina init` takes and how much memory, on 200,000 lines of CSV and 5 million of Parquet.

Run: ``python benchmarks/init.py [--before REVISION] [--runs 3]``. Prints a table and writes it into
``docs/benchmarks.md`` between its markers. Lines are of 100,000 and 500,000 orders, with an item, a category, a
quantity and a price each. With ``--before`` an earlier revision, unpacked with ``git archive``, is measured in turns.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
from report import machine_line, write_section
from revisions import unpacked

ROOT = Path(__file__).resolve().parents[1]
LINES = """
SELECT 536365 + (n // {per_order}) AS order_id,
    CAST(10000 + hash(n // {per_order}) % {customers} AS BIGINT) AS customer_id,
    TIMESTAMP '2022-01-03 08:00:00' + to_seconds(CAST((n // {per_order}) * 63e6 / {orders} AS BIGINT)) AS order_date,
    'Item ' || (hash(n * 7 + 1) % 4000) AS product,
    ['Food', 'Home', 'Garden', 'Sport', 'Toys'][CAST(1 + hash(n * 7 + 1) % 5 AS BIGINT)] AS category,
    CAST(1 + hash(n * 3 + 2) % 4 AS BIGINT) AS quantity,
    round(1 + (hash(hash(n * 7 + 1) % 4000) % 9000) / 100.0, 2) AS unit_price
FROM range({lines}) numbers(n)
"""
GOALS = {"200,000 lines, CSV": (5.0, None), "5,000,000 lines, Parquet": (20.0, 1.5)}


@dataclass(frozen=True)
class Run:
    """One `korzina init`: seconds, and the largest memory of its process in GiB; None where it failed."""

    seconds: float
    memory: float
    code: int


def write(folder: Path) -> dict[str, Path]:
    """The two files, by their names in the table."""
    files = {"200,000 lines, CSV": folder / "lines.csv", "5,000,000 lines, Parquet": folder / "lines.parquet"}
    sizes = {"lines.csv": (200_000, 2, 20_000), "lines.parquet": (5_000_000, 10, 150_000)}
    for file in files.values():
        lines, per_order, customers = sizes[file.name]
        query = LINES.format(lines=lines, per_order=per_order, customers=customers, orders=lines // per_order)
        with duckdb.connect() as connection:
            connection.execute(f"COPY ({query}) TO '{file}'")
    return files


def init(tree: Path, file: Path, folder: Path) -> Run:
    """The command of a source tree on a file; what it says goes into a log beside the file."""
    arguments = [sys.executable, "-m", "pipeline", "init", str(file), "--output", str(folder / "draft.toml"), "--force"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KORZINA_")}
    with (folder / "log").open("wb") as log:
        started = time.perf_counter()
        process = subprocess.Popen(
            arguments, cwd=tree, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        _pid, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
    return Run(seconds, used.ru_maxrss / 2**20, os.waitstatus_to_exitcode(status))


def row(name: str, label: str, runs: list[Run]) -> str:
    seconds = statistics.median(run.seconds for run in runs)
    memory = statistics.median(run.memory for run in runs)
    codes = sorted({run.code for run in runs})
    return f"| {name} | {label} | {seconds:.1f} | {memory:.2f} | {', '.join(map(str, codes))} |"


def verdicts(results: dict[tuple[str, str], list[Run]]) -> list[str]:
    """Whether the goals are met."""
    told = []
    for name, (most_seconds, most_memory) in GOALS.items():
        runs = results[name, "now"]
        seconds, memory = (
            statistics.median(values) for values in zip(*((run.seconds, run.memory) for run in runs), strict=True)
        )
        met = seconds < most_seconds and (most_memory is None or memory < most_memory)
        goal = f"under {most_seconds:.0f} s" + (f" and {most_memory} GiB" if most_memory else "")
        told.append(f"- {'Met' if met else 'Missed'}: {name} {goal}; {seconds:.1f} s and {memory:.2f} GiB.")
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", help="an earlier revision to measure beside this tree")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    results: dict[tuple[str, str], list[Run]] = {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        trees = {"before": unpacked(options.before, folder)} if options.before else {}
        trees["now"] = ROOT
        files = write(folder)
        for _turn in range(options.runs):
            for name, file in files.items():
                for label, tree in trees.items():
                    results.setdefault((name, label), []).append(init(tree, file, folder))
    lines = ["| file | | s | peak memory, GiB | exit code |", "|:--|:--|--:|--:|--:|"]
    lines += [row(name, label, runs) for (name, label), runs in results.items()]
    text = "\n".join([machine_line(), "", f"Medians of {options.runs} runs.", "", *lines, "", *verdicts(results)])
    print(text)
    write_section("init", text)


if __name__ == "__main__":
    main()
