from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.cleaning import clean
from pipeline.errors import InputError, SpecError
from pipeline.reading import read_source
from pipeline.spec import Spec, load_spec
from tests.pipeline.sources_support import (
    CAMPAIGN_FILE,
    needs_campaign_file,
    postgres_server,
    tiny_rows,
    tiny_spec,
    write,
)

TEXT = 'id;spend;order;note\n1;2,5;3;plain\n2;3,5;4;"a;b"\n'


@pytest.fixture
def spec() -> Spec:
    return tiny_spec()


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251", "koi8-r"])
def test_russian_text_is_read_in_every_usual_encoding(spec: Spec, tmp_path: Path, encoding: str) -> None:
    text = "номер;город\n" + "".join(f"{number};Нижний Новгород и область\n" for number in range(5))
    raw = read_source(spec, write(tmp_path / "a.csv", text, encoding))
    assert list(raw.frame.columns) == ["номер", "город"]
    assert raw.frame["город"].unique().tolist() == ["Нижний Новгород и область"]


def test_western_letters_alone_among_ascii_are_not_taken_for_cyrillic(spec: Spec, tmp_path: Path) -> None:
    raw = read_source(spec, write(tmp_path / "a.csv", "id,city\n1,Málaga\n2,Düsseldorf\n3,Besançon\n", "latin-1"))
    assert raw.frame["city"].tolist() == ["Málaga", "Düsseldorf", "Besançon"]


