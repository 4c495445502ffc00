"""Bytes of no Unicode form -> the code page in which their words are words of one language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from charset_normalizer import from_bytes

_SAMPLE = 200_000
_MOST_WORDS = 1000
_EASTERN = 0.9  # of the letters beyond ASCII
_LEAST_SHARE = 0.4  # of the words that must read in the best page

# Of each language its letters beyond ASCII, the frequent ones first. A tie between pages goes to the first of them.
_LATIN = {
    "french": "éèàêçôîùâûëïœü",
    "german": "üäöß",
    "spanish": "óíáéñúü",
    "portuguese": "ãçáéíóõêúâôà",
    "italian": "àòùèéì",
    "nordic": "åäöøæé",
    "dutch": "ëéïöü",
}
_CENTRAL = {
    "polish": "łóąęśżćńź",
    "czech": "íáéěýřžčšůúťďňó",
    "hungarian": "áéőöíóüúű",
    "slovak": "áíéýčžšľúťňôďäĺŕó",
    "croatian": "čšžćđ",
    "romanian": "ăîâșțşţ",
}
_CYRILLIC = {
    "russian": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё",
    "ukrainian": "оанитірвесклудмпьязгбчхйжшюцїєщфґ",
    "belarusian": "анірыосекдтлямупвьгзбчшцхжйюёўэф",
    "serbian": "аоиенрстукјвмдплгзбшчцјњхђћжљфџ",
}
_HEBREW = "יוהלאתרבשמנחםדקפעסטגכזןצךףץ"
_FINAL = frozenset("םןךףץ")  # letters of Hebrew that stand at the end of words only
_ALONE = {  # scripts of which each has a page of its own; no letters that stand where Russian has its commonest
    "cp1253": {"greek": "αοιεντσηρπκυλςμδγέάωόίχθφβύξζήώψ"},
    "cp1256": {"arabic": "اليمونترةبعدفسهكقحجشصخطذزضغظىئءثأإآؤ"},
    "cp1255": {"hebrew": _HEBREW},
}
_TWO_BYTES = ["cp932", "gb18030", "big5", "cp949", "euc_jp"]
_PAGES = {
    "cp1252": _LATIN,
    "cp1251": _CYRILLIC,
    "cp1250": _CENTRAL,
    "cp1254": {"turkish": "ıişğüçöİ"},
    "iso8859_2": _CENTRAL,
    "koi8_r": _CYRILLIC,
    "koi8_u": _CYRILLIC,
    "cp866": _CYRILLIC,
    "iso8859_5": _CYRILLIC,
    "mac_cyrillic": _CYRILLIC,
    "cp850": _LATIN,
    "mac_roman": _LATIN,
    "cp852": _CENTRAL,
    **_ALONE,
}
_UNMIXED = frozenset(  # whose words have no Latin letters
    letters for page in (_CYRILLIC, *_ALONE.values()) for letters in page.values()
)
_OLD_PAGES = ("iso8859_2", "iso8859_5", "mac_cyrillic", "mac_roman", "cp850", "cp852")
_EXPECTED = dict.fromkeys(_OLD_PAGES, 0.97)  # how much less a page is, beside 1
_GROUPING = re.compile(rb"(?<=\d)[\xa0\xca\xff](?=\d)")  # spaces of several pages that do not break
_WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
_SIGNS = "«»„“”‘’‚–—…№€£₽°ºª©®™§±½¼¾·•"
_SIGNS_ALONE, _WITH_SIGNS, _ONE_LETTER = 0.5, 0.9, 0.3  # what words of them prove, beside 1
_BY_A_RULE = 1.1  # and what those of Hebrew do, that keep a rule which words of other pages break


def code_page(data: bytes) -> str:
    """The page in which most words are words of one language; else what their bytes resemble, else cp1252 or latin-1.

    A word reads in a language where all its letters belong to it and capitals stand where capitals do. Between pages
    in which equally many words read, the one with the commoner letters wins: koi8-r and cp1251 turn each other's
    lower case into capitals, so that only the letters tell texts in capitals apart.
    """
    words = _words(data)
    scores = {page: _score(words, page, languages) * _EXPECTED.get(page, 1.0) for page, languages in _PAGES.items()}
    best = max(scores, key=lambda page: scores[page])
    if scores[best] >= _LEAST_SHARE and _decodes(data, best):
        return best
    if eastern := _eastern(data):
        return eastern
    if sum(len(word) > 2 and min(word) > 127 for word in words) > len(words) / 2:
        guess = from_bytes(b" ".join(words)).best()
        if guess is not None and _decodes(data, guess.encoding):
            return guess.encoding
    return "cp1252" if _decodes(data, "cp1252") else "latin-1"


def _eastern(data: bytes) -> str | None:
    """The page of two bytes a letter in which what is not ASCII is Chinese, Japanese or Korean; None where none is."""
    guess = from_bytes(data[:_SAMPLE].rpartition(b"\n")[0] or data, cp_isolation=_TWO_BYTES).best()
    if guess is None or not _decodes(data, guess.encoding):
        return None
    beyond = [letter for letter in str(guess) if letter > "\x7f"]
    eastern = sum(
        "\u3000" <= letter <= "\u9fff" or "\uac00" <= letter <= "\ud7a3" or letter >= "\uff01" for letter in beyond
    )
    return guess.encoding if eastern >= _EASTERN * len(beyond) > 0 else None


def _words(data: bytes) -> list[bytes]:
    """Distinct words with a letter beyond ASCII."""
    words = dict.fromkeys(_WORD.findall(_GROUPING.sub(b"", data[:_SAMPLE])))
    if len(words) < 3:
        words = dict.fromkeys(_WORD.findall(_GROUPING.sub(b"", data)))
    return list(words)[:_MOST_WORDS]


def _score(words: Sequence[bytes], page: str, languages: dict[str, str]) -> float:
    """The share of words that read in the best of the languages, a little more for common letters."""
    told = [word.decode(page, errors="replace") for word in words]
    if not told:
        return 0.0
    alone = dict.fromkeys(languages, 0.0)
    anyone = 0.0
    for text in told:
        readable = {name: _reads(text, letters) for name, letters in languages.items()}
        anyone += max(readable.values())
        for name, value in readable.items():
            alone[name] += value
    return (max(alone.values()) + 0.5 * anyone) / (1.5 * 1.2 * len(told))


def _reads(text: str, letters: str) -> float:
    """How well a word reads: 0 with a foreign letter or capitals inside, 1.2 with common letters alone."""
    core = text.strip(_SIGNS)
    if not core:
        return _SIGNS_ALONE
    weights = _weights(letters)
    own = [letter for letter in core.lower().replace("i\u0307", "i") if letter > "\x7f"]  # what becomes of a capital İ
    if not all(letter in weights for letter in own) or not _natural_case(core):
        return 0.0
    rule = _BY_A_RULE if letters == _HEBREW else 1.0
    if letters == _HEBREW and not _FINAL.isdisjoint(core[:-1]):
        return 0.0
    if letters in _UNMIXED and len(own) < len(core):
        return 0.0
    common = sum(weights[letter] for letter in own) / max(1, len(own))
    return (
        rule * (1.0 + 0.2 * common) * (1.0 if core == text else _WITH_SIGNS) * (1.0 if len(core) > 1 else _ONE_LETTER)
    )


@cache
def _weights(letters: str) -> dict[str, float]:
    return {letter: 1.0 - place / len(letters) for place, letter in enumerate(letters)}


def _natural_case(text: str) -> bool:
    """Lower case, capitals, or words that each begin with a capital (``КодКлиента``)."""
    if text.islower() or text.isupper():
        return True
    return re.fullmatch(r"C?c+|(?:Cc+)+", "".join("C" if letter.isupper() else "c" for letter in text)) is not None


def _decodes(data: bytes, page: str) -> bool:
    try:
        data.decode(page)
    except UnicodeDecodeError:
        return False
    return True
