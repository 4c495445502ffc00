"""The form of the log: lines for people, or a JSON object a line for whatever gathers logs; ids of requests in both.

What a browser or a file says stands in some lines. Whatever it is, a line stays one: no other can be forged, and no
terminal steered.
"""

from __future__ import annotations

import logging
import re
from contextvars import ContextVar
from typing import Any, Literal

from pythonjsonlogger.json import JsonFormatter

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="-")
_TEXT = "%(asctime)s [%(process)d] [%(levelname)s] [%(request_id)s] %(message)s"
_JSON = "%(asctime)s %(levelname)s %(name)s %(process)d %(request_id)s %(message)s"
# control characters, line ends beyond ASCII, what turns the direction of writing, halves of surrogate pairs
_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


class TextLines(logging.Formatter):
    """A line a record; a traceback, which is logged at ``debug`` alone, stands below its line."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is logging's
        """The line."""
        return _one_line(super().formatMessage(record))


class JsonLines(JsonFormatter):
    """A JSON object a line, in the letters that it is about."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return _one_line(super().format(record))


def _one_line(text: str) -> str:
    """The text with what would steer it written by its number, as JSON may write it: there it means the same."""
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class OfRequest(logging.Filter):
    """Says of each record during which request it was written."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, with ``request_id`` added."""
        record.request_id = REQUEST_ID.get()
        return True


def configuration(form: Literal["text", "json"], level: str) -> dict[str, Any]:
    """What ``logging.config.dictConfig`` is told: gunicorn's lines and ours go to standard error in one form."""
    formatter: dict[str, Any] = {"()": TextLines, "fmt": _TEXT}
    if form == "json":
        formatter = {
            "()": JsonLines,
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
