"""What a session with Spark needs: packages, Java, a master that listens. What is missing is told before it starts."""

from __future__ import annotations

import os
import shutil
import socket
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.contract import Message
from pipeline.errors import SparkError, UsageError, without_password

LOCAL, CONNECT, ADDRESSES = "local[*]", "sc://HOST:PORT", "spark://HOST:PORT, sc://HOST:PORT, local[*]"
_PATIENCE = 10.0  # seconds until a master that does not answer counts as unreachable
_PORTS = {"spark": 7077, "sc": 15002}


def refuse_missing(master: str | None, *, is_open: bool) -> None:
    """Raise ``UsageError`` where PySpark or Java is not there; an open session has both."""
    connect = (master or "").startswith("sc://")
    if find_spec("pyspark") is None or find_spec("sqlglot") is None:
        extra = "spark-connect" if connect else "spark"
        raise UsageError.because(
            Message.of("--engine spark needs PySpark, which is not installed"),
            remedy=Message.of(
                "pip install 'korzina[{extra}]', of the version that the cluster has (pyspark=={version})",
                extra=extra,
                version="X.Y.Z",
            ),
        )
    if connect:
        if find_spec("grpc") is None or find_spec("grpc_status") is None or find_spec("zstandard") is None:
            raise UsageError.because(
                Message.of("{master} needs the client of Spark Connect, which is not installed", master=bare(master)),
                remedy=Message.of("pip install 'korzina[spark-connect]' in an environment without pyspark"),
            )
    elif find_spec("py4j") is None:
        raise UsageError.because(
            Message.of("PySpark's client for Spark Connect is installed, which has no Spark of its own"),
            found=Message.of("the master {master}", master=bare(master or LOCAL)),
            expected=CONNECT,
            remedy=Message.of("name the server with --master, or pip install 'korzina[spark]' in another environment"),
        )
    elif not is_open and not _java():
        raise UsageError.because(
            Message.of("Spark needs Java, which is not there"),
            expected=Message.of("java 17 or newer on the path, or JAVA_HOME"),
            remedy=Message.of(
                "install it (Debian: apt install default-jre-headless), or connect to a server with --master {address}",
                address=CONNECT,
            ),
        )


def _java() -> bool:
    home = os.environ.get("JAVA_HOME")
    return bool(shutil.which("java")) or bool(home and (Path(home) / "bin" / "java").exists())


def refuse_silent(master: str | None) -> None:
    """A master that no one listens at is told at once: Spark itself would try for a minute."""
    scheme, _, rest = (master or "").partition("://")
    if scheme not in _PORTS or not rest:
        return
    faults = []
    for address in rest.split("/")[0].split(";")[0].split(","):
        try:
            parts = urlsplit(f"//{address}")
            where = (parts.hostname or "", parts.port or _PORTS[scheme])
        except ValueError:
            raise UsageError.because(
                Message.of("{master} is no address of Spark", master=bare(master)),
                expected=ADDRESSES,
            ) from None
        try:
            socket.create_connection(where, timeout=_PATIENCE).close()
            return
        except OSError as error:
            faults.append(f"{where[0]}:{where[1]}: {error.strerror or error}")
    raise SparkError.because(
        Message.of("no master answers at {master}", master=bare(master)),
        found="; ".join(faults),
        remedy=Message.of("check host and port, and that Spark runs there and lets this machine in"),
    )


def bare(master: str | None) -> str:
    """The address without a token or a password."""
    return without_password((master or LOCAL).split(";")[0])
