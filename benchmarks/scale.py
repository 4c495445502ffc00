"""How far one machine goes: `korzina train` on customers and on purchase lines with baskets, time and memory.

Run: ``python benchmarks/scale.py [--customers 1e6 3e6 10e6] [--lines 10e6 100e6] [--before REVISION] [--runs 1]``.
Prints a table and writes it into ``docs/benchmarks.md`` between its markers; ``--print`` leaves that file alone. Each
training is a process of its own with a store of its own. With ``--before`` an earlier revision, unpacked with
``git archive``, takes turns with this tree, and the results of both are compared (``same`` in the table: segments of
every customer, decision and every number of every k). ``--keep FOLDER`` keeps the generated files for another run.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
from memory import proportional_memory
from report import machine_line, write_section
from revisions import unpacked

ROOT = Path(__file__).resolve().parents[1]
FEATURES = 20
CHUNK = 500_000  # customers generated at once
CATEGORIES = 40
EVERY = 0.2  # seconds between two looks at the memory
LINES = """
SELECT 'c' || lpad(CAST(customer AS VARCHAR), 9, '0') AS customer, basket,
    DATE '2025-01-01' + CAST(hash(basket) % 365 AS INTEGER) AS day,
    'Category ' || lpad(CAST(CAST({categories} * pow(hash(n * 7 + 1) % 1000000 / 1e6, 1 + customer % 3) AS INTEGER)
        AS VARCHAR), 2, '0') AS category,
    CAST(1 + hash(n * 3 + 2) % 4 AS INTEGER) AS quantity,
    round(1 + (hash(n * 5 + 3) % 2000) / 100.0 * (1 + customer % 5), 2) AS price
