"""Several tables of a shop: keys by names and values, the finest table, joins that repeat no line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.drafting import draft
from pipeline.errors import InputError, SpecError
from pipeline.reading import tables
from pipeline.understanding import JoinedTables, joined
from tests.pipeline import shops_support as shops

SHOPS: dict[str, tuple[Callable[[], shops.Shop], str, set[str]]] = {
    "olist": (
        shops.olist,
        "olist_order_items_dataset",
        {
            "olist_orders_dataset",
            "olist_customers_dataset",
            "olist_products_dataset",
            "olist_sellers_dataset",
            "product_category_name_translation",
        },
    ),
    "plain": (shops.plain, "items", {"orders", "customers", "products"}),
    "northwind": (
        shops.northwind,
        "Order Details",
        {"Orders", "Customers", "Products", "Categories", "Suppliers", "Employees"},
    ),
    "russian": (shops.russian, "позиции", {"заказы", "клиенты", "товары"}),
    "star": (shops.star, "fact_sales", {"dim_customer", "dim_product", "dim_date", "dim_geography"}),
    "two tables": (shops.two_tables, "orders", {"customers"}),
}


def made(
    shop: shops.Shop, answers: Mapping[str, str] | None = None, **declared: object
) -> tuple[JoinedTables, pd.DataFrame]:
    """What is drafted of a shop, and the joined table."""
    with tables(frames=shop) as engine:
        result = joined(engine, list(shop), answers, **declared)  # type: ignore[arg-type]
        return result, engine.query(result.sql)


def links(result: JoinedTables) -> set[str]:
    return {
        f"{join.link.column.table}.{join.link.column.name} = {join.link.key.table}.{join.link.key.name}"
        for join in result.joins
    }


@pytest.mark.parametrize("name", SHOPS)
def test_each_shop_is_joined_from_its_lines_outward_and_no_line_is_lost_or_repeated(name: str) -> None:
    make, grain, others = SHOPS[name]
    shop = make()

    result, table = made(shop)

    assert (result.grain, set(result.tables[1:]), result.questions) == (grain, others, ())
    assert len(table) == len(shop[grain])
    assert table.columns.is_unique


@pytest.mark.parametrize("who", ["customer", "donor", "rider", "player", "patient", "игрок"])
def test_whoever_a_key_names_is_the_customer_or_the_first_choice(who: str, tmp_path: Path) -> None:
    """Of a game's players ``level`` was the only choice, and no answer could name another."""
    rng = np.random.default_rng(3)
    people = pd.DataFrame({f"{who}_id": range(900, 1100), "level": rng.integers(1, 60, 200)})
    buys = pd.DataFrame(
        {
            "purchase_id": range(1, 1201),
            f"{who}_id": rng.integers(900, 1100, 1200),
            "purchased_at": pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 300, 1200), "D"),
            "price_usd": np.round(rng.lognormal(2, 1, 1200), 2),
        }
    )

    buys.to_csv(tmp_path / "purchases.csv", index=False)
    people.to_csv(tmp_path / f"{who}s.csv", index=False)

    drafted = draft(str(tmp_path))

    asked = {question.key: question.choices[0].value for question in drafted.questions}
    assert asked in ({}, {"customer": f"{who}_id"})
    assert f"{who}_id" in next(message for message in drafted.told if message.startswith(("who bought", "кто купил")))
    assert draft(str(tmp_path), answers=asked).questions == ()


def test_what_is_left_behind_of_a_table_of_customers_is_told(tmp_path: Path) -> None:
    """An answer to a campaign and those who bought nothing were gone without a word."""
    rng = np.random.default_rng(4)
    people = pd.DataFrame({"customer_id": range(900, 1100), "clicked_push": rng.integers(0, 2, 200)})
    buys = pd.DataFrame(
        {
            "purchase_id": range(1, 1201),
            "customer_id": np.append(np.arange(900, 1000), rng.integers(900, 1000, 1100)),
            "purchased_at": pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 300, 1200), "D"),
            "price_usd": np.round(rng.lognormal(2, 1, 1200), 2),
        }
    )
    buys.to_csv(tmp_path / "purchases.csv", index=False)
    people.to_csv(tmp_path / "customers.csv", index=False)

    told = draft(str(tmp_path)).told

    assert "100 rows of customers have no line: who bought nothing is no customer here" in told
    assert "columns of customers that are not used: clicked_push" in told


@pytest.mark.parametrize("name", SHOPS)
def test_the_order_of_tables_and_of_rows_changes_nothing(name: str) -> None:
    shop = SHOPS[name][0]()
    turned = {name: table.sample(frac=1, random_state=7) for name, table in reversed(shop.items())}

    assert links(made(turned)[0]) == links(made(shop)[0])


