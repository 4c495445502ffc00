"""Errors that reach a person: each says what was expected, what was found and what to do."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import ClassVar, Self

_SHORT = 3  # letters; of names so short half are like one another
_A_SLIP = 0.85  # likeness of names that differ by a letter or two


class KorzinaError(Exception):
    """Base of every error that Korzina raises on purpose.

    ``str(error)`` is the whole message that a person reads; no traceback is shown for it.
    """

    exit_code: ClassVar[int] = 1
    parts: Mapping[str, str] = {}  # what, expected, found and remedy as given, for telling in another language
    language: str = "en"  # of the data at fault, as far as that was seen

    @classmethod
    def because(cls, what: str, *, expected: str = "", found: str = "", remedy: str = "") -> Self:
        """Build an error from its parts, leaving out those that are empty."""
        parts = [what if what.endswith("?") else what.rstrip(".") + "."]
        if expected:
            parts.append(f"Expected: {expected}.")
        if found:
            parts.append(f"Found: {found}.")
        if remedy:
            parts.append(f"What to do: {remedy}.")
        error = cls(" ".join(parts))
        error.parts = {"what": what, "expected": expected, "found": found, "remedy": remedy}
        return error


class InputError(KorzinaError):
    """The data given is at fault."""


class SpecError(InputError):
    """The spec (TOML) is at fault, or it does not fit the data."""


class UsageError(KorzinaError):
    """The command was called in a way that makes no sense."""

    exit_code = 2


class StarvedError(KorzinaError):
    """There is too little memory for the work, or the system stopped it for that reason."""


class SparkError(KorzinaError):
    """Spark does not answer, or a job of it failed."""


class ExposureError(KorzinaError):
    """The settings would show people's data to whoever asks."""

    exit_code = 78  # EX_CONFIG of sysexits.h


class StoreError(KorzinaError):
    """The MLflow store cannot be read or written, or holds something unexpected."""

    exit_code = 3


class UnreadableError(StoreError):
    """The store, or a file of it, cannot be reached or read at present; what it held before may still be shown."""


class UnpreparedError(StoreError):
    """A run holds more customers than a reader has memory for, and what stands in for them has not been made yet."""


class ContractError(StoreError):
    """A stored table or record does not have the shape that ``contract`` declares."""


def nearest_name(name: str, valid: Iterable[str]) -> str | None:
    """The valid name that differs by a slip, or has every word of ``name``, or is most like it; None: none is near.

    Capitals do not count.
    """
    by_lower = {candidate.lower(): candidate for candidate in valid}
    if slips := difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=_A_SLIP):
        return by_lower[slips[0]]
    words = _words(name)
    with_all = [candidate for candidate in by_lower if words and words <= _words(candidate)]
    if len(with_all) == 1:
        return by_lower[with_all[0]]
    close = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.5 if len(name) > _SHORT else 0.7)
    return by_lower[close[0]] if close else None


def _words(name: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", name.lower()))


_USER = re.compile(r"://[^/:@\s'\"]*(?::[^@\s'\"]*)?@")
_SECRET = re.compile(
    r"([?&;][^=&;\s'\"]*(?:pass|pwd|secret|token|key|sig|credential)[^=&;\s'\"]*=)[^&;\s'\"]*", re.IGNORECASE
)


def masked(text: str) -> str:
    """``text`` without what an address in it says of passwords and keys behind its question mark."""
    return _SECRET.sub(r"\1***", text)


def without_password(text: str) -> str:
    """``text`` with user and password taken out of every address in it."""
    return masked(_USER.sub("://", text))
