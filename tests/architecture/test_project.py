"""What strangers read first is true: version, changelog, addresses, workflows, hooks, the picture of the rooms."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import pipeline

ROOT = Path(__file__).resolve().parents[2]
BESIDE = Path(sys.executable).parent
TARGETS = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
MARK = "TO BE " + "FILLED IN"
STRANGERS = ["CONTRIBUTING.md", "SECURITY.md", "Dockerfile", "compose.yaml", "mkdocs.yml", ".pre-commit-config.yaml"]


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def loaded(name: str) -> Any:
    return yaml.safe_load(read(name))


def releases() -> list[tuple[str, str]]:
    """Version and date of each section of the changelog, the newest first."""
    return re.findall(r"^## \[([^\]]+)\](?: - (\S+))?$", read("CHANGELOG.md"), re.MULTILINE)


def test_the_version_is_written_once() -> None:
    settings = tomllib.loads(read("pyproject.toml"))

    assert settings["project"]["dynamic"] == ["version"]
    assert settings["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "pipeline.__version__"}
    written = re.compile(rf"(?<![\d.]){re.escape(pipeline.__version__)}(?![\d.])")
    files = [path for folder in ("pipeline", "dashapp", "korzina") for path in (ROOT / folder).rglob("*.py")]
    files += [ROOT / name for name in (*STRANGERS, "README.md", "pyproject.toml", "Makefile")]
    assert [str(path.relative_to(ROOT)) for path in files if written.search(path.read_text("utf-8"))] == [
        "pipeline/__init__.py"
    ]


def test_the_version_is_that_of_the_last_release_or_on_the_way_to_the_next() -> None:
    (first, no_date), (released, date), *_older = releases()

    assert (first, no_date) == ("Unreleased", "")
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", date)
    last = tuple(map(int, released.split(".")))
    base, _dot, suffix = pipeline.__version__.partition(".dev")
    assert (tuple(map(int, base.split("."))) > last) if suffix else (base == released)


def test_there_is_one_place_for_addresses_and_nowhere_an_invented_one() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout: which files belong to the project is not known")
    names = [*STRANGERS, *(name for name in listed.stdout.split("\0") if name.startswith(".github/"))]

    texts = {name: read(name) for name in {*names, "README.md", "CHANGELOG.md", "pyproject.toml"}}

    urls = tomllib.loads(texts["pyproject.toml"])["project"].get("urls")
    assert [name for name, text in texts.items() if MARK in text] == ([] if urls else ["pyproject.toml"])
    address = re.compile(
        r"(?:https?://|git@|mailto:\w)(?!127\.0\.0\.1|localhost|dashboard:8050)\S+|[\w.]+@[\w-]+\.[a-z]{2,}"
    )
    found = {name: address.findall(texts[name]) for name in names}
    assert {name: addresses for name, addresses in found.items() if addresses} == {}


def test_workflows_do_nothing_but_call_targets_that_exist() -> None:
    jobs = loaded(".github/workflows/check.yml")["jobs"]

    steps = [step for job in jobs.values() for step in job["steps"]]
    assert all(step["uses"].startswith("actions/") for step in steps if "uses" in step)
    called = [step["run"] for step in steps if "run" in step]
    assert {line.removeprefix("make ") for line in called} <= TARGETS
    assert {"make lint", "make test", "make long", "make docs", "make packaging", "make container"} == set(called)


def test_workflows_test_every_python_that_the_package_claims() -> None:
    names = tomllib.loads(read("pyproject.toml"))["project"]["classifiers"]

    claimed = [name.rsplit(" ", 1)[1] for name in names if re.fullmatch(r".* :: 3\.\d+", name)]
    assert loaded(".github/workflows/check.yml")["jobs"]["test"]["strategy"]["matrix"]["python"] == claimed


def test_hooks_run_the_projects_own_tools_and_download_nothing() -> None:
    repositories = loaded(".pre-commit-config.yaml")["repos"]

    hooks = [hook for repository in repositories for hook in repository["hooks"]]
    assert [repository["repo"] for repository in repositories] == ["local"]
    assert {(hook["language"], hook["entry"].split("/")[0]) for hook in hooks} == {("unsupported", ".venv")}
    lint = re.search(r"^lint:.*?\n\n", read("Makefile"), re.MULTILINE | re.DOTALL)
    assert lint
    tools = {hook["entry"].split()[2 if " -m " in hook["entry"] else 0].split("/")[-1] for hook in hooks}
    assert {tool for tool in tools if tool not in lint[0] and tool != "check-jsonschema"} == set()


def test_the_command_that_ci_runs_calls_every_check() -> None:
    targets = re.search(r"for target in (.*); do", read(".ci/run"))

    assert targets
    assert set(targets[1].split()) == {"lint", "docs", "test", "long", "packaging"}
    assert set(targets[1].split()) <= TARGETS


def test_the_picture_of_the_rooms_is_up_to_date(tmp_path: Path) -> None:
    drawn = tmp_path / "rooms.svg"

    done = subprocess.run(
        [sys.executable, "scripts/rooms.py", "--output", str(drawn)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert drawn.read_text("utf-8") == read("docs/rooms.svg"), "run 'make rooms'"
