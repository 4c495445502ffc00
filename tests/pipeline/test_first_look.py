"""Commands whose store is a server that does not answer: told before anything large is imported."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.command_line import refuse_silent
from pipeline.errors import UnreadableError
from pipeline.settings import Settings
from tests.command_support import environment

ADDRESSES = ("http://127.0.0.1:{port}", "postgresql+psycopg://u:hunter2@127.0.0.1:{port}/x")
COMMANDS = ("runs", "doctor", "promote 0123456 --reason x", "purge --customer x --yes", "train")
LARGE = ("pandas", "pyarrow", "mlflow", "sqlalchemy")


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port behind which ``answer`` has every connection; all stay open to the end."""
    held: list[socket.socket] = []

    def accept() -> None:
        while True:
            try:
                held.append(listener.accept()[0])
            except OSError:
                return
            answer(held[-1])

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield int(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)
    for connection in held:
        connection.close()


def told(address: str) -> str:
    with pytest.raises(UnreadableError) as caught:
        refuse_silent(Settings(tracking_uri=address))
    assert "hunter2" not in str(caught.value)
    assert "What to do" in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("address", ADDRESSES)
def test_one_that_accepts_and_says_nothing_is_left_after_three_seconds(address: str) -> None:
    started = time.monotonic()
    with listening(lambda _connection: None) as port:
        assert "does not answer" in told(address.format(port=port))
    assert time.monotonic() - started < 6


@pytest.mark.parametrize("address", ADDRESSES)
def test_one_that_is_gone_or_hangs_up_is_told(address: str) -> None:
    with listening(lambda connection: connection.close()) as port:
        assert "Found" in told(address.format(port=port))
    assert "refused" in told(address.format(port=port))


@pytest.mark.parametrize(
    ("address", "letter"), list(zip(ADDRESSES, (b"HTTP/1.0 404 Not Found\r\n", b"N"), strict=True))
)
def test_one_that_says_anything_is_looked_at_by_the_store(address: str, letter: bytes) -> None:
    with listening(lambda connection: connection.sendall(letter)) as port:
        refuse_silent(Settings(tracking_uri=address.format(port=port)))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://127.0.0.1:1",
        "mysql://127.0.0.1:1/x",
        "postgresql://u@h:notaport/x",
        "postgresql:///x?host=/run/postgresql",
        "postgresql://127.0.0.1:1/x?connect_timeout=60",
        "postgresql://one:1,two:2/x",
    ],
)
def test_where_this_address_does_not_lead_nothing_is_asked(address: str) -> None:
    refuse_silent(Settings(tracking_uri=address))


def test_where_a_proxy_leads_there_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    refuse_silent(Settings(tracking_uri="http://127.0.0.1:1"))


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    "command", ["runs", "doctor", "promote 0123456 --reason x", "purge --customer x --yes", "train"]
)
def test_a_command_says_so_before_it_imports_what_takes_long(command: str, address: str, tmp_path: Path) -> None:
    code = f"import sys; sys.argv[1:] = {command.split()!r}\n"
    code += "from pipeline.__main__ import main\ntry: main()\n"
    code += f"finally: print([name for name in {LARGE!r} if name in sys.modules])"
    with listening(lambda connection: connection.close()) as port:
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=environment(KORZINA_HOME=str(tmp_path), KORZINA_TRACKING_URI=address.format(port=port)),
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 3, done.stderr
    assert "What to do" in done.stderr
    assert done.stdout == "[]\n"
