"""SQL of a spec, whoever wrote it: it reads the data that it is given and nothing else, writes nothing, and ends."""

from __future__ import annotations

import os
import sqlite3
import stat
import tempfile
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from pipeline.cleaning import clean
from pipeline.contract import Segmentation
from pipeline.errors import InputError, SpecError
from pipeline.reading import Engine, QueryError, engine, read_source, tables
from pipeline.scoring import score_upload
from pipeline.spec import Spec, load_spec, restore_spec, stored_text
from tests.pipeline.sources_support import tiny_rows, tiny_spec
from tests.support import as_stored, make_training

CANARY = "canary-5f3a"
# {secret}: a file beside the data; {made}: a path where nothing is; {data}: the data themselves
QUESTIONS = (
    "SELECT * FROM read_text('{secret}')",
    "SELECT * FROM read_blob('{secret}')",
    "SELECT * FROM read_csv('{secret}')",
    "SELECT * FROM read_csv_auto('{secret}', header = false)",
    "SELECT * FROM read_json('{secret}')",
    "SELECT * FROM read_parquet('{other}')",
    "SELECT * FROM parquet_scan('{other}')",
    "SELECT * FROM parquet_metadata('{other}')",
    "SELECT * FROM parquet_schema('{other}')",
    "SELECT * FROM sniff_csv('{secret}')",
    "SELECT * FROM '{secret}'",
    "SELECT * FROM '{other}'",
    "FROM '{folder}/*.csv'",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_csv('/proc/self/environ')",
    "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
    "SELECT * FROM read_parquet('s3://bucket/x.parquet')",
    "SELECT getenv('HOME')",
    "SELECT * FROM sqlite_scan('{made}', 'x')",
    "SELECT * FROM postgres_scan('host=127.0.0.1', 'public', 'x')",
    "SELECT * FROM query('COPY data TO ''{made}''')",
    "SELECT * FROM frames",
    "SELECT * FROM spec",
    "SELECT * FROM duckdb_secrets()",
    "SELECT (SELECT content FROM read_text('{secret}')) AS id, * FROM data",
    # what other versions had no eye on: functions that run SQL, take addresses in memory, or lists of files
    "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT * FROM read_text(''{secret}'')'))",
    "SELECT * FROM query_table(['{secret}'])",
    "SELECT * FROM arrow_scan(1, 2, 3)",
    "SELECT * FROM pandas_scan(1)",
    "SELECT * FROM read_csv(['{secret}', '{secret}'])",
    "SELECT * FROM read_ndjson_objects('{secret}')",
    "SELECT [x FOR x IN (SELECT content FROM read_text('{secret}'))] AS id",
    "WITH x AS MATERIALIZED (SELECT * FROM '{secret}') FROM x",
    "SELECT * FROM data POSITIONAL JOIN '{secret}'",
    "SELECT COLUMNS(*) FROM glob('/*')",
    "SELECT * FROM which_secret('s3://x', 's3')",
)
STATEMENTS = (
    "COPY data TO '{made}'",
    "COPY (SELECT 1) TO '{made}' (FORMAT csv)",
    "COPY data FROM '{secret}'",
    "COPY (SELECT 1 AS x) TO '{data}' (FORMAT parquet)",
    "ATTACH '{made}' AS x",
    "ATTACH ':memory:' AS x",
    "EXPORT DATABASE '{made}'",
    "IMPORT DATABASE '{folder}'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '{made}'",
    "FORCE INSTALL httpfs FROM community",
    "PRAGMA database_list",
    "PRAGMA enable_profiling",
    "CALL pragma_version()",
    "SET enable_external_access = true",
    "RESET lock_configuration",
    "SET memory_limit = '1TB'",
    "CREATE TABLE x AS SELECT 1",
    "CREATE SECRET (TYPE s3)",
    "INSERT INTO data SELECT * FROM data",
    "WITH gone AS (DELETE FROM data RETURNING *) SELECT * FROM gone",
    "DROP VIEW data",
    "EXPLAIN ANALYZE SELECT 1",
    "PREPARE x AS SELECT 1",
    "CHECKPOINT",
    "SELECT * FROM data; COPY data TO '{made}'",
    "COPY data TO '{made}'; SELECT * FROM data",
    "SELECT * FROM data; SELECT * FROM data",
    "SELECT 1; SET lock_configuration = false",
    "CALL enable_logging('FileSystem', storage = 'file')",
    "MERGE INTO data USING data AS d ON TRUE WHEN MATCHED THEN DELETE",
    "COMMENT ON VIEW data IS 'x'",
    "DETACH x",
    "BEGIN",
    "-- nothing",
    "",
)
Fill = Callable[[str], str]


