"""How fast the dashboard answers, and how much it sends, beside a plain pandas-and-Plotly Dash page.

Run: ``python benchmarks/dashboard.py [--sizes 2469 100000 1000000] [--clicks 80] [--plain-clicks 80 20 4]``.
Complete Journey is trained once and its customers are drawn again, with noise, up to each size; every size is a real
store, served by a real gunicorn with one worker. The same random sequence of clicks (segments, bars, ranges, outlines,
crosses, reset) goes to both pages in turns; what is timed is the wall time of the real callback requests over loopback,
compression and transfer included. A click on Korzina is four of them, one after another: the event, the chips, all
charts, and the chart of any two traits, which the plain page does not have.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pandas as pd
from grown import grow, save, train_base
from report import machine_line, write_section
from served import (
    UPDATE,
    Loaded,
    Server,
    callbacks,
    chromium,
    components,
    find_callback,
    load,
    request,
    start,
)

from dashapp import ids
from dashapp.pages import PAGES
from pipeline.contract import Assignments, Projection
from pipeline.stages import Training

MOST_FILTERS, FAR = 4, 1e300
KINDS, CHANCES = ("segment", "bar", "range", "outline", "remove", "reset"), (0.25, 0.25, 0.2, 0.15, 0.1, 0.05)
CLICK_MS, RESPONSE_KB, LOAD_S = 100, 300, 2.0  # the targets


@dataclass
class Measured:
    """One page at one size."""

    milliseconds: list[float] = field(default_factory=list)
    largest: int = 0
    ready: float = 0.0
    peak: float = 0.0
    loads: dict[str, Loaded] = field(default_factory=dict)
    csv: tuple[float, int] = (float("nan"), 0)  # seconds and bytes as sent


class Korzina:
    """Korzina's Explore page, asked as a browser asks it."""

    def __init__(self, server: Server) -> None:
        self.server, self.search = server, ""
        server.ask("GET", "/explore")
        known = callbacks(server)
        self.content = find_callback(known, "_pages_content.children")
        self.select = find_callback(known, "url.search")
        self.chips = find_callback(known, "chips.children")
        self.draw = find_callback(known, '"linked"}.figure')
        self.pair = find_callback(known, "explore-pair-summary.children")
        page = self.page("/explore")
        self.controls = {
            f"{one['id']}.value": one["value"] for one in page if isinstance(one.get("id"), str) and "value" in one
        }
        self.origin = next(one["data"] for one in page if one.get("id") == "page-run")
        self.charts = [
            one["id"]["chart"] for one in page if isinstance(one.get("id"), dict) and one["id"].get("type") == "linked"
        ]

    def page(self, path: str) -> list[dict]:
        """Every component of the page at ``path``."""
        outputs = [{"id": "_pages_content", "property": "children"}, {"id": "_pages_store", "property": "data"}]
        values = {f"{one['id']}.{one['property']}": "" for one in self.content["inputs"]}
        values["_pages_location.pathname"] = path
        found = self.server.ask("POST", UPDATE, request(self.content, outputs, values, "_pages_location.pathname"))
        return components(found.content)

    def click(self, event: dict, measured: Measured) -> str:
        """The event, then chips and charts under the address that it leads to."""
        values = {**self.state(), "event.data": event}
        answers = [self._post(self.select, {"id": "url", "property": "search"}, values, "event.data")]
        if answers[0].status == 200:
            self.search = answers[0].content["response"].get("url", {}).get("search", self.search)
        answers += self.show()
        measured.milliseconds.append(1000 * sum(one.seconds for one in answers))
        measured.largest = max(measured.largest, *(one.size for one in answers))
        return self.search

    def state(self) -> dict:
        """What a browser knows of the page."""
        return {
            "url.search": self.search,
            "url.pathname": "/explore",
            "page-run.data": self.origin,
            "scheme.data": "light",
            "screen.data": "desk",
        }

    def show(self) -> list:
        """Chips, charts, and the chart of any two traits."""
        charts = [{"chart": name, "type": "linked"} for name in self.charts]
        known = [{"id": one, "property": "id", "value": one} for one in charts]
        values = {**self.state(), '{"chart":["ALL"],"type":"linked"}.id': known}
        drawn = [
            [{"id": one, "property": "figure"} for one in charts],
            [{"id": {**one, "type": "linked-summary"}, "property": "children"} for one in charts],
            {"id": "explore-legend", "property": "children"},
            {"id": "explore-finding", "property": "children"},
        ]
        crossed = [
            {
                "id": json.loads(one.rsplit(".", 1)[0]) if one.startswith("{") else one.rsplit(".", 1)[0],
                "property": one.rsplit(".", 1)[1],
            }
            for one in self.pair["output"].strip(".").split("...")
        ]
        return [
            self._post(self.pair, crossed, values | self.controls, "url.search"),
            self._post(self.chips, {"id": "chips", "property": "children"}, values, "url.search"),
            self._post(self.draw, drawn, values, "url.search"),
        ]

    def _post(self, callback: dict, outputs: object, values: dict, changed: str):
        found = self.server.ask("POST", UPDATE, request(callback, outputs, values, changed))
        if found.status not in (200, 204) or ids.PROBLEM in (found.content or {}).get("sideUpdate", {}):
            raise SystemExit(f"Korzina answers {found.status}: {str(found.content)[:500]}")
        return found


