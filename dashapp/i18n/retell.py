"""A stored run told in the reader's language.

A run holds finished English sentences. Each is made from a template, so it can be recognised and told anew: the
templates stand in ``locales/<language>/stored/*.po`` with ``{placeholders}``, and what fills them is told the same way.
A data set's own words (labels, phrases, categories) are translated in its spec, under ``[translations.<language>]``.
What is in neither stays as it is. docs/decisions/0006 says why a run does not hold its sentences in every language.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar, cast

import pandas as pd
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from pydantic import BaseModel

from dashapp.i18n.speech import LOCALES, decimal
from pipeline.contract import Affinities, CampaignPlan, Passive, SegmentAdvice, Segmentation, SegmentCard, Sensitivity

# fields of records that hold words for a reader; every other text is a name, a code or a formula
_TOLD = frozenset(
    {
        "label",
        "member_labels",
        "title",
        "unit",
        "high",
        "low",
        "portrait",
        "trust_reason",
        "phrase",
        "previous",
        "generated",
        "dissolved",
        "detail",
        "rule",
        "notes",
        "reason",
        "disagreements",
        "text",
        "sentence",
        "worth",
        "about",
    }
)
_NAMED = (SegmentCard, SegmentAdvice)  # whose name is in words; a column's is a code
_PASSIVE, _PAIRS = (Passive.TEXT, Passive.CATEGORY), (Affinities.LEFT, Affinities.RIGHT)
_NUMBER = re.compile(r"(?<![\w.,])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w,])|(?<![\w.,])\d+\.\d+(?![\w.])")
_HOLE = re.compile(r"\\{(\w+)\\}")
_PLURALS = {"ru": ["one", "few", "many"]}  # CLDR's names of a language's forms, in gettext's order
_SEPARATORS = ("; ", ", or ", ", ", " and ")
_SENTENCE = 16  # a template of so many letters or more is told apart from a list by them

Told = TypeVar("Told")


@dataclasses.dataclass(frozen=True)
class _Template:
    pattern: re.Pattern[str]
    words: int  # characters outside the holes
    forms: tuple[str, ...]  # one, or the plural forms, chosen by ``n``


class Teller:
    """Tells texts of one data set in one language."""

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
            or _NUMBER.sub(lambda found: _number(found.group()), text)
        )

    def _word(self, text: str) -> str:
        known = self._words.get(text) or self._words.get(text.casefold())
        return _cased_like(text, known) if known else ""

    def _by_template(self, text: str, least: int = 0) -> str:
        for said in dict.fromkeys((text, _lower(text), _upper(text))):
            for template in _templates(self._language):
                found = template.pattern.fullmatch(said) if template.words >= least else None
                if found:
                    return _cased_like(text, self._fill(template, found))
        return ""

    def _behind_a_label(self, text: str) -> str:
        """``Marital status Married``: a label of the data set, and what follows it."""
        for cut in [place for place, sign in enumerate(text) if sign == " "][::-1]:
            label = self._word(text[:cut])
            if label:
                return f"{label} {self.tell(text[cut + 1 :])}"
        return ""

    def _fill(self, template: _Template, found: re.Match[str]) -> str:
        parts = {name: self.tell(part) for name, part in found.groupdict().items()}
        if len(template.forms) == 1:
            return template.forms[0].format(**parts)
        return template.forms[_plural_form(self._language, found.group("n"))].format(**parts)

    def _in_parts(self, text: str, *, every: bool = False) -> str:
        """A list told part by part; with ``every`` only where all parts are known."""
        for separator in (one for one in _SEPARATORS if one in text.strip()):
            parts = text.split(separator)
            told = [self.tell(part) for part in parts]
            known = [new != old for new, old in zip(told, parts, strict=True)]
            if all(known) or (any(known) and not every):
                return (_by_name(self._language, separator) or separator).join(told)
        return ""


def retold(it: Segmentation, language: str) -> tuple[Segmentation, Teller]:
    """The run with every sentence, label and name in ``language``, and who told it."""
    teller = Teller(language, _own_words(it.spec, language))
    if language == "en":
        return it, teller
    changes: dict[str, Any] = {
        name: _tell(getattr(it, name), teller.tell)
        for name in ("dataset", "ledger", "decision", "candidates", "cards", "rules", "affinity_basis")
    }
    changes["passive"] = _tell_table(it.passive, _PASSIVE, teller.tell)
    changes["sensitivity"] = _tell_table(it.sensitivity, (Sensitivity.CHANGE,), teller.tell)
    if it.affinity_basis and it.affinity_basis.kind == "category_mix":  # a basket's products are the data's own
        changes["affinities"] = _tell_table(it.affinities, _PAIRS, teller.tell)
    if isinstance(it.campaigns, CampaignPlan):
        changes["campaigns"] = dataclasses.replace(it.campaigns, summary=_tell(it.campaigns.summary, teller.tell))
    return dataclasses.replace(it, **changes), teller


def titled(title: str, spec: str, language: str) -> str:
    """The title of a data set in ``language``, where its spec has it."""
    return Teller(language, _own_words(spec, language)).tell(title)


def _tell(value: Told, tell: Callable[[str], str], *, words: bool = False) -> Told:
    """The same record with the fields that hold words told anew."""
    made: Any = value
    if isinstance(value, str):
        made = tell(value) if words else value
    elif isinstance(value, tuple):
        made = tuple(_tell(one, tell, words=words) for one in value)
    elif isinstance(value, BaseModel):
        made = value.model_copy(
            update={
                name: _tell(field, tell, words=name in _TOLD or (name == "name" and isinstance(value, _NAMED)))
                for name, field in value
                if isinstance(field, str | tuple | BaseModel)
            }
        )
    return cast("Told", made)


def _tell_table(table: pd.DataFrame, columns: tuple[str, ...], tell: Callable[[str], str]) -> pd.DataFrame:
    held = [column for column in columns if column in table]
    told = {column: table[column].map(lambda cell: tell(cell) if isinstance(cell, str) else cell) for column in held}
    return table.assign(**told) if held and len(table) else table


def _own_words(spec: str, language: str) -> dict[str, str]:
    """The data set's translations; a run of an older version has none."""
    try:
        found = json.loads(spec).get("translations", {}).get(language, {})
    except (ValueError, AttributeError):
        return {}
    return {str(said): str(told) for said, told in found.items()} if isinstance(found, dict) else {}


