"""Our own face: it holds every character that is written here, and what stands beside it belongs to it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import Path

import dash
import pytest
from fontTools.ttLib import TTFont

from dashapp.charts import FONT_FAMILY, FONT_FILE, embedded_font, fitted, widest
from dashapp.charts.font import STACK, missing, width

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "dashapp/assets"
EM = 2048  # units
SYSTEMS = (
    "֏"  # the Armenian dram, which Inter does not have: as text of its data's own script, a system's face draws it
)


LOOKED_FOR = {  # words and letters that files of other countries are known by, which are shown nowhere
    "pipeline/reading/text/code_pages.py", "pipeline/reading/values/days.py",
    "pipeline/reading/values/currencies.py", "pipeline/reading/values/unknown.py",
    "pipeline/understanding/periods.py", "pipeline/understanding/purchases/when.py",
    "pipeline/understanding/evidence/words.py", "pipeline/understanding/purchases/status_words.py",
}  # fmt: skip


def written() -> list[Path]:
    """Every file whose text may be shown: code, scripts, styles, catalogues and specs."""
    endings = {".py", ".js", ".css", ".po", ".toml"}
    paths = [path for package in ("dashapp", "pipeline") for path in (ROOT / package).rglob("*")]
    shown = [path for path in paths if path.suffix in endings and ".min." not in path.name]
    return [path for path in shown if str(path.relative_to(ROOT)) not in LOOKED_FOR]


@pytest.fixture(scope="module")
def face() -> TTFont:
    return TTFont(ASSETS / FONT_FILE)


def test_every_character_that_is_written_here_is_in_the_face() -> None:
    lacking = {str(path.relative_to(ROOT)): missing(path.read_text("utf-8")) for path in written()}

    controls = {sign for text in lacking.values() for sign in text if unicodedata.category(sign) == "Cc"}
    assert controls <= {"\n", "\t", "\r"}
    assert {path: rest for path, text in lacking.items() if (rest := text.strip(f"\n\t\r{SYSTEMS}"))} == {}


def test_a_character_that_it_lacks_is_found() -> None:
    assert missing("чек 12 ₽ → 漢字 ✕") == "✕字漢"


def test_the_file_is_named_after_its_content_and_the_only_one() -> None:
    digest = hashlib.sha256((ASSETS / FONT_FILE).read_bytes()).hexdigest()

    assert f"korzina-sans-{digest[:8]}.woff2" == FONT_FILE
    assert [path.name for path in ASSETS.glob("*.woff2")] == [FONT_FILE]
    assert (ASSETS / FONT_FILE).stat().st_size < 60_000, "it is loaded before the first word is read"


def test_the_table_of_widths_is_that_of_the_face(face: TTFont) -> None:
    names = face.getBestCmap()
    for weight, bold in ((400, False), (700, True)):
        glyphs = face.getGlyphSet(location={"wght": weight})
        for code, name in names.items():
            assert width(chr(code), 1000, bold=bold) == round(1000 * glyphs[name].width / EM), chr(code)


def test_the_style_sheet_declares_that_file_from_our_own_origin() -> None:
    style = (ASSETS / "font.css").read_text("utf-8")

    assert re.findall(r"url\(([^)]*)\)", style) == [f'"{FONT_FILE}"']
    assert f'font-family: "{FONT_FAMILY}"' in style
    assert "size-adjust" in style
    names = re.search(r"--k-face: ([^;]+);", style)
    assert names is not None
    assert STACK.split(", ")[:2] == names[1].replace('"', "'").split(", ")[:2]


def test_the_licence_goes_with_it() -> None:
    licence = (ASSETS / "korzina-sans.LICENSE.txt").read_text("utf-8")

    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "Reserved Font Name" not in licence.split("PREAMBLE")[0], "a changed face may then not keep the name"


def test_a_page_asks_for_the_face_first_and_keeps_it_for_a_year(app: dash.Dash) -> None:
    client = app.server.test_client()

    page = client.get("/").get_data(as_text=True)
    address = re.search(r'<link rel="preload" as="font" type="font/woff2" crossorigin href="([^"]+)">', page)
    assert address is not None
    assert page.index("preload") < page.index("stylesheet")
    with client.get(address[1]) as answer, client.get("/assets/font.css") as style:
        assert answer.data == (ASSETS / FONT_FILE).read_bytes()
        assert answer.mimetype == "font/woff2"
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "immutable" not in style.headers.get("Cache-Control", "")


def test_the_face_in_a_document_is_the_face() -> None:
    rule = embedded_font()

    assert FONT_FAMILY in rule
    assert "data:font/woff2;base64,d09GMg" in rule  # wOF2, the signature of the format
    assert "http" not in rule


# ------------------------------------------------------------------ room for a text


def test_wide_letters_need_more_room_than_narrow_ones() -> None:
    assert width("illi") < width("oboe") < width("ЖЩЮМ")
    assert width("Total", bold=True) > width("Total")
    assert width("Total", 24) == pytest.approx(2 * width("Total", 12))
    assert widest(["a", "wide line", "b"]) == pytest.approx(width("wide line"), abs=1)
    assert widest([]) == 0


def test_every_segments_sign_is_as_wide_as_the_others() -> None:
    assert len({width(sign) for sign in "●■◆▲▼★✚⬢"}) == 1


@pytest.mark.parametrize(
    "text", ["Light spenders, store shoppers", "Мало тратят, покупают в магазине", "anti-wrinkle-creams"]
)
@pytest.mark.parametrize("room", [60, 90, 140])
def test_lines_fit_their_room_and_lose_nothing(text: str, room: int) -> None:
    lines = fitted(text, room, 20)

    assert all(width(line) <= room for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_what_has_no_room_is_cut_and_says_so() -> None:
    assert fitted("Light spenders, store shoppers", 110, 1) == ["Light … shoppers"]
    two = fitted("Light spenders, store shoppers who come often", 100, 2)
    assert two[0].startswith("Light spenders")
    assert two[1].endswith(" often")
    assert "…" in "".join(two)
    assert max(map(width, two)) <= 100
    (cut,) = fitted("Donaudampfschifffahrt", 60, 1)
    assert cut.startswith("Dona")
    assert cut.endswith("rt")
    assert width(cut) <= 60
    assert fitted("", 60, 2) == [""]
    assert fitted("8\u00a0%, whole", 40, 3)[0] == "8\u00a0%,"
