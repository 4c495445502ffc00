"""Cells of a workbook that hold an error (#N/A, #DIV/0!): the reader of cells gives them as empty ones."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator
from posixpath import join, normpath

from pipeline.reading.limits.workbook_size import place_of
from pipeline.reading.shapes.archives import read_capped

_CHUNK = 1 << 22
_MOST_PART = 1 << 25  # of the lists of sheets and files
_OVERLAP = 400  # so that no tag is cut in two
_ERROR = re.compile(rb'<(?:\w{1,20}:)?c\s([^<>]{0,300}?\bt="e"[^<>]{0,300})>')
_PLACE = re.compile(rb'(?:^|\s)r="([A-Z]{1,3})(\d{1,7})"')
_SHEET = re.compile(r"<(?:\w{1,20}:)?sheet\s([^<>]*)>")
_TARGET = re.compile(r"<(?:\w{1,20}:)?Relationship\s([^<>]*)>")
_ATTRIBUTE = re.compile(r"""(?<![\w:])([\w:]{1,100})\s{0,9}=\s{0,9}["']([^"']*)["']""")
_BOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"

Faults = frozenset[tuple[int, int]]


def faults_of(data: bytes, name: str) -> dict[str, Faults]:
    """Sheet -> (row, column) of its errors, from 0; nothing for forms that do not keep cells as XML (xls, xlsb, ods).

    Only for what ``refuse_bombs`` let pass: parts are unpacked.
    """
    if not data.startswith(b"PK"):
        return {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = set(archive.namelist())
        if not {_BOOK, _RELATIONS} <= files:
            return {}
        targets = {
            relation.get("Id"): normpath(join("xl", relation.get("Target", "")).lstrip("/"))
            for relation in _attributes(_TARGET, archive, _RELATIONS, name)
        }
        sheets = {
            html.unescape(sheet.get("name", "")): targets.get(sheet.get("r:id"), "")
            for sheet in _attributes(_SHEET, archive, _BOOK, name)
        }
        found = {file: frozenset(_errors(archive, file)) for file in {*sheets.values()} & files}
    return {sheet: found[file] for sheet, file in sheets.items() if found.get(file)}


def _attributes(tag: re.Pattern[str], archive: zipfile.ZipFile, part: str, name: str) -> Iterator[dict[str, str]]:
    with archive.open(part) as stream:
        text = read_capped(stream, name, _MOST_PART).decode("utf-8", "replace")
    return (dict(_ATTRIBUTE.findall(match[1])) for match in tag.finditer(text))


def _errors(archive: zipfile.ZipFile, file: str) -> Iterator[tuple[int, int]]:
    tail = b""
    with archive.open(file) as stream:
        while chunk := stream.read(_CHUNK):
            window = tail + chunk
            places = (_PLACE.search(match[1]) for match in _ERROR.finditer(window))
            yield from ((int(place[2]) - 1, place_of(place[1]) - 1) for place in places if place)
            tail = window[-_OVERLAP:]
