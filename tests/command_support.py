"""The installed command as a reader runs it: its environment, what it serves, and how long to wait for that."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 180.0


def environment(**settings: str) -> dict[str, str]:
    """This process's, with these settings and no other of Korzina's or Python's."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("KORZINA_") and name not in ("PORT", "PYTHONSAFEPATH")
    }
    return kept | settings


def run(
    script: Path, arguments: Sequence[str], folder: Path, *, code: int = 0, **settings: str
) -> subprocess.CompletedProcess[str]:
    """The command, done."""
    done = subprocess.run(
        [str(script), *arguments],
        cwd=folder,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


@contextmanager
def serving(
    script: Path, arguments: Sequence[str], folder: Path, *names: str, **settings: str
) -> Iterator[Mapping[str, str]]:
    """``korzina serve`` until the end of the block: the address of each of ``names`` as it announces them."""
    process = subprocess.Popen(
        [str(script), "serve", *arguments],
        cwd=folder,
        env=environment(**settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    patience = threading.Timer(START_SECONDS, process.kill)
    patience.start()
    said: list[str] = []
    addresses: dict[str, str] = {}
    try:
        while addresses.keys() != set(names):
            line = process.stdout.readline()
            assert line, "it ended: " + "".join(said)
            said.append(line)
            name, _, address = line.rstrip().rpartition(" ")
            if name.strip() in names:
                addresses[name.strip()] = address
        yield addresses
    finally:
        patience.cancel()
        process.send_signal(signal.SIGINT)
        said.append(process.communicate(timeout=30)[0])
    assert process.returncode == 0, "".join(said)


def get(url: str) -> str:
    """What a server answers; anything but success is an error."""
    with urllib.request.urlopen(url, timeout=60) as answer:
        return str(answer.read().decode("utf-8"))