@pytest.fixture
def fill(tmp_path: Path) -> Fill:
    """The places that an attack names; what is there holds the canary."""
    folder = tmp_path / "beside"
    folder.mkdir()
    (folder / "secret.csv").write_text(f"id,spend\n{CANARY},1\n{CANARY},2\n")
    pd.DataFrame({"id": [CANARY]}).to_parquet(folder / "other.parquet")
    tiny_rows().to_parquet(tmp_path / "data.parquet")
    places = {
        "secret": folder / "secret.csv",
        "other": folder / "other.parquet",
        "folder": folder,
        "made": tmp_path / "made",
        "data": tmp_path / "data.parquet",
    }

    def filled(sql: str) -> str:
        for name, place in places.items():
            sql = sql.replace("{" + name + "}", str(place))
        return sql

    return filled


def refused(spec: Spec, data: str, folder: Path) -> str:
    """What is said of a spec that must not have its way; nothing was written or changed, nothing secret is told."""
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    with pytest.raises(InputError) as caught:
        clean(read_source(spec, data), spec)
    assert {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == before
    said = str(caught.value)
    assert CANARY not in said
    assert "root:" not in said
    return said


@pytest.mark.parametrize("form", ["parquet", "csv"])
@pytest.mark.parametrize("sql", QUESTIONS + STATEMENTS)
def test_a_query_reads_its_data_and_nothing_else(fill: Fill, sql: str, form: str, tmp_path: Path) -> None:
    data = tmp_path / f"data.{form}"
    if form == "csv":
        tiny_rows().to_csv(data, index=False)

    assert "source.query failed" in refused(tiny_spec(source={"query": fill(sql) or " "}), str(data), tmp_path)


@pytest.mark.parametrize("sql", QUESTIONS + STATEMENTS)
def test_a_view_of_several_tables_neither(fill: Fill, sql: str, tmp_path: Path) -> None:
    for name in ("orders", "items"):
        tiny_rows().to_csv(tmp_path / f"{name}.csv", index=False)
    source = {
        "tables": {"orders": "orders.csv", "items": "items.csv"},
        "view": (fill(sql) or " ").replace("FROM data", "FROM orders"),
        "query": "SELECT * FROM data",
    }

    assert "source.view failed" in refused(tiny_spec(source=source), str(tmp_path), tmp_path)


@pytest.mark.parametrize(
    "expression",
    [
        "(SELECT content FROM read_text('{secret}'))",
        "(SELECT count(*) FROM '{secret}')",
        "getenv('HOME')",
        "1) FROM frame); COPY (SELECT 1) TO '{made}'; SELECT (1",
        "1 AS x FROM read_text('{secret}')) --",
    ],
)
def test_nor_an_expression_of_a_column(fill: Fill, expression: str, tmp_path: Path) -> None:
    spec = tiny_spec()
    columns = {name: column.model_dump(exclude_defaults=True) for name, column in spec.columns.items()}
    columns["extra"] = {"role": "passive", "sql": fill(expression)}
    tiny_rows().to_csv(tmp_path / "data.csv", index=False)

    assert "'extra': its SQL" in refused(tiny_spec(columns=columns), str(tmp_path / "data.csv"), tmp_path)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM data",
        "select * from data; -- all of them",
        "/* all */ FROM data",
        "WITH picked AS (SELECT * FROM data) SELECT * FROM picked ORDER BY id",
        "(SELECT * FROM data LIMIT 10) UNION ALL (SELECT * FROM data OFFSET 10)",
        "SELECT * REPLACE ('insert; delete' AS city) FROM data",
        "PIVOT (SELECT id, spend, orders, city FROM data) ON city USING count(*) GROUP BY id, spend, orders",
        "SELECT DISTINCT ON (id) * FROM data WHERE id <> 'COPY x TO y; --'",
    ],
)
def test_one_question_in_any_of_its_forms_is_answered(query: str, tmp_path: Path) -> None:
    tiny_rows().to_parquet(tmp_path / "data.parquet")

    frame = read_source(tiny_spec(source={"query": query}), str(tmp_path / "data.parquet")).frame

    assert len(frame) == 20


