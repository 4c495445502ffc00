"""Files that unfold to gigabytes are refused in words before they do; ``tests/soak`` tries every command on all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.drafting import draft
from pipeline.errors import InputError
from pipeline.reading import read_source
from tests.malformed.bombs import BOMBS
from tests.malformed.measuring import memory
from tests.pipeline.sources_support import tiny_rows, tiny_spec

SLOW_TO_MAKE = {
    "many_columns.parquet",
    "one_endless_cell.parquet",
    "bomb.zip",
    "bomb.csv.bz2",
    "styles_without_end.xlsx",
}
MOST = 300 << 20


@pytest.mark.parametrize("name", [name for name in BOMBS if name not in SLOW_TO_MAKE])
def test_a_bomb_is_refused(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(BOMBS[name]())

    with memory() as taken, pytest.raises(InputError) as caught:
        read_source(tiny_spec(), str(file))

    assert taken.most < MOST
    assert name in str(caught.value)
    assert caught.value.parts["remedy"] or caught.value.parts["expected"]


@pytest.mark.parametrize("name", ["one_word_in_every_row.parquet", "far_corner_of_a_sheet_called_otherwise.xlsx"])
def test_nor_is_a_spec_drafted_of_it(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(BOMBS[name]())

    with memory() as taken, pytest.raises(InputError, match=r"unfolds to more|too many cells"):
        draft(str(file))

    assert taken.most < MOST


def test_a_query_is_not_asked_of_it(tmp_path: Path) -> None:
    file = tmp_path / "a.parquet"
    file.write_bytes(BOMBS["one_word_in_every_row.parquet"]())
    spec = tiny_spec(source={"query": "SELECT id, max(note) AS city, sum(spend) AS spend FROM data GROUP BY id"})

    with pytest.raises(InputError, match="unfolds to more"):
        read_source(spec, str(file))


def test_a_file_of_words_that_repeat_as_words_do_is_read(tmp_path: Path) -> None:
    """A real table repeats its categories, and its file is a fortieth of what it holds."""
    rows = tiny_rows(20_000).assign(city=["a city of a name that is rather long, as some are"] * 20_000)
    rows.to_parquet(tmp_path / "a.parquet")

    assert len(read_source(tiny_spec(), str(tmp_path / "a.parquet")).frame) == 20_000


def test_parts_of_a_table_are_measured_together(tmp_path: Path) -> None:
    for number in range(3):
        word = pa.DictionaryArray.from_arrays(pa.array(np.zeros(200, dtype=np.int32)), pa.array(["x" * 100_000]))
        table = pa.table({"id": np.arange(200) + 200 * number, "spend": np.arange(200.0), "note": word})
        pq.write_table(table, tmp_path / f"{number}.parquet")

    with pytest.raises(InputError, match="unfolds to more"):
        read_source(tiny_spec(), str(tmp_path))