class Plain:
    """The usual page, asked the same."""

    def __init__(self, server: Server, charts: list[dict]) -> None:
        self.server, self.charts = server, charts
        self.draw = callbacks(server)[0]
        self.outputs = [
            {"id": "count", "property": "children"},
            *({"id": f"chart-{place}", "property": "figure"} for place in range(len(charts))),
        ]

    def click(self, search: str, measured: Measured) -> None:
        """All charts under the filters that ``search`` holds."""
        body = request(self.draw, self.outputs, {"filters.data": filters_of(search, self.charts)}, "filters.data")
        found = self.server.ask("POST", UPDATE, body)
        if found.status != 200:
            raise SystemExit(f"the plain page answers {found.status}")
        measured.milliseconds.append(1000 * found.seconds)
        measured.largest = max(measured.largest, found.size)


def filters_of(search: str, charts: list[dict]) -> dict[str, dict]:
    """Korzina's address as the plain page's filters."""
    numbers = {one["name"] for one in charts if one["kind"] == "number"}
    found: dict[str, dict] = {}
    for name, text in parse_qsl(search.removeprefix("?")):
        if name == "map":
            corners = [float(one) for one in text.split(",")]
            found[name] = {"xs": corners[::2], "ys": corners[1::2]}
        elif name in numbers:
            low, high = text.split("~")
            found[name] = {"range": [float(low) if low else -FAR, float(high) if high else FAR]}
        elif name != "run":
            found.setdefault(name, {"values": []})["values"].append(text)
    return found


def charts_of(training: Training, names: list[str]) -> list[dict]:
    """What the plain page is to draw: the same charts as Explore."""
    found = []
    for name in names:
        if name == "map":
            found.append({"name": name, "kind": "map"})
        elif name.startswith("main."):
            group = next(one for one in training.dataset.groups if name == f"main.{one.key}")
            found.append({"name": name, "kind": "mix", "members": list(group.members)})
        else:
            number = training.dataset.column(name).kind in ("number", "integer")
            found.append({"name": name, "kind": "number" if number else "category"})
    return found


def frame_of(training: Training, charts: list[dict]) -> pd.DataFrame:
    """The plain page's frame: only the columns that its charts need, with segment and place on the map."""
    one = next(one for one in training.candidates if one.record.k == training.decision.k)
    keys = np.array([card.key for card in one.cards])
    found = {
        "segment": keys[one.assignments[Assignments.SEGMENT]],
        "x": training.projection[Projection.X],
        "y": training.projection[Projection.Y],
    }
    for chart in charts:
        if chart["kind"] == "mix":
            members = training.customers[chart["members"]]
            found |= {name: members[name] for name in members}
            found[chart["name"]] = members.fillna(0).idxmax(axis=1)
        elif chart["kind"] != "map":
            found[chart["name"]] = training.customers[chart["name"]]
    return pd.DataFrame(found)


