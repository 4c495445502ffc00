"""A table in memory reads as its Parquet file does: the same columns, types and values, whatever the frame's types."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pandas.testing import assert_frame_equal

from pipeline.cleaning import clean
from pipeline.errors import InputError
from pipeline.reading import Frames, query_tables, read_source
from pipeline.spec import Spec, parse_spec
from tests.pipeline.sources_support import tiny_rows, tiny_spec

N = 40
RNG = np.random.default_rng(5)
DAYS = pd.Timestamp("2026-01-01") + pd.to_timedelta(RNG.integers(0, 200, N), unit="D")
WHOLE = RNG.integers(0, 99, N)
GAPS = WHOLE % 7 == 0

COLUMNS = {
    "int64": WHOLE,
    "uint8": WHOLE.astype("uint8"),
    "Int64 with gaps": pd.array(np.where(GAPS, 0, WHOLE), dtype="Int64").copy(),
    "float32": (WHOLE / 3).astype("float32"),
    "float64 with gaps": np.where(GAPS, np.nan, WHOLE / 3),
    "Float64": pd.array(WHOLE / 7, dtype="Float64"),
    "infinite": np.where(GAPS, np.inf, 1.0),
    "bool": WHOLE > 50,
    "boolean": pd.array(WHOLE > 50, dtype="boolean"),
    "boolean with gaps": pd.array([None if gap else bool(value > 50) for gap, value in zip(GAPS, WHOLE, strict=True)]),
    "str": pd.array([f"t{value}" for value in WHOLE], dtype="str"),
    "object with gaps": np.array(
        [None if gap else f"t{value}" for gap, value in zip(GAPS, WHOLE, strict=True)], object
    ),
    "category": pd.Categorical([f"c{value % 3}" for value in WHOLE]),
    "category of numbers": pd.Categorical(WHOLE % 3),
    "ordered category with gaps": pd.Categorical(
        [None if gap else "low" if value < 50 else "high" for gap, value in zip(GAPS, WHOLE, strict=True)],
        categories=["low", "high"],
        ordered=True,
    ),
    "datetime64[ns]": DAYS.astype("datetime64[ns]"),
    "datetime64[us]": DAYS.astype("datetime64[us]"),
    "datetime64[s]": DAYS.astype("datetime64[s]"),
    "datetime with zone": DAYS.tz_localize("Europe/Moscow"),
    "date": np.array([day.date() for day in DAYS], dtype=object),
    "timedelta": DAYS - DAYS.min(),
    "arrow string": pd.array([f"a{value}" for value in WHOLE], dtype=pd.ArrowDtype(pa.string())),
    "arrow decimal": pd.array(WHOLE, dtype="int64").astype(pd.ArrowDtype(pa.decimal128(22, 2))),
    "nothing": np.full(N, None, dtype=object),
}


def both(frame: pd.DataFrame, folder: Path, spec: Spec | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    spec = spec or parse_spec(
        {"name": "any", "id": {"column": "id"}, "columns": {"value": {"role": "active"}}}, where="any.toml"
    )
    frame.to_parquet(folder / "a.parquet")
    return read_source(spec, Frames.of(frame)).frame, read_source(spec, str(folder / "a.parquet")).frame


@pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame.drop")  # DuckDB, where a column has a time zone
@pytest.mark.parametrize("kind", COLUMNS)
def test_every_type_reads_as_from_parquet(kind: str, tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": np.arange(N), "value": COLUMNS[kind]})

    memory, file = both(frame, tmp_path)

    assert_frame_equal(memory, file, check_exact=True)


def test_all_types_together_clean_to_the_same_customers(tmp_path: Path) -> None:
    columns = {
        "int64": ("number", "active"),
        "float64 with gaps": ("number", "active"),
        "category": ("category", "passive"),
        "datetime64[s]": ("date", "passive"),
        "boolean with gaps": ("flag", "passive"),
    }
    spec = parse_spec(
        {
            "name": "any",
            "id": {"column": "id"},
            "columns": {name: {"kind": kind, "role": role} for name, (kind, role) in columns.items()},
        },
        where="any.toml",
    )
    frame = pd.DataFrame({"id": [f"c{number:02d}" for number in range(N)], **{name: COLUMNS[name] for name in columns}})
    frame.to_parquet(tmp_path / "a.parquet")

    memory, file = (clean(read_source(spec, data), spec) for data in (Frames.of(frame), str(tmp_path / "a.parquet")))

    assert_frame_equal(memory.customers, file.customers, check_exact=True)
    assert memory.ledger == file.ledger.model_copy(update={"source": "a DataFrame"})


def test_large_ids_keep_every_digit_beside_missing_ones(tmp_path: Path) -> None:
    ids = pd.array([2**62 + number for number in range(N)], dtype="Int64")
    ids[3] = pd.NA

    memory, file = both(pd.DataFrame({"id": ids, "value": WHOLE}), tmp_path)

    assert memory["id"].iloc[0] == str(2**62)
    assert_frame_equal(memory, file)


def test_a_named_index_is_a_column_and_a_nameless_one_is_not() -> None:
    spec = tiny_spec()
    rows = tiny_rows()

    named = read_source(spec, Frames.of(rows.set_index("id"))).frame
    nameless = read_source(spec, Frames.of(rows.sort_values("spend"))).frame

    assert list(named.columns) == ["id", "spend", "orders", "city"]
    assert list(nameless.columns) == list(rows.columns)


def test_the_frame_is_not_changed() -> None:
    rows = tiny_rows().astype({"city": "category"}).set_index("id")
    before = rows.copy(deep=True)

    read_source(tiny_spec(), Frames.of(rows))

    assert_frame_equal(rows, before)


PURCHASES = {
    "query": "SELECT client AS id, sum(amount) AS spend, count(*) AS orders, max(city) AS city FROM data GROUP BY ALL"
}


def test_a_query_sees_the_frame_as_the_table_data(tmp_path: Path) -> None:
    lines = pd.DataFrame(
        {"client": ["a", "a", "b"], "amount": [1.5, 2.5, 4.0], "city": pd.Categorical(["K", "K", "P"])}
    )
    spec = tiny_spec(source=PURCHASES)

    memory, file = both(lines, tmp_path, spec)

    assert memory.sort_values("id")["spend"].tolist() == [4.0, 4.0]
    assert_frame_equal(memory.sort_values("id", ignore_index=True), file.sort_values("id", ignore_index=True))


JOINED = {
    "tables": {"people": "people.parquet", "orders": "orders.parquet"},
    "query": "SELECT p.id, p.city, sum(o.amount) AS spend, count(*) AS orders "
    "FROM people p JOIN orders o ON o.client = p.id GROUP BY ALL ORDER BY id",
}


def test_several_frames_stand_for_the_tables_of_a_spec() -> None:
    people = pd.DataFrame({"id": ["a", "b"], "city": ["K", "P"]})
    orders = pd.DataFrame({"client": ["a", "a", "b"], "amount": [1.0, 2.0, 4.0]})
    spec, frames = tiny_spec(source=JOINED), Frames.of_tables({"people": people, "orders": orders})

    raw = read_source(spec, frames)
    answer = query_tables(spec, frames, "history.query", "SELECT count(*) AS n FROM orders, given", given=people)

    assert raw.frame["spend"].tolist() == [3.0, 4.0]
    assert raw.tables == {"people": 2, "orders": 3}
    assert answer["n"].tolist() == [6]


def test_messages_say_what_is_wrong_with_a_frame() -> None:
    rows = tiny_rows()

    with pytest.raises(InputError, match=r"names a column twice.*'id'.*rename"):
        Frames.of(pd.concat([rows, rows[["id"]]], axis=1))
    with pytest.raises(InputError, match=r"column 'mixed'.*Expected: numbers, text, dates"):
        Frames.of(rows.assign(mixed=[1, "a", *[None] * (len(rows) - 2)]))
    with pytest.raises(InputError, match=r"lists or records inside.*tags"):
        read_source(tiny_spec(), Frames.of(rows.assign(tags=[["a", "b"]] * len(rows))))
    with pytest.raises(InputError, match=r"no rows"):
        read_source(tiny_spec(), Frames.of(rows.head(0)))
    with pytest.raises(InputError, match=r"no table 'people'.*one DataFrame.*dictionary"):
        read_source(tiny_spec(source=JOINED), Frames.of(rows))
