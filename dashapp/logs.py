"""The form of the log: lines for people, or a JSON object a line for whatever gathers logs; ids of requests in both."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from typing import Any, Literal

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="-")
_TEXT = "%(asctime)s [%(process)d] [%(levelname)s] [%(request_id)s] %(message)s"
_JSON = "%(asctime)s %(levelname)s %(name)s %(process)d %(request_id)s %(message)s"


class OfRequest(logging.Filter):
    """Says of each record during which request it was written."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, with ``request_id`` added."""
        record.request_id = REQUEST_ID.get()
        return True


def configuration(form: Literal["text", "json"], level: str) -> dict[str, Any]:
    """What ``logging.config.dictConfig`` is told: gunicorn's lines and ours go to standard error in one form."""
    formatter: dict[str, Any] = {"format": _TEXT}
    if form == "json":
        formatter = {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "fmt": _JSON,
            "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
            "json_ensure_ascii": False,
        }
    handler = {
        "class": "logging.StreamHandler",
        "formatter": "lines",
        "filters": ["request"],
        "stream": "ext://sys.stderr",
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": formatter},
        "filters": {"request": {"()": OfRequest}},
        "handlers": {"stderr": handler},
        "root": {"level": "WARNING", "handlers": ["stderr"]},
        "loggers": {
            "gunicorn.error": {"level": level.upper(), "propagate": True},
            "dashapp": {"level": level.upper(), "propagate": True},
            "pipeline": {"level": level.upper(), "propagate": True},
        },
    }