def test_data_in_many_files_are_all_allowed(tmp_path: Path) -> None:
    for number in range(3):
        tiny_rows().assign(id=lambda rows, n=number: rows["id"] + str(n)).to_parquet(
            tmp_path / f"it's {number}.parquet"
        )

    assert len(read_source(tiny_spec(source={"query": "SELECT * FROM data"}), str(tmp_path)).frame) == 60


def test_a_query_without_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "SECONDS", 0.5)
    with tables() as opened, pytest.raises(QueryError, match="took longer than"):
        opened.query("SELECT count(*) FROM range(1000000000) a, range(1000000000) b WHERE (a.range * b.range) % 7 = 3")


def test_a_query_that_fills_the_memory_is_ended() -> None:
    with tables() as opened:
        limit = opened.rows("SELECT current_setting('memory_limit')")[0][0]
        assert opened.rows("SELECT current_setting('lock_configuration')") == [(True,)]

    assert 0 < float(limit.split()[0]) * {"MiB": 2**20, "GiB": 2**30}[limit.split()[1]] < _memory()


def _memory() -> float:
    return 0.8 * float(os.sysconf("SC_PAGE_SIZE")) * float(os.sysconf("SC_PHYS_PAGES"))


# ------------------------------------------------------------------ an upload, and a run of somebody else's store


@pytest.fixture(scope="module")
def stored() -> Segmentation:
    return as_stored(make_training(60), k=2)


@pytest.mark.parametrize("sql", [*QUESTIONS, *STATEMENTS])
def test_a_stored_query_reads_no_file_where_somebody_uploads_one(
    stored: Segmentation, fill: Fill, sql: str, tmp_path: Path
) -> None:
    foreign = tiny_spec(source={"query": fill(sql) or " "})
    run = replace(stored, spec=foreign.model_dump_json())
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}

    with pytest.raises(InputError) as caught:
        score_upload(run, "new.csv", b"id,day,amount\nc1,2026-01-01,3\nc2,2026-01-02,4\n")

    assert "source.query failed" in str(caught.value)
    assert CANARY not in str(caught.value)
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize("file", ["/etc/passwd", "../beside/secret.csv", "a/../../beside/secret.csv", "~/secret.csv"])
@pytest.mark.parametrize("given", [True, False])
def test_tables_of_a_spec_lie_in_its_folder(fill: Fill, file: str, given: bool, tmp_path: Path) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    spec = tiny_spec(source={"tables": {"orders": file, "items": "items.csv"}, "query": "SELECT * FROM orders"})
    spec = spec.model_copy(update={"path": str(folder / "spec.toml")})

    with pytest.raises(SpecError, match=r"source\.tables\.orders leads out of its folder"):
        read_source(spec, str(folder) if given else None)


@pytest.mark.parametrize("form", ["absolute", "beside"])
def test_whoever_names_a_spec_says_where_its_tables_lie(form: str, tmp_path: Path) -> None:
    data, folder = tmp_path / "data" / "customers.csv", tmp_path / "specs"
    data.parent.mkdir()
    folder.mkdir()
    tiny_rows().to_csv(data, index=False)
    file = str(data) if form == "absolute" else "../data/customers.csv"
    written = folder / "shop.toml"
    written.write_text(
        f'name = "shop"\nid = {{ column = "id" }}\n[source.tables]\ncustomers = "{file}"\n'
        '[columns.spend]\nrole = "active"\n[columns.orders]\nrole = "active"\nkind = "integer"\n',
        "utf-8",
    )
    spec = load_spec(str(written))

    assert len(read_source(spec, None).frame) == len(tiny_rows())

    stored = restore_spec(spec.model_dump_json()).model_copy(update={"path": str(written)})
    with pytest.raises(SpecError, match="leads out of its folder"):
        read_source(stored, None)
    assert len(read_source(stored, str(data)).frame) == len(tiny_rows())  # the data themselves: nothing else is read
    assert restore_spec(stored_text(spec)).source.tables == {"customers": "customers.csv"}


