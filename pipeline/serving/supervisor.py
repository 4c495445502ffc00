"""Child programs that start, are watched and stop together, and never outlive the process that started them."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType

POLL_SECONDS = 0.2
START_SECONDS = 180.0  # MLflow needs 13 to 20 s on two idle cores and far longer on busy ones
STOP_SECONDS = 5.0  # idle servers leave within a second; what has not left by now is killed
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LAST_LINES = 20

Process = subprocess.Popen[bytes]


@dataclass(frozen=True)
class Program:
    """One server to run, and where it will answer."""

    name: str
    command: tuple[str, ...]
    host: str
    port: int
    health: str  # path that gives 200 as soon as the program serves
    environment: Mapping[str, str] = field(default_factory=dict)
    path: str = ""  # what a reader opens there; empty: the root
    folder: Path | None = None  # where the program runs; None: where we do

    @property
    def address(self) -> str:
        """What to type into a browser on this machine."""
        return f"{self.origin}{self.path}"

    @property
    def origin(self) -> str:
        """The root of the server."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    def answers(self) -> bool:
        """Whether the program serves by now."""
        connection = HTTPConnection(self.host, self.port, timeout=5)
        try:
            connection.request("GET", self.health)
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


def supervise(programs: Sequence[Program], announce: Callable[[str], None], logs: Path) -> int:
    """Start all, announce each in order once it answers, and wait; on a signal or the end of one, stop all.

    What a program prints goes to ``<name>.log`` in ``logs``. Returns 0 after SIGINT, SIGTERM or SIGHUP, and 1 after
    a program that ended by itself or did not answer in time. Only the main thread can catch signals.
    """
    asked_to_stop = threading.Event()
    waiting = list(programs)
    deadline = time.monotonic() + START_SECONDS
    with _catching_signals(asked_to_stop), _running(programs, logs) as processes:
        while not asked_to_stop.wait(POLL_SECONDS):
            for program, process in zip(programs, processes, strict=True):
                if process.poll() is not None:
                    announce(_last_words(program, f"ended by itself, code {process.returncode}", logs))
                    return 1
            while waiting and waiting[0].answers():
                program = waiting.pop(0)
                announce(f"{program.name:<10} {program.address}")
                if not waiting:
                    announce(f"Ctrl-C stops; logs are in {logs}")
            if waiting and time.monotonic() > deadline:
                announce(_last_words(waiting[0], f"gave no answer in {START_SECONDS:.0f} s", logs))
                return 1
    return 0


@contextmanager
def _catching_signals(asked_to_stop: threading.Event) -> Iterator[None]:
    def note(_number: int, _frame: FrameType | None) -> None:
        asked_to_stop.set()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, note) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _running(programs: Sequence[Program], logs: Path) -> Iterator[list[Process]]:
    processes: list[Process] = []
    try:
        for program in programs:
            processes.append(_start(program, logs))  # noqa: PERF401 - those started before one fails must be known
        with _guard(processes):
            try:
                yield processes
            finally:
                _stop(processes)
    finally:
        _kill(processes)


def _start(program: Program, logs: Path) -> Process:
    """Start a program in a process group of its own, so that a signal meant for us reaches it only through us."""
    with _log_file(program, logs).open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - the command is ours
            program.command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **program.environment},
            cwd=program.folder,
            process_group=0,
        )


@contextmanager
def _guard(processes: Sequence[Process]) -> Iterator[None]:
    """Kill the processes even where we are killed and cannot: a shell waits for our word, or for our pipe to break."""
    groups = [f"-{process.pid}" for process in processes]
    guard = subprocess.Popen(  # noqa: S603 - a constant, and numbers of processes
        ["/bin/sh", "-c", 'read -r word || kill -s KILL -- "$@"', "korzina-guard", *groups],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        with suppress(OSError):
            guard.communicate(b"done\n")


def _stop(processes: Sequence[Process]) -> None:
    """Ask every group to leave and wait until all have, at most ``STOP_SECONDS``."""
    for process in processes:
        _signal_group(process, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline and any(_alive(process) for process in processes):
        time.sleep(0.05)


def _kill(processes: Sequence[Process]) -> None:
    for process in processes:
        _signal_group(process, signal.SIGKILL)
        process.wait()


def _alive(process: Process) -> bool:
    process.poll()  # collects the leader, which would count as alive until then
    return _signal_group(process, 0)


def _signal_group(process: Process, number: int) -> bool:
    """Signal the group (0 only asks) and say whether anybody was left in it."""
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _log_file(program: Program, logs: Path) -> Path:
    return logs / f"{program.name.lower().replace(' ', '-')}-{program.port}.log"


def _last_words(program: Program, happening: str, logs: Path) -> str:
    file = _log_file(program, logs)
    lines = file.read_text("utf-8", errors="replace").splitlines()[-LAST_LINES:]
    return "\n".join([f"{program.name} {happening}. The end of {file}:", *(f"  {line}" for line in lines)])
