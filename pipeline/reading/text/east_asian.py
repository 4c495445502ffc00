"""Bytes of no Unicode form -> the page of Chinese, Japanese or Korean that they are in, where they are in one.

Each of these pages keeps its common characters apart from the rare ones (the first level of JIS X 0208 and GB 2312,
the frequent ones of Big5, the syllables of KS X 1001), so that text read in the wrong page is made of rare ones.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable

_LEAST, _LEAST_CHARACTERS = 0.8, 3  # share of common characters among so many at least
_SIGNS = range(0x3000, 0x3040), range(0xFF00, 0xFF5F)  # wide punctuation, which every page has


def _kana(character: str) -> bool:
    return "ぁ" <= character <= "ヿ"


def _japanese(lead: range) -> Callable[[str, bytes], bool]:
    return lambda character, code: _kana(character) or code[0] in lead


# in a tie the first: Korean syllables are common Chinese characters in its page, and those are common in Japan's
_PAGES: dict[str, Callable[[str, bytes], bool]] = {
    "cp932": _japanese(range(0x88, 0x98)),
    "cp949": lambda character, _code: "가" <= character <= "힣",
    "gb18030": lambda _character, code: code[0] in range(0xB0, 0xD8) and code[1] >= 0xA1,
    "big5": lambda _character, code: code[0] in range(0xA4, 0xC7),
    "euc_jp": _japanese(range(0xB0, 0xD0)),
}


def east_asian_page(data: bytes) -> str | None:
    """The page in which nearly all characters beyond ASCII are common ones; None where there is none."""
    scores = {page: _share_of_common(data, page) for page in _PAGES}
    best = max(scores, key=lambda page: scores[page])
    return best if scores[best] >= _LEAST else None


def _share_of_common(data: bytes, page: str) -> float:
    try:
        text = codecs.getincrementaldecoder(page)().decode(data)  # the last character may be cut
    except UnicodeDecodeError:
        return 0.0
    wide = [letter for letter in text if letter > "\x7f" and not any(ord(letter) in signs for signs in _SIGNS)]
    codes = [(letter, letter.encode(page)) for letter in wide]
    if len(codes) < _LEAST_CHARACTERS:
        return 0.0
    return sum(len(code) > 1 and _PAGES[page](letter, code) for letter, code in codes) / len(codes)
