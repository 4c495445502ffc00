"""Headers as plain words, and whether they fit a pattern of words or name a customer."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pipeline.understanding.evidence.words import ATTRIBUTE, CUSTOMER

_UNLIKE = str.maketrans(
    {"ł": "l", "Ł": "L", "ß": "ss", "ı": "i", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "ё": "е", "Ё": "Е"}
)  # letters that are no letter with a mark


@lru_cache(maxsize=65536)
def plain_words(name: str) -> str:
    """A header as lower-case words without accents of Latin letters: ``NumWebPurchases`` -> ``num web purchases``."""
    parted = re.sub(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])|(?<=[A-Za-zА-Яа-яё])(?=\d)|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return " ".join(re.findall(r"[^\W_]+|#|№", plain_letters(parted))).lower()


def plain_letters(text: str) -> str:
    """Latin letters without their marks, and ё as е; й stays what it is."""
    plain: list[str] = []
    for letter in unicodedata.normalize("NFD", text.translate(_UNLIKE)):
        if unicodedata.combining(letter) and plain and plain[-1].isascii():
            continue
        plain.append(letter)
    return unicodedata.normalize("NFC", "".join(plain))


@lru_cache(maxsize=262144)
def fits(pattern: str, name: str) -> bool:
    """Whether a header's words fit one of the patterns above."""
    return re.search(pattern, plain_words(name)) is not None


def names_customer(name: str) -> bool:
    """Whether the header names a customer, and not something about one (``Customer type``) or a number of them."""
    text = plain_words(name)
    if re.search(r"^(number|count|num|n) of\b|^кол", text):
        return False
    named = re.search(CUSTOMER, text)
    if named is None:
        return False
    rest = text[: named.start()] + " " + text[named.end() :]
    return re.search(ATTRIBUTE, rest) is None