@lru_cache
def _templates(language: str) -> tuple[_Template, ...]:
    found = []
    for catalog in _catalogs(language):
        for message in catalog:
            said = (message.id,) if isinstance(message.id, str) else tuple(message.id)
            told = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
            found += [
                _Template(_pattern(one), len(_HOLE.sub("", re.escape(one))), told)
                for one in dict.fromkeys(said)
                if one and told and all(told)
            ]
    return tuple(sorted(found, key=lambda one: -one.words))  # the most words win


@lru_cache
def _by_name(language: str, text: str) -> str:
    """The text of a template without holes."""
    found = next((one for one in _templates(language) if one.pattern.fullmatch(text) and one.words >= len(text)), None)
    return found.forms[0] if found else ""


@lru_cache
def _catalogs(language: str) -> tuple[Catalog, ...]:
    found = []
    for file in sorted((LOCALES / language / "stored").glob("*.po")):
        with file.open("rb") as handle:
            found.append(read_po(handle, locale=language))
    return tuple(found)


def _plural_form(language: str, count: str) -> int:
    category = Locale(language).plural_form(int(float(count.replace(",", ""))))
    return _PLURALS[language].index(category)


def _pattern(said: str) -> re.Pattern[str]:
    """``{n...}`` is a number, ``{v...}`` an amount that opens with a digit or sign, anything else words."""
    seen: set[str] = set()

    def hole(found: re.Match[str]) -> str:
        name = found.group(1)
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
