"""Bytes -> text: which encoding, and whether the bytes are text at all."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from pipeline.contract import Message
from pipeline.errors import InputError

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
_MARKUP = re.compile(rb"\s*(<!doctype|<html|<\?xml|<table|<svg)", re.IGNORECASE)
_JSON = re.compile(rb"\s*([\[{]\s*[\"{\[\]}]|\[\s*-?\d)")
_HIGH = re.compile(rb"[\x80-\xff]+")
# without spaces that do not break, which group thousands; with the ASCII letters that it touches
_HIGH_LETTERS = re.compile(rb"[A-Za-z]?[\x80-\x9f\xa1-\xff]+[A-Za-z]?")
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r"))
_CYRILLIC = ["cp1251", "koi8_r", "cp866"]
_WESTERN = ("àâçéèêëîïôœùûü", "äöüß", "áéíñóúü", "àáâãçéêíóôõúü", "àèéìíîòóùú", "åäöéæøáëïç")
_CENTRAL = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áéíóöőúüű", "äáčďéíĺľňóôŕšťúýž", "čćđšž")


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
    head = data[:2000].removeprefix(codecs.BOM_UTF8)
    if _MARKUP.match(head) and name.lower().endswith((".xls", ".xlsx")):
        raise InputError.because(
            no_table(name),
            found=Message.of("an HTML or XML table under the name of a workbook"),
            remedy=Message.of("open it in a spreadsheet, save it as a real workbook (xlsx) or CSV and give that file"),
        )
    if _MARKUP.match(head):
        raise InputError.because(
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
    """Byte-order mark, else NUL pattern, else UTF-8, else a code page of Cyrillic or Western letters."""
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
        return _code_page(data)
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


def _code_page(data: bytes) -> str:
    """Cyrillic words are runs of high bytes; in Western text they stand alone among ASCII letters."""
    runs = _HIGH_LETTERS.findall(data[:_SAMPLE]) or _HIGH_LETTERS.findall(data)
    alone = [run for run in runs if run[0] > 127 and run[-1] > 127]
    if 2 * len(alone) > len(runs) and sum(map(len, alone)) >= 2 * len(alone):
        sample = b" ".join([run for run in _HIGH.findall(data) if len(run) > 1][:5000])
        best = from_bytes(sample, cp_isolation=_CYRILLIC).best()
        guess = best.encoding if best else "cp1251"
        return guess if _mostly_letters(sample, guess) else _likeliest(sample)
    if _words_read(data, "cp1250", _CENTRAL) > _words_read(data, "cp1252", _WESTERN):
        return "cp1250"
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"


def _words_read(data: bytes, page: str, alphabets: tuple[str, ...]) -> int:
    """Distinct words of the sample whose letters beyond ASCII all belong to one language."""
    text = data[:_SAMPLE].decode(page, errors="replace").lower()
    beyond = {"".join(sorted(set(letters))) for letters in _letters_beyond(text)}
    return sum(any(set(letters) <= set(alphabet) for alphabet in alphabets) for letters in beyond)


def _letters_beyond(text: str) -> list[str]:
    """Of each word with a letter beyond ASCII, these letters (or the signs that stand in their place)."""
    words = (word for word in re.findall(r"[^\W\d_]*[^\x00-\xa0]+\w*", text) if re.search(r"[a-z]", word))
    return ["".join(letter for letter in word if letter > "\x7f") for word in words]


def _likeliest(sample: bytes) -> str:
    return max(_CYRILLIC, key=lambda page: _lower_letters(sample, page))


def _mostly_letters(sample: bytes, page: str) -> bool:
    return _lower_letters(sample, page) >= 0.5


def _lower_letters(sample: bytes, page: str) -> float:
    """Share of lower-case Russian letters: the right page reads mostly so, the wrong ones do not."""
    text = sample.decode(page, errors="replace").replace(" ", "")
    return sum("а" <= letter <= "я" for letter in text) / max(1, len(text))