def test_the_keys_of_a_market_place_and_what_is_left_out_of_it() -> None:
    shop = shops.olist()

    result, table = made(shop)

    assert "olist_order_items_dataset.order_id = olist_orders_dataset.order_id" in links(result)
    assert set(result.left_out) == {
        "olist_order_payments_dataset",
        "olist_order_reviews_dataset",
        "olist_geolocation_dataset",
    }
    assert "several of its" in result.left_out["olist_order_payments_dataset"]
    assert "customer_id" not in table  # another one with every order
    assert table["customer_unique_id"].nunique() == 150
    assert table["price"].sum() == pytest.approx(shop["olist_order_items_dataset"]["price"].sum())
    assert any("customer_unique_id" in line for line in result.told)


def test_payments_are_the_lines_where_nothing_else_has_money() -> None:
    shop = {name: table for name, table in shops.olist().items() if "items" not in name and "review" not in name}

    result, table = made(shop)

    assert result.grain == "olist_order_payments_dataset"
    assert table["customer_unique_id"].notna().all()


def test_keys_that_all_count_from_one_are_told_apart_by_their_names() -> None:
    result, table = made(shops.plain())

    assert links(result) == {
        "items.order_id = orders.id",
        "items.product_id = products.id",
        "orders.customer_id = customers.id",
    }
    assert {"items.status", "orders.status", "customers.status", "items.price", "products.price"} <= set(table)
    assert "orders.id" not in table  # items.order_id says the same


def test_the_totals_by_customer_are_those_of_a_join_by_hand() -> None:
    shop = shops.plain()

    _, table = made(shop)

    by_hand = shop["items"].merge(shop["orders"], left_on="order_id", right_on="id", suffixes=("", "_order"))
    expected = (by_hand["price"] * by_hand["quantity"]).groupby(by_hand["customer_id"]).sum()
    drafted = (table["items.price"] * table["quantity"]).groupby(table["customer_id"]).sum()
    np.testing.assert_allclose(drafted.sort_index(), expected.sort_index())


def test_the_day_of_the_order_and_not_of_its_shipping_finds_the_calendar() -> None:
    result, table = made(shops.star())

    assert "fact_sales.order_date_key = dim_date.date_key" in links(result)
    assert (table["full_date"].dt.strftime("%Y%m%d").astype(int) == table["order_date_key"]).all()
    assert "geography_key" not in table  # the city says it


def test_how_many_lines_find_their_order_is_told_in_numbers() -> None:
    shop = shops.plain()
    shop["orders"] = shop["orders"].iloc[:270]
    kept = int(shop["items"]["order_id"].le(270).sum())

    result, table = made(shop)

    told = f"{kept} of {len(table)} lines find their row of orders ({100 * kept / len(table):.1f} %)"
    assert any(told in line for line in result.told)
    assert int(table["customer_id"].notna().sum()) == kept


def test_exact_repeats_of_a_customer_are_taken_once() -> None:
    shop = shops.plain()
    shop["customers"] = pd.concat([shop["customers"], shop["customers"].iloc[:5]])

    result, table = made(shop)

    assert len(table) == len(shop["items"])
    assert any("customers: exact repeats of 5 rows are taken once" in line for line in result.told)
    assert result.questions == ()


def test_a_customer_on_two_rows_that_differ_is_asked_for_and_never_counted_twice() -> None:
    shop = shops.plain()
    shop["customers"] = pd.concat([shop["customers"], shop["customers"].iloc[:3].assign(status="silver")])

    result, table = made(shop)
    answered, with_one = made(shop, {"rows.customers": "one"})
    without, _ = made(shop, {"rows.customers": "none"})

    assert [(question.key, [choice.value for choice in question.choices]) for question in result.questions] == [
        ("rows.customers", ["one", "none"])
    ]
    assert "3 id of customers stand on several rows that differ" in result.questions[0].ask
    assert len(table) == len(with_one) == len(shop["items"])
    assert answered.questions == ()
    assert "customers" not in without.tables


def of_households() -> shops.Shop:
    """Baskets of households, of which a third say who they are, as in Complete Journey."""
    rng = np.random.default_rng(3)
    baskets = np.repeat(np.arange(900), rng.integers(1, 4, 900))
    households = rng.integers(1, 301, 900)
    return {
        "transactions": pd.DataFrame(
            {
                "household_id": households[baskets],
                "basket_id": 31_000 + baskets,
                "product_id": rng.integers(500, 540, len(baskets)),
                "sales_value": rng.integers(100, 900, len(baskets)) / 100,
                "transaction_timestamp": pd.Timestamp("2017-01-01") + pd.to_timedelta(baskets * 9, "h"),
            }
        ),
        "demographics": pd.DataFrame({"household_id": range(1, 98), "age": ["25-34", "35-44", "45-54"] * 32 + ["65+"]}),
    }


def test_households_are_customers_of_a_shop_whose_answers_the_command_takes(tmp_path: Path) -> None:
    for name, table in of_households().items():
        table.to_csv(tmp_path / f"{name}.csv", index=False)

    first = draft(str(tmp_path))
    question = next(question for question in first.questions if question.key == "join.demographics")
    answers = [draft(str(tmp_path), answers={question.key: choice.value}) for choice in question.choices]

    assert [(answered.unused, answered.questions) for answered in answers] == [((), ()), ((), ())]
    assert all('customer = "household_id"' in answered.text for answered in answers)
    assert "demographics" in answers[0].text
    assert "household_id" in next(message for message in first.told if message.startswith("who bought"))


