"""What the dashboard's benchmark needs of servers and browsers: start, ask, time, weigh."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
UPDATE = "/_dash-update-component"
PATIENCE = 120.0  # seconds that one answer may take


@dataclass
class Answer:
    """One answer: wall time over loopback, size as sent, and what it holds."""

    seconds: float
    size: int
    status: int
    content: Any = None


@dataclass
class Server:
    """One gunicorn with one worker."""

    name: str
    process: subprocess.Popen[bytes]
    port: int
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, body: object = None) -> Answer:
        """One request on the standing connection; a connection that was closed meanwhile is opened again."""
        sent = None if body is None else json.dumps(body)
        for _attempt in (1, 2):
            started = time.perf_counter()
            try:
                self.connection.request(
                    method, path, sent, {"Accept-Encoding": "gzip", "Content-Type": "application/json"}
                )
                found = self.connection.getresponse()
                raw = found.read()
                break
            except (http.client.RemoteDisconnected, ConnectionError):
                self.connection.close()
        else:
            raise SystemExit(f"{self.name} does not answer")
        seconds = time.perf_counter() - started
        text = gzip.decompress(raw) if found.getheader("Content-Encoding") == "gzip" else raw
        kind = found.getheader("Content-Type") or ""
        return Answer(seconds, len(raw), found.status, json.loads(text) if text and "json" in kind else None)

    def peak_megabytes(self) -> float:
        """Most memory that the worker has held."""
        found = re.search(r"VmHWM:\s+(\d+) kB", (self._worker() / "status").read_text())
        return int(found[1]) / 1024 if found else float("nan")

    def processor_seconds(self) -> float:
        """Of the worker, so far: what it takes wherever others use the machine too."""
        fields = (self._worker() / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _worker(self) -> Path:
        worker = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()[0]
        return Path("/proc", worker)

    def stop(self) -> None:
        self.connection.close()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)


def start(name: str, arguments: list[str], environment: dict[str, str], log: Path) -> Server:
    """Start gunicorn and wait until its port is open."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [
        str(Path(sys.executable).with_name("gunicorn")),
        *arguments,
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        "1",
        "--timeout",
        str(int(PATIENCE)),
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stdout=output, stderr=output)
    server, deadline = Server(name, process, port), time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return server
        time.sleep(0.05)
    raise SystemExit(f"{name} did not start:\n{log.read_text()[-2000:]}")


# ------------------------------------------------------------------ callbacks


def callbacks(server: Server) -> list[dict[str, Any]]:
    """The app's callbacks, as the browser learns of them."""
    return list(server.ask("GET", "/_dash-dependencies").content)


def find_callback(found: list[dict[str, Any]], part: str) -> dict[str, Any]:
    """The one that a server answers and whose output holds ``part``; not one that shares the output with another."""
    return next(
        one
        for one in found
        if part in one["output"] and "@" not in one["output"] and not one.get("clientside_function")
    )


def request(callback: dict[str, Any], outputs: Any, values: dict[str, Any], changed: str) -> dict[str, Any]:
    """The body that Dash's renderer would post; ``values`` by ``id.property`` (lists of values for patterns)."""

    def place(one: dict[str, str]) -> Any:
        given = values[f"{one['id']}.{one['property']}"]
        return given if isinstance(given, list) and one["id"].startswith("{") else {**one, "value": given}

    return {
        "output": callback["output"],
        "outputs": outputs,
        "changedPropIds": [changed],
        "inputs": [place(one) for one in callback["inputs"]],
        "state": [place(one) for one in callback["state"]],
    }


def components(tree: Any) -> list[dict[str, Any]]:
    """Properties of every component in a layout."""
    if isinstance(tree, list):
        return [one for part in tree for one in components(part)]
    if not isinstance(tree, dict):
        return []
    own = [tree["props"]] if isinstance(tree.get("props"), dict) else []
    return own + [one for part in tree.values() for one in components(part)]


# ------------------------------------------------------------------ the browser

# what lies below the screen may wait until it comes near
DRAWN = """() => document.querySelector('h1') && [...document.querySelectorAll('.dash-graph')].every((graph) => {
  const plot = graph.querySelector('.js-plotly-plot');
  const waits = graph.querySelector('[data-late]') || graph.closest('[data-seen]');
  if (graph.offsetParent === null) { return true; }
  if (waits && graph.getBoundingClientRect().top > window.innerHeight) { return true; }
  return plot && !graph.matches('.dash-graph--pending') && ((plot._fullData || []).length ||
    ((plot.layout || {}).annotations || []).some((one) => one.text)); })"""


@dataclass
class Loaded:
    """Loads of one page by fresh browsers, and once more with what they then have in their cache."""

    seconds: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)
    slowest: float = 0.0  # milliseconds until a callback's answer began
    largest: int = 0  # bytes of a callback's answer, as sent

    @property
    def empty(self) -> float:
        """Median with an empty cache."""
        return statistics.median(self.seconds) if self.seconds else float("nan")

    @property
    def warm(self) -> float:
        """Median with a filled one."""
        return statistics.median(self.again) if self.again else float("nan")


def load(browser: Any, url: str, times: int) -> Loaded:
    """Open ``url`` with an empty cache and once more, until all that is on the screen is drawn."""
    found = Loaded()
    for _ in range(times):
        context = browser.new_context(viewport={"width": 1440, "height": 1000})
        found.seconds.append(_open(context, url, found))
        if found.seconds[-1] < float("inf"):
            found.again.append(_open(context, url, found))
        context.close()
        if found.seconds[-1] == float("inf"):
            break
    return found


def _open(context: Any, url: str, found: Loaded) -> float:
    """Seconds of one load; the answers of its callbacks are counted in."""
    page, answers = context.new_page(), []
    page.on("requestfinished", lambda one: answers.append(one) if UPDATE in one.url else None)
    started = time.perf_counter()
    try:
        page.goto(url, timeout=60_000)
        page.wait_for_function(DRAWN, timeout=60_000)
    except Exception as error:
        print(f"{url}: {str(error)[:100]}", file=sys.stderr)
        return float("inf")
    seconds = time.perf_counter() - started
    page.wait_for_load_state("networkidle")
    for one in answers:
        found.slowest = max(found.slowest, one.timing["responseStart"] - one.timing["requestStart"])
        found.largest = max(found.largest, one.sizes()["responseBodySize"])
    page.close()
    return seconds


def chromium(playwright: Any) -> Any:
    """The browser named by CHROMIUM, the system's, or Playwright's own."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    named = os.environ.get("CHROMIUM") or next(filter(None, map(which, names)), None)
    return playwright.chromium.launch(executable_path=named, args=["--no-sandbox", "--disable-gpu"])
