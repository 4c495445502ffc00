"""An upload scored in a process of its own, within limits: the dashboard answers all others meanwhile."""

from __future__ import annotations

from datetime import date

from pipeline.contract import Message, Quantity, Scored, Segmentation
from pipeline.errors import InputError
from pipeline.processors import TooMuchError, limited
from pipeline.scoring.scorer import score_upload

SECONDS = 60.0
MEMORY = 1536 << 20  # bytes beyond the modules
MOST_COLUMNS = 2_000
LONGEST_NAME = 1_000  # bytes of one name in the header
MOST_CELLS = 4_000_000
_SEPARATORS = (b",", b";", b"\t", b"|")
_PACKED = (b"PK", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\xd0\xcf\x11\xe0", b"PAR1")
_MODULES = ("pipeline.scoring", "pipeline.cleaning", "pipeline.reading", "pipeline.campaigns", "pipeline.spec")


def score_apart(segmentation: Segmentation, name: str, content: bytes, as_of: date | None = None) -> Scored:
    """``score_upload`` within limits.

    Raises
    ------
    InputError
        As ``score_upload`` does, and where the file is wider, or takes more time or memory, than an upload may.
    """
    _refuse_wide(name, content)
    try:
        return limited(_score, segmentation, name, content, as_of, seconds=SECONDS, memory=MEMORY, modules=_MODULES)
    except TooMuchError as error:
        told = (
            Message.of("{file}: others are being placed", file=name)
            if error.args[0] == "busy"
            else Message.of("{file} takes more time or memory than an upload may", file=name)
        )
        raise InputError.because(
            told, remedy=Message.of("try again in a minute, or place its customers with the command “korzina score”")
        ) from error


def _score(segmentation: Segmentation, name: str, content: bytes, as_of: date | None) -> Scored:
    return score_upload(segmentation, name, content, as_of=as_of)


def _refuse_wide(name: str, content: bytes) -> None:
    """Raise ``InputError`` for a text of more columns or cells than customers have, before anything is made of it.

    What a workbook or an archive unfolds to is judged by who unfolds it, in the process of its own.
    """
    if content.startswith(_PACKED):
        return
    head = content.lstrip(b"\r\n\xef\xbb\xbf").split(b"\n", 1)[0]
    columns, separator = max((head.count(sign), sign) for sign in _SEPARATORS)
    cells = max(content.count(sign) for sign in _SEPARATORS)
    longest = max(map(len, head.split(separator))) if columns else 0
    for told, n, most in (
        (Message.of("{file}: too many columns", file=name), columns + 1, MOST_COLUMNS),
        (Message.of("{file}: a name in the header is too long", file=name), longest, LONGEST_NAME),
        (Message.of("{file}: too many cells", file=name), cells, MOST_CELLS),
    ):
        if n > most:
            raise InputError.because(
                told,
                expected=Message.of("at most {n}", n=Quantity(most)),
                found=Message.of("{n}", n=Quantity(n)),
                remedy=Message.of("keep the columns that the page lists, or use the command “korzina score”"),
            )
