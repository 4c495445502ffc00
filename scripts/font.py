"""Builds Korzina's own face: a subset of Inter (OFL) with the signs of the dashboard, its measures and its style sheet.

Usage: ``python scripts/font.py`` (``make font``), with fontTools and Brotli, which come with matplotlib and
Flask-Compress, and npm, which fetches the package ``inter-ui``. It writes

- ``dashapp/assets/korzina-sans-HASH.woff2``, named after its content so that a browser may keep it for ever,
- ``dashapp/assets/korzina-sans.LICENSE.txt``, its licence,
- ``dashapp/assets/font.css``, which declares it, and a substitute of its measures for the moment before it is there,
- ``dashapp/charts/font.json``: the name of that file, and the advance width of every character in thousandths of an em.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from fontTools import subset
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

PACKAGE, MEMBER, LICENSE = "inter-ui@4.1.1", "package/variable/InterVariable.woff2", "package/LICENSE.txt"
FAMILY = "Korzina Sans"
SYSTEM = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif'
LIGHT, BOLD = 400, 700  # weights in use: nothing on a page is lighter or bolder
# Latin and Cyrillic with the letters of the languages around (Polish, Turkish, Kazakh, Tatar ...), since names of
# segments and columns are a reader's own; punctuation, currencies, arrows and the signs of mathematics that texts use
RANGES = (
    (0x20, 0x7E),
    (0xA0, 0x17F),
    (0x218, 0x21B),
    (0x400, 0x4FF),
    (0x20A0, 0x20BF),
)
SINGLE = "σμΔ\u2002\u2003\u2007\u2009\u200a\u200b\u2010\u2011‒–—―‘’‚“”„†‡•…\u202f‰′″‹›⁄№™←↑→↓↔−∞≈≠≤≥✓✗"
FEATURES = ["ccmp", "kern", "locl", "mark", "mkmk", "tnum"]

_EM, _MIDDLE = 2048, 745  # units; half the height of a capital
_SIGN, _RADIUS = 1740, 590  # advance width of a segment's sign, and the radius of its circle
Point = tuple[float, float]


def main() -> None:
    """Fetch the face, cut it, add our signs and write everything that depends on it."""
    root = Path(__file__).resolve().parents[1]
    assets = root / "dashapp" / "assets"
    with tempfile.TemporaryDirectory() as folder:
        face, licence = _fetch(Path(folder))
        font = _cut(face)
    _draw(font)
    _name(font)
    content = _packed(font)
    file = f"korzina-sans-{hashlib.sha256(content).hexdigest()[:8]}.woff2"
    for old in assets.glob("korzina-sans-*.woff2"):
        old.unlink()
    (assets / file).write_bytes(content)
    (assets / "korzina-sans.LICENSE.txt").write_text(licence, "utf-8")
    (assets / "font.css").write_text(_style(font, file), "utf-8")
    (root / "dashapp" / "charts" / "font.json").write_text(_measures(font, file), "utf-8")
    print(f"{file}: {len(content):,} bytes, {len(font.getBestCmap())} characters")


def _fetch(folder: Path) -> tuple[TTFont, str]:
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is needed to fetch the face: install Node with npm")
    subprocess.run([npm, "pack", "--silent", PACKAGE], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        face, licence = archive.extractfile(MEMBER), archive.extractfile(LICENSE)
        if face is None or licence is None:
            raise SystemExit(f"{PACKAGE} no longer holds {MEMBER} and {LICENSE}")
        return TTFont(io.BytesIO(face.read())), licence.read().decode("utf-8")


def _cut(font: TTFont) -> TTFont:
    """Only the characters in use, at the optical size of text, with one axis: weight."""
    options = subset.Options()
    options.layout_features, options.hinting, options.name_IDs = FEATURES, False, [0, 1, 2, 3, 4, 5, 6, 13, 14]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[code for first, last in RANGES for code in range(first, last + 1)], text=SINGLE)
    cutter.subset(font)
    return instancer.instantiateVariableFont(font, {"opsz": 14, "wght": (LIGHT, LIGHT, BOLD)})


def _name(font: TTFont) -> None:
    """A name of its own: a changed face must not pass for the one it was made from."""
    for number in (1, 4, 16):
        font["name"].setName(FAMILY, number, 3, 1, 0x409)
    font["name"].setName(FAMILY.replace(" ", ""), 6, 3, 1, 0x409)
    font["name"].setName(f"{FAMILY}, of {PACKAGE}", 3, 3, 1, 0x409)


def _packed(font: TTFont) -> bytes:
    font["head"].modified = font["head"].created  # the same input gives the same bytes
    font.recalcTimestamp = False
    font.flavor = "woff2"
    target = io.BytesIO()
    font.save(target)
    return target.getvalue()


# ---------------------------------------------------------------- signs that Inter lacks, or draws in other sizes


def _draw(font: TTFont) -> None:
    """Signs of segments as Plotly draws its marks (``drawing/symbol_defs.js``), so that text and chart agree.

    The signs of the header and the small triangles are our own.
    """
    signs: dict[str, tuple[int, list[list[Point]]]] = {
        "■": (_SIGN, [_around([(1, 1), (-1, 1), (-1, -1), (1, -1)])]),
        "◆": (_SIGN, [_around([(1.3, 0), (0, 1.3), (-1.3, 0), (0, -1.3)])]),
        "▲": (_SIGN, [_around([(2 / math.sqrt(3), -0.5), (0, 1), (-2 / math.sqrt(3), -0.5)])]),
        "▼": (_SIGN, [_around([(2 / math.sqrt(3), 0.5), (-2 / math.sqrt(3), 0.5), (0, -1)])]),
        "★": (_SIGN, [_around(_star())]),
        "✚": (_SIGN, [_around(_cross())]),
        "⬢": (_SIGN, [_around([(math.cos(turn), math.sin(turn)) for turn in _turns(6)])]),
        "▸": (1000, [[(150, _MIDDLE - 420), (150, _MIDDLE + 420), (850, _MIDDLE)]]),
        "◂": (1000, [[(850, _MIDDLE - 420), (150, _MIDDLE), (850, _MIDDLE + 420)]]),
        "▚": (1500, [_box(100, 750, 750, 1400), _box(750, 100, 1400, 750)]),
        "☰": (1500, [_box(130, low, 1370, low + 170) for low in (230, 660, 1090)]),
    }
    for sign, (width, contours) in signs.items():
        pen = TTGlyphPen(None)
        for contour in contours:
            _outline(pen, contour if _clockwise(contour) else contour[::-1])
        _add(font, sign, width, pen)
    pen = TTGlyphPen(None)
    _circle(pen, _SIGN / 2, _RADIUS)
    _add(font, "●", _SIGN, pen)
    pen = TTGlyphPen(None)
    _circle(pen, _SIGN / 2, 640)
    _half(pen, _SIGN / 2, 500)
    _add(font, "◐", _SIGN, pen)


def _add(font: TTFont, sign: str, width: int, pen: TTGlyphPen) -> None:
    """A glyph of one shape at every weight."""
    name = f"u{ord(sign):04X}"
    font.setGlyphOrder([*font.getGlyphOrder(), name])
    font["glyf"][name] = pen.glyph()
    font["glyf"][name].recalcBounds(font["glyf"])
    font["hmtx"][name] = (width, font["glyf"][name].xMin)
    font["gvar"].variations[name] = []
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap[ord(sign)] = name
    if "HVAR" in font:  # it counts glyphs; browsers take widths at other weights from gvar, which says the same
        del font["HVAR"]


def _around(points: list[Point]) -> list[Point]:
    """Points in radii around the middle of a sign, as units of the face."""
    return [(_SIGN / 2 + _RADIUS * x, _MIDDLE + _RADIUS * y) for x, y in points]


def _turns(corners: int) -> list[float]:
    return [math.pi / 2 + 2 * math.pi * corner / corners for corner in range(corners)]


def _star() -> list[Point]:
    far = [(1.4 * math.cos(turn), 1.4 * math.sin(turn)) for turn in _turns(5)]
    near = [(-x * 0.382, -y * 0.382) for x, y in far]  # a pentagram's inner corners, opposite to the outer ones
    return [point for place in range(5) for point in (far[place], near[(place + 3) % 5])]


def _cross() -> list[Point]:
    arm, reach = 0.4, 1.2
    corner = [(reach, arm), (arm, arm), (arm, reach), (-arm, reach), (-arm, arm), (-reach, arm)]
    return [*corner, *((-x, -y) for x, y in corner)]


def _box(left: float, low: float, right: float, high: float) -> list[Point]:
    return [(left, low), (left, high), (right, high), (right, low)]


def _clockwise(points: list[Point]) -> bool:
    """TrueType fills what lies to the right of its outline."""
    return sum((x1 - x0) * (y1 + y0) for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1], strict=True)) > 0


def _outline(pen: TTGlyphPen, points: list[Point]) -> None:
    pen.moveTo(_whole(points[0]))
    for point in points[1:]:
        pen.lineTo(_whole(point))
    pen.closePath()


def _circle(pen: TTGlyphPen, x: float, radius: float) -> None:
    """A circle of eight quadratic arcs, clockwise."""
    _arcs(pen, x, radius, 8)
    pen.closePath()


def _half(pen: TTGlyphPen, x: float, radius: float) -> None:
    """The right half of a circle, against the clock: it is cut out of what lies around."""
    back = TransformPen(pen, (1, 0, 0, -1, 0, 2 * _MIDDLE))
    _arcs(back, x, radius, 4)
    pen.closePath()


def _arcs(pen: TTGlyphPen | TransformPen, x: float, radius: float, eighths: int) -> None:
    """So many eighths of a circle, clockwise from its top."""
    step, far = math.pi / 4, radius / math.cos(math.pi / 8)
    pen.moveTo(_whole((x, _MIDDLE + radius)))
    for eighth in range(1, eighths + 1):
        turn, end = math.pi / 2 - (eighth - 0.5) * step, math.pi / 2 - eighth * step
        control = (x + far * math.cos(turn), _MIDDLE + far * math.sin(turn))
        pen.qCurveTo(_whole(control), _whole((x + radius * math.cos(end), _MIDDLE + radius * math.sin(end))))


def _whole(point: Point) -> tuple[int, int]:
    return round(point[0]), round(point[1])


# ---------------------------------------------------------------- what depends on the measures


def _measures(font: TTFont, file: str) -> str:
    """The advance widths of regular and bold letters, in thousandths of an em, as text that can be compared."""
    codes = sorted(font.getBestCmap())
    found = {
        "file": file,
        "family": FAMILY,
        "of": PACKAGE,
        "characters": "".join(map(chr, codes)),
        "regular": _widths(font, codes, LIGHT),
        "bold": _widths(font, codes, BOLD),
    }
    rows = (f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in found.items())
    return "{\n" + ",\n".join(rows) + "\n}\n"


def _widths(font: TTFont, codes: list[int], weight: int) -> list[int]:
    glyphs, names = font.getGlyphSet(location={"wght": weight}), font.getBestCmap()
    return [round(1000 * glyphs[names[code]].width / _EM) for code in codes]


# text as it stands on the pages, to compare the widths of two faces by
_SAMPLE = (
    "the quick customers of segment one spend more a month on wine and come often, "
    "часто покупают и тратят больше остальных"
)
# mean width of its letters in Arial, in units; measured in Liberation Sans, which is made to Arial's measures
_ARIAL = 996


def _style(font: TTFont, file: str) -> str:
    mean = sum(_widths(font, [ord(letter) for letter in _SAMPLE], LIGHT)) / len(_SAMPLE)
    adjust = mean / (1000 * _ARIAL / _EM)
    up, down = font["hhea"].ascent / _EM / adjust, -font["hhea"].descent / _EM / adjust
    arial = ", ".join(f'local("{name}")' for name in ("Arial", "Liberation Sans", "Helvetica Neue", "Roboto"))
    return f"""/* Made by scripts/font.py: Korzina's own face, and a system's of its measures until it is there. */
@font-face {{ font-family: "{FAMILY}"; font-weight: {LIGHT} {BOLD}; font-display: swap;
  src: url("{file}") format("woff2"); }}
@font-face {{ font-family: "{FAMILY} Substitute"; src: {arial};
  size-adjust: {adjust:.2%}; ascent-override: {up:.2%}; descent-override: {down:.2%}; line-gap-override: 0%; }}
:root {{ --k-face: "{FAMILY}", "{FAMILY} Substitute", {SYSTEM}; }}
"""


if __name__ == "__main__":
    main()
