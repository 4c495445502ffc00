"""Any bytes, texts, values and cells to every parser: a result, or an error that says what is wrong."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.contract import Segmentation
from pipeline.errors import InputError, SpecError
from pipeline.reading import convert, infer_column
from pipeline.reading.shapes.header import kind_of
from pipeline.reading.shapes.json_records import read_json
from pipeline.reading.shapes.table import FileTable
from pipeline.reading.shapes.workbooks import read_workbook
from pipeline.reading.text.parsing import parse_text, read_text
from pipeline.scoring import score_upload
from pipeline.spec import Source, parse_spec
from pipeline.spec.spec_file import read_spec
from tests.malformed.corpus import corpus
from tests.malformed.trying import small_run

FEW = settings(
    max_examples=int(os.environ.get("EXAMPLES", "20")), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
SIGNS = st.sampled_from(
    [",", ";", "\t", "|", '"', "\n", "\r\n", "\r", "'", " ", "\0", "\ufeff", "1", "2.5", "x", "=", "-"]
)
GRIDS = st.lists(SIGNS, max_size=120).map("".join)
CELLS = st.text(max_size=30) | st.sampled_from(
    ["1,5", "1.234,5", "31.12.2026", "0001-01-01", "9999-12-31", "inf", "٣", "½", "1e400"]
)
FILES = corpus()


def consistent(table: FileTable) -> None:
    """Every row has a line, rising, and every column a name of its own."""
    assert len(table.frame) == len(table.lines)
    assert table.frame.columns.is_unique
    assert (table.lines >= 1).all()


@FEW
@given(text=GRIDS | st.text(max_size=200))
def test_any_text_is_a_table_or_told_to_be_none(text: str) -> None:
    with suppress(InputError):
        consistent(parse_text(text, name="a.csv"))


@FEW
@given(
    data=st.binary(max_size=300),
    encoding=st.none() | st.sampled_from(["utf-8", "utf-16", "cp1251", "idna", "rot13", "x"]),
)
def test_any_bytes_are_a_table_or_told_to_be_none(data: bytes, encoding: str | None) -> None:
    with suppress(InputError):
        consistent(read_text(data, "a.csv", Source(encoding=encoding)))


@FEW
@given(
    rows=st.lists(
        st.lists(st.from_regex(r"[^\s\",;|'\x00\ufeff]{1,8}", fullmatch=True), min_size=3, max_size=3),
        min_size=2,
        max_size=9,
    ),
    sign=st.sampled_from([",", ";", "\t", "|"]),
)
def test_what_was_written_as_a_table_is_read_as_it_was(rows: list[list[str]], sign: str) -> None:
    text = "\n".join(sign.join(row) for row in [["id", "spend", "city"], *rows]) + "\n"

    with suppress(InputError):
        table = parse_text(text, name="a.csv", delimiter=sign, header=1)
        kept = table.frame.fillna("").to_numpy().tolist()
        assert all(row in [[cell.strip() for cell in written] for written in rows] for row in kept)
        names = len(rows) - len(kept) - len(table.rejects)  # rows of words that say more of the names, and are told of
        assert {kind_of(cell) for row in rows[:names] for cell in row} <= {"", "t"}
        assert not names or f"a.csv: the header has {names + 1} lines" in table.notes


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@FEW
@given(value=JSON | st.lists(st.dictionaries(st.sampled_from("abc"), JSON, max_size=3), max_size=5))
def test_any_json_is_records_or_told_to_be_none(value: object) -> None:
    with suppress(InputError):
        consistent(read_json(json.dumps(value).encode(), "a.json", Source()))


@FEW
@given(data=st.data(), name=st.sampled_from(["good.xlsx", "good.xls", "good.ods"]))
def test_a_workbook_with_other_bytes_in_it_is_read_or_refused(data: st.DataObject, name: str) -> None:
    book = bytearray(FILES[name])
    for place, byte in data.draw(st.lists(st.tuples(st.integers(0, len(book) - 1), st.integers(0, 255)), max_size=12)):
        book[place] = byte
    if bytes(book[:2]) in (b"PK", b"\xd0\xcf"):
        with suppress(InputError):
            read_workbook(bytes(book), name, Source())


@FEW
@given(
    cells=st.lists(CELLS | st.none(), min_size=1, max_size=12),
    kind=st.sampled_from(["number", "integer", "date", "flag", "category", "text"]),
)
def test_any_cells_convert_or_are_told_unreadable(cells: list[str | None], kind: str) -> None:
    column = pd.Series(cells, dtype="str", name="a")

    converted = convert(column, kind)  # type: ignore[arg-type]
    found, values = infer_column(column)

    assert len(converted.values) == len(values) == len(cells)
    assert converted.values[column.isna()].isna().all()
    if found == "number":
        assert not values.isin([float("inf"), float("-inf")]).any()


TOML = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=12,
)
KEYS = (
    "name",
    "as_of",
    "id",
    "columns",
    "source",
    "lines",
    "rules",
    "groups",
    "campaigns",
    "segments",
    "rfm",
    "history",
    "baskets",
)


@FEW
@given(values=st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=6), TOML, max_size=6))
def test_any_values_are_a_spec_or_told_to_be_none(values: dict[str, object]) -> None:
    good = {"name": "x", "id": {"column": "id"}, "columns": {"spend": {"role": "active"}}}
    with suppress(SpecError):
        parse_spec({**good, **values}, where="a.toml")


@FEW
@given(data=st.binary(max_size=200) | st.text(alphabet="[]{}=\"'#.,\n 0129abe_-+:TZ\\u", max_size=200).map(str.encode))
def test_any_bytes_are_a_spec_or_told_to_be_none(data: bytes) -> None:
    with suppress(SpecError):
        read_spec(data, where="a.toml")


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Segmentation:
    return small_run(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def upload(stored: Segmentation) -> Callable[[str, bytes], None]:
    def scored(name: str, data: bytes) -> None:
        with suppress(InputError):
            table = score_upload(stored, name, data).table
            assert set(table["segment"]) <= {1, 2}
            assert table["distance"].notna().all()

    return scored


@FEW
@given(
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=6),
    name=st.text(max_size=20) | st.sampled_from(["../../a.csv", "a\0.csv", "CON", "\ud800.csv", "." * 300]),
)
def test_any_upload_is_placed_or_refused(
    rows: list[tuple[str, str, str]], name: str, upload: Callable[[str, bytes], None]
) -> None:
    lines = ["id,spend,orders", *(",".join(f'"{cell.replace(chr(34), chr(39))}"' for cell in row) for row in rows)]

    upload(name, "\n".join(lines).encode("utf-8", "replace"))

    assert not (Path(tempfile.gettempdir()).parent / "a.csv").exists()
