"""How gunicorn serves the dashboard: ``gunicorn -c python:dashapp.gunicorn_conf dashapp.wsgi:server``."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped,unused-ignore]
from pydantic import ValidationError

from dashapp import logs
from pipeline.errors import ExposureError, StoreError
from pipeline.processors import OwnFolder, remove_left
from pipeline.settings import Settings, account_name

_WARMING_SECONDS = 10.0
_BOOTING_SECONDS = 45.0  # a worker that is not ready by then is taken as it is
_COUNTED_IN = "PROMETHEUS_MULTIPROC_DIR"  # ``dashapp.observing.FOLDER``, which is not to be imported yet


def _checked() -> Settings:
    """The settings; where they would show data to anybody, or are none, the server does not start."""
    try:
        settings = Settings()
        settings.check_exposure()
    except (ExposureError, ValidationError) as error:
        sys.stderr.write(f"Error: {_in_words(error)}\n")
        sys.exit(ExposureError.exit_code)
    return settings


def _in_words(error: ExposureError | ValidationError) -> Exception:
    """What is wrong, without what secrets hold; pydantic's own words have it."""
    if not isinstance(error, ValidationError):
        return error
    from pipeline.contract import settings_in_words  # late: pandas is of no use to a start

    return settings_in_words(error)


_settings = _checked()
_counting = OwnFolder(Path(tempfile.gettempdir()))
_host = f"[{_settings.host}]" if ":" in _settings.host else _settings.host

bind = f"{_host}:{_settings.port}"
workers = _settings.workers
worker_class = "dashapp.gunicorn_worker.PatientWorker"
threads = _settings.threads
timeout = 60
graceful_timeout = 20
keepalive = 5
max_requests = 0
control_socket_disable = True
# as it comes, whoever speaks from this machine, a proxy that passes on what a browser sends among them, may rewrite
# the path with a header SCRIPT_NAME or PATH_INFO; our prefix is KORZINA_URL_PREFIX
forwarder_headers = ""
proc_name = "korzina"
loglevel = _settings.log_level
accesslog = None  # gunicorn's own would hold the queries, in which filters stand: see ``dashapp.observing``
logconfig_dict = logs.configuration(_settings.log_form, _settings.log_level)


def on_starting(arbiter: Any) -> None:
    """Give the workers a folder in which they count together; it has to be known before they import the client.

    What killed processes left there and in the home folder goes.

    And have ``kill -HUP`` end the old workers when the new ones are ready, where gunicorn ends them at once.
    """
    for place in (None, _settings.home):
        remove_left(place)
    os.environ[_COUNTED_IN] = str(_counting.make())
    arbiter.manage_workers = partial(_replace_when_ready, arbiter, arbiter.manage_workers)
    if _settings.auth != "local":
        _record_start()


def _replace_when_ready(arbiter: Any, replace: Callable[[], None]) -> None:
    """``replace`` the surplus of workers, the oldest, once the newest are ready, or have taken too long to be."""
    deadline = time.monotonic() + _BOOTING_SECONDS
    while len(arbiter.WORKERS) > arbiter.num_workers and time.monotonic() < deadline:
        newest = sorted(arbiter.WORKERS, key=lambda pid: arbiter.WORKERS[pid].age)[-arbiter.num_workers :]
        if all(_ready(pid).exists() for pid in newest):
            break
        time.sleep(0.1)
        arbiter.reap_workers()  # which ends the server where a new worker cannot start
    replace()


def _ready(worker: int) -> Path:
    """What a worker makes when it can take requests."""
    return Path(os.environ[_COUNTED_IN], f"ready-{worker}")


def _record_start() -> None:
    """Put the start into the audit log, with the settings that say who is let in; a dashboard without a log stops."""
    from pipeline.accounts import AuditEntry, AuditLog  # late: SQLAlchemy is of no use to a local start

    told = f"auth={_settings.auth} host={_settings.host} workers={_settings.workers} roles={_settings.roles}"
    try:
        AuditLog.of(_settings).add(AuditEntry("start", account_name(), "operator", told=told))
    except StoreError as error:
        sys.stderr.write(f"Error: {error}\n")
        sys.exit(ExposureError.exit_code)


def pre_request(worker: Any, request: Any) -> None:
    """Where a proxy says who asks: what it says twice is not said.

    One that adds its own header to the browser's, and does not replace it, would pass on what anybody says of himself.
    """
    if _settings.auth != "proxy":
        return
    said = [_settings.proxy_user_header.upper(), _settings.proxy_role_header.upper()]
    names = [name.upper() for name, _value in request.headers]
    doubled = {name for name in said if names.count(name) > 1}
    if doubled:
        worker.log.warning("a proxy sent %s twice: neither is believed", ", ".join(sorted(doubled)))
        request.headers = [(name, value) for name, value in request.headers if name.upper() not in doubled]


def pre_exec(arbiter: Any) -> None:
    """Before ``kill -USR2`` starts the new server: as a module again where it was one.

    Gunicorn would start its ``__main__.py`` by path, which puts its own ``http`` in the place of Python's.
    """
    program, *arguments = sys.argv
    if Path(program).name == "__main__.py":
        arbiter.START_CTX["args"] = [sys.executable, "-m", "gunicorn", *arguments]


def on_exit(_arbiter: Any) -> None:
    """Leave nothing behind."""
    os.environ.pop(_COUNTED_IN, None)
    _counting.remove()


def child_exit(_arbiter: Any, worker: Any) -> None:
    """A worker has ended; what it counted stays."""
    from dashapp import observing  # late: see there

    observing.forget(worker.pid)
    _ready(worker.pid).unlink(missing_ok=True)


def post_worker_init(worker: Any) -> None:
    """Have the champion in view before the first request comes, and take over from an older server.

    Dash registers its pages and libraries at the first request. A store that does not answer delays this by seconds
    and no more; it is looked for again later.
    """
    from dashapp.wsgi import data

    warming = threading.Thread(target=_warm_up, args=(data, worker.log), daemon=True)
    warming.start()
    worker.wsgi.test_client().get("/_dash-layout")
    warming.join(_WARMING_SECONDS)
    worker.wsgi.test_client().get("/")
    _ready(worker.pid).touch()
    _take_over(worker)


def _warm_up(data: Any, log: Any) -> None:
    try:
        data.warm_up()
    except Exception as error:
        log.warning("warming up: %s", error)


def _take_over(worker: Any) -> None:
    """After ``kill -USR2``: once every worker of the new server is ready, the old one is told to end.

    Until then both answer; where the new one does not come up, the old one goes on.
    """
    old = int(os.environ.get("GUNICORN_PID", "0"))
    if not old or not _is_child(worker.ppid, old):
        return
    if len(list(_ready(worker.pid).parent.glob("ready-*"))) >= worker.cfg.workers:
        worker.log.info("Ready: the server before (pid %s) may end", old)
        with suppress(ProcessLookupError):
            os.kill(old, signal.SIGTERM)


def _is_child(process: int, parent: int) -> bool:
    with suppress(psutil.Error):
        return bool(psutil.Process(process).ppid() == parent)
    return False
