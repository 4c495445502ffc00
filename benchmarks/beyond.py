"""A dashboard over more customers than a worker holds: memory, ready, clicks, exact counts, pages and the file of all.

Run: ``python benchmarks/beyond.py [--sizes 1000000 10000000] [--clicks 80] [--keep FOLDER]``. A training of 20,000
customers with 20 numbers each is drawn again up to each size (``crowd.py``) and served by a real gunicorn with one
worker, by its sample and its tallies (``KORZINA_CUSTOMERS_IN_MEMORY`` below the size), which are prepared first.
A click is what ``dashboard.py`` calls one. With ``--in-memory`` the smallest size is also served with all customers.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from crowd import crowd
from dashboard import Korzina, Measured
from report import machine_line, write_section
from scale import write_customers
from served import Server, start

from dashapp.pages import PAGES
from pipeline.settings import Settings
from pipeline.stages import Training

BASE = 20_000
CLICK_MS, PAGE_S, READY_S, MEGABYTES = 100, 2.0, 5.0, 500  # the targets
PATIENCE = 300.0


@dataclass
class Found:
    """One size, one way of serving it."""

    customers: int
    way: str
    prepared: float
    ready: float
    clicks: list[float]
    processor: float  # milliseconds of it a click, counting everybody in the background included
    counted: float  # seconds until a count that nobody tallied was exact
    pages: dict[str, float]
    csv: tuple[float, int]
    memory: tuple[float, float]  # peaks in MB: after the clicks, and after the file of all


def train_base(folder: Path) -> Training:
    """Twenty thousand customers with twenty numbers each."""
    from pipeline.train import Request, train

    data, spec = write_customers(BASE, folder)
    return train(Request(spec=str(spec), data=str(data), k_max=8), Settings(home=folder / "base")).training


def measure(home: Path, n: int, options: argparse.Namespace, most: int) -> Found:
    """One gunicorn with one worker over the store in ``home``."""
    prepared = prepare(home, most) if most < n else 0.0
    started = time.perf_counter()
    server = start(
        "Korzina",
        ["-c", "python:dashapp.gunicorn_conf", "dashapp.wsgi:server"],
        {"KORZINA_HOME": str(home), "KORZINA_LOG_LEVEL": "warning", "KORZINA_CUSTOMERS_IN_MEMORY": str(most)},
        home.parent / "korzina.log",
    )
    try:
        wait(server)
        ready = time.perf_counter() - started
        korzina, measured = Korzina(server), Measured()
        korzina.show()
        spent = server.processor_seconds()
        for event in clicks(options.clicks, seed=n):
            korzina.click(event, measured)
        spent = server.processor_seconds() - spent
        peak = server.peak_megabytes()
        pages = {page.name: timed(lambda path=page.path: korzina.page(path)) for page in PAGES}
        counted = timed(lambda: server.ask("GET", "/customers.txt?f00=0.1234~0.9&f01=0.21~"))
        file = server.ask("GET", "/customers.csv?f00=0~0.1")
        return Found(
            n,
            "all in memory" if most >= n else "a sample",
            prepared,
            ready,
            measured.milliseconds,
            1000 * spent / options.clicks,
            counted,
            pages,
            (file.seconds, file.size),
            (peak, server.peak_megabytes()),
        )
    finally:
        server.stop()


def prepare(home: Path, most: int) -> float:
    """Seconds that it takes to prepare the champion, once a machine."""
    from pipeline.store import Store

    store = Store.open(Settings(home=home), most=most)
    return timed(lambda: store.prepare_run(store.champions()[0].run_id))


def wait(server: Server) -> None:
    """Until a segmentation can be shown."""
    deadline = time.monotonic() + PATIENCE
    while server.ask("GET", "/readyz").status != 200:
        if time.monotonic() > deadline:
            raise SystemExit("the dashboard does not become ready")
        time.sleep(0.05)


def clicks(count: int, seed: int) -> Iterator[dict]:
    """Ranges of numbers that part bars, outlines on the map, and every seventh time all over again."""
    rng = np.random.default_rng(seed)
    for place in range(count):
        if place % 7 == 6:
            yield {"reset": True}
        elif place % 3 == 2:
            angles, (x, y) = np.linspace(0, 2 * np.pi, 30), rng.normal(size=2)
            yield {"dimension": "map", "xs": (x + np.cos(angles)).tolist(), "ys": (y + np.sin(angles)).tolist()}
        else:
            low, high = sorted(rng.normal(size=2).tolist())
            yield {"dimension": f"f{int(rng.integers(20)):02}", "span": [low, high]}


def timed(work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def table(found: list[Found]) -> str:
    """A row a size and way."""
    lines = [
        "| customers | served by | prepared once, s | ready after, s | click, median and 95 %, ms "
        "| of the processor, ms | slowest page, s | exact count by reading all, s | peak, MB, and with a file "
        "| a file, s and MB |",
        "|--:|:--|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for one in found:
        middle, high = np.percentile(one.clicks, [50, 95])
        page = max(one.pages, key=lambda name: one.pages[name])
        lines.append(
            f"| {one.customers:,} | {one.way} | {one.prepared:.0f} | {one.ready:.1f} | {middle:.0f} and {high:.0f} | "
            f"{one.processor:.0f} | "
            f"{one.pages[page]:.2f} ({page}) | {one.counted:.2f} | {one.memory[0]:.0f} and {one.memory[1]:.0f} | "
            f"{one.csv[0]:.1f} and {one.csv[1] / 1e6:.1f} |"
        )
    return "\n".join(lines)


def verdicts(found: list[Found]) -> str:
    """Each target with the worst that was measured by samples."""
    sampled = [one for one in found if one.way == "a sample"]
    worst = [
        ("a click, 95 % of them, in ms", CLICK_MS, max(float(np.percentile(one.clicks, 95)) for one in sampled)),
        ("a page, in s", PAGE_S, max(max(one.pages.values()) for one in sampled)),
        ("ready, in s", READY_S, max(one.ready for one in sampled)),
        ("a worker, in MB", MEGABYTES, max(one.memory[0] for one in sampled)),
    ]
    return "\n".join(
        f"- {'Met' if measured <= limit else '**Missed**'}: {what}: at most {limit:g}; the worst is {measured:,.3g}."
        for what, limit, measured in worst
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--clicks", type=int, default=80)
    parser.add_argument("--in-memory", action="store_true", help="the smallest size with all its customers too")
    parser.add_argument("--keep", type=Path, help="folder that stores are taken from and left in")
    parser.add_argument("--no-report", action="store_true", help="print, do not write docs/benchmarks.md")
    options = parser.parse_args()
    found: list[Found] = []
    with tempfile.TemporaryDirectory() as draft:
        folder = options.keep or Path(draft)
        for n in options.sizes:
            home = folder / str(n) / "mlruns"
            if not home.exists():
                home.parent.mkdir(parents=True, exist_ok=True)
                crowd(train_base(Path(draft)), n, home)
            if options.in_memory and n == min(options.sizes):
                found.append(measure(home, n, options, most=n))
            found.append(measure(home, n, options, most=min(n - 1, 3_000_000)))
            print(table(found[-1:]).splitlines()[-1], flush=True)
    text = "\n\n".join([machine_line(), table(found), verdicts(found)])
    print(text)
    if not options.no_report:
        write_section("beyond", text)


if __name__ == "__main__":
    main()