@pytest.mark.parametrize("package", ["os.path", "tests.support", "../x", "/etc"])
def test_a_package_is_looked_up_by_its_plain_name_and_not_run(package: str) -> None:
    spec = tiny_spec(source={"package": package, "tables": {"data": "x.parquet"}})

    with pytest.raises(InputError, match="is not installed"):
        read_source(spec, None)


@pytest.mark.parametrize(
    "sql",
    [
        "ATTACH '{made}' AS x",
        "PRAGMA journal_mode = delete",
        "PRAGMA query_only = off",
        "SELECT load_extension('{made}')",
        "DELETE FROM customers",
        "WITH x AS (SELECT 1) DELETE FROM customers",
        "VACUUM INTO '{made}'",
        "CREATE TEMP TABLE x AS SELECT 1",
        "SELECT * FROM pragma_database_list",
        "SELECT 1; DELETE FROM customers",
    ],
)
def test_a_database_is_only_read(fill: Fill, sql: str, tmp_path: Path) -> None:
    file = tmp_path / "shop.db"
    with closing(sqlite3.connect(file)) as connection, connection:
        tiny_rows().to_sql("customers", connection, index=False)

    said = refused(tiny_spec(source={"query": fill(sql)}), f"sqlite:///{file}", tmp_path)

    assert "is no SELECT" in said or "cannot be read" in said
    assert len(read_source(tiny_spec(), f"sqlite:///{file}").frame) == 20


def test_an_address_cannot_ask_for_more(tmp_path: Path) -> None:
    """SQLite makes a file, or changes it, where an address says ``mode=rwc``; a name may hold signs of an address."""
    file = tmp_path / "shop 100%#.db"
    with closing(sqlite3.connect(file)) as connection:
        tiny_rows().to_sql("customers", connection, index=False)
    before = file.read_bytes()

    for asked in ("", "?mode=rwc", "?mode=rw&uri=true", "?immutable=0&mode=rwc&cache=shared"):
        assert len(read_source(tiny_spec(), f"sqlite:///{file}{asked}").frame) == 20
    with pytest.raises(InputError, match="no such database file"):
        read_source(tiny_spec(), f"sqlite:///{tmp_path}/new.db?mode=rwc")

    assert file.read_bytes() == before
    assert [other.name for other in tmp_path.iterdir()] == [file.name]


@pytest.mark.parametrize("file", ["/etc/passwd", "../secret.sql", "a/../../secret.sql", "~/secret.sql"])
def test_a_query_in_a_file_lies_in_the_folder_of_its_spec(file: str, tmp_path: Path) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    (tmp_path / "secret.sql").write_text(CANARY)
    spec = folder / "spec.toml"
    spec.write_text(
        f'name = "x"\n[id]\ncolumn = "id"\n[columns.spend]\nrole = "active"\n[source]\nquery_file = "{file}"\n'
    )

    with pytest.raises(SpecError, match="query_file leads out of the spec's folder") as caught:
        load_spec(str(spec))

    assert CANARY not in str(caught.value)


def test_a_query_in_a_file_that_is_no_text_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "query.sql").write_bytes(b"\xff\xfe\x00")
    spec = tmp_path / "spec.toml"
    spec.write_text(
        'name = "x"\n[id]\ncolumn = "id"\n[columns.spend]\nrole = "active"\n[source]\nquery_file = "query.sql"\n'
    )

    with pytest.raises(SpecError, match="no UTF-8 text"):
        load_spec(str(spec))


