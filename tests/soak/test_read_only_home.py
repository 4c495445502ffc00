"""A home folder that may be read and not written: the dashboard shows the champion, commands read or say why not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.settings import Settings
from pipeline.store import Store
from tests.command_support import environment
from tests.soak.load import ROOT, gunicorn
from tests.soak.test_store_away import slowest_answer
from tests.support import make_training, save_training

BOUND = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")  # root without its right to write everywhere
COMMANDS = {"runs": 0, "doctor": 0, "promote": 3, "rollback": 3, "train": 3}  # exit codes


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    settings = Settings(home=tmp_path / "home", tracking_uri="")
    saved = save_training(make_training(300), settings)
    for k in (2, 3):
        Store.open(settings).promote(saved.run_ids[k], reason="test", who="test")
    folders = [settings.home, *(path for path in settings.home.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    (settings.home / "mlflow.db").chmod(0o444)
    yield settings.home
    for folder in folders:
        folder.chmod(0o755)


def bound() -> tuple[str, ...]:
    """What a command begins with, so that whoever runs the tests is no exception to the rights of files."""
    if os.geteuid():
        return ()
    if not shutil.which("setpriv"):
        pytest.skip("root writes everywhere, and there is no setpriv to take that away")
    return BOUND


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_reads_or_says_what_it_may_not(command: str, home: Path, tmp_path: Path) -> None:
    run_id = Store.open(Settings(home=home, tracking_uri="")).runs("sample")[0].run_id
    data = tmp_path / "data.csv"
    data.write_text("id,spend\n" + "".join(f"c{n},{n}\n" for n in range(100)), "utf-8")
    spec = 'name = "tiny"\n[id]\ncolumn = "id"\n[columns.spend]\nrole = "active"\n'
    (tmp_path / "tiny.toml").write_text(spec, "utf-8")
    more = {
        "promote": [run_id, "--reason", "x"],
        "rollback": ["--experiment", "sample", "--reason", "x"],
        "train": ["--spec", str(tmp_path / "tiny.toml"), "--data", str(data)],
    }
    done = subprocess.run(
        [*bound(), sys.executable, "-m", "pipeline", command, *more.get(command, [])],
        cwd=ROOT,
        env=environment(KORZINA_HOME=str(home)),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == COMMANDS[command], done.stderr
    assert "Traceback" not in done.stderr
    if done.returncode:
        assert f"cannot write to {home}" in done.stderr
        assert "What to do" in done.stderr


def test_the_dashboard_shows_the_champion(home: Path, tmp_path: Path, tell: Callable[[str], None]) -> None:
    (tmp_path / "server").mkdir()
    with gunicorn(Settings(home=home, tracking_uri=""), tmp_path / "server", prefix=bound()) as running:
        seconds, shown = max(slowest_answer(running) for _ in range(4))
        log = running.log.read_text()

    tell(f"read-only home: champion shown, slowest answer {seconds:.1f} s")
    assert shown
    assert "cannot be written" in log
    assert "Traceback" not in log
