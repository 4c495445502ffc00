"""What a run holds, told in the reader's language: its messages by their templates, the data set's words by its spec.

The templates stand in the pipeline's ``locales/<language>/*.po``, a test finds any that is missing. What has no
translation stays as it is.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, TypeVar, cast, get_args, get_origin, get_type_hints

import pandas as pd
from pydantic import BaseModel

from dashapp.i18n.retell import EnglishParser
from dashapp.i18n.speech import catalogue, language
from pipeline.contract import (
    Affinities,
    CampaignPlan,
    CategoryProfiles,
    Message,
    Passive,
    Quantity,
    Segmentation,
    SegmentCard,
    Sensitivity,
    Translator,
    Words,
    currency_of,
)
from pipeline.errors import KorzinaError

_TEXTS = ("dataset", "ledger", "decision", "candidates", "cards", "rules", "affinity_basis", "rfm")
_PASSIVE, _PAIRS = (Passive.TEXT, Passive.CATEGORY), (Affinities.LEFT, Affinities.RIGHT)
_CATEGORY = (CategoryProfiles.CATEGORY,)
_MARK = get_args(Words)[1]
Told = TypeVar("Told")


class Teller(Translator):
    """Tells one run in one language; ``parsed`` tells plain English of a run that holds nothing else."""

    def __init__(self, code: str, words: Mapping[str, str], parsed: Callable[[str], str] | None = None) -> None:
        """``words`` are the data set's own: as said, and as told in this language."""
        super().__init__(code)
        self._words = {**{said.casefold(): told for said, told in words.items()}, **words}
        self._parsed = parsed

    def words(self, text: str) -> str:
        """A text of the run: the product's own where it is a message, else the data set's or a person's."""
        return self.message(text) if isinstance(text, Message) else self.own(text)

    def own(self, text: str) -> str:
        """By the spec's translations, with a capital where the text has one."""
        if not text or self._language == "en":
            return text
        known = self._words.get(text) or self._words.get(text.casefold())
        if known:
            return _cased_like(text, known)
        return self._parsed(text) if self._parsed else text

    def quantity(self, quantity: Quantity) -> str:
        """In the reader's digits; money in the form of the language, other units in the form that the number asks."""
        unit = self.own(quantity.unit)
        if unit.isalpha() and not currency_of(unit)[0] and float(quantity.number).is_integer():
            form, digits = f"{{n}} {unit}", quantity.written.translate(self._digits)
            return catalogue(self._language).ngettext(form, form, int(quantity.number)).replace("{n}", digits)
        return super().quantity(dataclasses.replace(quantity, unit=unit))


def teller_of(segmentation: Segmentation, code: str) -> Teller:
    """Who tells this run."""
    words = _own_words(segmentation.spec, code)
    return Teller(code, words, None if segmentation.has_messages else EnglishParser(code, words).tell)


def explained(error: KorzinaError) -> str:
    """Why something could not be done, in the reader's language."""
    return Teller(language(), {}).error(error)


def said(message: Message) -> str:
    """A sentence of the product that no run holds, in the reader's language."""
    return Teller(language(), {}).message(message)


def retold(segmentation: Segmentation, code: str) -> tuple[Segmentation, Teller]:
    """The run with every sentence, label and name in ``code``, and who told it."""
    teller = teller_of(segmentation, code)
    if code == "en":
        return segmentation, teller
    inherited = EnglishParser(code, _own_words(segmentation.spec, code)).tell
    changes: dict[str, Any] = {name: told_anew(getattr(segmentation, name), teller.words) for name in _TEXTS}
    pairs = zip(segmentation.cards, changes["cards"], strict=True)
    changes["cards"] = tuple(_named(card, told, inherited) for card, told in pairs)
    changes["passive"] = _told_table(segmentation.passive, _PASSIVE, teller.words)
    if segmentation.has_messages:  # 0.1 left them as they are
        changes["category_profiles"] = _told_table(segmentation.category_profiles, _CATEGORY, teller.words)
    changes["sensitivity"] = _told_table(segmentation.sensitivity, (Sensitivity.CHANGE,), teller.words)
    if (
        segmentation.affinity_basis and segmentation.affinity_basis.kind == "category_mix"
    ):  # a basket's products are the data's own
        changes["affinities"] = _told_table(segmentation.affinities, _PAIRS, teller.words)
    if isinstance(segmentation.campaigns, CampaignPlan):
        changes["campaigns"] = dataclasses.replace(
            segmentation.campaigns, summary=told_anew(segmentation.campaigns.summary, teller.words)
        )
    return dataclasses.replace(segmentation, **changes), teller


def titled(title: str, spec: str, code: str) -> str:
    """The title of a data set in ``code``, where its spec has it."""
    return Teller(code, _own_words(spec, code)).words(title)


def _named(card: SegmentCard, told: SegmentCard, parsed: Callable[[str], str]) -> SegmentCard:
    """A name that came down from a champion of version 0.1 is still plain English; one that a person gave stays."""
    inherited = "generated" if card.generated else "name"
    name = getattr(card, inherited)
    if not card.origin or isinstance(name, Message):
        return told
    return told.model_copy(update={inherited: parsed(name)})


def told_anew(value: Told, tell: Callable[[str], str], *, words: bool = False) -> Told:
    """The same record with the fields that hold words told anew."""
    made: Any = value
    if isinstance(value, str):
        made = tell(value) if words else value
    elif isinstance(value, tuple):
        made = tuple(told_anew(part, tell, words=words) for part in value)
    elif isinstance(value, BaseModel):
        held = _fields_of_words(type(value))
        made = value.model_copy(
            update={
                name: told_anew(field, tell, words=name in held)
                for name, field in value
                if isinstance(field, str | tuple | BaseModel)
            }
        )
    return cast("Told", made)


@cache
def _fields_of_words(kind: type[BaseModel]) -> frozenset[str]:
    return frozenset(name for name, hint in get_type_hints(kind, include_extras=True).items() if _holds_words(hint))


def _holds_words(hint: Any) -> bool:
    if get_origin(hint) is Annotated:
        return _MARK in hint.__metadata__
    return any(_holds_words(part) for part in get_args(hint))


def _told_table(table: pd.DataFrame, columns: tuple[str, ...], tell: Callable[[str], str]) -> pd.DataFrame:
    held = [column for column in columns if column in table]
    told = {column: table[column].map(lambda cell: tell(cell) if isinstance(cell, str) else cell) for column in held}
    return table.assign(**told) if held and len(table) else table


def _own_words(spec: str, code: str) -> dict[str, str]:
    """The data set's translations; a run of an older version has none."""
    try:
        translations = json.loads(spec).get("translations", {}).get(code, {})
    except (ValueError, AttributeError):
        return {}
    return {str(said): str(told) for said, told in translations.items()} if isinstance(translations, dict) else {}


def _cased_like(text: str, told: str) -> str:
    if text[:1].isupper():
        return told[:1].upper() + told[1:]
    return told[:1].lower() + told[1:] if text[:1].islower() and not text.isupper() else told