@pytest.mark.parametrize("query", ["/**/" * 5_000 + "x", "-" * 50_000, "(" * 50_000, " " * 50_000 + "x"])
def test_no_beginning_of_a_query_takes_long_to_judge(query: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        tiny_rows().to_sql("customers", connection, index=False)
    started = time.process_time()

    with pytest.raises(SpecError, match="is no SELECT"):
        read_source(tiny_spec(source={"query": query}), f"sqlite:///{tmp_path}/a.db")

    assert time.process_time() - started < 2


def test_rows_beyond_memory_go_where_nobody_else_reads_and_leave_with_the_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB's own place for them, ``.tmp`` in the folder that a command is called in, would keep customers' rows."""
    rows = tmp_path / "rows.parquet"
    pd.DataFrame({"a": [1]}).to_parquet(rows)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with tables({"data": [rows]}) as asked:
        beyond = place_of(asked).parent
        assert beyond.stat().st_mode & 0o077 == 0
        (beyond / "duckdb_temp_storage").write_text("as one that was left", "utf-8")
    assert not beyond.exists()
    with tables(frames={"data": pd.DataFrame({"a": [1]})}) as asked:
        beyond = place_of(asked).parent
        assert beyond.is_absolute()
        assert not beyond.exists()
    assert list(Path.cwd().iterdir()) == []


def place_of(engine: Engine) -> Path:
    return Path(engine.rows("SELECT current_setting('temp_directory')")[0][0])


@pytest.mark.parametrize("asked", ["query", "keep", "batches", "rows"])
def test_a_question_over_frames_that_needs_more_than_memory_has_a_folder_that_nobody_else_reads(
    asked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(engine, "free_memory", lambda: None)
    long = "SELECT i, (i * 7919 % 1000003)::VARCHAR || repeat('x', 30) AS s FROM one, range(2000000) AS many(i)"
    sql = f"SELECT i FROM ({long}) ORDER BY s OFFSET 1999990"
    modes = set()
    with tables(frames={"one": pd.DataFrame({"one": [1]})}, memory="60MB") as asks:
        if asked == "batches":
            assert sum(len(batch) for batch in asks.batches(sql, 1000)) == 10
        elif asked == "keep":
            asks.keep("kept", sql)
            assert asks.count("kept") == 10
        else:
            assert len(getattr(asks, asked)(sql)) == 10
        modes |= {stat.S_IMODE(folder.stat().st_mode) for folder in tmp_path.iterdir()}
    assert modes == {0o700}
    assert list(tmp_path.iterdir()) == []


ENDLESS = ("range", "generate_series", "repeat", "repeat_row")
GIVEN = (
    "'{secret}'",
    "'{secret}', '{secret}'",
    "1",
    "4096::POINTER",
    "4096::POINTER, 4096::POINTER, 4096::POINTER",
    "''",
)


def test_no_function_of_the_engine_reads_a_file_or_a_place_in_memory(tmp_path: Path) -> None:
    """Also none that a later version brings."""
    secret = tmp_path / "secret.csv"
    secret.write_text(f"a\n{CANARY}\n", "utf-8")
    answered = []
    with tables(frames={"data": pd.DataFrame({"a": [1]})}) as asks:
        made = "function_type <> 'aggregate' AND regexp_matches(function_name, '^[a-z_]+$')"
        names = [name for (name,) in asks.rows(f"SELECT DISTINCT function_name FROM duckdb_functions() WHERE {made}")]
        assert {"read_csv", "glob", "pandas_scan", "query"} <= set(names)
        for name in set(names) - set(ENDLESS):
            for given in GIVEN:
                arguments = given.format(secret=secret)
                for question in (f"SELECT * FROM {name}({arguments})", f"SELECT {name}({arguments})"):
                    with suppress(QueryError, ValueError, OverflowError):  # Python knows not all of its days
                        answered += [question] if CANARY in str(asks.rows(question)) else []
    assert answered == []
    assert secret.read_text("utf-8") == f"a\n{CANARY}\n"
    assert sorted(tmp_path.iterdir()) == [secret]
