"""A machine without fonts: a list for fontconfig with one face in it, which draws every letter as a wide box.

Chromium does not run without any face. ``python -m tests.e2e.fontless FOLDER`` makes the list and prints its path, for
``FONTCONFIG_FILE``; text that does not get our own face then takes far more room than any plan has for it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

FAMILY, EM = "Boxes", 1000


def fontless(folder: Path) -> Path:
    """Write face and list into ``folder``; the list's path."""
    pen = TTGlyphPen(None)
    pen.moveTo((50, 0))
    for corner in ((50, 900), (1150, 900), (1150, 0)):
        pen.lineTo(corner)
    pen.closePath()
    builder = FontBuilder(EM, isTTF=True)
    builder.setupGlyphOrder([".notdef", "box"])
    builder.setupCharacterMap(dict.fromkeys([*range(0x20, 0x7F), *range(0x400, 0x460)], "box"))
    builder.setupGlyf({".notdef": pen.glyph(), "box": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (1200, 50), "box": (1200, 50)})
    builder.setupHorizontalHeader(ascent=1000, descent=-250)
    builder.setupOS2(sTypoAscender=1000, usWinAscent=1000, usWinDescent=250)
    builder.setupNameTable({"familyName": FAMILY, "styleName": "Regular"})
    builder.setupPost()
    builder.save(folder / "boxes.ttf")
    listed = folder / "fonts.conf"
    listed.write_text(f"<fontconfig><dir>{folder}</dir><cachedir>{folder}/cache</cachedir></fontconfig>\n", "utf-8")
    return listed


if __name__ == "__main__":
    sys.stdout.write(f"{fontless(Path(sys.argv[1]))}\n")
