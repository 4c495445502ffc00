"""Money: the signs that count as a currency, and where a language writes them. Nothing else in the house decides that.

The form is Babel's, which is CLDR's: the sign opens an amount in English (``₽1,234``) and closes it, behind a space
that does not break, in Russian (``1 234 ₽``). The sign itself stays as the spec writes it.
"""

from __future__ import annotations

from functools import cache

CURRENCY_SIGNS = {
    "$": "USD",
    "€": "EUR",
    "£": "GBP",
    "₽": "RUB",
    "¥": "JPY",
    "₴": "UAH",
    "₸": "KZT",
    "₹": "INR",
    "₺": "TRY",
    "₩": "KRW",
    "₪": "ILS",
    "₫": "VND",
    "₾": "GEL",
    "֏": "AMD",
}  # as a spec or a file writes them, with their ISO 4217 codes
_MINUS = "-−"


def currency_of(unit: str) -> tuple[str, str]:
    """The sign that a unit opens with, and what follows it: ``$ a year`` gives ``("$", " a year")``; else no sign."""
    for sign, code in CURRENCY_SIGNS.items():
        if unit.startswith(sign):
            return sign, unit[len(sign) :]
        if unit == code:
            return sign, ""
    return "", unit


def with_currency(number: str, sign: str, language: str = "en") -> str:
    """A written number with its currency: ``$1,234``, ``−$30``, in Russian ``1 234 $``."""
    before, after = affixes(language)
    minus = number[:1] if number[:1] in _MINUS else ""
    return f"{minus}{before.replace('¤', sign)}{number.removeprefix(minus)}{after.replace('¤', sign)}"


@cache
def affixes(language: str) -> tuple[str, str]:
    """What a language writes before and after an amount, ``¤`` for the sign; d3 and AG Grid take the same two."""
    from babel import Locale  # only where money is told: the locale's data take a moment to load

    pattern = Locale(language).currency_formats["standard"]
    return pattern.prefix[0], pattern.suffix[0]
