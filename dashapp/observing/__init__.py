"""What an operator watches: counters for Prometheus, and for each request an id and a line in the log.

The Prometheus client decides when it is imported how it counts: no process that gunicorn forks from may import this
before ``FOLDER`` is in the environment.
"""

from dashapp.observing.counters import CONTENT_TYPE, FOLDER, REFUSED_UPLOADS, ROWS_EXPORTED, State, forget, scrape
from dashapp.observing.requests import watch

__all__ = [
    "CONTENT_TYPE",
    "FOLDER",
    "REFUSED_UPLOADS",
    "ROWS_EXPORTED",
    "State",
    "forget",
    "scrape",
    "watch",
]
