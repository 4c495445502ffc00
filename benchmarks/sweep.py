"""Korzina's sweep beside the loop of every notebook and its usual alternatives, interleaved in one run.

Run: ``python benchmarks/sweep.py [--rows 2240 50000 1000000] [--seeds 5] [--slow-seeds 1] [--limit 240]``. Every
measurement is a process of its own, so that peak memory is its own; contenders take turns, so that a noisy minute hits
them alike. What takes longer than the limit is stopped and told as "more than". Yellowbrick and scikit-learn-intelex
are measured where they are installed. Ratios are medians over seeds. ``--raw FILE`` keeps every measurement, and a
second run with the same file goes on where the first one stopped.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

from memory import peak_memory

KS = range(2, 13)
FEATURES = 20
GENERATORS = ("shops", "blobs", "continuum")


def generate(rows: int, seed: int, generator: str):
    """Rows x 20 features: skewed correlated groups (shops), round groups (blobs), or no groups (continuum)."""
    import numpy as np

    rng = np.random.default_rng([seed, rows])
    if generator == "blobs":
        return rng.normal(scale=4, size=(9, FEATURES))[rng.integers(0, 9, rows)] + rng.normal(size=(rows, FEATURES))
    mixing = rng.normal(size=(FEATURES, FEATURES)) * np.linspace(1.5, 0.2, FEATURES)
    if generator == "continuum":
        return rng.normal(size=(rows, FEATURES)) @ mixing
    weights = rng.dirichlet(np.ones(14) * 2)
    centres = rng.normal(scale=1.3, size=(14, FEATURES))
    spreads = rng.uniform(0.5, 1.5, size=(14, FEATURES))
    own = rng.choice(14, rows, p=weights)
    return centres[own] + spreads[own] * rng.standard_t(6, size=(rows, FEATURES))


def korzina(data, seed):
    from pipeline.segmenting import sweep

    return {one.k: one.inertia for one in sweep(data, KS, seed=seed)}


def loop(data, seed):
    from sklearn.cluster import KMeans

    return {k: float(KMeans(k, n_init=10, random_state=seed).fit(data).inertia_) for k in KS}


def loop_one_blas_thread(data, seed):
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"):
        return loop(data, seed)


def minibatch(data, seed):
    from sklearn.cluster import MiniBatchKMeans

    return {k: float(MiniBatchKMeans(k, n_init=10, random_state=seed).fit(data).inertia_) for k in KS}


def intelex(data, seed):
    from sklearnex.cluster import KMeans

    return {k: float(KMeans(k, n_init=10, random_state=seed).fit(data).inertia_) for k in KS}


def yellowbrick(data, seed):
    import matplotlib

    matplotlib.use("Agg")
    from sklearn.cluster import KMeans
    from yellowbrick.cluster import KElbowVisualizer

    shown = KElbowVisualizer(
        KMeans(n_init=10, random_state=seed), k=(KS[0], KS[-1] + 1), timings=False, force_model=True
    ).fit(data)
    return dict(zip(KS, map(float, shown.k_scores_), strict=True))


def whole(data, seed):
    """The whole analysis: sweep, silhouettes, stability, null, descriptions."""
    import numpy as np
    import pandas as pd

    from pipeline.analyse import analyse
    from pipeline.contract import Column, Dataset, Ledger
    from pipeline.processors import process_helper
    from pipeline.stages import Cleaned, Options
    from pipeline.stopwatch import Stopwatch

    names = [f"f{place}" for place in range(data.shape[1])]
    columns = tuple(
        Column(name=name, role="active", kind="number", label=name, transform=("standardize",)) for name in names
    )
    dataset = Dataset(spec="bench", title="", spec_hash="", as_of=None, currency="", columns=columns)
    customers = pd.DataFrame(data, columns=names)
    customers.insert(0, "customer", np.arange(len(data)))
    ledger = Ledger(source="", fingerprint="", rows_in=len(data), rows_out=len(data), dropped=0, quarantined=0)
    with process_helper() as helper:
        training = analyse(
            Cleaned(dataset, customers, pd.DataFrame(), ledger), Options(seed=seed), Stopwatch(), helper=helper
        )
    assert len(training.candidates) == len(KS)
    return {}  # it scales the columns first, so its inertia is another quantity


CONTENDERS = {
    "Korzina's sweep": korzina,
    "notebook loop, one BLAS thread": loop_one_blas_thread,
    "notebook loop, default BLAS threads": loop,
    "MiniBatchKMeans": minibatch,
    "scikit-learn-intelex": intelex,
    "Yellowbrick": yellowbrick,
    "Korzina's whole analysis": whole,
}
LOOP = "notebook loop, one BLAS thread"
SLOW = ("notebook loop, one BLAS thread", "notebook loop, default BLAS threads", "Yellowbrick", "scikit-learn-intelex")


def measure_here(name: str, rows: int, seed: int, generator: str) -> None:
    """Measure one contender in this process and print JSON."""
    data = generate(rows, seed, generator)
    from sklearn.cluster import KMeans

    KMeans(2, n_init=1, max_iter=2).fit(data[:500])  # imports and thread pools are not what is compared
    with peak_memory() as peak:
        started = time.perf_counter()
        inertias = CONTENDERS[name](data, seed)
        seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "peak_mb": peak.bytes / 2**20, "inertias": inertias}))


def measure(name: str, rows: int, seed: int, generator: str, limit: float) -> dict | None:
    command = [
        sys.executable,
        __file__,
        "--one",
        name,
        "--rows",
        str(rows),
        "--seeds",
        str(seed),
        "--generator",
        generator,
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ), timeout=limit)
    except subprocess.TimeoutExpired:
        return {"seconds": limit, "peak_mb": None, "inertias": {}, "stopped": True}
    if done.returncode:
        print(f"{name}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    return json.loads(done.stdout.splitlines()[-1])


def compare(sizes, seeds, slow_seeds, leave_out, limit, raw: Path | None):
    """(rows, contender) -> {seed: result}; what ``raw`` holds already is not measured again."""
    found = defaultdict(dict)
    for line in raw.read_text("utf-8").splitlines() if raw and raw.exists() else ():
        rows, name, seed, result = json.loads(line)
        found[rows, name][seed] = result
    for rows in sizes:
        for seed in range(seeds):
            generator = GENERATORS[seed % len(GENERATORS)]
            for name in CONTENDERS:
                if (
                    name in leave_out
                    or seed in found[rows, name]
                    or (rows >= 500_000 and name in SLOW and seed >= slow_seeds)
                ):
                    continue
                result = measure(name, rows, seed, generator, limit)
                if result is None:
                    continue
                found[rows, name][seed] = result
                if raw:
                    with raw.open("a", encoding="utf-8") as kept:
                        kept.write(json.dumps([rows, name, seed, result]) + "\n")
                print(
                    f"{rows:>9,} {name:<38} {generator:<10} {result['seconds']:8.2f} s "
                    f"{result['peak_mb'] or 0:7.0f} MB",
                    file=sys.stderr,
                    flush=True,
                )
    return found


def table(found, sizes) -> str:
    import numpy as np

    lines = [
        "| rows | contender | seeds | seconds, median | times the loop's speed | peak memory, MB "
        "| inertia / best, mean | worst |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for rows in sizes:
        best = best_known(found, rows)
        base = found.get((rows, LOOP), {})
        for name in CONTENDERS:
            results = found.get((rows, name))
            if not results:
                continue
            over = "> " if any(one.get("stopped") for one in results.values()) else ""
            seconds = np.median([one["seconds"] for one in results.values()])
            speed = [base[seed]["seconds"] / one["seconds"] for seed, one in results.items() if seed in base]
            at_least = "> " if any(base[seed].get("stopped") for seed in results if seed in base) else ""
            shown = "" if not speed or "whole" in name or over else f"{at_least}{np.median(speed):.1f}"
            ratios = [
                inertia / best[seed, int(k)]
                for seed, one in results.items()
                for k, inertia in one["inertias"].items()
                if "whole" not in name
            ]
            peak = [one["peak_mb"] for one in results.values() if one["peak_mb"]]
            quality = f"{np.mean(ratios):.4f} | {np.max(ratios):.4f}" if ratios else " | "
            lines.append(
                f"| {rows:,} | {name} | {len(results)} | {over}{seconds:.2f} | {shown} | "
                f"{f'{np.median(peak):,.0f}' if peak else ''} | {quality} |"
            )
    return "\n".join(lines)


def best_known(found, rows):
    """The lowest inertia that anybody found for a seed's data and k."""
    best = defaultdict(lambda: float("inf"))
    for (size, name), results in found.items():
        for seed, one in results.items() if size == rows and "whole" not in name else ():
            for k, inertia in one["inertias"].items():
                best[seed, int(k)] = min(best[seed, int(k)], inertia)
    return best


