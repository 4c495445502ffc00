"""Databases: what they hold, columns that the spec names loaded into the embedded engine, and faults in words."""

from __future__ import annotations

import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from pipeline.command_line.trial import DraftRequest, try_draft
from pipeline.drafting import draft
from pipeline.errors import InputError, SpecError
from pipeline.reading import is_database, keeping, query_tables, read_source
from pipeline.reading.databases import Reference, loaded, loading, open_database, stored_tables
from pipeline.spec import parse_spec
from tests.pipeline.sources_support import postgres_server, tiny_rows, tiny_spec

SHOP = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, city TEXT, photo BLOB);
CREATE TABLE "Order Details" ("order" INTEGER, price REAL, "Кол-во" INTEGER);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id), day TEXT);
CREATE VIEW sums AS SELECT "order", sum(price) AS total FROM "Order Details" GROUP BY 1;
INSERT INTO customers VALUES (1, 'Kazan', x'ff00'), (2, NULL, NULL), (3, 'Perm', NULL);
INSERT INTO orders VALUES (10, 1, '2024-03-01'), (11, 1, '2024-03-09'), (12, 2, '2024-04-01'), (13, 3, '2024-05-01');
INSERT INTO "Order Details" VALUES (10, 2.5, 2), (10, 1, 1), (11, 3.25, 1), (12, 4, NULL), (13, 5.5, 1);
"""
LOAD = {
    "orders": ["id", "customer_id", "day"],
    "items": ["order", "price", "Кол-во"],
    "customers": ["id", "city"],
}
VIEW = """
    SELECT items.*, orders.customer_id, CAST(orders.day AS DATE) AS day, customers.city FROM items
    LEFT JOIN orders ON items."order" = orders.id LEFT JOIN customers ON orders.customer_id = customers.id"""
QUERY = """
    SELECT customer_id AS id, sum(price * coalesce("Кол-во", 1)) AS spend, count(DISTINCT "order") AS orders,
           any_value(city) AS city FROM data GROUP BY customer_id ORDER BY id"""


@pytest.fixture
def shop(tmp_path: Path) -> str:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        connection.executescript(SHOP)
    return f"sqlite:///{tmp_path / 'shop.db'}"


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with postgres_server() as url:
        yield url


def executed(url: str, *statements: str) -> None:
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def fetched(url: str, table: str, *columns: str) -> pd.DataFrame:
    with loaded(url, {"asked": (table, columns)}) as held:
        return held.tables["asked"].to_pandas()


def test_tables_views_columns_and_declared_keys_are_listed(shop: str) -> None:
    with open_database(shop) as database:
        held = stored_tables(database)
    assert list(held) == ["Order Details", "customers", "orders", "sums"]
    assert list(held["sums"].columns) == ["order", "total"]
    assert held["orders"].references == (Reference("customer_id", "customers", "id"),)


def test_named_columns_are_joined_and_summed_up_by_the_embedded_engine(shop: str) -> None:
    spec = tiny_spec(
        source={"tables": {"items": "Order Details"}, "load": LOAD, "view": VIEW, "grain": "items", "query": QUERY}
    )
    raw = read_source(spec, shop)
    assert raw.tables == {"orders": 4, "items": 5, "customers": 3}
    assert raw.frame["spend"].tolist() == [9.25, 4.0, 5.5]
    assert raw.frame["orders"].tolist() == [2, 1, 1]
    lines = query_tables(spec, shop, "baskets.query", 'SELECT customer_id, "order", price FROM data')
    assert len(lines) == 5


def test_the_same_spec_reads_the_tables_saved_as_files(shop: str, tmp_path: Path) -> None:
    named = {"items": "Order Details", "orders": "orders", "customers": "customers"}
    spec = tiny_spec(source={"tables": named, "load": LOAD, "view": VIEW, "grain": "items", "query": QUERY})
    folder = tmp_path / "files"
    folder.mkdir()
    for name, columns in LOAD.items():
        table = {"items": "Order Details"}.get(name, name)
        fetched(shop, table, *columns).to_csv(folder / f"{table}.csv", index=False)
    pd.testing.assert_frame_equal(
        read_source(spec, str(folder)).frame, read_source(spec, shop).frame, check_dtype=False
    )


def test_a_view_that_repeats_lines_is_refused_with_both_counts(shop: str) -> None:
    view = 'SELECT orders.*, items.price FROM orders LEFT JOIN items ON items."order" = orders.id'
    source = {"tables": {"items": "Order Details"}, "load": LOAD, "view": view, "grain": "orders"}
    with pytest.raises(InputError, match=r"does not keep the rows of orders.*Expected: 4 rows.*Found: 5"):
        read_source(tiny_spec(source=source), shop)


def test_a_view_that_loses_lines_is_refused_with_both_counts(shop: str) -> None:
    view = 'SELECT * FROM items JOIN orders ON items."order" = orders.id WHERE orders.id < 13'
    source = {"tables": {"items": "Order Details"}, "load": LOAD, "view": view, "grain": "items"}
    with pytest.raises(InputError, match=r"a join leaves rows out.*Expected: 5 rows.*Found: 4"):
        read_source(tiny_spec(source=source), shop)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"load": {"order": ["id"]}}, r"unknown name 'order'.*use 'orders'"),
        ({"load": {"orders": ["customer"]}}, r"columns of orders: unknown name 'customer'.*use 'customer_id'"),
        ({"load": {"orders": ["id"]}, "view": "SELECT nosuch FROM orders"}, r"source\.view failed.*nosuch"),
        ({"load": LOAD, "tables": {"items": "Order Details"}}, "several tables and no query"),
    ],
)
def test_what_the_spec_names_and_the_database_lacks_is_told(shop: str, source: dict[str, object], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        read_source(tiny_spec(source=source), shop)


def test_sqlite_columns_get_the_type_that_holds_every_cell(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.execute("CREATE TABLE t (whole, real, mixed, words, bytes, empty)")
        rows = [
            (1, 1, 1, "x", b"\xff\x01", None),
            (None, 2.5, "two", None, None, None),
            (2**60 + 1, None, 3.5, "", b"", None),
        ]
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)", rows)
        connection.commit()
    with loaded(
        f"sqlite:///{tmp_path / 'a.db'}", {"t": ("t", ["whole", "real", "mixed", "words", "bytes", "empty"])}
    ) as held:
        table = held.tables["t"]
    assert [str(kind) for kind in table.schema.types] == ["int64", "double", "string", "string", "string", "string"]
    assert table.column("whole").to_pylist() == [1, None, 2**60 + 1]
    assert table.column("mixed").to_pylist() == ["1", "two", "3.5"]
    assert table.column("bytes").to_pylist() == ["ff01", None, ""]


def test_large_tables_go_through_files_that_are_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "_MOST_IN_MEMORY", 1000)
    monkeypatch.setattr(loading, "CHUNK", 300)
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        tiny_rows(1000).assign(spend=range(1000)).to_sql("customers", connection, index=False)
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    with loaded(url, {"customers": ("customers", ["id", "spend"])}) as held:
        (file,) = held.tables["customers"]
        assert pd.read_parquet(file)["spend"].tolist() == list(range(1000))
    assert not file.parent.exists()
    spec = tiny_spec(
        source={"load": {"customers": ["id", "spend", "orders", "city"]}, "query": "SELECT * FROM customers"}
    )
    assert len(read_source(spec, url).frame) == 1000


@pytest.mark.parametrize("most", [loading._MOST_IN_MEMORY, 2])
def test_a_command_that_reads_several_times_asks_the_database_once(
    shop: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "_MOST_IN_MEMORY", most)
    asked: list[str] = []
    sa.event.listen(sa.Engine, "before_cursor_execute", watch := lambda *call: asked.append(call[2]))
    try:
        with keeping():
            with loaded(shop, {"orders": ("orders", None), "items": ("Order Details", None)}) as whole:
                fetched_once = len(asked)
            with loaded(shop, {"lines": ("Order Details", ["price", "order"]), "orders": ("orders", ["day"])}) as part:
                assert len(asked) == fetched_once > 0
                given = {
                    name: pd.read_parquet(table) if isinstance(table, list) else table.to_pandas()
                    for name, table in part.tables.items()
                }
            with loaded(shop, {"customers": ("customers", ["city"])}) as other:
                assert len(asked) > fetched_once
                assert set(other.tables) == {"customers"}
            with pytest.raises(SpecError, match="cty"), loaded(shop, {"customers": ("customers", ["cty"])}):
                pass
        files = [file for table in whole.tables.values() if isinstance(table, list) for file in table]
        assert bool(files) == (most == 2)
        assert not any(file.parent.exists() for file in files)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", watch)
    assert list(given["lines"]) == ["price", "order"]
    assert given["lines"]["price"].tolist() == [2.5, 1, 3.25, 4, 5.5]
    assert list(given["orders"]) == ["day"]


def test_a_draft_asks_the_database_once_and_its_trial_no_more(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    lines = pd.DataFrame(
        {
            "customer_id": rng.integers(1, 40, 400),
            "order_id": np.arange(400) // 2,
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(400) // 2, unit="D"),
            "amount": rng.uniform(1, 90, 400).round(2),
        }
    )
    lines["customer_id"] = lines.groupby("order_id")["customer_id"].transform("first")
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        lines.assign(day=lines["day"].dt.strftime("%Y-%m-%d")).to_sql("purchases", connection, index=False)
    asked: list[str] = []
    sa.event.listen(sa.Engine, "before_cursor_execute", watch := lambda *call: asked.append(call[2]))
    try:
        outcome = try_draft(DraftRequest(f"sqlite:///{tmp_path / 'shop.db'}", tmp_path / "shop.toml"))
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", watch)

    assert outcome.cleaned is not None
    assert ["c0" in statement for statement in asked if 'FROM "purchases"' in statement].count(True) == 1


def test_postgresql_types_arrive_as_the_engine_counts(postgres: str) -> None:
    executed(
        postgres,
        "CREATE TYPE mood AS ENUM ('good', 'bad')",
        """CREATE TABLE kinds (price numeric(10, 2), account numeric(20, 0), short numeric(6, 0), paid money, day date,
           at timestamptz, wall timestamp, ok boolean, raw bytea, doc json, many int[],
           who uuid, mood mood, span interval)""",
        """INSERT INTO kinds VALUES (12.50, 12345678901234567890, 77, '$1,234.50', '2024-03-01',
           '2024-03-01 02:30+05', '2024-03-01 02:30', true, '\\xff01', '{"a": 1}', '{1,2}',
           '00000000-0000-0000-0000-000000000001', 'good', '2 days')""",
        "INSERT INTO kinds (price, day, at) VALUES ('NaN', 'infinity', '-infinity')",
        "INSERT INTO kinds (day) VALUES ('0044-03-15 BC'), (NULL)",
    )
    with open_database(postgres) as database:
        columns = list(stored_tables(database)["kinds"].columns)
    with loaded(postgres, {"kinds": ("kinds", columns)}) as held:
        table = held.tables["kinds"]
    assert "secret" not in held.title
    first = table.slice(0, 1).to_pylist()[0]
    assert first == {
        "price": 12.5,
        "account": "12345678901234567890",
        "short": 77,
        "paid": 1234.5,
        "day": pd.Timestamp("2024-03-01").date(),
        "at": pd.Timestamp("2024-02-29 21:30"),
        "wall": pd.Timestamp("2024-03-01 02:30"),
        "ok": True,
        "raw": "ff01",
        "doc": '{"a": 1}',
        "many": "{1,2}",
        "who": "00000000-0000-0000-0000-000000000001",
        "mood": "good",
        "span": "2 days",
    }
    assert table.column("price").to_pylist()[1:] == [None] * 3
    assert table.column("day").to_pylist()[1:] == [None] * 3
    assert table.column("at").to_pylist()[1:] == [None] * 3


def test_postgresql_schemas_views_quoted_names_and_reserved_words(postgres: str) -> None:
    executed(
        postgres,
        'CREATE SCHEMA "Sales"',
        'CREATE TABLE "Sales"."Order" ("select" int PRIMARY KEY, "a:b %%s" text, "Сумма, руб." numeric)',
        """INSERT INTO "Sales"."Order" VALUES (1, 'x', 2.5), (2, 'y', 3.5)""",
        'CREATE VIEW big AS SELECT * FROM "Sales"."Order" WHERE "select" > 1',
        'CREATE MATERIALIZED VIEW kept AS SELECT * FROM "Sales"."Order"',
        "CREATE TABLE measured (day date, n int) PARTITION BY RANGE (day)",
        "CREATE TABLE measured_2024 PARTITION OF measured FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
        'CREATE TABLE line (id int, order_no int REFERENCES "Sales"."Order" ("select"))',
    )
    with open_database(postgres) as database:
        held = stored_tables(database)
    assert {"Sales.Order", "big", "kept", "measured", "line"} <= set(held)
    assert "measured_2024" not in held
    assert not [name for name in held if name.startswith(("pg_", "information_schema"))]
    assert held["line"].references == (Reference("order_no", "Sales.Order", "select"),)
    whole = fetched(postgres, "Sales.Order", "select", "a:b %s", "Сумма, руб.")
    assert whole.to_numpy().tolist() == [[1, "x", 2.5], [2, "y", 3.5]]
    assert fetched(postgres, "big", "select")["select"].tolist() == [2]


def test_what_a_user_may_not_read_is_not_offered_and_nothing_is_written(postgres: str) -> None:
    executed(
        postgres,
        "CREATE ROLE reader LOGIN",
        "CREATE TABLE salaries (x int)",
        "CREATE TABLE prices (x int)",
        "GRANT SELECT ON prices TO reader",
    )
    with open_database(postgres.replace("korzina:secret", "reader")) as database:
        held = stored_tables(database)
        assert "prices" in held
        assert "salaries" not in held
    with pytest.raises(InputError, match="read-only transaction"), open_database(postgres) as database:
        database.connection.exec_driver_sql("DELETE FROM prices")


def test_all_tables_are_of_one_moment(postgres: str) -> None:
    executed(postgres, "CREATE TABLE counted (n int)", "INSERT INTO counted VALUES (1)")
    with open_database(postgres) as database:
        before = database.connection.exec_driver_sql("SELECT count(*) FROM counted").scalar()
        executed(postgres, "INSERT INTO counted VALUES (2)")
        assert database.connection.exec_driver_sql("SELECT count(*) FROM counted").scalar() == before == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("/postgres", "/nosuch"), r"there is no such database on this server.*nosuch"),
        (("127.0.0.1:", "127.0.0.1:1?x="), "database cannot be read"),
        (("127.0.0.1", "no-such-host.invalid"), "no server answers there"),
    ],
)
def test_each_fault_of_an_address_has_its_words(postgres: str, change: tuple[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message) as refused:
        read_source(tiny_spec(), postgres.replace(*change))
    assert "secret" not in str(refused.value)


def test_a_wrong_password_is_told_and_not_shown() -> None:
    with postgres_server(auth="scram-sha-256", password="right") as url:
        right = url.replace(":secret@", ":right@")
        with open_database(right) as database:
            assert database.connection.exec_driver_sql("SELECT 1").scalar() == 1
        with pytest.raises(InputError, match="refuses this user or password") as refused:
            read_source(tiny_spec(), url)
        assert "secret" not in str(refused.value)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("id,spend\n" * 200, "utf-8")
    with pytest.raises(InputError, match="no SQLite database"):
        read_source(tiny_spec(source={"load": {"a": ["id"]}}), f"sqlite:///{tmp_path / 'a.db'}")


def test_a_spec_that_names_no_columns_runs_in_its_database_and_says_what_its_history_lacks(shop: str) -> None:
    asked = tiny_spec(source={"query": "SELECT id, typeof(id) AS city, 1 AS spend, 2 AS orders FROM customers"})
    assert read_source(asked, shop).frame["city"].tolist() == ["integer"] * 3  # typeof of the engine would be BIGINT
    with pytest.raises(SpecError, match=r"\[source\.load\]"):
        query_tables(asked, shop, "history.query", "SELECT 1")


def test_texts_that_hold_days_and_numbers_are_read_as_in_files(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.execute("CREATE TABLE bought (who INTEGER, day TEXT, paid TEXT, code TEXT)")
        rows = [(2**60 + n % 12, f"{1 + n % 28:02d}.03.2024", f"{n},50", f"{n:05d}") for n in range(60)]
        connection.executemany("INSERT INTO bought VALUES (?, ?, ?, ?)", rows)
        connection.commit()
    query = """SELECT who AS id, sum(paid) AS spend, count(*) AS orders, max(day) AS last, min(code) AS city
               FROM bought GROUP BY who ORDER BY who"""
    spec = tiny_spec(source={"load": {"bought": ["who", "day", "paid", "code"]}, "query": query})

    frame = read_source(spec, f"sqlite:///{tmp_path / 'a.db'}").frame

    assert frame["spend"].sum() == sum(range(60)) + 30
    assert frame["id"].tolist()[0] == 2**60
    assert frame["city"].tolist()[0] == "00000"
    assert frame["last"].max() == pd.Timestamp("2024-03-28")


def test_an_sqlite_file_is_read_by_its_path_whatever_its_name(tmp_path: Path) -> None:
    file = tmp_path / "shop.data"
    with closing(sqlite3.connect(file)) as connection:
        tiny_rows(40).to_sql("customers", connection, index=False)

    by_path, by_address = draft(str(file)), draft(f"sqlite:///{file}")

    assert by_path.text == by_address.text
    assert len(read_source(parse_spec(tomllib.loads(by_path.text), where="a.toml"), str(file)).frame) == 40


@pytest.mark.parametrize("path", ["no such file.db", "~nobody/a.db", "a\0.db"])
def test_what_is_no_sqlite_file_is_no_database(path: str) -> None:
    assert not is_database(path)