def test_two_columns_that_refer_alike_are_a_question_that_an_answer_settles() -> None:
    shop = shops.plain()
    rng = np.random.default_rng(0)
    shop["addresses"] = pd.DataFrame({"id": range(1, 201), "city": [f"City {n % 9}" for n in range(200)]})
    for role in ("home", "work"):
        shop["customers"][f"{role}_address_id"] = rng.integers(1, 201, len(shop["customers"]))

    result, _ = made(shop)
    answered, _ = made(shop, {"join.addresses": "customers.work_address_id"})

    (question,) = result.questions
    assert question.key == "join.addresses"
    assert {choice.value for choice in question.choices} == {
        "customers.home_address_id",
        "customers.work_address_id",
        "none",
    }
    assert "100.0 % of its values are found in addresses.id" in question.choices[0].evidence
    assert "customers.work_address_id = addresses.id" in links(answered)
    assert answered.questions == ()
    with pytest.raises(SpecError, match=r"--answer join\.addresses"):
        made(shop, {"join.addresses": "customers.city"})


def test_two_tables_of_purchases_are_a_question_that_an_answer_settles() -> None:
    shop = shops.two_tables()
    shop["receipts"] = shop["orders"].rename(columns={"Order ID": "Receipt"}).assign(Total=1.0)

    result, _ = made(shop)
    answered, table = made(shop, {"table": "receipts"})

    assert result.questions[0].key == "table"
    assert {choice.value for choice in result.questions[0].choices} == {"orders", "receipts"}
    assert answered.questions == ()
    assert set(table["Total"]) == {1.0}
    with pytest.raises(SpecError, match=r"--answer table.*use 'receipts'"):
        made(shop, {"table": "receipt"})


def test_values_carry_a_link_where_names_say_nothing_and_codes_are_no_accident() -> None:
    shop = shops.russian()
    neutral = {
        "t1": shop["позиции"].set_axis(["a1", "a2", "a3", "цена"], axis=1),
        "t2": shop["заказы"].set_axis(["b1", "b2", "b3", "b4"], axis=1),
        "t3": shop["клиенты"].set_axis(["c1", "клиент", "c3"], axis=1),
    }

    result, _ = made(neutral)

    assert links(result) == {"t1.a1 = t2.b1", "t2.b3 = t3.c1"}


def test_without_the_column_that_refers_a_table_is_left_out_and_told() -> None:
    shop = shops.plain()
    shop["orders"] = shop["orders"].drop(columns="customer_id")

    result, _ = made(shop)

    assert result.tables == ("items", "orders", "products")
    assert result.left_out["customers"] == "customers is left out: none of its columns is a key of the other tables"


def test_quantities_and_cities_are_no_keys_though_their_values_are_found() -> None:
    shop = shops.plain()
    shop["customers"]["city"] = [f"City {n % 9}" for n in range(len(shop["customers"]))]
    shop["stores"] = pd.DataFrame({"store_id": range(1, 10), "city": [f"City {n}" for n in range(9)]})

    result, _ = made(shop)

    assert "stores" in result.left_out


def test_a_key_that_is_text_in_one_table_and_a_number_in_the_other_is_the_same_key() -> None:
    shop = shops.plain()
    shop["items"]["order_id"] = shop["items"]["order_id"].map("{:06d}".format)
    shop["items"]["product_id"] = shop["items"]["product_id"].astype(float)
    shop["items"].loc[0, "product_id"] = None

    result, table = made(shop)

    assert set(result.tables) == set(shop)
    assert int(table["customer_id"].notna().sum()) == len(table)


def test_declared_keys_carry_what_no_name_tells() -> None:
    shop = shops.northwind()

    result, _ = made(shop, declared={("Orders", "ShipVia"): ("Shippers", "ShipperID")})

    assert "Orders.ShipVia = Shippers.ShipperID" in links(result)


def test_columns_that_are_not_used_take_their_tables_with_them() -> None:
    shop = shops.plain()
    whole, table = made(shop)

    part = whole.keeping({"order_id", "customer_id", "quantity", "items.price"})

    with tables(frames={name: shop[name][columns] for name, columns in part.load.items()}) as engine:
        smaller = engine.query(part.sql)
    assert part.tables == ("items", "orders")
    assert part.load == {
        "items": ["id", "order_id", "product_id", "quantity", "price", "status"],  # a line is told by all of them
        "orders": ["customer_id", "id"],
    }
    pd.testing.assert_frame_equal(smaller, table[list(smaller)])


def test_tables_without_a_row_are_refused_or_left_out() -> None:
    shop = shops.plain()
    shop["products"] = shop["products"].iloc[:0]

    assert made(shop)[0].left_out["products"] == "products is left out: it is empty"
    with pytest.raises(InputError, match="the tables are empty"):
        made({name: table.iloc[:0] for name, table in shop.items()})
