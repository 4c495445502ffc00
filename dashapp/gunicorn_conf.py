"""How gunicorn serves the dashboard: ``gunicorn -c python:dashapp.gunicorn_conf dashapp.wsgi:server``."""

from __future__ import annotations

import sys
import threading
from typing import Any

from pydantic import ValidationError

from pipeline.errors import ExposureError
from pipeline.settings import Settings


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
accesslog = "-" if _settings.access_log else None


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
