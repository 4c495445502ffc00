"""A new champion has its report beside its files, and no trouble with it stops a promotion."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from pipeline.contract import Artifacts, SavedSweep
from pipeline.serving import ReportMaker
from pipeline.settings import Settings
from pipeline.store import Store
from tests.pipeline.test_train import korzina


@pytest.mark.long
def test_promoting_logs_it_and_rolling_back_leaves_the_one_that_is_there(settings: Settings, saved: SavedSweep) -> None:
    first, second = saved.run_ids[3], saved.run_ids[4]
    for run_id in (first, second):
        korzina("promote", run_id, "--reason", "test", home=settings.home)
    before = {page: page.stat().st_mtime_ns for page in settings.home.rglob(Artifacts.REPORT)}

    korzina("rollback", "--reason", "test", home=settings.home)

    store = Store.open(settings)
    assert store.attached(first, Artifacts.REPORT)
    assert store.attached(second, Artifacts.REPORT)
    assert {page: page.stat().st_mtime_ns for page in settings.home.rglob(Artifacts.REPORT)} == before


def test_the_report_is_outside_the_manifest_so_the_run_stays_whole(store: Store, saved: SavedSweep) -> None:
    store.attach(saved.run_ids[3], Artifacts.REPORT, b"<html></html>")
    store.attach(saved.run_ids[3], Artifacts.REPORT, b"<html>again</html>")

    assert store.promote(saved.run_ids[3], reason="test", who="test").k == 3
    assert store.load(saved.run_ids[3]).k == 3


def test_a_file_that_cannot_be_written_costs_the_report_and_nothing_else(settings: Settings, saved: SavedSweep) -> None:
    (folder,) = settings.home.rglob(f"{saved.run_ids[3]}/artifacts")
    (folder / Artifacts.REPORT).mkdir()
    told: list[str] = []

    with ReportMaker(settings, told.append) as maker:
        maker.make(saved.run_ids[3])

    (line,) = told
    assert "cannot be written" in line
    assert [one.name for one in folder.iterdir() if one.name.startswith(".")] == []  # no draft is left behind


def test_what_went_wrong_is_told_in_one_line(settings: Settings) -> None:
    told: list[str] = []

    with ReportMaker(settings, told.append) as maker:
        maker.make("f" * 32)

    (line,) = told
    assert line.startswith("The report was not made: no completed run")
    assert "\n" not in line


def test_a_process_started_too_early_ends_without_a_word(settings: Settings, saved: SavedSweep) -> None:
    told: list[str] = []

    with ReportMaker(settings, told.append) as maker:
        maker.start()

    assert told == []
    assert not Store.open(settings).attached(saved.run_ids[3], Artifacts.REPORT)


def test_the_command_does_not_bring_mlflow_in(settings: Settings, saved: SavedSweep) -> None:
    code = (
        "import sys; sys.argv[1:1] = ['--log']; from dashapp.report.__main__ import main; main(); "
        "sys.exit('mlflow' in sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code, saved.run_ids[3]],
        check=False,
        env={**os.environ, "KORZINA_HOME": str(settings.home), "KORZINA_TRACKING_URI": ""},
    )

    assert done.returncode == 0


def test_its_process_loads_no_database_of_who_may_sign_in() -> None:
    """A quarter of a second of imports that the report of a new champion has no use for."""
    code = (
        "import dashapp.report.__main__, sys; print([name for name in ('sqlalchemy', 'mlflow') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert found.stdout.strip() == "[]"
