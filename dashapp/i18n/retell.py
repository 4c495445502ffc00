"""Runs of version 0.1 alone: finished English sentences, taken apart by their templates and told anew.

Later runs hold what their sentences were made of (``pipeline.contract.messages``) and never come here; nothing is to
be added to the templates, ``locales/<language>/stored/*.po``, for no version writes such sentences any more. What
fills their ``{placeholders}`` is told the same way, the data set's own words by its spec's
``[translations.<language>]``, and what is in neither stays as it is. docs/decisions/0012 says what this got wrong,
and why it is kept.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from functools import lru_cache

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from dashapp.i18n.speech import LOCALES, decimal

_NUMBER = re.compile(r"(?<![\w.,])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w,])|(?<![\w.,])\d+\.\d+(?![\w.])")
_HOLE = re.compile(r"\\{(\w+)\\}")
_PLURALS = {"ru": ["one", "few", "many"]}  # CLDR's names of a language's forms, in gettext's order
_SEPARATORS = ("; ", ", or ", ", ", " and ")
_SENTENCE = 16  # a template of so many letters or more is told apart from a list by them


@dataclasses.dataclass(frozen=True)
class _Template:
    pattern: re.Pattern[str]
    words: int  # characters outside the holes
    forms: tuple[str, ...]  # one, or the plural forms, chosen by ``n``


class EnglishParser:
    """Tells English texts of one data set in another language."""

    def __init__(self, language: str, words: Mapping[str, str]) -> None:
        self._language = language
        self._words = {**{said.casefold(): told for said, told in words.items()}, **words}
        self._told: dict[str, str] = {}

    def tell(self, text: str) -> str:
        """The text in this language; as it is where nothing is known about it."""
        if not text or self._language == "en":
            return text
        if text not in self._told:
            self._told[text] = self._find(text)
        return self._told[text]

    def _find(self, text: str) -> str:
        """What is recognised first: a word, a whole sentence, a list, a phrase, a label with something behind it."""
        return (
            self._word(text)
            or self._by_template(text, least=_SENTENCE)
            or self._in_parts(text, every=True)
            or self._by_template(text)
            or self._behind_a_label(text)
            or self._in_parts(text)
            or _NUMBER.sub(lambda match: _number(match.group()), text)
        )

    def _word(self, text: str) -> str:
        known = self._words.get(text) or self._words.get(text.casefold())
        return _cased_like(text, known) if known else ""

    def _by_template(self, text: str, least: int = 0) -> str:
        for said in dict.fromkeys((text, _lower(text), _upper(text))):
            for template in _templates(self._language):
                match = template.pattern.fullmatch(said) if template.words >= least else None
                if match:
                    return _cased_like(text, self._fill(template, match))
        return ""

    def _behind_a_label(self, text: str) -> str:
        """``Marital status Married``: a label of the data set, and what follows it."""
        for cut in [place for place, sign in enumerate(text) if sign == " "][::-1]:
            label = self._word(text[:cut])
            if label:
                return f"{label} {self.tell(text[cut + 1 :])}"
        return ""

    def _fill(self, template: _Template, match: re.Match[str]) -> str:
        parts = {name: self.tell(part) for name, part in match.groupdict().items()}
        if len(template.forms) == 1:
            return template.forms[0].format(**parts)
        return template.forms[_plural_form(self._language, match.group("n"))].format(**parts)

    def _in_parts(self, text: str, *, every: bool = False) -> str:
        """A list told part by part; with ``every`` only where all parts are known."""
        for separator in (separator for separator in _SEPARATORS if separator in text.strip()):
            parts = text.split(separator)
            told = [self.tell(part) for part in parts]
            known = [new != old for new, old in zip(told, parts, strict=True)]
            if all(known) or (any(known) and not every):
                return (_by_name(self._language, separator) or separator).join(told)
        return ""


@lru_cache
def _templates(language: str) -> tuple[_Template, ...]:
    templates = []
    for catalog in _catalogs(language):
        for message in catalog:
            said = (message.id,) if isinstance(message.id, str) else tuple(message.id)
            told = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
            templates += [
                _Template(_pattern(sentence), len(_HOLE.sub("", re.escape(sentence))), told)
                for sentence in dict.fromkeys(said)
                if sentence and told and all(told)
            ]
    return tuple(sorted(templates, key=lambda template: -template.words))  # the most words win


@lru_cache
def _by_name(language: str, text: str) -> str:
    """The text of a template without holes."""
    named = next(
        (
            template
            for template in _templates(language)
            if template.pattern.fullmatch(text) and template.words >= len(text)
        ),
        None,
    )
    return named.forms[0] if named else ""


@lru_cache
def _catalogs(language: str) -> tuple[Catalog, ...]:
    catalogs = []
    for file in sorted((LOCALES / language / "stored").glob("*.po")):
        with file.open("rb") as handle:
            catalogs.append(read_po(handle, locale=language))
    return tuple(catalogs)


def _plural_form(language: str, count: str) -> int:
    category = Locale(language).plural_form(int(float(count.replace(",", ""))))
    return _PLURALS[language].index(category)


def _pattern(said: str) -> re.Pattern[str]:
    """``{n...}`` is a number, ``{v...}`` an amount that opens with a digit or sign, anything else words."""
    seen: set[str] = set()

    def hole(match: re.Match[str]) -> str:
        name = match.group(1)
        if name in seen:
            return f"(?P={name})"
        seen.add(name)
        kind = {"n": r"[-−+]?\d[\d,]*(?:\.\d+)?", "v": r"[-−+$€£]*\d[^;()]*?"}.get(name.rstrip("0123456789"), r".+?")
        return f"(?P<{name}>{kind})"

    return re.compile(_HOLE.sub(hole, re.escape(said)), re.DOTALL)


def _number(text: str) -> str:
    places = len(text.partition(".")[2])
    return decimal(float(text.replace(",", "")), places)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cased_like(text: str, told: str) -> str:
    return _upper(told) if text[:1].isupper() else _lower(told) if text[:1].islower() and not text.isupper() else told
