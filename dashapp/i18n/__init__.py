"""The reader's language: texts in it, numbers and dates as it writes them, and stored runs told in it."""

from dashapp.i18n.speech import (
    COOKIE,
    LANGUAGES,
    N_,
    _,
    decimal,
    language,
    plural,
    separators,
    speak,
    written_date,
    written_time,
)
from dashapp.i18n.teller import Teller, explained, retold, said, teller_of, titled

__all__ = [
    "COOKIE",
    "LANGUAGES",
    "N_",
    "Teller",
    "_",
    "decimal",
    "explained",
    "language",
    "plural",
    "retold",
    "said",
    "separators",
    "speak",
    "teller_of",
    "titled",
    "written_date",
    "written_time",
]
