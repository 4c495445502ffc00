r"""Text that Spark and our parser take apart alike, before anything is concluded from how we read it.

What one of them takes for a name or a comment may be code to the other: ``"a\" , ", reflect(...) AS y -- "`` is two
names to most, and to Spark a name, a call and a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

# as in SqlBaseLexer.g4 of Spark 4: a backslash escapes within ' and ", a raw text ends at its first sign, ` is doubled
_STRING = r"""[rR](?:'[^']*'|"[^"]*")|'(?:[^'\\]|\\.|'')*'"""
_NAME = r"""`(?:[^`]|``)*`|"(?:[^"\\]|\\.|"")*\""""
_WORD = r"""(?![rR]['"])\w+"""
_COMMENT = r"--(?:\\\n|[^\r\n])*"
_PIECE = re.compile(f"(?P<quoted>{_STRING}|{_NAME})|(?P<comment>{_COMMENT})|(?P<word>{_WORD})|(?P<sign>.)", re.DOTALL)
_BRACKETS = re.compile(r"/\*|\*/")


class Token(Protocol):
    """What the other parser finds: places of its first and last letter."""

    start: int
    end: int


def read_otherwise(sql: str, tokens: Iterable[Token]) -> str:
    """The first piece that Spark reads in another way than ``tokens`` say; nothing where there is none."""
    theirs = {(token.start, token.end + 1) for token in tokens}
    ends = {end: start for start, end in theirs}
    inside = [place for start, end in theirs for place in range(start, end)]
    covered = set(inside)
    code: set[int] = set()
    for start, end, quoted in _pieces(sql):
        if not quoted:
            code.update(place for place in range(start, end) if not sql[place].isspace())
            continue
        begins = end
        while begins > start and sql[begins - 1] in "'\"`":  # 'it''s' is two of theirs
            begins = ends.get(begins, 0)
        if begins > start or not re.fullmatch("[A-Za-z]*", sql[begins:start]):  # X'1F' is one of theirs
            return sql[start:end]
        code.update(range(start, end))
    strange = sorted((covered ^ code) - {place for place in covered if sql[place].isspace()})
    strange = strange or [place for place in code if sql[place] == "$"]  # $a$ begins a text to some
    return sql[strange[0] :].split("\n")[0][:60] if strange else ""


def _pieces(sql: str) -> Iterator[tuple[int, int, bool]]:
    """Where each piece stands that is no comment, and whether it is in quotation marks."""
    place = 0
    while place < len(sql):
        if sql.startswith("/*", place) and not sql.startswith("/*+", place):  # with a plus it is a hint, which is code
            place = _behind(sql, place)
            continue
        found = _PIECE.match(sql, place)
        if found is None:
            return
        if found.lastgroup != "comment":
            yield found.start(), found.end(), found.lastgroup == "quoted"
        place = found.end()


def _behind(sql: str, place: int) -> int:
    """Where a comment in brackets ends that begins at ``place``; they may be nested."""
    depth = 0
    for bracket in _BRACKETS.finditer(sql, place):
        depth += 1 if bracket[0] == "/*" else -1
        if not depth:
            return bracket.end()
    return len(sql)