def clicks(frame: pd.DataFrame, charts: list[dict], count: int, seed: int) -> Iterator[dict]:
    """Events of a reader who clicks at random; never more than a few filters at once."""
    rng = np.random.default_rng(seed)
    numbers = [one["name"] for one in charts if one["kind"] == "number"]
    words = [one["name"] for one in charts if one["kind"] in ("category", "mix")]
    values = {name: frame[name].dropna().value_counts().index[:8].to_list() for name in [*words, "segment"]}
    ends = {name: frame[name].dropna().quantile([0.02, 0.98]).to_list() for name in numbers}
    held: list[str] = []
    for _ in range(count):
        kind = str(rng.choice(KINDS, p=CHANCES)) if len(held) < MOST_FILTERS else str(rng.choice(KINDS[-2:]))
        if kind == "reset" or (kind == "remove" and not held):
            held = []
            yield {"reset": True}
        elif kind == "remove":
            yield {"dimension": held.pop(int(rng.integers(len(held)))), "remove": True}
        else:
            name = {"segment": "segment", "bar": str(rng.choice(words)), "outline": "map"}.get(kind, "")
            name = name or str(rng.choice(numbers))
            held = [*dict.fromkeys([*held, name])]
            yield {
                "dimension": name,
                **(
                    _outline(frame, rng)
                    if kind == "outline"
                    else _range(ends[name], rng)
                    if kind == "range"
                    else {"token": str(rng.choice(values[name]))}
                ),
            }


def _outline(frame: pd.DataFrame, rng: np.random.Generator) -> dict:
    """A wobbly outline of 40 corners around some customer."""
    middle = frame.iloc[int(rng.integers(len(frame)))]
    angles, size = np.linspace(0, 2 * np.pi, 40, endpoint=False), rng.uniform(0.4, 1.2)
    reach = size * rng.uniform(0.7, 1.3, 40)
    return {
        "xs": (middle["x"] + frame["x"].std() * reach * np.cos(angles)).tolist(),
        "ys": (middle["y"] + frame["y"].std() * reach * np.sin(angles)).tolist(),
    }


def _range(ends: list[float], rng: np.random.Generator) -> dict:
    low, high = sorted(rng.uniform(*ends, 2).tolist())
    return {"xs": [low, high]}


# ------------------------------------------------------------------ one size


