"""Real child processes: announced in order, stopped together, and never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.serving import supervisor as module
from pipeline.serving.programs import free_port
from pipeline.serving.supervisor import Program, supervise

ROOT = Path(__file__).resolve().parents[2]
# a server with a helper process of its own, as gunicorn and MLflow have; both leave their pid
SERVER = """
import os, pathlib, subprocess, sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer
port, pids, delay = int(sys.argv[1]), pathlib.Path(sys.argv[2]), float(sys.argv[3])
helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pids.write_text(f"{os.getpid()} {helper.pid}")
time.sleep(delay)
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/ok" else 503)
        self.end_headers()
HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""
# what `korzina serve` does, with two small servers in place of the large ones
PARENT = """
import sys
from pathlib import Path
from pipeline.serving.supervisor import (Program, supervise)
from tests.pipeline.test_supervise import server
folder = Path(sys.argv[1])
programs = [server("First", int(sys.argv[2]), folder), server("Second", int(sys.argv[3]), folder)]
sys.exit(supervise(programs, lambda line: print(line, flush=True), folder))
"""


def server(name: str, port: int, folder: Path, delay: float = 0, script: str = SERVER) -> Program:
    command = (sys.executable, "-c", script, str(port), str(folder / f"{name}.pids"), str(delay))
    return Program(name=name, command=command, host="127.0.0.1", port=port, health="/ok")


def two_ports() -> tuple[int, int]:
    first = free_port("127.0.0.1", 18_100 + os.getpid() % 1000)
    return first, free_port("127.0.0.1", first + 1)


def alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and that nobody has collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def pids(folder: Path) -> list[int]:
    return [int(pid) for file in sorted(folder.glob("*.pids")) for pid in file.read_text().split()]


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 0), (signal.SIGHUP, 0), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_no_process_is_left_whatever_ends_the_parent(tmp_path: Path, number: signal.Signals, code: int) -> None:
    first, second = two_ports()
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path), str(first), str(second)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    said = [parent.stdout.readline().rstrip() for _ in range(3)]
    started = pids(tmp_path)

    parent.send_signal(number)

    assert parent.wait(timeout=20) == code
    parent.stdout.close()
    assert said == [
        f"First      http://127.0.0.1:{first}",
        f"Second     http://127.0.0.1:{second}",
        f"Ctrl-C stops; logs are in {tmp_path}",
    ]
    assert len(started) == 4
    assert wait_until(lambda: not any(map(alive, started)))


def test_when_one_ends_by_itself_the_other_is_stopped_and_its_last_words_are_told(tmp_path: Path) -> None:
    first, second = two_ports()
    broken = server("Broken", second, tmp_path, script="print('no table named runs'); raise SystemExit(3)")
    said: list[str] = []

    code = supervise([server("First", first, tmp_path), broken], said.append, tmp_path)

    assert code == 1
    assert "Broken ended by itself, code 3" in said[-1]
    assert "no table named runs" in said[-1]
    assert wait_until(lambda: not any(map(alive, pids(tmp_path))))


def test_the_first_is_announced_first_even_where_the_second_is_quicker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = two_ports()
    monkeypatch.setattr(module, "START_SECONDS", 4.0)
    deaf = Program(**{**vars(server("Deaf", second + 1, tmp_path)), "health": "/not-ready"})
    said: list[str] = []

    code = supervise(
        [server("Slow", first, tmp_path, delay=1), server("Quick", second, tmp_path), deaf], said.append, tmp_path
    )

    assert [line.split()[0] for line in said] == ["Slow", "Quick", "Deaf"]
    assert code == 1
    assert "Deaf gave no answer in 4 s" in said[-1]


def test_a_program_runs_in_its_folder(tmp_path: Path) -> None:
    first, _second = two_ports()
    where = tmp_path / "where"
    where.mkdir()
    script = "import pathlib; print(pathlib.Path.cwd()); raise SystemExit(3)"
    said: list[str] = []

    supervise([replace(server("Where", first, tmp_path, script=script), folder=where)], said.append, tmp_path)

    assert str(where) in said[-1]


def test_a_program_that_cannot_start_takes_the_others_with_it(tmp_path: Path) -> None:
    first, second = two_ports()
    missing = Program(name="Missing", command=(str(tmp_path / "absent"),), host="127.0.0.1", port=second, health="/")

    with pytest.raises(FileNotFoundError):
        supervise([server("First", first, tmp_path), missing], lambda _line: None, tmp_path)

    assert not any(map(alive, pids(tmp_path)))
