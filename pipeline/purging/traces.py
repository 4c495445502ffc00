"""The words by which a person could be recognised in texts, and taking them out without breaking what they stand in."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pandas as pd

from pipeline import contract
from pipeline.contract import Record

GONE = "removed"
_LEAST, _LEAST_DIGITS = 3, 5  # shorter ones mean other things too: a number of customers, a line of a file
_ANYWHERE = 8  # letters from which a word is looked for within words too
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")  # a record may hold the same one
_PLAIN = re.compile(r"[a-z_ ]+")  # may be a tag of HTML or a word of our own sentences
_TEXTS = frozenset({".json", ".html", ".yaml", ".yml", ".txt", ".md", ".csv", ".log", ""})
_TEMPLATE = frozenset({"id", "many", "format", "case"})  # of a message: what its values are put into


class Traces:
    """Ids of people, and cells that nobody else has; as written, and as JSON and HTML write them."""

    def __init__(self, ids: Iterable[str] = (), cells: Iterable[str] = ()) -> None:
        self.ids = frozenset(word for word in ids if _is_telling(word))
        self.cells = frozenset(word for word in cells if _is_telling(word)) - _our_words()

    def redact(self, text: str) -> str:
        """The text without them: digits become zeros, so that SQL and numbers stay what they are; all else a word."""
        if text[:1] in ("{", "["):
            try:
                document = json.loads(text)
            except ValueError:
                return self._redacted(text)
            changed = self._redacted_json(document)
            return text if changed == document else json.dumps(changed, ensure_ascii=False)
        return self._redacted(text)

    def redact_files(self, folder: Path) -> None:
        """The same for every text file in a folder."""
        if not (self.ids or self.cells):
            return
        for file in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix in _TEXTS):
            before = file.read_text("utf-8", "surrogateescape")
            after = self.redact(before)
            if after != before:
                file.write_text(after, "utf-8", "surrogateescape")

    def without_cells(self) -> Traces:
        """The ids alone."""
        return Traces(self.ids)

    def _redacted(self, text: str) -> str:
        return text if self._careful is None else self._careful.sub(_put, text)

    def _redacted_json(self, value: Any) -> Any:
        """Values alone: keys are fields of ours."""
        if isinstance(value, str):
            return value if self._every is None else self._every.sub(_put, value)
        if isinstance(value, list):
            return [self._redacted_json(part) for part in value]
        if isinstance(value, dict):
            ours = _TEMPLATE if "values" in value or "format" in value or "case" in value else frozenset()
            return {key: part if key in ours else self._redacted_json(part) for key, part in value.items()}
        return value

    @cached_property
    def _every(self) -> re.Pattern[str] | None:
        return _pattern(self.ids | self.cells)

    @cached_property
    def _careful(self) -> re.Pattern[str] | None:
        return _pattern(self.ids | {word for word in self.cells if not _PLAIN.fullmatch(word)})


def cells_of(frames: Iterable[pd.DataFrame]) -> frozenset[str]:
    """Every text in these tables; days and numbers of one person stand in no sentence."""
    return frozenset(cell for frame in frames for name in frame for cell in _texts(frame[name]))


def cells_still_there(words: Collection[str], frames: Iterable[pd.DataFrame]) -> frozenset[str]:
    """Those of the words that stand in a cell of these tables."""
    return frozenset(words) & cells_of(frames) if words else frozenset()


def _texts(series: pd.Series) -> Iterator[str]:
    if not (pd.api.types.is_numeric_dtype(series) or pd.api.types.is_datetime64_any_dtype(series)):
        yield from (str(cell).strip() for cell in series.dropna().unique())


def _is_telling(word: str) -> bool:
    return len(word) >= (_LEAST_DIGITS if word.isdecimal() else _LEAST) and not _DAY.match(word)


@cache
def _our_words() -> frozenset[str]:
    """What a field of our records may hold and nothing else; a person's cell may be the same word."""
    kinds = [kind for kind in vars(contract).values() if isinstance(kind, type) and issubclass(kind, Record)]
    hints = [field.annotation for kind in kinds for field in kind.model_fields.values()]
    return frozenset(word for hint in hints for word in _literals(hint))


def _literals(hint: Any) -> Iterator[str]:
    if get_origin(hint) is Literal:
        yield from map(str, get_args(hint))
    else:
        for part in get_args(hint):
            yield from _literals(part)


def _pattern(words: Collection[str]) -> re.Pattern[str] | None:
    written = {form for word in words for form in _forms(word)}
    bounded = [_bounded(form) for form in sorted(written, key=len, reverse=True)]
    return re.compile("|".join(bounded)) if bounded else None


def _forms(word: str) -> set[str]:
    return {word, json.dumps(word)[1:-1], json.dumps(word, ensure_ascii=False)[1:-1], html.escape(word)}


def _bounded(form: str) -> str:
    escaped = re.escape(form)
    if form.isdecimal():
        return rf"(?<![\w.,]){escaped}(?![\w]|[.,]\d)"
    return escaped if len(form) >= _ANYWHERE else rf"(?<!\w){escaped}(?!\w)"


def _put(match: re.Match[str]) -> str:
    return "0" * len(match[0]) if match[0].isdecimal() else GONE