def silhouette_table(rows: int) -> str:
    """All silhouettes in one pass against scikit-learn's call for each k."""
    import numpy as np
    from sklearn.metrics import silhouette_score

    from pipeline.segmenting import silhouettes, sweep

    data = generate(rows, 0, "shops")
    labellings = [one.labels for one in sweep(data, KS, seed=0)]
    times = {"ours": [], "theirs": []}
    for _ in range(3):
        started = time.perf_counter()
        ours = [one.overall for one in silhouettes(data, labellings, seed=0)]
        times["ours"].append(time.perf_counter() - started)
        started = time.perf_counter()
        theirs = [silhouette_score(data, labels) for labels in labellings]
        times["theirs"].append(time.perf_counter() - started)
    one, other = np.median(times["ours"]), np.median(times["theirs"])
    gap = np.abs(np.subtract(ours, theirs)).max()
    return (
        f"Silhouettes of all {len(KS)} k at {rows:,} rows: {one:.2f} s against {other:.2f} s of scikit-learn's "
        f"calls, {other / one:.0f} times; largest difference {gap:.1e}."
    )


def growth(found, sizes, drawn: Path) -> str:
    """Time against rows and against the largest k, fitted and drawn."""
    import matplotlib
    import numpy as np

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (by_rows, by_k) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
    for name in CONTENDERS:
        points = [
            (rows, np.median([one["seconds"] for one in found[rows, name].values()]))
            for rows in sizes
            if found.get((rows, name)) and not any(one.get("stopped") for one in found[rows, name].values())
        ]
        if points:
            by_rows.plot(*zip(*points, strict=True), marker="o", label=name)
    by_rows.set(xscale="log", yscale="log", xlabel="rows", ylabel="seconds, k from 2 to 12")
    by_rows.legend(fontsize=8)
    tops, seconds = zip(*_seconds_by_k(), strict=True)
    by_k.plot(tops, seconds, marker="o", color="black")
    by_k.set(xlabel="largest k, at 50,000 rows", ylabel="seconds of Korzina's sweep from k = 2", ylim=(0, None))
    figure.savefig(drawn, dpi=110)
    times = [np.median([one["seconds"] for one in found[rows, "Korzina's sweep"].values()]) for rows in sizes]
    with_rows = np.polyfit(np.log(sizes), np.log(times), 1)[0] if len(sizes) > 1 else float("nan")
    with_k = np.polyfit(np.log(tops), np.log(seconds), 1)[0]
    return (
        f"Korzina's sweep grows as rows to the power {with_rows:.2f} over these sizes (its search looks at a "
        f"sample), and as the largest k to the power {with_k:.2f} at 50,000 rows.\n\n![Growth]({drawn.name})"
    )


