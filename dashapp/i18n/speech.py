"""The reader's language: messages (gettext), numbers and dates (Babel), for the request that is being answered.

``_("{n} of {m} customers", n=..., m=...)`` translates first and fills in afterwards, so a message never holds an
f-string; ``N_("Solid")`` marks a constant whose translation is asked for where it is shown. The Russian messages stand
in ``locales/ru/*.po``, or in ``ru.po`` in the folder of a page; a test finds any that is missing.
"""

from __future__ import annotations

from contextvars import ContextVar
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_decimal
from babel.support import NullTranslations

from pipeline.contract import merged

LANGUAGES = {"en": "English", "ru": "Русский"}
COOKIE = "korzina-language"
LOCALES = Path(__file__).parents[1] / "locales"
PAGES = Path(__file__).parents[1] / "pages"
_FORMATS = {code: Locale(code) for code in LANGUAGES}
_current: ContextVar[str] = ContextVar("korzina_language", default="en")


def language() -> str:
    """The code of the language in use, a key of ``LANGUAGES``."""
    return _current.get()


def speak(name: object) -> str:
    """Use that language for what follows in this context; anything unknown (it comes from a browser) is English."""
    code = name if isinstance(name, str) and name in LANGUAGES else "en"
    _current.set(code)
    return code


def _(message: str, /, **values: object) -> str:
    """The message in the reader's language with its ``{names}`` filled in; numbers are to be words already."""
    told = catalogue(language()).gettext(message) if message else ""
    return told.format(**values) if values else told


def plural(singular: str, many: str, count: int, /, **values: object) -> str:
    """The form that ``count`` asks for, with ``{n}`` as the count in the reader's digits."""
    return catalogue(language()).ngettext(singular, many, count).format(n=decimal(count), **values)


def N_(message: str) -> str:  # noqa: N802 - gettext's own name
    """A message to be translated where it is shown."""
    return message


@lru_cache(8192)
def _decimal(value: float, places: int, code: str) -> str:
    shown = value if float(format(value, f".{places}f")) else 0.0  # no minus sign before nothing
    return str(format_decimal(shown, format="#,##0" + ("." + "0" * places if places else ""), locale=_FORMATS[code]))


def decimal(value: float, places: int = 0) -> str:
    """``12,345.6`` in English, ``12 345,6`` in Russian."""
    return _decimal(float(value), places, language())


def written_date(when: date) -> str:
    """``29 June 2014``, ``29 июня 2014``."""
    return str(format_date(when, format="d MMMM y", locale=_FORMATS[language()]))


def written_time(when: datetime) -> str:
    """``14:05``."""
    return str(format_time(when, format="HH:mm", locale=_FORMATS[language()]))


def separators() -> str:
    """Decimal and thousands separators, as Plotly's ``layout.separators`` takes them."""
    signs = _FORMATS[language()].number_symbols["latn"]
    return f"{signs['decimal']}{signs['group']}"


def catalogues(code: str, part: str = "") -> list[Path]:
    """The files of ``catalogue``: those of the house, then those in the folders of pages."""
    return [*sorted((LOCALES / code / part).glob("*.po")), *(() if part else sorted(PAGES.glob(f"*/{code}.po")))]


@lru_cache
def catalogue(code: str, part: str = "") -> NullTranslations:
    """The messages of a language: those of the pages; what runs hold is in the pipeline's own catalogue."""
    return merged(catalogues(code, part), code)
