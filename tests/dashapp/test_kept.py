"""What was asked for last is kept, and no more than that."""

from __future__ import annotations

import pytest

from dashapp.lru import LruCache


def test_what_was_not_asked_for_the_longest_time_goes_first() -> None:
    made: list[str] = []
    kept: LruCache[str, str] = LruCache(2)

    def of(key: str) -> str:
        return kept.of(key, lambda: made.append(key) or key.upper())  # type: ignore[func-returns-value]

    assert [of(key) for key in ("a", "b", "a", "c", "a", "b")] == ["A", "B", "A", "C", "A", "B"]
    assert made == ["a", "b", "c", "b"]
    assert kept.values() == ["A", "B"]

    kept.clear()

    assert kept.values() == []
    assert of("a") == "A"
    assert made[-1] == "a"


def test_what_could_not_be_made_is_not_kept() -> None:
    kept: LruCache[str, str] = LruCache(2)

    def refuse() -> str:
        raise LookupError("not there")

    with pytest.raises(LookupError):
        kept.of("a", refuse)

    assert kept.values() == []
    assert kept.of("a", lambda: "A") == "A"
