"""Money: signs, codes and words of currencies around a number or in a header."""

from __future__ import annotations

import re
from collections import Counter

import pandas as pd

from pipeline.contract import CURRENCY_SIGNS
from pipeline.reading.values.unknown import is_text, trimmed

_CODES = (
    *("USD", "EUR", "GBP", "RUB", "JPY", "UAH", "KZT", "INR", "TRY", "KRW", "ILS", "VND", "GEL", "AMD", "PLN", "CZK"),
    *("CHF", "SEK", "NOK", "DKK", "HUF", "RON", "BGN", "RSD", "BYN", "CNY", "HKD", "TWD", "SGD", "MYR", "THB", "IDR"),
    *("PHP", "AUD", "NZD", "CAD", "MXN", "BRL", "ARS", "CLP", "COP", "PEN", "AED", "SAR", "QAR", "KWD", "EGP", "MAD"),
    *("ZAR", "NGN", "KES", "GHS", "PKR", "BDT", "LKR", "UZS", "AZN", "KGS", "TJS", "MDL", "ISK"),
)
_SIGNS = {**CURRENCY_SIGNS, "₱": "PHP", "\u0e3f": "THB", "₦": "NGN"}
_DOLLARS = {"US": "USD", "CA": "CAD", "C": "CAD", "AU": "AUD", "A": "AUD", "NZ": "NZD", "HK": "HKD", "R": "BRL"} | {
    "S": "SGD"
}
_WORDS = {
    "руб": "RUB",
    "рублей": "RUB",
    "рубля": "RUB",
    "рубли": "RUB",
    "рубль": "RUB",
    "р": "RUB",
    "грн": "UAH",
    "тг": "KZT",
    "тенге": "KZT",
    "сом": "KGS",
    "сум": "UZS",
    "драм": "AMD",
    "лари": "GEL",
    "долл": "USD",
    "евро": "EUR",
    "rub": "RUB",
    "euro": "EUR",
    "euros": "EUR",
    "dollar": "USD",
    "dollars": "USD",
    "usd": "USD",
    "eur": "EUR",
    "rs": "INR",
    "tl": "TRY",
    "zł": "PLN",
    "zl": "PLN",
    "kč": "CZK",
    "ft": "HUF",
    "kr": "SEK",
    "lei": "RON",
    "yen": "JPY",
    "yuan": "CNY",
    "ر.س": "SAR",
    "ريال": "SAR",
    "د.إ": "AED",
    "درهم": "AED",
    "ج.م": "EGP",
    "جنيه": "EGP",
    "د.ك": "KWD",
    "ש״ח": "ILS",
    'ש"ח': "ILS",
    "\u5143": "CNY",  # yuan
    "\u5186": "JPY",  # yen
    "\uc6d0": "KRW",  # won
}
_IN_HEADERS = {word for word in _WORDS if len(word) > 2 and word not in ("сом", "сум", "лари", "lei")}
_AMBIGUOUS = {"all", "try", "cop", "mad", "pen", "ron", "clp", "mdl"}  # words or names of columns in lower case
_LETTER = r"[^\W\d_]"
_PREFIXED = rf"(?:{'|'.join(_DOLLARS)})\$"
_BARE_SIGN = rf"[{re.escape(''.join(_SIGNS))}]"
_NAMED = rf"(?:{'|'.join(map(re.escape, sorted({*_CODES, *_WORDS}, key=len, reverse=True)))})\.?(?!{_LETTER})"
MONEY = rf"(?i)(?:(?<!{_LETTER})(?:{_PREFIXED}|{_NAMED})|{_BARE_SIGN})"
"""A regular expression for a currency beside a number: ``US$``, ``EUR``, ``руб.``, ``€``."""
_MONEY = re.compile(MONEY)
_SAMPLE = 20_000
_LEAST_SHARE = 0.001  # of the cells; a sign seen less often is a slip


def currency_of(series: pd.Series, name: str = "") -> str:
    """The currency of a column of money, by what stands in its cells, else in its header.

    Returns
    -------
    str
        A sign (``€``), the ISO 4217 code of a currency without a sign of its own (``CAD``), several of them parted by
        ``", "`` with the commonest first, or nothing.
    """
    return ", ".join(_in_cells(series)) or _in_header(name)


def without_currency(name: str) -> tuple[str, str]:
    """A header without the currency that it ends with, and that currency: ``("Amount", "₽")`` of ``Amount, RUB``."""
    found = re.fullmatch(rf"(.*[^\W_])[\s_,;(\[/-]+({_LETTER}+\$?|{_BARE_SIGN})\.?[)\]]?", name.strip())
    currency = _in_header(found[2]) if found else ""
    return (found[1], currency) if found and currency else (name, "")


def _in_cells(series: pd.Series) -> list[str]:
    if not is_text(series):
        return []
    known = trimmed(series.dropna().iloc[:_SAMPLE]).dropna()
    counts = known.value_counts()
    found: Counter[str] = Counter()
    for cell, number in counts.items():
        signs = {_code(match) for match in _MONEY.findall(str(cell))}
        rest = _MONEY.sub("", str(cell))
        if len(signs) == 1 and not re.search(_LETTER, rest):
            found[next(iter(signs))] += int(number)
    return [_shown(code) for code, number in found.most_common() if number > _LEAST_SHARE * len(known)]


def _in_header(name: str) -> str:
    words = re.findall(rf"{_LETTER}+\$?|{_BARE_SIGN}", name)
    for word, lower in ((word, word.lower()) for word in words):
        if word in _SIGNS or word in _CODES or (len(word) > 1 and word.endswith("$")):
            return _shown(_code(word))
        if lower in _IN_HEADERS or (lower.upper() in _CODES and lower not in _AMBIGUOUS):
            return _shown(_code(lower))
    return "₽" if re.search(r"(?<![^\W\d_])р\.", name) else ""


def _code(written: str) -> str:
    bare = written.strip(".")
    if len(bare) > 1 and bare.endswith("$"):
        return _DOLLARS.get(bare[:-1].upper(), "USD")
    return _SIGNS.get(bare) or _WORDS.get(bare.lower()) or bare.upper()


def _shown(code: str) -> str:
    return next((sign for sign, of in CURRENCY_SIGNS.items() if of == code), code)