FROM (SELECT n, n // 8 AS basket, hash(n // 8) % {customers} AS customer FROM range({lines}) numbers(n))
"""
CUSTOMERS_OF_LINES = """
SELECT customer, count(DISTINCT basket) AS orders, sum(quantity * price) AS spend, count(*) AS items,
    date_diff('day', max(day), DATE '2026-01-01') AS recency, avg(price) AS price_level
FROM data GROUP BY customer
"""


@dataclass(frozen=True)
class Run:
    """One training: seconds, those of the processors, the largest memory of its main process and of all its processes
    in GiB, and its results.
    """

    seconds: float
    processor: float
    main: float
    whole: float
    store: float
    code: int
    stages: dict[str, float]
    results: str  # a digest of what was found; empty where it failed


# ------------------------------------------------------------------ data


def write_customers(rows: int, folder: Path) -> tuple[Path, Path]:
    """A Parquet file of customers with 20 numbers each in 14 groups of uneven size, and its spec."""
    data, spec = folder / f"customers-{rows}.parquet", folder / f"customers-{rows}.toml"
    if not data.exists():
        _write_numbers(rows, data)
    columns = "".join(
        f'\n[columns.f{place:02}]\nrole = "active"\nkind = "number"\nlabel = "Feature {place}"\n'
        'transform = ["standardize"]\n'
        for place in range(FEATURES)
    )
    spec.write_text(f'name = "scale"\ntitle = "Scale"\n\n[id]\ncolumn = "customer"\nkeep = true\n{columns}', "utf-8")
    return data, spec


def _write_numbers(rows: int, file: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = ["customer", *(f"f{place:02}" for place in range(FEATURES))]
    schema = pa.schema([(names[0], pa.string()), *((name, pa.float64()) for name in names[1:])])
    draft = file.with_suffix(".draft")
    with pq.ParquetWriter(draft, schema) as writer:
        for start, numbers in _numbers(rows):
            ids = pa.array([f"c{place:09}" for place in range(start, start + len(numbers))])
            writer.write_table(pa.table([ids, *map(pa.array, numbers.T)], schema=schema))
    draft.rename(file)


def _numbers(rows: int) -> Iterator[tuple[int, object]]:
    import numpy as np

    rng = np.random.default_rng([rows, FEATURES])
    weights = rng.dirichlet(np.ones(14) * 2)
    centres = rng.normal(scale=1.3, size=(14, FEATURES))
    spreads = rng.uniform(0.5, 1.5, size=(14, FEATURES))
    for start in range(0, rows, CHUNK):
        size = min(CHUNK, rows - start)
        own = rng.choice(14, size, p=weights)
        yield start, centres[own] + spreads[own] * rng.standard_t(6, size=(size, FEATURES))


def write_lines(lines: int, folder: Path) -> tuple[Path, Path]:
    """A Parquet file of purchase lines, eight a basket and 200 a customer, and its spec with baskets."""
    data, spec = folder / f"lines-{lines}.parquet", folder / f"lines-{lines}.toml"
    if not data.exists():
        query = LINES.format(lines=lines, customers=max(lines // 200, 1_000), categories=CATEGORIES)
        draft = data.with_suffix(".draft")
        with duckdb.connect() as connection:
            connection.execute(f"COPY ({query}) TO '{draft}' (FORMAT parquet)")
        draft.rename(data)
    columns = "".join(
        f'\n[columns.{name}]\nrole = "active"\nkind = "number"\nlabel = "{name}"\n'
        'transform = ["log1p", "winsorize", "standardize"]\n'
        for name in ("orders", "spend", "items", "recency", "price_level")
    )
    spec.write_text(
        f'name = "scale"\ntitle = "Scale"\n\n[source]\nquery = """{CUSTOMERS_OF_LINES}"""\n\n[baskets]\n'
        'query = "SELECT customer, basket, category FROM data"\n\n[id]\ncolumn = "customer"\nkeep = true\n' + columns,
        "utf-8",
    )
    return data, spec


# ------------------------------------------------------------------ one training


def train(tree: Path, data: Path, spec: Path, folder: Path, limit: float) -> Run:
    """`korzina train` of a source tree; what it says goes into a log in ``folder``, its store is thrown away."""
    home = folder / "store"
    shutil.rmtree(home, ignore_errors=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KORZINA_")}
    arguments = [sys.executable, "-m", "pipeline", "train", "--spec", str(spec), "--data", str(data), "--json"]
    with (folder / "told.json").open("wb") as told, (folder / "log").open("wb") as log:
        started, used = time.perf_counter(), _processor_seconds()
        process = subprocess.Popen(
            arguments,
            cwd=tree,
            env={**environment, "KORZINA_HOME": str(home)},
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=log,
        )
        main, whole = _watch(process, started + limit)
        seconds, processor = time.perf_counter() - started, _processor_seconds() - used
    summary = json.loads((folder / "told.json").read_bytes() or b"{}") if process.returncode == 0 else {}
    size = sum(file.stat().st_size for file in home.rglob("*") if file.is_file())
    results = _digest(home, summary) if summary else ""
    shutil.rmtree(home, ignore_errors=True)
    stages = summary.get("seconds", {})
    memory = main / 2**30, whole / 2**30
    return Run(seconds, processor, *memory, size / 2**20, process.returncode, stages, results)


def _processor_seconds() -> float:
    """Of all processes that this one has waited for, and those that they waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _watch(process: subprocess.Popen, deadline: float) -> tuple[int, int]:
    """The largest memory of the process and of all that it started, in bytes, until it ends."""
    main = whole = 0
    while process.poll() is None:
        time.sleep(EVERY)
        try:
            status = Path(f"/proc/{process.pid}/status").read_text().splitlines()
        except OSError:
            continue
        peaks = [int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM")]
        main, whole = max([main, *peaks]), max(whole, proportional_memory(process.pid))
        if time.perf_counter() > deadline:
            process.kill()
    return main, whole


def _digest(home: Path, summary: dict) -> str:
    """Of all that is stored of each k and of the sweep, but for ids, times and what is written in another way."""
    runs = {"sweep": summary["sweep_run_id"], **{f"k{run['k']}": run["run_id"] for run in summary["runs"]}}
    digest = hashlib.sha256()
    for name, run in sorted(runs.items()):
        [folder] = (file.parent for file in home.rglob(f"{run}/artifacts/korzina/manifest.json"))
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):  # a large run holds its sample apart
            content, place = _content(file), file.relative_to(folder)
            digest.update(f"{name} {place} {content}\n".encode() if content else b"")
            if os.environ.get("SCALE_DIGESTS"):  # to see which file differs
                print(name, place, content, file=sys.stderr)
    return digest.hexdigest()[:16]


def _content(file: Path) -> str:
    if file.suffix == ".parquet":
        stored = duckdb.sql(f"SELECT * FROM read_parquet('{file}')")
        columns = ", ".join(f'"{name}"' for name in sorted(stored.columns))
        rows = f"SELECT hash(CAST(({columns}) AS VARCHAR)) AS h, row_number() OVER () AS place FROM stored"
        summed = f"SELECT count(*), bit_xor(hash(h, place)), sum(hash(place, h)) FROM ({rows})"
        return str(duckdb.sql(summed).fetchall())
    if file.name in ("manifest.json", "spec.json"):
        return ""
    text = file.read_text("utf-8")
    if file.name == "candidates.json":
        records = [{**record, "seconds": None, "run_id": None} for record in json.loads(text)]
        text = json.dumps(records)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


# ------------------------------------------------------------------ all of them


def row(name: str, label: str, runs: list[Run], same: str) -> str:
    done = [run for run in runs if run.code == 0]
    if not done:
        codes = ", ".join(sorted({str(run.code) for run in runs}))
        memory = max(run.whole for run in runs)
        return f"| {name} | {label} | not done: exit code {codes} | | | {memory:.1f} | | | |"
    longest = sorted(done[0].stages.items(), key=lambda stage: -stage[1])[1:8]
    stages = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in longest)
    wanted = ("seconds", "processor", "main", "whole", "store")
    figures = [statistics.median(getattr(run, figure) for run in done) for figure in wanted]
    return "| {} | {} | {:.1f} | {:.1f} | {:.1f} | {:.1f} | {:,.0f} | {} | {} |".format(
        name, label, *figures, stages, same
    )


