"""Messages in other languages than English: templates by gettext, numbers, money and days by Babel.

The templates of the pipeline stand in ``pipeline/locales/<language>/*.po``, a file a room. The command line tells them
from there, and the dashboard, which adds the words of a data set.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.contract.messages.currency import currency_of, with_currency
from pipeline.contract.messages.stored_message import Message, Quantity, Speaker
from pipeline.errors import KorzinaError

if TYPE_CHECKING:
    from babel.support import NullTranslations, Translations

LOCALES = Path(__file__).parents[2] / "locales"


class Translator(Speaker):
    """Tells values in a language that has a catalogue; a template that is missing there stays English."""

    def __init__(self, language: str) -> None:
        from babel.numbers import get_decimal_symbol, get_group_symbol

        self._language = language
        self._digits = str.maketrans({",": get_group_symbol(language), ".": get_decimal_symbol(language)})

    def message(self, message: Message) -> str:
        """The template's translation with every value told."""
        return str(message) if self._language == "en" else self.filled(self._form(message), message.values)

    def template(self, said: str) -> str:
        """Its translation, else itself."""
        return str(catalogue(self._language).gettext(said)) if said else said

    def quantity(self, quantity: Quantity) -> str:
        """In the reader's digits; money in the form of the language, other units behind the number."""
        digits, (sign, rest) = quantity.written.translate(self._digits), currency_of(quantity.unit)
        if sign:
            return with_currency(digits, sign, self._language) + rest
        return f"{digits} {quantity.unit}".rstrip()

    def day(self, when: date) -> str:
        """``29 June 2014`` in another language: ``29 июня 2014``."""
        from babel.dates import format_date

        return str(format_date(when, format="d MMMM y", locale=self._language))

    def error(self, error: KorzinaError) -> str:
        """Why something could not be done: what was expected, what was found, and what to do."""
        parts = {name: part for name, part in error.parts.items() if part}
        if not parts:
            return self.own(str(error))
        told = {name: (self.message(part) if isinstance(part, Message) else part) for name, part in parts.items()}
        told["what"] = told["what"].rstrip(".")
        return " ".join(self.filled(self.template(_ERROR[name]), {name: text}) for name, text in told.items())

    def _form(self, message: Message) -> str:
        count = message.values.get("n")
        if message.many and isinstance(count, Quantity):
            return str(catalogue(self._language).ngettext(message.id, message.many, int(count.number)))
        return self.template(message.id)


_ERROR = {
    "what": "{what}.",
    "expected": "Expected: {expected}.",
    "found": "Found: {found}.",
    "remedy": "What to do: {remedy}.",
}


def languages() -> tuple[str, ...]:
    """Codes of the languages that the pipeline speaks, English first."""
    return ("en", *sorted(folder.name for folder in LOCALES.iterdir() if folder.is_dir()))


def speaker(language: str) -> Translator:
    """Who tells messages in a language; English where there is no catalogue of it."""
    return Translator(language if language in languages() else "en")


@cache
def catalogue(language: str) -> NullTranslations:
    """The pipeline's own messages in a language; one without a catalogue gives them back as they are."""
    return merged(sorted((LOCALES / language).glob("*.po")), language)


def merged(files: Iterable[Path], language: str) -> NullTranslations:
    """Several gettext files as one catalogue."""
    from babel.support import NullTranslations

    compiled = [_compiled(file, language) for file in files]
    for other in compiled[1:]:
        compiled[0].merge(other)  # the first one keeps its rule for plurals
    return compiled[0] if compiled else NullTranslations()


def _compiled(file: Path, language: str) -> Translations:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    from babel.support import Translations

    with file.open("rb") as handle:
        catalog = read_po(handle, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)
