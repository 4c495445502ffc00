"""Tables of pages (HTML) and of Excel's XML of 2003, to which shops, banks and 1C give the name of a workbook.

Nothing outside of the file is fetched, and no entity that it declares is expanded: the parser of pages knows those of
HTML alone, and XML with a document type is refused.
"""

from __future__ import annotations

import codecs
import re
from email import message_from_bytes

from pipeline.reading.shapes.table import FileTable
from pipeline.reading.shapes.workbooks import tables_of
from pipeline.reading.tagged.excel_xml import sheets_in_xml
from pipeline.reading.tagged.html_page import tables_in_page
from pipeline.reading.text.encodings import decode, refuse_page
from pipeline.spec import Source

_HEAD = 4_000  # bytes
_MARKUP = re.compile(
    rb"\s*(<!doctype|<html|<head|<meta|<style|<body|<div|<center|<font|<\?xml|<table|<svg|<!--|<workbook)",
    re.IGNORECASE,
)
_MAIL = re.compile(rb"\s*MIME-Version:", re.IGNORECASE)  # "single file web page"
_CHARSET = re.compile(rb"""(?:charset|encoding)\s{0,9}=\s{0,9}["']?([\w.:-]{2,40})""", re.IGNORECASE)
_SPREADSHEET = re.compile(
    r"""<(?:\w{1,20}:)?Workbook\s[^<>]{0,2000}["']urn:schemas-microsoft-com:office:spreadsheet["']"""
)


def is_markup(data: bytes) -> bool:
    """Whether bytes begin as a page or as XML does."""
    head = data[:_HEAD].removeprefix(codecs.BOM_UTF8)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        head = head.decode("utf-16", "ignore").encode()
    return bool(_MARKUP.match(head) or _MAIL.match(head))


def read_markup(data: bytes, name: str, source: Source) -> list[FileTable]:
    """The table of a page or of a workbook in XML, chosen as among the sheets of a workbook.

    Raises
    ------
    InputError
        Where there is none, it spans too many cells, or the XML is broken or declares a document type.
    """
    if _MAIL.match(data[:_HEAD]):
        parts = [part for part in message_from_bytes(data).walk() if part.get_content_type() == "text/html"]
        data = b"\n".join(payload for part in parts if isinstance(payload := part.get_payload(decode=True), bytes))
    text = _text_of(data, name, source.encoding)
    if _SPREADSHEET.search(text[:_HEAD]):
        sheets, errors = sheets_in_xml(text, name)
    else:
        sheets, errors = tables_in_page(text, name), {}
    if not sheets:
        raise refuse_page(name)
    return tables_of(sheets, name, source, errors)


def _text_of(data: bytes, name: str, encoding: str | None) -> str:
    """The text in the encoding that is given or that its head declares, else in the one that its bytes look like."""
    head = data[:_HEAD]
    declared = (
        None if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF8)) else _CHARSET.search(head)
    )
    if encoding is None and declared is not None:
        try:
            return data.decode(declared[1].decode())
        except (LookupError, UnicodeError):  # the head is wrong, as those of templates are
            pass
    return decode(data, name, encoding)[0]