def measure(
    base: Training, n: int, options: argparse.Namespace, plain_clicks: int, folder: Path, browser: object
) -> dict[str, Measured]:
    """Both pages at one size."""
    training = grow(base, n)
    save(training, folder / "store")
    ours, theirs = Measured(), Measured()
    started = time.perf_counter()
    server = start(
        "Korzina",
        ["-c", "python:dashapp.gunicorn_conf", "dashapp.wsgi:server"],
        {"KORZINA_HOME": str(folder / "store"), "KORZINA_LOG_LEVEL": "warning"},
        folder / "korzina.log",
    )
    korzina = Korzina(server)
    korzina.show()
    ours.ready = time.perf_counter() - started
    charts = charts_of(training, korzina.charts)
    frame = frame_of(training, charts)
    frame.to_parquet(folder / "frame.parquet")
    started = time.perf_counter()
    rival = start(
        "plain page",
        ["--chdir", "benchmarks", "--threads", "4", "plain_dash:server"],
        {"PLAIN_FRAME": str(folder / "frame.parquet"), "PLAIN_CHARTS": json.dumps(charts)},
        folder / "plain.log",
    )
    plain = Plain(rival, charts)
    plain.click("", Measured())
    theirs.ready = time.perf_counter() - started
    try:
        every = max(1, options.clicks // max(1, plain_clicks))
        for place, event in enumerate(clicks(frame, charts, options.clicks, seed=n)):
            search = korzina.click(event, ours)
            if place % every == 0 and len(theirs.milliseconds) < plain_clicks:
                plain.click(search, theirs)
        file = server.ask("GET", "/customers.csv")
        ours.csv = file.seconds, file.size
        ours.peak, theirs.peak = server.peak_megabytes(), rival.peak_megabytes()
        if browser:
            for name, path in ((page.name, page.path) for page in PAGES):
                times = options.loads if name in ("overview", "explore") else 1
                ours.loads[name] = load(browser, server.url + path, times)
            theirs.loads["explore"] = load(browser, rival.url, 1)
    finally:
        server.stop()
        rival.stop()
    return {"Korzina": ours, "plain page": theirs}


# ------------------------------------------------------------------ in words


def table(found: dict[int, dict[str, Measured]]) -> str:
    """Clicks on Explore."""
    lines = [
        "| customers | page | clicks | median, ms | 95 %, ms | slowest, ms | largest response, KB "
        "| ready after, s | peak memory, MB |",
        "|--:|:--|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for n, pages in found.items():
        for name, one in pages.items():
            middle, high, top = np.percentile(one.milliseconds, [50, 95, 100])
            lines.append(
                f"| {n:,} | {name} | {len(one.milliseconds)} | {middle:,.0f} | {high:,.0f} | {top:,.0f} | "
                f"{one.largest / 1000:,.0f} | {one.ready:.1f} | {one.peak:,.0f} |"
            )
    return "\n".join(lines)


def loads_table(found: dict[int, dict[str, Measured]]) -> str:
    """Every page in Chromium, by size."""
    rows = [("Korzina", page.name) for page in PAGES] + [("plain page", "explore")]
    head = " | ".join(f"{n:,}: s, empty and filled cache | slowest callback, ms | largest, KB" for n in found)
    lines = [f"| page | {head} |", "|:--|" + "--:|" * 3 * len(found)]
    for page, name in rows:
        cells = []
        for pages in found.values():
            one = pages[page].loads.get(name, Loaded())
            seconds = "over 60" if one.empty == float("inf") else f"{one.empty:.2f}"
            cells.append(f"{seconds} and {one.warm:.2f} | {one.slowest:,.0f} | {one.largest / 1000:,.0f}")
        lines.append(f"| {name if page == 'Korzina' else page} | {' | '.join(cells)} |")
    return "\n".join(lines)


def verdicts(found: dict[int, dict[str, Measured]]) -> str:
    """Each target with what was measured."""
    ours = {n: pages["Korzina"] for n, pages in found.items()}
    slow = max(np.percentile(one.milliseconds, 95) for one in ours.values())
    heavy = max(max(one.largest, *(load.largest for load in one.loads.values()), 0) for one in ours.values()) / 1000
    first = [one.loads[name] for one in ours.values() for name in ("overview", "explore") if name in one.loads]
    lines = [
        _verdict(f"a click within {CLICK_MS} ms, 95 % of clicks, at every size", slow, CLICK_MS, "ms"),
        _verdict(f"no answer of a callback over {RESPONSE_KB} KB as sent", heavy, RESPONSE_KB, "KB"),
    ]
    most = max(ours)
    seconds, size = ours[most].csv
    lines.append(f"- The file of all {most:,} customers (CSV): {seconds:.1f} s, {size / 1e6:,.1f} MB as sent.")
    if first:
        worst = {"filled": max(one.warm for one in first), "empty": max(one.empty for one in first)}
        lines += [
            _verdict(
                f"a load within {LOAD_S:g} s (Overview and Explore, warm server, {cache} cache)", seconds, LOAD_S, "s"
            )
            for cache, seconds in worst.items()
        ]
    return "\n".join(lines)


def _verdict(target: str, measured: float, limit: float, unit: str) -> str:
    return f"- {'Met' if measured <= limit else '**Missed**'}: {target}; the worst is {measured:,.3g} {unit}."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[2_469, 100_000, 1_000_000])
    parser.add_argument("--clicks", type=int, default=80)
    parser.add_argument("--plain-clicks", type=int, nargs="+", default=[80, 20, 4], help="one number a size")
    parser.add_argument("--loads", type=int, default=5, help="loads of Overview and Explore in fresh browsers")
    parser.add_argument("--no-browser", action="store_true")
    parser.add_argument("--no-report", action="store_true", help="print, do not write docs/benchmarks.md")
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    found: dict[int, dict[str, Measured]] = {}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = None if options.no_browser else chromium(playwright)
        base = train_base(Path(folder) / "base")
        for place, n in enumerate(options.sizes):
            plain = options.plain_clicks[min(place, len(options.plain_clicks) - 1)]
            home = Path(folder) / str(n)
            home.mkdir()
            found[n] = measure(base, n, options, plain, home, browser)
            print(table({n: found[n]}).splitlines()[-2], file=sys.stderr, flush=True)
        if browser:
            browser.close()
    text = "\n\n".join(
        [
            machine_line(),
            table(found),
            "Pages in headless Chromium, until all that is on the screen is drawn:",
            loads_table(found),
            verdicts(found),
        ]
    )
    print(text)
    if not options.no_report:
        write_section("dashboard", text)


if __name__ == "__main__":
    main()
