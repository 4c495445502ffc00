"""Text that a spreadsheet would run: written with an apostrophe before it, read back as it was."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract import csv_lines, harmless, restored
from pipeline.reading import read_source
from pipeline.scoring.output import neutralise_formulas
from tests.pipeline.sources_support import tiny_spec

SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "﹢", "﹣", "﹦", "﹫", "−")
BEFORE = (
    "", " ", "   ", "\t", "\n", "\r\n", "\x00", "\x01", "\x1f", "\x85", "\u00a0", "\u00ad", "\u1680", "\u180e",
    "\u2000", "\u200a", "\u200b", "\u200c", "\u200d", "\u200e", "\u2028", "\u202e", "\u202f", "\u205f", "\u2060",
    "\u2066", "\u3000", "\u3164", "\ufe0f", "\ufeff", "\ufff9", "\U000e0020", " \u200b\n", "'", "''", " '",
)  # fmt: skip


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("before", BEFORE, ids=lambda text: ".".join(f"{ord(sign):04x}" for sign in text) or "nothing")
def test_a_formula_is_made_text_whatever_stands_unseen_before_it(before: str, sign: str) -> None:
    text = f"{before}{sign}HYPERLINK(1)"
    again = "'" if before[-1:] in ("\t", "\n") else ""  # behind which another cell may begin

    assert harmless(text) == f"'{before}{again}{sign}HYPERLINK(1)"
    assert restored(str(harmless(text))) == text


@pytest.mark.parametrize("parting", [";", "\t", "\n", "\r\n", "\r", "; ", ";\u200b", "a;b;"])
@pytest.mark.parametrize("sign", SIGNS)
def test_no_formula_begins_within_a_cell_where_other_signs_part_cells(sign: str, parting: str) -> None:
    """A comma parts our cells; where it parts decimals, as in Russia, spreadsheets part lines at semicolons."""
    text = f"x{parting}{sign}HYPERLINK(1)"
    line = csv_lines([["1", text, "2"]])

    cells = [part.strip(" \u200b") for part in re.split(r"[;\t\r\n]", line)]
    assert not [cell for cell in cells if unicodedata.normalize("NFKC", cell[:1]) in tuple("=+-@")]
    assert restored(next(csv.reader(io.StringIO(line, newline="")))[1]) == text


@pytest.mark.parametrize("text", ["sep=;", "SEP=x", "\u200bsep=;"])
def test_no_cell_says_what_parts_cells(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert restored(f"'{text}") == text


@pytest.mark.parametrize(
    "text",
    ["-5", "+5", "-5.25", "-1,234.5", "-1 234,5", "-5%", "-1e5", "+7 926 123", "-.5", "-", "—", "=", "+", "a=1", "a-b",
     "Anna", "'tis", "O'Hara", "1-2", "(-5)", "№ 5", "", " ", "é=1", "-5.000.000", "5 - 3",
     "10;-5", "a;b", "a,=1", "separate=1"],
)  # fmt: skip
def test_numbers_and_other_texts_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text
    assert restored(text) == text


@pytest.mark.parametrize("value", [-5, 2.5, None, True])
def test_values_that_are_no_text_stay(value: object) -> None:
    assert harmless(value) is value


@given(
    st.text(max_size=12) | st.sampled_from(BEFORE).flatmap(lambda before: st.text(max_size=5).map(lambda t: before + t))
)
def test_every_text_comes_back_and_none_begins_with_a_sign(text: str) -> None:
    written = str(harmless(text))

    assert restored(written) == text
    first = unicodedata.normalize("NFKC", written.lstrip()[:1])
    assert first not in tuple("=@") or len(written.strip()) == 1


def test_what_a_list_of_ours_holds_is_read_as_it_was(tmp_path: Path) -> None:
    ids = ["=1+1", "-A12", "+B1", "@c", "'=x", "'d", "-5", "＝2", "a;=b", "c;'- e"]
    frame = pd.DataFrame(
        {"id": ids, "spend": [10.5 + n for n in range(10)], "orders": range(1, 11), "city": ["=Perm", "Kazan"] * 5}
    )
    file = tmp_path / "list.csv"
    file.write_text(csv_lines([list(frame), *frame.itertuples(index=False, name=None)]), "utf-8", newline="")

    read = read_source(tiny_spec(), str(file)).frame

    assert read["id"].tolist() == ids
    assert read["city"].tolist() == frame["city"].tolist()


def test_scores_and_their_headers_are_neutralised_alike() -> None:
    table = neutralise_formulas(pd.DataFrame({"＝id": ["\u200b=1", "-5", "x"], "n": [-1.0, 2.0, 3.0]}))

    assert list(table) == ["'＝id", "n"]
    assert table["'＝id"].tolist() == ["'\u200b=1", "-5", "x"]
    assert next(csv.reader(io.StringIO(csv_lines([["\u00a0=1", -5]])))) == ["'\u00a0=1", "-5"]
