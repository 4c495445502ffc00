"""The dashboard and the MLflow UI: what to start, on which ports, with which settings.

Launches programs and nothing else: neither Dash nor MLflow is imported here.
"""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from collections.abc import Callable, Collection
from contextlib import closing, suppress
from pathlib import Path

from pipeline.errors import StoreError, UsageError
from pipeline.serving.supervisor import Program, supervise
from pipeline.settings import PACKAGES, Settings

GUNICORN = ("gunicorn", "-c", "python:dashapp.gunicorn_conf")  # as in the Procfile
LOOPBACK = "127.0.0.1"
ANY_ADDRESS = {"0.0.0.0": LOOPBACK, "::": "::1", "": LOOPBACK}  # noqa: S104 - compared with, never bound
PORTS_TRIED = 20

Announce = Callable[[str], None]


def serve(settings: Settings, *, dashboard: bool, mlflow_ui: bool, announce: Announce, page: str = "") -> int:
    """Serve what is asked for until a signal comes (exit code 0) or a server ends by itself (exit code 1).

    ``page`` is what follows the address of MLflow's pages to open the runs; the dashboard links to them.

    Raises ``UsageError`` where nothing is asked for or no port is free, and ``StoreError`` where only the MLflow UI is
    asked for and there is no store that it could show; ``ExposureError`` where anybody could reach the dashboard.
    """
    if not (dashboard or mlflow_ui):
        raise UsageError.because("nothing to serve", remedy="leave out --no-dashboard or --no-mlflow")
    if dashboard:
        settings.check_exposure()
    obstacle = _no_ui_because(settings, page) if mlflow_ui else ""
    if obstacle and not dashboard:
        raise StoreError.because(f"the MLflow UI is not started: {obstacle}")
    started = programs(settings, page, dashboard=dashboard, mlflow_ui=mlflow_ui and not obstacle)
    if obstacle:
        announce(f"MLflow UI  not started: {obstacle}")
    for program in started:
        wanted = settings.port if program.name == "Dashboard" else settings.mlflow_port
        if program.port != wanted:
            announce(f"Port {wanted} is taken; {program.name} takes {program.port}")
    return supervise(started, announce, _log_folder(settings))


def programs(settings: Settings, page: str, *, dashboard: bool, mlflow_ui: bool) -> list[Program]:
    """The dashboard first; it knows the address of the MLflow UI that runs beside it."""
    port = free_port(settings.host, settings.port) if dashboard else 0
    beside = [mlflow_program(settings, avoid={port}, page=page)] if mlflow_ui else []
    linked = {"mlflow_url": settings.mlflow_url or beside[0].origin} if beside else {}
    return [*([dashboard_program(settings.model_copy(update=linked))] if dashboard else []), *beside]


def dashboard_program(settings: Settings) -> Program:
    """Gunicorn with the configuration that the dashboard's package brings, seeing exactly these settings."""
    port = free_port(settings.host, settings.port)
    bind = f"[{settings.host}]" if ":" in settings.host else settings.host
    return Program(
        name="Dashboard",
        host=ANY_ADDRESS.get(settings.host, settings.host),
        port=port,
        health="/healthz",
        path=f"{settings.url_prefix}/" if settings.url_prefix else "",
        command=(sys.executable, "-m", *GUNICORN, "--bind", f"{bind}:{port}", "dashapp.wsgi:server"),
        environment=settings.model_copy(update={"port": port}).as_environment(),
        folder=PACKAGES,
    )


def mlflow_program(settings: Settings, *, avoid: Collection[int] = (), page: str = "") -> Program:
    """The MLflow UI, on the loopback address whatever the dashboard listens on: it has no sign-in of its own."""
    port = free_port(LOOPBACK, settings.mlflow_port, avoid=avoid)
    return Program(
        name="MLflow UI",
        host=LOOPBACK,
        port=port,
        health="/health",
        path=page,
        command=(sys.executable, "-m", "mlflow", "server", "-w", "1", "--host", LOOPBACK, "--port", str(port)),
        environment={
            # not on the command line: a database's URI can hold a password, and everybody can list processes
            "MLFLOW_BACKEND_STORE_URI": settings.absolute().store_uri,
            "MLFLOW_ARTIFACTS_DESTINATION": settings.artifacts,
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # ten processes and 2 GB for nothing that is used here
            "MLFLOW_DISABLE_TELEMETRY": "true",
        },
        folder=PACKAGES,
    )


def free_port(host: str, first: int, *, avoid: Collection[int] = ()) -> int:
    """The first port from ``first`` on that can be bound on ``host``; raises ``UsageError`` where there is none."""
    ports = [port for port in range(first, min(first + PORTS_TRIED, 65536)) if port not in avoid]
    for port in ports:
        if _can_bind(host, port):
            return port
    raise UsageError.because(
        f"no port is free on {host}",
        expected=f"one of {first} to {first + PORTS_TRIED - 1}",
        remedy="set KORZINA_PORT or KORZINA_MLFLOW_PORT, and see that KORZINA_HOST is an address of this machine",
    )


def _can_bind(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port closed a moment ago counts as free
        with suppress(OSError):
            probe.bind((host, port))
            return True
    return False


def _no_ui_because(settings: Settings, page: str) -> str:
    """Why the MLflow UI cannot show the store, or nothing: MLflow would make an empty store where there is none."""
    if settings.store_uri.startswith("http"):
        return f"the runs are kept by a tracking server, which has a UI of its own: {settings.mlflow_pages}{page}"
    file = settings.database_file
    if file is not None and not file.is_file():
        return f"there is no store at {file} yet; run 'korzina train', or look at KORZINA_HOME"
    return ""


def _log_folder(settings: Settings) -> Path:
    """``logs`` in the store's folder, or a temporary one where that cannot be written."""
    folder = settings.home / "logs"
    if settings.home.is_dir():
        with suppress(OSError):
            folder.mkdir(exist_ok=True)
    return folder if os.access(folder, os.W_OK) else Path(tempfile.mkdtemp(prefix="korzina-"))
