"""The wheel, installed into an empty environment outside the checkout, does all that the README promises."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

import pipeline
from pipeline.command_line import DOCUMENTS
from pipeline.contract import Artifacts
from tests.command_support import environment, get, run, serving
from tests.e2e.conftest import Watched, settle
from tests.pipeline.test_train import russian_customers

ROOT = Path(__file__).resolve().parents[2]
NOT_SOURCE = (".git", ".venv", "mlruns", "build", "dist", "site", "*.egg-info", "__pycache__", ".*_cache", ".e2e")
PORTS = {"KORZINA_PORT": "18850", "KORZINA_MLFLOW_PORT": "18900"}
Watch = Callable[..., Watched]


@dataclass(frozen=True)
class Installed:
    """An environment with nothing but the wheel and what it needs, and a reader's folder in which it trained."""

    scripts: Path
    folder: Path

    def korzina(self, *arguments: str) -> str:
        return run(self.scripts / "korzina", arguments, self.folder).stdout

    @property
    def packages(self) -> Path:
        """Where the wheel's packages lie."""
        (place,) = self.scripts.parent.glob("lib/python3*/site-packages")
        return place


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the source distribution that is built from a copy of the checkout."""
    source, built = tmp_path_factory.mktemp("source") / "korzina", tmp_path_factory.mktemp("built")
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(*NOT_SOURCE))
    _done([sys.executable, "-m", "build", "--outdir", str(built), str(source)])
    (made,) = built.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel in an empty environment, and a champion trained by its commands."""
    place, folder = tmp_path_factory.mktemp("environment"), tmp_path_factory.mktemp("reader")
    _done([sys.executable, "-m", "venv", "--without-pip", str(place)])  # pip of outside: Debian's may lack ensurepip
    pip = [sys.executable, "-m", "pip", "--python", str(place / "bin" / "python"), "install", "--quiet"]
    _done([*pip, "--constraint", str(ROOT / "requirements.lock"), str(wheel)])
    made = Installed(place / "bin", folder)
    russian_customers().to_csv(folder / "customers.csv", index=False)
    made.korzina("init", "customers.csv")
    made.korzina("train", "--spec", "customers.toml", "--data", "customers.csv", "--k-max", "4")
    return made


def _done(command: list[str]) -> None:
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]


def test_the_wheel_holds_the_packages_and_the_documents_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    data = {name.partition(".data/data/")[2] for name in names if ".data/data/" in name}

    assert {name.split("/")[0].split("-")[0] for name in names} == {"dashapp", "pipeline", "korzina"}
    assert data == {f"share/korzina/{Path(path).name}" for path in DOCUMENTS.values()}
    assert [name for name in names if "__pycache__" in name or "/tests/" in name] == []


def test_every_file_of_the_packages_is_in_the_wheel(wheel: Path) -> None:
    """A style or a script that package-data leaves out is missed by nobody until a page is opened without it."""
    tracked = subprocess.run(
        ["git", "ls-files", "dashapp", "pipeline", "korzina"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    if not tracked:
        pytest.skip("not a git checkout: which files belong to the project is not known")

    wanted = {file for file in tracked if "/tests/" not in file}  # a page's own tests stay in the checkout
    assert wanted - set(zipfile.ZipFile(wheel).namelist()) == set()


def test_it_knows_its_version_and_brings_its_documents(installed: Installed) -> None:
    assert installed.korzina("--version") == f"korzina {pipeline.__version__}\n"
    for name, path in DOCUMENTS.items():
        assert installed.korzina("docs", name) == (ROOT / path).read_text("utf-8")
    listed = dict(line.split() for line in installed.korzina("docs").splitlines())
    assert all(Path(place).is_relative_to(installed.scripts.parent) for place in listed.values())


def test_new_customers_are_placed(installed: Installed) -> None:
    installed.korzina("score", "--data", "customers.csv", "--output", "segments.csv")

    header, *rows = (installed.folder / "segments.csv").read_text("utf-8-sig").splitlines()
    assert {"segment", "segment_name", "confidence", "fits"} <= set(re.split("[,;]", header))
    assert len(rows) == 240


def test_the_report_opens_in_a_browser_and_asks_nobody(installed: Installed, watch: Watch) -> None:
    (report,) = (installed.folder / "mlruns").rglob(Artifacts.REPORT)
    watched = watch("file://")

    page = watched.open(str(report))

    expect(page.locator("h1")).to_be_visible()
    assert page.locator(".js-plotly-plot .main-svg").count() > 3
    assert "customers" in page.inner_text("body").lower()


@pytest.fixture(scope="module")
def dashboard(installed: Installed) -> Iterator[str]:
    """``korzina serve`` of the wheel, with the MLflow UI, settings of its own and a log of requests."""
    before = {path.name for path in installed.packages.iterdir()} | {"__pycache__"}
    settings = {**PORTS, "KORZINA_WORKERS": "3", "KORZINA_THREADS": "5", "KORZINA_ACCESS_LOG": "true"}
    script = installed.scripts / "korzina"
    with serving(script, [], installed.folder, "Dashboard", "MLflow UI", **settings) as addresses:
        assert "mlflow" in get(addresses["MLflow UI"]).lower()
        yield addresses["Dashboard"]
    assert {path.name for path in installed.packages.iterdir()} <= before  # servers work there and leave nothing


def test_the_dashboard_opens_in_both_languages(dashboard: str, watch: Watch) -> None:
    page = watch(dashboard).open("/explore")
    expect(page).to_have_title("Explore · Korzina")
    assert page.locator(".k-chart .main-svg").count() > 3

    page.locator(".k-language").first.click()
    expect(page.locator("html[lang=ru]")).to_be_attached()
    settle(page)

    expect(page.get_by_role("link", name="Обзор")).to_be_visible()
    assert page.locator(".k-chart .main-svg").count() > 3


def test_as_many_workers_serve_as_are_asked_for(dashboard: str) -> None:
    bound = f"127.0.0.1:{dashboard.rpartition(':')[2]}".encode()
    processes = [path for path in Path("/proc").glob("[0-9]*/cmdline") if bound in _content(path).split(b"\0")]

    assert len(processes) == 1 + 3  # one that starts the others, and each has its command line


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it has ended meanwhile
        return b""


def test_requests_are_logged_where_that_is_asked_for(dashboard: str, installed: Installed) -> None:
    get(f"{dashboard}/healthz?seen=1")

    (log,) = (installed.folder / "mlruns" / "logs").glob("dashboard-*.log")
    assert "GET /healthz 200" in log.read_text("utf-8")
    assert "seen=1" not in log.read_text("utf-8")  # a query holds filters, which are values of the data


def test_the_procfiles_command_reads_the_same_settings(installed: Installed) -> None:
    lines = dict(line.split(": ", 1) for line in installed.korzina("docs", "procfile").splitlines())
    program, *arguments = lines["web"].split()
    settings = {"KORZINA_WORKERS": "3", "KORZINA_THREADS": "5", "PORT": "18951"}

    said = run(installed.scripts / program, ["--print-config", *arguments], installed.folder, **settings).stdout

    found = {name.strip(): value.strip() for name, _, value in (line.partition("=") for line in said.splitlines())}
    assert (found["workers"], found["threads"]) == ("3", "5")
    assert "127.0.0.1:18951" in found["bind"]
