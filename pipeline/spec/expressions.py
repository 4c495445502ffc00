"""SQL expressions of a spec: what none of them may use, and the day that stands for ``$as_of`` in them."""

from __future__ import annotations

import re
from datetime import date

from pipeline.contract import Message

# a value must depend on its own row only, and be the same tomorrow: a customer scored alone gets the same one
_FORBIDDEN = {
    Message.of("a window function"): r"\bover\s*\(",
    Message.of("a query"): r"\bselect\b",
    Message.of(
        "today's clock"
    ): r"\b(now|today|current_date|current_time|current_timestamp|localtimestamp|get_current_time\w*)\b",
    Message.of("chance"): r"\b(random|setseed|uuid|gen_random_uuid|nextval)\b\s*\(",
}
_QUOTED = r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\""
_DAY = re.compile(rf"{_QUOTED}|(?P<day>\$as_of\b)", re.IGNORECASE)


def unquoted(sql: str) -> str:
    """The expression in small letters without texts and quoted names, for looking at its words."""
    return re.sub(_QUOTED, " ", sql).lower()


def forbidden(sql: str) -> Message | None:
    """What an expression over one row uses and must not: a window, a query, a clock, chance; None where it is fine."""
    bare = unquoted(sql)
    return next((construct for construct, pattern in _FORBIDDEN.items() if re.search(pattern, bare)), None)


def asks_day(sql: str) -> bool:
    """Whether ``$as_of`` stands in the SQL, outside of texts and quoted names."""
    return any(match["day"] for match in _DAY.finditer(sql))


def with_day(sql: str, day: date | None) -> str:
    """The SQL with ``day`` for ``$as_of``: a view cannot have parameters."""
    literal = f"DATE '{day.isoformat()}'" if day else "CAST(NULL AS DATE)"
    return _DAY.sub(lambda match: literal if match["day"] else match[0], sql)
