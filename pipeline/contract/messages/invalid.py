"""What a value of a spec, a setting or a stored file should have been, of what pydantic says in its own words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from pipeline.contract.messages.stored_message import Joined, Message
from pipeline.errors import UsageError

_PREFIX = "KORZINA_"
_HIDDEN = ("uri", "url", "root", "users", "key", "secret", "token")  # an address may hold a password
_TEXT, _LIST, _TABLE = Message.of("text"), Message.of("a list"), Message.of("a table of keys and values")
_DAY, _NUMBER, _WHOLE = Message.of("a day such as 2026-01-31"), Message.of("a number"), Message.of("a whole number")
_FLAG = Message.of("true or false")
_KINDS = {
    "missing": Message.of("a value"),
    "string_type": _TEXT,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "dict_type": _TABLE,
    "model_type": _TABLE,
    "model_attributes_type": _TABLE,
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "int_parsing_size": _WHOLE,
    "bool_type": _FLAG,
    "bool_parsing": _FLAG,
}


def expected_of(fault: Mapping[str, Any]) -> Message:
    """One of pydantic's ``ErrorDetails`` as what was expected; in pydantic's words where its type is rare here."""
    kind, context = str(fault["type"]), fault.get("ctx") or {}
    if kind in _KINDS:
        return _KINDS[kind]
    if kind in ("literal_error", "enum", "union_tag_invalid"):
        listed = str(context.get("expected") or context["expected_tags"])
        return Message.of("one of {values}", values=", ".join(re.split(r", | or (?=')", listed)))
    if kind == "union_tag_not_found":
        return Message.of("the key {key} in it", key=context["discriminator"])
    if kind == "greater_than_equal":
        return Message.of("{least} or more", least=str(context["ge"]))
    if kind == "less_than_equal":
        return Message.of("{most} or less", most=str(context["le"]))
    return Message.of("{words}", words=str(fault["msg"]).removeprefix("Value error, "))


def settings_in_words(error: ValidationError) -> UsageError:
    """Which variables are wrong, what they may be, and what was found but in secrets and addresses."""
    faults = [("_".join(map(str, fault["loc"])), fault) for fault in error.errors()]
    wanted = tuple(
        Message.of("{variable}: {what}", variable=f"{_PREFIX}{name.upper()}", what=expected_of(fault))
        for name, fault in faults
    )
    shown = [repr(fault["input"]) for name, fault in faults if name and not name.endswith(_HIDDEN)]
    return UsageError.because(
        Message.of("a setting is wrong") if len(faults) == 1 else Message.of("settings are wrong"),
        expected=Message.of("{settings}", settings=Joined(wanted, "; ")),
        found=", ".join(shown) or Message.of("something else"),
        remedy=Message.of("mend it in the environment or in .env; 'korzina docs settings' lists them all"),
    )
