"""How gunicorn serves the dashboard: ``gunicorn -c python:dashapp.gunicorn_conf dashapp.wsgi:server``."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import threading
from typing import Any

from pydantic import ValidationError

from dashapp import logs
from pipeline.errors import ExposureError, StoreError
from pipeline.settings import Settings, account_name

_COUNTED_IN = "PROMETHEUS_MULTIPROC_DIR"  # ``dashapp.observing.FOLDER``, which is not to be imported yet


def _checked() -> Settings:
    """The settings; where they would show data to anybody, or are none, the server does not start."""
    try:
        settings = Settings()
        settings.check_exposure()
    except (ExposureError, ValidationError) as error:
        sys.stderr.write(f"Error: {error}\n")
        sys.exit(ExposureError.exit_code)
    return settings


_settings = _checked()
_host = f"[{_settings.host}]" if ":" in _settings.host else _settings.host

bind = f"{_host}:{_settings.port}"
workers = _settings.workers
worker_class = "gthread"
threads = _settings.threads
timeout = 60
graceful_timeout = 20
keepalive = 5
max_requests = 0
control_socket_disable = True
proc_name = "korzina"
loglevel = _settings.log_level
accesslog = None  # gunicorn's own would hold the queries, in which filters stand: see ``dashapp.observing``
logconfig_dict = logs.configuration(_settings.log_form, _settings.log_level)


def on_starting(_arbiter: Any) -> None:
    """Give the workers a folder in which they count together; it has to be known before they import the client."""
    os.environ[_COUNTED_IN] = tempfile.mkdtemp(prefix="korzina-metrics-")
    if _settings.auth != "local":
        _record_start()


def _record_start() -> None:
    """Put the start into the audit log, with the settings that say who is let in; a dashboard without a log stops."""
    from pipeline.accounts import AuditEntry, AuditLog  # late: SQLAlchemy is of no use to a local start

    told = f"auth={_settings.auth} host={_settings.host} workers={_settings.workers} roles={_settings.roles}"
    try:
        AuditLog.of(_settings).add(AuditEntry("start", account_name(), "operator", told=told))
    except StoreError as error:
        sys.stderr.write(f"Error: {error}\n")
        sys.exit(ExposureError.exit_code)


def on_exit(_arbiter: Any) -> None:
    """Leave nothing behind."""
    shutil.rmtree(os.environ.pop(_COUNTED_IN, ""), ignore_errors=True)


def child_exit(_arbiter: Any, worker: Any) -> None:
    """A worker has ended; what it counted stays."""
    from dashapp import observing  # late: see there

    observing.forget(worker.pid)


def post_worker_init(worker: Any) -> None:
    """Warm a worker up: Dash registers its pages and libraries at the first request, the champion is read meanwhile."""
    worker.wsgi.test_client().get("/_dash-layout")
    worker.wsgi.test_client().get("/")
    from dashapp.wsgi import data

    threading.Thread(target=_warm_up, args=(data, worker.log), daemon=True).start()


def _warm_up(data: Any, log: Any) -> None:
    try:
        data.warm_up()
    except Exception as error:
        log.warning("warming up: %s", error)
