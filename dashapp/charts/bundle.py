"""Plotly's script with only the kinds of charts drawn here: a third of the whole, which is most of a first load.

``plotly.min.js`` is a custom bundle of the release that the package plotly brings, made by ``make plotly`` as plotly.js
describes it (``CUSTOM_BUNDLE.md`` there). After an upgrade of plotly the whole script serves until it is made again.
"""

from __future__ import annotations

import logging
import re
from functools import cache
from pathlib import Path

from plotly.offline import get_plotlyjs, get_plotlyjs_version

FILE = Path(__file__).parents[1] / "plotly.min.js"
# the first line, written by scripts/plotly.sh
_HEAD = re.compile(r"/\*! plotly\.js (\S+) \(MIT, see plotly\.LICENSE\.txt\): ([a-z0-9, ]+) \*/")
_log = logging.getLogger(__name__)


def script() -> str:
    """The script as text, to stand in a file."""
    return FILE.read_text("utf-8") if traces() else get_plotlyjs()


@cache
def traces() -> frozenset[str]:
    """The kinds of traces that the bundle draws; none where it is of another release than the figures."""
    with FILE.open(encoding="utf-8") as file:
        head = _HEAD.match(file.readline())
    if head is None or head[1] != get_plotlyjs_version():
        _log.warning(
            "plotly.min.js is not of plotly.js %s: the whole script is sent (make plotly mends it)",
            get_plotlyjs_version(),
        )
        return frozenset()
    return frozenset(head[2].split(", "))
