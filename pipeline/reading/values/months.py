"""Names of months in the languages that shops write -> English short names, which date formats know."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import pandas as pd

_LANGUAGES = ("en", "ru", "de", "fr", "es", "it", "pt", "nl", "pl", "uk", "be", "kk", "cs", "tr", "sv", "da", "fi")
_SHORT = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ALSO = {
    "en": {"sept": 9},
    "ru": {"янв": 1, "фев": 2, "февр": 2, "мар": 3, "май": 5, "мая": 5, "июн": 6, "июл": 7, "сен": 9, "сент": 9}
    | {"окт": 10, "ноя": 11, "нояб": 11, "дек": 12},
}
_IDLE = frozenset({"г", "года", "год", "of", "de", "del", "the", "st", "nd", "rd", "th", "р", "y", "u", "v", "em"})
_WORD = re.compile(r"[^\W\d_]+")
_ORDINAL = re.compile(r"(?<=\d)(?:(?:st|nd|rd|th|er|º|ª)\b|\.(?=\s))", re.IGNORECASE)


def has_names(days: pd.Series) -> bool:
    """Whether most of some days have the name of a month or of a day of the week in them."""
    language = _language(days)
    if language is None:
        return False
    known = {*_months(language), *_weekdays(language)}
    return days.map(lambda day: any(word.lower() in known for word in _WORD.findall(day))).mean() > 0.4


def with_english_months(days: pd.Series) -> pd.Series:
    """Days with short English months, no weekdays, ordinals and commas: ``пн, 20 марта 2023 г.`` -> ``20 Mar 2023``."""
    language = _language(days)
    if language is None:
        return days
    return days.map(lambda day: _shortened(day, language))


def shortened_form(form: str) -> str:
    """The strptime form that reads what ``with_english_months`` makes of a day written in ``form``."""
    bare = re.sub(r"%[Aa],?\s*", "", form).replace("%B", "%b").replace(",", " ")
    return " ".join(re.sub(r"%b\.", "%b", bare).split())


def _language(days: pd.Series) -> str | None:
    """The language that knows most of the words, English first."""
    words = {word.lower() for day in days.iloc[:300] for word in _WORD.findall(day)} - _IDLE
    counts = {language: len(words & set(_months(language))) for language in _LANGUAGES} if words else {}
    if not any(counts.values()):
        counts = {language: len(words & _weekdays(language)) for language in _LANGUAGES} if words else {}
    best = max(counts, key=lambda language: counts[language], default=None)
    return best if best is not None and counts[best] else None


def _shortened(day: str, language: str) -> str:
    months, weekdays = _months(language), _weekdays(language)

    def short(match: re.Match[str]) -> str:
        word = match[0].lower()
        if word in months:
            return _SHORT[months[word] - 1]
        return "" if word in weekdays or word in _IDLE else match[0]

    named = _WORD.sub(short, _ORDINAL.sub("", day)).replace(",", " ")
    named = re.sub(r"(?<=[A-Z][a-z]{2})\.", "", named)  # "Mar." is "Mar"
    return " ".join(named.split()).strip(". ")


def month_words() -> dict[str, int]:
    """Names of months in every language, in small letters, with the month's number: no two languages contradict."""
    return {word: number for language in _LANGUAGES for word, number in _months(language).items()}


def idle_words() -> frozenset[str]:
    """Words beside a day that say nothing of it: weekdays in every language, "year", "of"."""
    return (_IDLE | frozenset(word for language in _LANGUAGES for word in _weekdays(language))) - set(month_words())


@cache
def _months(language: str) -> dict[str, int]:
    """Lower-case names, in every form and case that the language has, with the month's number."""
    from babel import Locale  # only where a file names months: the locale's data take a moment to load

    names = Locale(language).months
    return _ALSO.get(language, {}) | {
        name.lower().strip("."): number
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for number, name in names[context][width].items()
        if _WORD.fullmatch(name.strip("."))
    }


@cache
def _weekdays(language: str) -> frozenset[str]:
    from babel import Locale

    names = Locale(language).days
    return frozenset(
        name.lower().strip(".")
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated", "short")
        for name in _flat(names[context].get(width, {}).values())
    )


def _flat(names: Iterable[str]) -> Iterable[str]:
    return (name for name in names if name)
