"""Columns that seem to add up to a total by their headers: what is spent on kinds of things, orders by channels.

A currency or a scale that headers end in says how something is counted, not of what it is a part: "Balance EUR",
"Credit limit EUR" and "Payments EUR" are three different things, and their sum is nobody's spend.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.contract import GroupMeaning
from pipeline.reading import without_currency
from pipeline.understanding.evidence import vocabulary as names

LEAST_IN_GROUP = 3
_NOT_AMOUNTS = r"month|visit|посещ|визит|заход"
_SCALES = frozenset({"k", "m", "thousand", "thousands", "mln", "million", "millions", "тыс", "тысяч", "млн"})
_WHOLES = (
    r"\btotal|\ball\b|\boverall|\baverage|\bavg\b|\bmean\b|\bmedian|\bmax|\bmin\b|\blast\b|\blifetime|\bper\b|\bmonth"
    r"|\byear|всего|итог|общ(ий|ая|ее|ие)\b|средн|макс|\bмин\b|последн|\bмесяц|\bгод(а|овой|овая)?\b|\bза год"
)  # of one thing in two ways, which are no parts of it


@dataclass(frozen=True)
class Family:
    """Columns that seem to add up to a total."""

    key: str
    meaning: GroupMeaning
    members: Mapping[str, str]  # column -> label


def families_of(columns: Sequence[str]) -> tuple[Family, ...]:
    """Three or more columns of amounts that share a word of spending, or all named after products or channels."""
    free = [column for column in columns if not names.fits(f"{names.STOCKS}|{names.DUES}", column)]
    families: list[Family] = []
    for meaning, pattern in (("channels", names.CHANNELS), ("categories", names.PRODUCTS)):
        members = [
            column
            for column in free
            if names.fits(pattern, column) and not names.fits(_NOT_AMOUNTS, column) and not _paid(meaning, column)
        ]
        tied = _tied(_of_one_currency(members))
        if len(tied) >= LEAST_IN_GROUP:
            families.append(_family(meaning, tied))  # type: ignore[arg-type]
            free = [column for column in free if column not in families[-1].members]
    money = _shared_word([column for column in _of_one_currency(free) if not names.fits(_WHOLES, column)])
    if len(money) >= LEAST_IN_GROUP and not any(family.meaning == "categories" for family in families):
        families.append(_family("categories", money))
    return tuple(families)


def _words(column: str) -> list[str]:
    """The words of a header without currencies and scales at its end: they say how it is counted."""
    words = names.words(column).split()
    while len(words) > 1 and (words[-1] in _SCALES or without_currency(f"of {words[-1]}")[1]):
        words.pop()
    return words


def _paid(meaning: str, column: str) -> bool:
    """Whether a column named after a channel holds money, which is no number of orders."""
    return meaning == "channels" and (bool(without_currency(column)[1]) or names.fits(names.SPENDING, column))


def _of_one_currency(columns: Sequence[str]) -> list[str]:
    """Those in the commonest currency, where headers name several: amounts of two currencies have no sum."""
    currencies = [without_currency(column)[1] for column in columns]
    named = Counter(filter(None, currencies))
    usual = named.most_common(1)[0][0] if len(named) > 1 else None
    return [column for column, own in zip(columns, currencies, strict=True) if usual is None or own in ("", usual)]


def _tied(members: list[str]) -> list[str]:
    """The largest set of members with the same first or last word; all of them if none has a common word."""
    best: list[str] = []
    for place in (0, -1):
        counts = Counter(_words(column)[place] for column in members)
        for word, number in counts.most_common(1):
            if number > len(best):
                best = [column for column in members if _words(column)[place] == word]
    return best if len(best) >= LEAST_IN_GROUP else members


def _shared_word(columns: Sequence[str]) -> list[str]:
    """The largest set of columns in which a word of spending stands at the same place, beside words of their own."""
    sets: dict[tuple[int, str], list[str]] = {}
    for column in columns:
        for key in _places(_words(column)):
            sets.setdefault(key, []).append(column)
    return max(sets.values(), key=len, default=[])


def _places(words: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Where words of spending stand, counted from the first word (0, 1, ...) and from the last (-1, -2, ...)."""
    if len(words) > 1:
        for place, word in enumerate(words):
            if names.fits(names.SPENDING, word):
                yield place, word
                yield place - len(words), word


def _family(meaning: GroupMeaning, members: list[str]) -> Family:
    split = [_words(column) for column in members]
    while len({parts[0] for parts in split}) == 1 and min(map(len, split)) > 1:
        split = [parts[1:] for parts in split]
    while len({parts[-1] for parts in split}) == 1 and min(map(len, split)) > 1:
        split = [parts[:-1] for parts in split]
    labels = [" ".join(parts).capitalize() for parts in split]
    return Family(meaning, meaning, dict(zip(members, labels, strict=True)))