@pytest.mark.parametrize("sign", ["é", "§", "—", '"', "", "\u2028"])
def test_a_line_about_a_sign_that_parts_no_fields_says_nothing(spec: Spec, tmp_path: Path, sign: str) -> None:
    raw = read_source(spec, write(tmp_path / "a.csv", f"sep={sign}\nid,note\n1,x\n2,y\n3,z\n"))
    assert raw.frame["note"].tolist() == ["x", "y", "z"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_and_quotes(spec: Spec, tmp_path: Path, delimiter: str) -> None:
    text = f'id{delimiter}note\n1{delimiter}"a{delimiter}b ""c"""\n2{delimiter}"two\nlines"\n3{delimiter}x\n'
    raw = read_source(spec, write(tmp_path / "a.csv", text))
    assert raw.frame["note"].tolist() == [f'a{delimiter}b "c"', "two\nlines", "x"]
    assert raw.rows.tolist() == [2, 3, 5]
    assert raw.where(2) == "line 5"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_ragged_rows_are_rejected_under_their_true_line(spec: Spec, tmp_path: Path, newline: str) -> None:
    lines = ["id,a,b", '1,"x', 'y",2', "", "2,3", "3,4,5", "4,5,6,7", "5,6,7"]
    raw = read_source(spec, write(tmp_path / "a.csv", newline.join(lines)))
    assert [(one.line, one.why) for one in raw.rejects] == [
        (5, "2 fields where the header has 3"),
        (7, "4 fields where the header has 3"),
    ]
    assert raw.frame["id"].tolist() == ["1", "3", "5"]
    assert raw.rows.tolist() == [2, 6, 8]


def test_a_stray_quote_costs_no_other_row(spec: Spec, tmp_path: Path) -> None:
    raw = read_source(
        spec, write(tmp_path / "a.csv", 'id,size,city\n1,5" pipe,A\n2,x,B\n3,"open,C\n4,y,D\n5,"q,r",E\n')
    )
    assert raw.frame["id"].tolist() == ["1", "2", "4", "5"]
    assert raw.frame["size"].tolist() == ['5" pipe', "x", "y", "q,r"]
    assert [one.line for one in raw.rejects] == [4]


def test_a_nul_byte_rejects_its_row(spec: Spec, tmp_path: Path) -> None:
    text = "id,a\n" + "".join(f"{number},abcdefghij\n" for number in range(50)) + "50,a\0b\n"
    raw = read_source(spec, write(tmp_path / "a.csv", text))
    assert (len(raw.frame), raw.rejects[0].why, raw.rejects[0].line) == (50, "a NUL byte", 52)


def test_an_exported_index_and_row_names_are_left_out(spec: Spec, tmp_path: Path) -> None:
    index = read_source(spec, write(tmp_path / "a.csv", ",id,a\n0,1,2\n1,2,3\n"))
    names = read_source(spec, write(tmp_path / "b.csv", "id,a\nr1,1,2\nr2,2,3\n"))
    assert index.frame.equals(names.frame)
    assert index.frame["id"].tolist() == ["1", "2"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf\r\n", "the file is empty"),
        (b"id,a\n", "no rows"),
        (b"PK\x03\x04rest", "the archive cannot be unpacked"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel workbook"),
        (b"<!DOCTYPE html><html>", "HTML"),
        (b'[{"id": 1}]', "JSON"),
        (b'{"id": 1}', "JSON"),
        (gzip.compress(b"id,a\n1,2\n", mtime=0)[:-9], "the archive cannot be unpacked"),
        (b"SQLite format 3\x00....", "SQLite database"),
        (b"id\n1\n2\n", "only one column"),
        (bytes(range(256)) * 20, "not a text table"),
    ],
)
def test_what_is_no_table_is_named(spec: Spec, tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_source(spec, str(file))


def test_a_missing_file_tells_what_is_there(spec: Spec, tmp_path: Path) -> None:
    write(tmp_path / "real.csv", TEXT)
    with pytest.raises(InputError, match=r"no such file.*real\.csv"):
        read_source(spec, str(tmp_path / "wrong.csv"))
    with pytest.raises(InputError, match="add --data FILE"):
        read_source(spec, None)


def test_folder_and_glob_tell_the_file_of_each_row(spec: Spec, tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "id,a\n1,2\n2,3\n")
    write(tmp_path / "b.csv", "a;id\n4;3\n5;4;9\n")
    for data in (str(tmp_path), str(tmp_path / "*.csv")):
        raw = read_source(spec, data)
        assert raw.frame["id"].tolist() == ["1", "2", "3"]
        assert (raw.where(2), raw.rejects[0].where) == ("b.csv, line 2", "b.csv, line 3")


def test_files_with_other_columns_are_refused(spec: Spec, tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "id,a\n1,2\n")
    write(tmp_path / "b.csv", "id,other\n1,2\n")
    with pytest.raises(InputError, match=r"b\.csv: other columns than a\.csv.*other"):
        read_source(spec, str(tmp_path))


def test_parquet_file_folder_and_glob(spec: Spec, tmp_path: Path) -> None:
    rows = tiny_rows()
    rows.iloc[:12].to_parquet(tmp_path / "1.parquet")
    rows.iloc[12:].to_parquet(tmp_path / "2.parquet")
    assert len(read_source(spec, str(tmp_path / "1.parquet")).frame) == 12
    for data in (str(tmp_path), str(tmp_path / "*.parquet")):
        assert read_source(spec, data).frame["id"].tolist() == rows["id"].tolist()


def test_long_ids_in_parquet_keep_their_digits(tmp_path: Path) -> None:
    ids = pd.array([9007199254740993, 9007199254740995, None], dtype="Int64")
    pd.DataFrame({"id": ids, "spend": [1.0, 2.0, 3.0]}).to_parquet(tmp_path / "a.parquet")
    assert read_source(tiny_spec(), str(tmp_path / "a.parquet")).frame["id"].tolist()[:2] == [
        "9007199254740993",
        "9007199254740995",
    ]


@pytest.mark.parametrize(
    "noted",
    [
        '{"index_columns": ["id"], "column_indexes": [], "columns": []}',  # a lie
        '{"index_columns": ["nobody"]}',
        "no JSON",
        None,  # as pandas itself notes an index
    ],
)
def test_what_pandas_noted_in_a_parquet_file_takes_no_column_away(noted: str | None, tmp_path: Path) -> None:
    rows = tiny_rows().assign(day="20230320").set_index("id")
    table = pa.Table.from_pandas(rows)
    pq.write_table(table.replace_schema_metadata({"pandas": noted}) if noted else table, tmp_path / "a.parquet")
    spec = tiny_spec(
        source={"query": "SELECT id, min(day) AS day, sum(CAST(spend AS DOUBLE)) AS spend FROM data GROUP BY id",
                "formats": {"day": "%Y%m%d"}},
        columns={"spend": {"role": "active"}, "day": {"role": "passive", "kind": "date"}},
    )  # fmt: skip
    read = read_source(spec, str(tmp_path / "a.parquet")).frame
    assert read["id"].nunique() == len(rows)
    assert set(read["day"].astype(str).str[:10]) == {"2023-03-20"}


def test_a_parquet_file_that_names_a_column_twice_is_refused(tmp_path: Path) -> None:
    table = pa.table([pa.array(["a"]), pa.array([1]), pa.array([2])], names=["id", "spend", "spend"])
    pq.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(InputError, match="names a column twice"):
        read_source(tiny_spec(), str(tmp_path / "a.parquet"))


def test_a_query_over_text_tables_adds_numbers_and_compares_dates(tmp_path: Path) -> None:
    write(
        tmp_path / "bought.csv",
        "who;when;amount\n"
        + "".join(f"{number % 12};{1 + number % 28:02d}.03.2024;{number},5\n" for number in range(60)),
    )
    write(tmp_path / "people.csv", "who,city\n" + "".join(f"{number},Perm\n" for number in range(12)))
    spec = tiny_spec(
        source={
            "tables": {"bought": "bought.csv", "people": "people.csv"},
            "query": "SELECT who AS id, sum(amount) AS spend, count(*) AS orders, any_value(city) AS city, "
            'max("when") AS last FROM bought JOIN people USING (who) GROUP BY who',
        }
    )
    raw = read_source(spec, str(tmp_path))
    assert raw.tables == {"bought": 60, "people": 12}
    assert raw.frame["spend"].sum() == sum(range(60)) + 30
    assert pd.api.types.is_datetime64_any_dtype(raw.frame["last"])


def test_what_a_query_cannot_see_is_counted_as_unreadable_and_not_passed_over(tmp_path: Path) -> None:
    days = [f"{1 + number % 28:02d}.03.2024" for number in range(600)]
    days[7], days[8], days[9] = "31.31.2024", "soon", ""
    amounts = [f"{number},5" for number in range(600)]
    amounts[20], amounts[21] = "many", ""
    rows = "".join(f"{n % 12};{day};{amount}\n" for n, (day, amount) in enumerate(zip(days, amounts, strict=True)))
    write(tmp_path / "bought.csv", "who;when;amount\n" + rows)
    query = 'SELECT who AS id, sum(amount) AS spend, max("when") AS last FROM data GROUP BY who'

    raw = read_source(tiny_spec(source={"query": query}), str(tmp_path / "bought.csv"))

    assert raw.notes[2:] == (  # the first two are on the encoding and the delimiter
        "2 values of when not readable as a date: made unknown (line 9, line 10)",
        "1 value of amount not readable as a number: made unknown (line 22)",
    )
    assert raw.frame["spend"].sum() == sum(range(600)) + 299 - 20 - 21


def test_a_wrong_query_names_the_spec_and_the_fault(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", TEXT)
    with pytest.raises(SpecError, match=r"tiny: source\.query failed.*nosuch"):
        read_source(tiny_spec(source={"query": "SELECT nosuch FROM data"}), str(tmp_path / "a.csv"))


def test_what_cannot_be_read_at_all_is_told_in_words(spec: Spec, tmp_path: Path) -> None:
    nested = tmp_path / "nested.parquet"
    pd.DataFrame({"id": ["1"], "basket": [[1, 2]]}).to_parquet(nested)
    with pytest.raises(InputError, match=r"lists or records inside.*basket"):
        read_source(spec, str(nested))
    (tmp_path / "torn.parquet").write_bytes(nested.read_bytes()[:200])
    with pytest.raises(InputError, match="not readable as Parquet"):
        read_source(spec, str(tmp_path / "torn.parquet"))
    with pytest.raises(SpecError, match="one ASCII character"):
        read_source(tiny_spec(source={"delimiter": "||"}), write(tmp_path / "a.csv", TEXT))
    with pytest.raises(InputError, match="not a database address"):
        read_source(spec, "https://example.org/customers.csv")


def test_a_package_that_is_not_installed_says_how_to_get_it() -> None:
    spec = tiny_spec(source={"package": "no_such_package", "tables": {"a": "a.parquet"}})
    with pytest.raises(InputError, match="pip install no-such-package"):
        read_source(spec, None)


def test_sqlite_for_real(spec: Spec, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        tiny_rows().to_sql("customers", connection, index=False)
        url = f"sqlite:///{tmp_path / 'shop.db'}"
        assert read_source(spec, url).frame["id"].tolist() == tiny_rows()["id"].tolist()
        connection.execute("CREATE TABLE other (x int)")
        connection.commit()
    with pytest.raises(InputError, match="2 tables: customers, other"):
        read_source(spec, url)
    asked = tiny_spec(source={"query": "SELECT * FROM customers WHERE city = 'Perm' AND id <> ':x'"})
    assert len(read_source(asked, url).frame) == 10


def test_a_mistyped_database_is_not_created(spec: Spec, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such database file"):
        read_source(spec, f"sqlite:///{tmp_path / 'typo.db'}")
    assert not (tmp_path / "typo.db").exists()


def test_postgresql_for_real(postgres: str) -> None:
    import sqlalchemy as sa

    engine = sa.create_engine(postgres.replace("postgresql://", "postgresql+psycopg://"))
    rows = tiny_rows(30)
    typed = rows.assign(orders=rows["orders"].astype(int), since=pd.Timestamp("2024-05-01"))
    with engine.begin() as connection:
        typed.to_sql("customers", connection, index=False)
        connection.execute(sa.text("ALTER TABLE customers ALTER spend TYPE numeric(10, 2) USING spend::numeric"))
    engine.dispose()
    spec = tiny_spec()
    raw = read_source(spec, postgres)
    assert "secret" not in raw.source
    query = "SELECT *, spend::text AS words FROM customers WHERE city LIKE 'P%' AND '12:30' <> id ORDER BY id"
    assert len(read_source(tiny_spec(source={"query": query}), postgres).frame) == 15
    for changing in (
        "DELETE FROM customers",
        "WITH gone AS (DELETE FROM customers RETURNING *) SELECT * FROM gone",
        "SELECT 1; DELETE FROM customers",
        "SELECT 1; COMMIT; SET default_transaction_read_only = off; DELETE FROM customers",
        "SELECT set_config('transaction_read_only', 'off', false), lo_create(0)",
        "COPY customers TO PROGRAM 'cat'",
    ):
        with pytest.raises(InputError, match=r"cannot be read|is no SELECT") as refused:
            read_source(tiny_spec(source={"query": changing}), postgres)
        assert "secret" not in str(refused.value)
    # an address may bring options of its own, as for the search path, and cannot take back that it only reads
    asks = "?options=-c%20default_transaction_read_only%3Doff%20-c%20statement_timeout%3D0%20-c%20work_mem%3D1MB"
    told = "SELECT current_setting('default_transaction_read_only') || current_setting('work_mem') AS city, 1 AS id"
    told += ", current_setting('statement_timeout') AS spend, 1 AS orders"
    answer = read_source(tiny_spec(source={"query": told}), postgres + asks).frame
    assert (answer["city"][0], answer["spend"][0]) == ("on1MB", "1h")
    table = pd.DataFrame(rows)
    assert clean(raw, spec).customers["spend"].tolist() == table["spend"].astype(float).tolist()


def test_an_unreachable_server_is_told_without_the_password(spec: Spec) -> None:
    with pytest.raises(InputError, match="cannot be read") as refused:
        read_source(spec, "postgresql://user:hidden@127.0.0.1:1/shop")
    assert "hidden" not in str(refused.value)


@needs_campaign_file
def test_the_same_customers_in_every_form(tmp_path: Path) -> None:
    spec = load_spec("marketing_campaign")
    expected = clean(read_source(spec, str(CAMPAIGN_FILE)), spec)
    for data in _forms(tmp_path):
        cleaned = clean(read_source(spec, data), spec)
        pd.testing.assert_frame_equal(cleaned.customers, expected.customers, obj=data)
        assert cleaned.ledger.fingerprint == expected.ledger.fingerprint


def _forms(folder: Path) -> list[str]:
    """The campaign file re-saved as users' programs would."""
    text = pd.read_csv(CAMPAIGN_FILE, sep=";", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    days = pd.to_datetime(text["Dt_Customer"])
    commas = text.assign(
        Income=text["Income"].where(text["Income"] == "", text["Income"] + ",00"), MntWines=text["MntWines"] + ",0"
    )
    text.assign(Dt_Customer=days.dt.strftime("%d-%m-%Y")).to_csv(folder / "tabs.tsv", sep="\t", index=False)
    text.assign(Dt_Customer=days.dt.strftime("%m/%d/%Y %H:%M")).to_csv(folder / "american.csv", index=False)
    text.to_csv(folder / "index.csv")
    text.to_csv(folder / "wide.csv", sep=";", index=False, encoding="utf-16")
    text.assign(Город="Пермь").to_csv(folder / "cyrillic.csv", sep=";", index=False, encoding="cp1251")
    commas.to_csv(folder / "commas.csv", sep=";", index=False)
    commas.sample(frac=1, random_state=1).to_csv(folder / "quoted.csv", index=False)
    typed = text.assign(Dt_Customer=days, Income=pd.to_numeric(text["Income"]), ID=text["ID"].astype(int))
    typed.to_parquet(folder / "typed.parquet")
    with closing(sqlite3.connect(folder / "shop.db")) as connection:
        typed.assign(Dt_Customer=text["Dt_Customer"]).to_sql("customers", connection, index=False)
    files = [str(file) for file in sorted(folder.iterdir()) if file.suffix != ".db"]
    return [*files, f"sqlite:///{folder / 'shop.db'}"]