def _seconds_by_k():
    import numpy as np

    from pipeline.segmenting import sweep

    data, found = generate(50_000, 0, "shops"), []
    for top in (4, 6, 8, 12, 16, 24):
        times = []
        for seed in range(3):
            started = time.perf_counter()
            sweep(data, range(2, top + 1), seed=seed)
            times.append(time.perf_counter() - started)
        found.append((top, float(np.median(times))))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[2_240, 50_000, 1_000_000])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--slow-seeds", type=int, default=1, help="seeds for the slow contenders at a million rows")
    parser.add_argument("--limit", type=float, default=240, help="seconds after which a measurement is stopped")
    parser.add_argument("--leave-out", nargs="*", default=[])
    parser.add_argument("--raw", type=Path)
    parser.add_argument("--one")
    parser.add_argument("--generator", default="shops")
    options = parser.parse_args()
    if options.one:
        measure_here(options.one, options.rows[0], options.seeds, options.generator)
        return
    from report import REPORT, machine_line, write_section

    found = compare(options.rows, options.seeds, options.slow_seeds, options.leave_out, options.limit, options.raw)
    stopped = any(one.get("stopped") for results in found.values() for one in results.values())
    limit = (
        f"Stopped after {options.limit:.0f} s: shown as more than that."
        if stopped
        else f"No measurement was stopped (the limit was {options.limit:.0f} s)."
    )
    text = "\n\n".join(
        [
            machine_line(),
            limit,
            table(found, options.rows),
            growth(found, options.rows, REPORT.with_name("sweep-growth.png")),
            *(silhouette_table(rows) for rows in (2_240, 20_000)),
        ]
    )
    print(text)
    write_section("sweep", text)


if __name__ == "__main__":
    main()