def measure(options: argparse.Namespace, folder: Path) -> list[str]:
    """The rows of the table; what has been measured is printed as it comes."""
    trees = {"before": unpacked(options.before, folder)} if options.before else {}
    trees["now"] = ROOT
    kept = Path(options.keep) if options.keep else folder
    wanted = [(f"{int(n):,} customers x {FEATURES}", write_customers, int(n)) for n in options.customers]
    wanted += [(f"{int(n):,} lines with baskets", write_lines, int(n)) for n in options.lines]
    rows = []
    for name, write, size in wanted:
        data, spec = write(size, kept)
        results: dict[str, list[Run]] = {label: [] for label in trees}
        for _turn in range(options.runs):
            for label, tree in trees.items():
                results[label].append(train(tree, data, spec, folder, options.limit))
                print(name, label, results[label][-1], file=sys.stderr, flush=True)
        found = {run.results for runs in results.values() for run in runs if run.results}
        for label, runs in results.items():
            same = "" if len(trees) < 2 or not runs[0].results else "yes" if len(found) == 1 else "no"
            rows.append(row(name, label, runs, same))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=float, nargs="*", default=[1e6, 3e6, 10e6])
    parser.add_argument("--lines", type=float, nargs="*", default=[10e6, 100e6])
    parser.add_argument("--before", help="an earlier revision to measure beside this tree")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--limit", type=float, default=900.0, help="seconds after which a training is stopped")
    parser.add_argument("--keep", help="a folder that keeps the generated files")
    parser.add_argument("--print", action="store_true", help="only print the table")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        rows = measure(options, Path(place))
    revision = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    text = "\n".join(
        [
            f"{machine_line()} Commit {revision.stdout.strip()}.",
            "",
            f"`korzina train`, k 2 to 12, command to prompt; medians of {options.runs}.",
            "",
            "| data | | seconds | of processors | main, GiB | all, GiB | store, MB | longest stages, s | same |",
            "|:--|:--|--:|--:|--:|--:|--:|:--|:--|",
            *rows,
        ]
    )
    print(text)
    if not options.print:
        write_section("scale", text)


if __name__ == "__main__":
    main()
