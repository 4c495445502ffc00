"""Bytes -> text: which encoding, and whether the bytes are text at all."""

from __future__ import annotations

import codecs
import re

from pipeline.contract import Message
from pipeline.errors import InputError
from pipeline.reading.text.code_pages import code_page

_SAMPLE = 200_000
_NOT_TEXT = (
    (
        b"PK\x03\x04",
        Message.of("an Excel workbook (xlsx) or a ZIP archive"),
        Message.of("save the sheet as CSV (File, Save As, CSV UTF-8), or unpack the archive, and give that file"),
    ),
    (
        b"\xd0\xcf\x11\xe0",
        Message.of("an old Excel workbook (xls)"),
        Message.of("save the sheet as CSV and give that file"),
    ),
    (b"\x1f\x8b", Message.of("a gzip archive"), Message.of("unpack it with gunzip and give the file inside")),
    (b"BZh", Message.of("a bzip2 archive"), Message.of("unpack it and give the file inside")),
    (b"\xfd7zXZ", Message.of("an xz archive"), Message.of("unpack it and give the file inside")),
    (
        b"SQLite format 3\x00",
        Message.of("an SQLite database"),
        Message.of("give its address instead: --data sqlite:///FILE"),
    ),
    (b"%PDF", Message.of("a PDF document"), Message.of("export the table as CSV")),
    (b"DUCK", Message.of("a DuckDB database"), Message.of("export the table as Parquet and give that file")),
)
_JSON = re.compile(rb"\s*([\[{]\s*[\"{\[\]}]|\[\s*-?\d)")
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\x01\x1e\x1f"))  # the last three part fields in some exports


def refuse_other_formats(data: bytes, name: str) -> None:
    """Raise ``InputError`` naming what the bytes are where they are no table in text form."""
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        raise InputError.because(
            Message.of("{file}: the file is empty", file=name),
            expected=Message.of("a header line and one line a customer"),
        )
    for magic, what, remedy in _NOT_TEXT:
        if data.startswith(magic):
            raise InputError.because(no_table(name), found=what, remedy=remedy)


def refuse_page(name: str) -> InputError:
    """The error for a page or XML without a table."""
    return InputError.because(
        no_table(name),
        found=Message.of("an HTML or XML page"),
        remedy=Message.of("the download may have returned a sign-in or error page; get the CSV itself"),
    )


def is_json(data: bytes) -> bool:
    """Whether bytes begin as JSON does."""
    return bool(_JSON.match(data[:2000].removeprefix(codecs.BOM_UTF8)))


def no_table(name: str) -> Message:
    """What is said of a file that is no table in text form."""
    return Message.of("{file}: not a text table", file=name)


def decode(data: bytes, name: str, encoding: str | None) -> tuple[str, str]:
    """The text and the encoding it was in; ``encoding`` overrides detection.

    Raises ``InputError`` where the bytes are not text in that (or any sensible) encoding.
    """
    chosen = encoding or detect_encoding(data, name)
    try:
        return data.decode(chosen).removeprefix("\ufeff"), chosen
    except LookupError as error:
        raise InputError.because(
            Message.of("{file}: unknown encoding {encoding}", file=name, encoding=repr(chosen)),
            expected="utf-8, utf-16, cp1251, latin-1 ...",
            remedy=Message.of("mend source.encoding in the spec"),
        ) from error
    except UnicodeDecodeError as error:
        raise InputError.because(
            Message.of("{file}: not {encoding} text", file=name, encoding=chosen),
            found=Message.of("byte {byte} at {place}", byte=f"{data[error.start]:#x}", place=str(error.start)),
            remedy=Message.of("set source.encoding in the spec to the file's real encoding"),
        ) from error


def detect_encoding(data: bytes, name: str) -> str:
    """Byte-order mark, else NUL pattern, else UTF-8, else a code page."""
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    by_nul = _utf16_by_nul(data, name)
    if by_nul:
        return by_nul
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return code_page(data)
    return "utf-8"


def _utf16_by_nul(data: bytes, name: str) -> str | None:
    """UTF-16 without a mark: delimiters and line ends (and Latin letters) have a NUL on one side, always the same."""
    sample = data[:_SAMPLE]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    one_sided = max(even, odd) > 0.01 * len(sample) and min(even, odd) < 0.01 * max(even, odd)
    if one_sided and _reads_as(sample, encoding):
        return encoding
    if len(sample.translate(None, _CONTROLS)) < 0.99 * len(sample):
        raise InputError.because(
            no_table(name),
            found=Message.of("binary data (control characters)"),
            remedy=Message.of("export the table as CSV or Parquet"),
        )
    return None


def _reads_as(sample: bytes, encoding: str) -> bool:
    text = sample.decode(encoding, errors="replace")
    return sum(letter.isprintable() or letter in "\t\r\n" for letter in text) > 0.99 * len(text)
