"""A shop's tables to customers, whatever they are kept in: what a draft reads is what a join by hand gives."""

from __future__ import annotations

import os
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from pipeline.drafting import draft
from pipeline.errors import InputError
from pipeline.reading import Frames, as_text, read_source
from pipeline.spec import read_spec
from tests.pipeline import shops_support as shops
from tests.pipeline.sources_support import postgres_server

FORMS = ("csv", "parquet", "frames", "sqlite")


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with postgres_server() as url:
        yield url


def kept(shop: shops.Shop, folder: Path, form: str) -> str | Frames:
    """The shop as people keep it: files of a folder, DataFrames, a database."""
    if form == "frames":
        return Frames.of_tables(shop)
    if form == "sqlite":
        with closing(sqlite3.connect(folder / "shop.db")) as connection:
            for name, table in shop.items():
                table.to_sql(name, connection, index=False)
            connection.commit()
        return f"sqlite:///{folder / 'shop.db'}"
    for name, table in shop.items():
        if form == "csv":
            table.to_csv(folder / f"{name}.csv", index=False)
        else:
            table.to_parquet(folder / f"{name}.parquet")
    return str(folder)


def customers_of(data: str | Frames) -> pd.DataFrame:
    """The customers that a draft makes, once its text is all that is known."""
    drafted = draft(data, name="shop")
    assert drafted.questions == ()
    spec = read_spec(drafted.text.encode(), where="shop.toml")
    frame = read_source(spec, data).frame
    return frame.set_index(as_text(frame[spec.id.column])).sort_index()


def by_hand(lines: pd.DataFrame, customer: str, order: str, day: str) -> pd.DataFrame:
    """Orders, spend and recency of each customer, from lines with their ``money``."""
    last = lines[day].max().normalize()
    groups = lines.groupby(customer)
    table = pd.DataFrame(
        {
            "orders": groups[order].nunique(),
            "spend": groups["money"].sum().round(2),
            "recency": (last - groups[day].max().dt.normalize()).dt.days,
        }
    )
    return table.set_index(table.index.astype(str)).sort_index()


def joined_by_hand(name: str, shop: shops.Shop) -> pd.DataFrame:
    if name == "plain":
        paid = shop["orders"].query("status == 'paid'")
        lines = shop["items"].merge(paid, left_on="order_id", right_on="id", suffixes=("", "_order"))
        return by_hand(lines.assign(money=lines["price"] * lines["quantity"]), "customer_id", "order_id", "created_at")
    if name == "russian":
        done = shop["заказы"].query("Статус == 'Выполнен'")
        lines = shop["позиции"].merge(done, left_on="Номер заказа", right_on="Номер")
        return by_hand(lines.assign(money=lines["Цена"] * lines["Количество"]), "Код клиента", "Номер", "Дата")
    if name == "northwind":
        lines = shop["Order Details"].merge(shop["Orders"], on="OrderID")
        return by_hand(lines.assign(money=lines["UnitPrice"] * lines["Quantity"]), "CustomerID", "OrderID", "OrderDate")
    if name == "star":
        lines = shop["fact_sales"]
        days = pd.to_datetime(lines["order_date_key"].astype(str))
        return by_hand(lines.assign(money=lines["sales_amount"], day=days), "customer_key", "order_number", "day")
    if name == "olist":
        lines = (
            shop["olist_order_items_dataset"].merge(shop["olist_orders_dataset"]).merge(shop["olist_customers_dataset"])
        )
        return by_hand(lines.assign(money=lines["price"]), "customer_unique_id", "order_id", "order_purchase_timestamp")
    return by_hand(shop["orders"].assign(money=shop["orders"]["Total"]), "Email", "Order ID", "Created at")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["olist", "plain", "northwind", "russian", "star", "two_tables"])
def test_a_shops_tables_give_the_customers_of_a_join_by_hand(name: str, form: str, tmp_path: Path) -> None:
    shop = getattr(shops, name)()

    customers = customers_of(kept(shop, tmp_path, form))

    expected = joined_by_hand(name, shop)
    assert customers.index.tolist() == expected.index.tolist()
    for column in expected:
        np.testing.assert_allclose(customers[column].astype(float), expected[column], atol=0.011, err_msg=column)


