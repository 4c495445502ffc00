"""A TOML document written from top to bottom, each table under its comments."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import tomlkit
from tomlkit.items import Item, String, StringType, Table, Trivia

from pipeline.contract import Message, speaker

Value = str | int | float | bool | date | Sequence[str] | Mapping[str, str]
_FOR_READERS = ("label", "unit", "high", "low")
_WIDTH = 27  # characters up to the note behind a value


class Document:
    """What was written so far; values go into the table begun last. Messages are told in ``language``."""

    def __init__(self, language: str = "en") -> None:
        self._say, self._language = speaker(language), language
        self._own: dict[str, Message] = {}  # values in the words of the draft itself, as they stand in it
        self._document = tomlkit.document()
        self._last: tomlkit.TOMLDocument | Table = self._document

    @property
    def language(self) -> str:
        """The code of the language that messages are told in."""
        return self._language

    @property
    def text(self) -> str:
        """The document, without blank lines at its end."""
        return tomlkit.dumps(self._document).rstrip() + "\n"

    def comment(self, *lines: str, mark: str = "# ") -> None:
        """Lines behind a ``#``; whatever a column is called, a line stays one line."""
        for line in lines:
            comment = tomlkit.comment("")
            comment.trivia.indent, comment.trivia.comment = "", mark + self._line(line)
            self._last.add(comment)

    def blank(self) -> None:
        """An empty line."""
        self._last.add(tomlkit.nl())

    def value(self, key: str, value: Value | Item, note: str = "") -> None:
        """``key = value  # note``."""
        item = self._item(value)
        if key in _FOR_READERS and isinstance(value, Message):
            self._own[self.told(value)] = value
        if note:
            item.comment(self._line(note))
            item.trivia.comment_ws = " " * max(1, _WIDTH - len(f"{key} = {item.as_string()}"))
        self._last.append(key, item)

    def in_language(self, code: str) -> dict[str, str]:
        """The words for readers that are the draft's own and no file's, as another language has them."""
        say = speaker(code)
        return {said: say.message(message) for said, message in self._own.items()} if code != self._language else {}

    def table(self, name: str, below: str | None = None) -> None:
        """Begin ``[name]``, or ``[name.below]``."""
        whole: Any
        table = tomlkit.table()
        if below is None:
            self._document.append(name, table)
        else:
            if name not in self._document:
                whole = tomlkit.table(is_super_table=True)
                self._document.append(name, whole)
                whole.trivia.indent = ""
            whole = self._document[name]
            whole.append(below, table)
        self._begin(table)

    def entry(self, name: str, below: str | None = None) -> None:
        """Begin another ``[[name]]``, or ``[[name.below]]`` where ``[name]`` stands already."""
        whole: Any = self._document if below is None else self._document[name]
        key = name if below is None else below
        if key not in whole:
            whole.append(key, tomlkit.aot())
        entries: Any = whole[key]
        entries.append(tomlkit.table())
        self._begin(entries[-1])

    def _begin(self, table: Table) -> None:
        table.trivia.indent = ""  # blank lines are written where they are wanted
        self._last = table

    def _line(self, text: str) -> str:
        """A message in the language of the document, anything else as it is, on one line."""
        return re.sub(r"[\x00-\x1f\x7f]+", " ", self.told(text))

    def told(self, text: str) -> str:
        """A message in the language of the document, anything else as it is."""
        return self._say.message(text) if isinstance(text, Message) else text

    def _item(self, value: Value | Item) -> Item:
        if isinstance(value, Mapping):
            table = tomlkit.inline_table()
            table.update({key: self.told(text) for key, text in value.items()})
            return table
        return tomlkit.item(self.told(value) if isinstance(value, str) else value)


def literal(text: str) -> Item:
    """Text in which quotation marks need no backslash, where that can be written."""
    if re.search(r"[\x00-\x1f\x7f]", text) or "'''" in text or text.endswith("'"):
        return tomlkit.string(text)
    return tomlkit.string(text, literal=True, multiline="'" in text)


def long_text(text: str) -> Item:
    """Text over several lines, which begins on a line of its own."""
    if "'''" in text or re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text):
        return tomlkit.string(text, multiline=True)
    return String(StringType.MLL, text, f"\n{text}", Trivia())
