"""Capital and small letters as the embedded engine makes them, where Java has other ones.

Java turns ``ß`` into ``SS`` and the last sigma of a word into its final form; the embedded engine changes one letter
into one and looks at nothing beside it. So letters on which they differ are put away before and brought back behind.
"""

from __future__ import annotations

from pipeline.spark.typed_columns import literal

_AWAY = 0xE000  # first of the code points that no script has
# letters newer than the embedded engine's tables, with their partners
_NEW = "\u019b\u0264\u1c89\u1c8a\ua7cb\ua7cc\ua7cd\ua7ce\ua7cf\ua7d2\ua7d3\ua7d4\ua7d5\ua7da\ua7db\ua7dc"
_LETTERS = [chr(code) for code in range(0x80, 0xFB20) if not 0xD800 <= code < _AWAY]
_UPPER = {
    **{letter: letter for letter in _NEW},
    **{
        letter: letter.title() if len(letter.title()) == 1 else letter for letter in _LETTERS if len(letter.upper()) > 1
    },
    "ß": "\u1e9e",
}
_LOWER = {**{letter: letter for letter in _NEW}, "İ": "i", "\u03a3": "σ"}


def upper(sql: str) -> str:
    """SQL for a text in capitals."""
    return _changed("upper", sql, _UPPER)


def lower(sql: str) -> str:
    """SQL for a text in small letters."""
    return _changed("lower", sql, _LOWER)


def _changed(function: str, sql: str, letters: dict[str, str]) -> str:
    away = "".join(chr(_AWAY + place) for place in range(len(letters)))
    there, back = literal("".join(letters)), literal("".join(letters.values()))
    return f"translate({function}(translate({sql}, {there}, {literal(away)})), {literal(away)}, {back})"