def test_a_shop_in_postgresql_with_a_schema_and_declared_keys(postgres: str) -> None:
    shop = shops.plain()
    engine = sa.create_engine(postgres.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA sales")
        for name, table in shop.items():
            table.to_sql(name, connection, index=False, schema="sales")
        connection.exec_driver_sql("ALTER TABLE sales.items ALTER price TYPE numeric(10, 2)")
        connection.exec_driver_sql(
            "ALTER TABLE sales.orders ALTER created_at TYPE timestamptz USING created_at AT TIME ZONE 'UTC'"
        )
        connection.exec_driver_sql("ALTER TABLE sales.orders RENAME customer_id TO who")
        connection.exec_driver_sql("ALTER TABLE sales.customers ADD PRIMARY KEY (id)")
        connection.exec_driver_sql("ALTER TABLE sales.orders ADD FOREIGN KEY (who) REFERENCES sales.customers (id)")
    engine.dispose()

    drafted = draft(postgres, name="shop", answers={"customer": "who"})
    spec = read_spec(drafted.text.encode(), where="shop.toml")
    customers = read_source(spec, postgres).frame.sort_values("who", key=lambda who: who.astype(str))

    expected = joined_by_hand("plain", shop)
    assert drafted.questions == ()
    assert spec.source.tables["items"] == "sales.items"
    assert "secret" not in drafted.text
    np.testing.assert_allclose(customers["spend"], expected["spend"], atol=0.011)
    assert customers["recency"].tolist() == expected["recency"].tolist()


def test_a_database_with_one_table_is_drafted_as_its_file(tmp_path: Path) -> None:
    lines = shops.plain()["items"].merge(
        shops.plain()["orders"], left_on="order_id", right_on="id", suffixes=("", "_order")
    )
    table = lines[["customer_id", "order_id", "created_at", "quantity", "price"]]
    table.to_csv(tmp_path / "bought.csv", index=False)

    stored = customers_of(kept({"bought": table}, tmp_path, "sqlite"))

    pd.testing.assert_frame_equal(stored, customers_of(str(tmp_path / "bought.csv")), check_dtype=False)


def test_pictures_and_tables_that_nobody_asked_for_are_not_loaded(tmp_path: Path) -> None:
    data = kept(shops.plain(), tmp_path, "sqlite")
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        connection.execute("ALTER TABLE customers ADD COLUMN photo BLOB")
        connection.execute("UPDATE customers SET photo = x'ffd8ff'")
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('a1b2')")
        connection.commit()

    drafted = draft(data, name="shop")

    assert "photo" not in drafted.text
    assert "alembic_version is left out: none of its columns is a key of the other tables" in drafted.told
    assert "alembic_version" not in read_spec(drafted.text.encode(), where="shop.toml").source.load


def test_parts_of_one_table_beside_other_tables_are_found_by_a_glob(tmp_path: Path) -> None:
    shop = shops.plain()
    for half, table in ((1, shop["orders"].iloc[:150]), (2, shop["orders"].iloc[150:])):
        table.to_csv(tmp_path / f"orders_2023-{half}.csv", index=False)
    for name in ("items", "customers", "products"):
        shop[name].to_csv(tmp_path / f"{name}.csv", index=False)

    drafted = draft(str(tmp_path), name="shop")

    assert 'orders = "orders_2023-*.csv"' in drafted.text
    expected = joined_by_hand("plain", shop)
    np.testing.assert_allclose(customers_of(str(tmp_path))["spend"], expected["spend"], atol=0.011)


def test_next_months_tables_with_a_repeated_key_are_refused_and_not_counted_twice(tmp_path: Path) -> None:
    shop = shops.plain()
    spec = read_spec(draft(kept(shop, tmp_path, "csv"), name="shop").text.encode(), where="shop.toml")
    pd.concat([shop["orders"], shop["orders"].tail(3)]).to_csv(tmp_path / "orders.csv", index=False)

    with pytest.raises(InputError, match=r"does not keep the rows of items: a key repeats in a table that is joined"):
        read_source(spec, str(tmp_path))


def test_a_question_about_the_tables_stands_in_the_draft_until_it_is_answered(tmp_path: Path) -> None:
    shop = shops.two_tables()
    receipts = shop["orders"].rename(columns={"Order ID": "Receipt"})
    shop["receipts"] = receipts.assign(Total=2 * receipts["Total"])
    data = kept(shop, tmp_path, "csv")

    drafted, answered = draft(data, name="shop"), draft(data, name="shop", answers={"table": "receipts"})

    assert [question.key for question in drafted.questions] == ["table"]
    assert [question.key for question in read_spec(drafted.text.encode(), where="shop.toml").questions] == ["table"]
    assert answered.questions == ()
    assert '"receipts"."Total"' in answered.text


def test_a_pattern_for_the_files_of_one_folder_finds_the_tables_as_the_folder_does(tmp_path: Path) -> None:
    shop = shops.russian()
    kept(shop, tmp_path, "csv")
    (tmp_path / "readme.txt").write_text("none of them", "utf-8")

    customers = customers_of(str(tmp_path / "*.csv"))

    np.testing.assert_allclose(customers["spend"], joined_by_hand("russian", shop)["spend"], atol=0.011)


@pytest.mark.long
def test_init_and_train_on_a_database_as_their_lines_are_printed(tmp_path: Path) -> None:
    data = kept(shops.plain(), tmp_path, "sqlite")
    python = [sys.executable, "-m", "pipeline"]
    environment = {**os.environ, "KORZINA_HOME": str(tmp_path / "store")}
    run = partial(subprocess.run, capture_output=True, text=True, env=environment, check=False, timeout=300)

    drafted = run([*python, "init", str(data), "--output", str(tmp_path / "shop.toml")])
    command = drafted.stdout.strip().splitlines()[-1]
    trained = run([*python, *shlex.split(command)[1:], "--k-max", "3"])

    assert drafted.returncode == 0, drafted.stderr
    assert command == f"korzina train --spec {tmp_path / 'shop.toml'} --data {data}"
    assert trained.returncode == 0, trained.stderr
    assert "100 rows in, 100 customers out" in trained.stdout + trained.stderr
