"""Real files and servers for the tests of reading and cleaning."""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pandas as pd
import psutil
import pytest

from pipeline.spec import Spec, parse_spec

CAMPAIGN_FILE = Path(__file__).parents[3] / "shared" / "data" / "marketing_campaign.csv"
needs_campaign_file = pytest.mark.skipif(
    not CAMPAIGN_FILE.is_file(), reason="marketing_campaign.csv is not beside the project"
)


def tiny_spec(**parts: object) -> Spec:
    """Customers with an id, spend, orders and a city."""
    base: dict[str, object] = {
        "name": "tiny",
        "id": {"column": "id"},
        "columns": {
            "spend": {"role": "active"},
            "orders": {"role": "active", "kind": "integer"},
            "city": {"role": "passive", "kind": "category"},
        },
    }
    return parse_spec({**base, **parts}, where="tiny.toml")


def tiny_rows(n: int = 20) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": [f"c{number:03d}" for number in range(n)],
            "spend": [str(10.5 + number) for number in range(n)],
            "orders": [str(1 + number % 7) for number in range(n)],
            "city": [("Kazan", "Perm")[number % 2] for number in range(n)],
        }
    )


def write(path: Path, text: str, encoding: str = "utf-8") -> str:
    path.write_bytes(text.encode(encoding))
    return str(path)


def program(name: str) -> str | None:
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((str(home / name) for home in homes if (home / name).is_file()), None) or shutil.which(name)


def as_its_user() -> list[str]:
    """What stands before a command of the server, which refuses to run as root."""
    if os.geteuid():
        return []
    runuser = shutil.which("runuser", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")  # often not in PATH
    return [str(runuser), "-u", "postgres", "--"]


@contextmanager
def postgres_server(auth: str = "trust", password: str = "") -> Iterator[str]:
    """A PostgreSQL server of its own on a free port; skips the test where there is none to start.

    The address names the password ``secret``, which a server with another ``auth`` refuses unless it is ``password``.
    """
    initdb, control = program("initdb"), program("pg_ctl")
    if initdb is None or control is None:
        pytest.skip("no PostgreSQL server programs (initdb, pg_ctl) on this machine")
    prefix = as_its_user()
    if prefix and (prefix[0] == "None" or subprocess.run(["id", "postgres"], capture_output=True).returncode):
        pytest.skip("running as root and there is no user 'postgres' to start a server as")
    folder = Path(tempfile.mkdtemp(prefix="korzina-pg-"))
    try:
        if prefix:
            shutil.chown(folder, "postgres")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        data = folder / "data"
        run = partial(
            subprocess.run, check=True, cwd=folder, timeout=120, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )  # pipes would stay open in the server and never end
        secret = folder / "password"
        secret.write_text(password or "secret", "utf-8")
        secret.chmod(0o644)  # the server's user reads it
        made = ["-D", str(data), "-A", auth, "-U", "korzina", "-E", "UTF8", "--no-sync", "--pwfile", str(secret)]
        run([*prefix, initdb, *made])
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        run([*prefix, control, "-D", str(data), "-o", options, "-w", "-l", str(folder / "log"), "start"])
        try:
            yield f"postgresql://korzina:secret@127.0.0.1:{port}/postgres"
        finally:
            run([*prefix, control, "-D", str(data), "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def servers_at(address: str) -> list[psutil.Process]:
    """The PostgreSQL servers that were started for the port of ``address``."""
    port = address.rpartition("@")[2].partition("/")[0].rpartition(":")[2]
    servers = [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(Path(part).name == "postgres" for part in (process.info["cmdline"] or [])[:1])
        and port in process.info["cmdline"]
    ]
    assert servers, f"no server on port {port}"
    return servers


@contextmanager
def down(address: str) -> Iterator[None]:
    """The server at ``address`` ended at once, with all its connections; started again as it was after."""
    found = servers_at(address)  # one that was forked just now bears its parent's name for a moment
    server = next(one for one in found if one.ppid() not in [other.pid for other in found])
    _program, *options = server.cmdline()
    data = options[options.index("-D") + 1]
    control = [*as_its_user(), str(program("pg_ctl")), "-D", data, "-w"]
    run = partial(
        subprocess.run, check=True, cwd="/", timeout=120, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    run([*control, "-m", "immediate", "stop"])
    try:
        yield
    finally:
        run([*control, "-o", shlex.join(options), "-l", str(Path(data).parent / "log"), "start"])


@contextmanager
def frozen(address: str) -> Iterator[None]:
    """The server at ``address`` stopped as by SIGSTOP: it accepts connections and never answers."""
    servers = servers_at(address)
    stopped = [process for server in servers for process in (server, *server.children(recursive=True))]
    for process in stopped:
        with suppress(psutil.NoSuchProcess):  # a worker of the server's may end at any time
            process.suspend()
    try:
        yield
    finally:
        for process in stopped:
            with suppress(psutil.NoSuchProcess):
                process.resume()
