"""Shops made up for the tests, each with its tables, and what is right of them: seeded, and no real person's."""

from __future__ import annotations

import numpy as np
import pandas as pd

Shop = dict[str, pd.DataFrame]


def _hex(numbers: np.ndarray, salt: int) -> list[str]:
    return [f"{(int(number) * 2654435761 + salt) % 2**48:012x}{salt:04x}" for number in numbers]


def _orders(rng: np.random.Generator, orders: int, customers: int) -> pd.DataFrame:
    """Order n at a random moment of 2023 by a random customer; every customer buys at least once."""
    who = np.concatenate([np.arange(customers), rng.integers(0, customers, orders - customers)])
    days = pd.Timestamp("2023-01-01") + pd.to_timedelta(np.sort(rng.integers(0, 365 * 24 * 60, orders)), unit="min")
    return pd.DataFrame({"order": np.arange(orders), "customer": rng.permutation(who), "at": days})


def _lines(rng: np.random.Generator, orders: int, products: int) -> pd.DataFrame:
    """One to four products an order, with their prices in cents that are the same every time."""
    sizes = rng.integers(1, 5, orders)
    order = np.repeat(np.arange(orders), sizes)
    price = rng.integers(199, 9_999, products)
    product = rng.integers(0, products, len(order))
    number = np.concatenate([np.arange(1, size + 1) for size in sizes])
    quantity = rng.integers(1, 4, len(order))
    return pd.DataFrame(
        {"order": order, "product": product, "number": number, "price": price[product] / 100, "quantity": quantity}
    )


def olist(orders: int = 400, customers: int = 150) -> Shop:
    """Nine tables as a Brazilian market place publishes them: a customer_id is new with every order."""
    rng = np.random.default_rng(1)
    placed, lines = _orders(rng, orders, customers), _lines(rng, orders, 60)
    order_id, product_id, seller_id = _hex(np.arange(orders), 1), _hex(np.arange(60), 2), _hex(np.arange(8), 3)
    customer_id, person = _hex(np.arange(orders), 4), _hex(np.arange(customers), 5)
    zips = rng.integers(1000, 99_999, customers)
    of_order = placed["order"].to_numpy()
    paid = np.repeat(of_order, rng.integers(1, 3, orders))
    return {
        "olist_orders_dataset": pd.DataFrame(
            {
                "order_id": order_id,
                "customer_id": customer_id,
                "order_status": rng.choice(["delivered", "shipped"], orders, p=[0.9, 0.1]),
                "order_purchase_timestamp": placed["at"],
                "order_delivered_customer_date": placed["at"] + pd.Timedelta(days=9),
            }
        ),
        "olist_order_items_dataset": pd.DataFrame(
            {
                "order_id": [order_id[one] for one in lines["order"]],
                "order_item_id": lines["number"],
                "product_id": [product_id[one] for one in lines["product"]],
                "seller_id": [seller_id[one % 8] for one in lines["product"]],
                "price": lines["price"],
                "freight_value": np.round(lines["price"] / 10, 2),
            }
        ),
        "olist_order_payments_dataset": pd.DataFrame(
            {
                "order_id": [order_id[one] for one in paid],
                "payment_sequential": pd.Series(paid).groupby(paid).cumcount() + 1,
                "payment_type": rng.choice(["credit_card", "voucher"], len(paid)),
                "payment_value": np.round(rng.uniform(5, 200, len(paid)), 2),
            }
        ),
        "olist_order_reviews_dataset": pd.DataFrame(
            {
                "review_id": _hex(np.arange(orders), 6),
                "order_id": order_id,
                "review_score": rng.integers(1, 6, orders),
            }
        ),
        "olist_customers_dataset": pd.DataFrame(
            {
                "customer_id": customer_id,
                "customer_unique_id": [person[one] for one in placed["customer"]],
                "customer_zip_code_prefix": zips[placed["customer"]],
                "customer_city": [f"cidade {one % 20}" for one in placed["customer"]],
            }
        ),
        "olist_products_dataset": pd.DataFrame(
            {
                "product_id": product_id,
                "product_category_name": [f"categoria_{one % 12}" for one in range(60)],
                "product_weight_g": rng.integers(50, 5000, 60),
            }
        ),
        "olist_sellers_dataset": pd.DataFrame(
            {
                "seller_id": seller_id,
                "seller_zip_code_prefix": zips[:8],
                "seller_city": [f"cidade {n}" for n in range(8)],
            }
        ),
        "olist_geolocation_dataset": pd.DataFrame(
            {
                "geolocation_zip_code_prefix": np.repeat(zips, 3),
                "geolocation_lat": rng.uniform(-30, -10, 3 * customers),
                "geolocation_lng": rng.uniform(-60, -40, 3 * customers),
            }
        ),
        "product_category_name_translation": pd.DataFrame(
            {
                "product_category_name": [f"categoria_{n}" for n in range(12)],
                "product_category_name_english": [f"category {n}" for n in range(12)],
            }
        ),
    }


def plain(orders: int = 300, customers: int = 100) -> Shop:
    """Four tables whose keys are all called id and all count from 1: every range of numbers lies in every other."""
    rng = np.random.default_rng(2)
    placed, lines = _orders(rng, orders, customers), _lines(rng, orders, 40)
    return {
        "customers": pd.DataFrame(
            {
                "id": np.arange(1, customers + 1),
                "name": [f"Customer {n}" for n in range(customers)],
                "status": rng.choice(["gold", "plain"], customers),
                "created_at": pd.Timestamp("2022-01-01") + pd.to_timedelta(rng.integers(0, 300, customers), unit="D"),
            }
        ),
        "items": pd.DataFrame(
            {
                "id": np.arange(1, len(lines) + 1),
                "order_id": lines["order"] + 1,
                "product_id": lines["product"] + 1,
                "quantity": lines["quantity"],
                "price": lines["price"],
                "status": "packed",
            }
        ),
        "orders": pd.DataFrame(
            {
                "id": placed["order"] + 1,
                "customer_id": placed["customer"] + 1,
                "created_at": placed["at"],
                "status": rng.choice(["paid", "cancelled"], orders, p=[0.95, 0.05]),
            }
        ),
        "products": pd.DataFrame(
            {"id": np.arange(1, 41), "name": [f"Product {n}" for n in range(40)], "price": np.arange(1, 41) / 2}
        ),
    }


def northwind(orders: int = 200, customers: int = 60) -> Shop:
    """Order Details with customers by letters, employees, suppliers, and carriers under a name of their own."""
    rng = np.random.default_rng(3)
    placed, lines = _orders(rng, orders, customers), _lines(rng, orders, 40)
    letters = [f"{chr(65 + n % 26)}{chr(65 + n // 26)}CUS" for n in range(customers)]
    return {
        "Customers": pd.DataFrame({"CustomerID": letters, "CompanyName": [f"Company {n}" for n in range(customers)]}),
        "Orders": pd.DataFrame(
            {
                "OrderID": placed["order"] + 10_248,
                "CustomerID": [letters[one] for one in placed["customer"]],
                "EmployeeID": placed["order"] % 9 + 1,
                "OrderDate": placed["at"].dt.normalize(),
                "ShippedDate": placed["at"].dt.normalize() + pd.Timedelta(days=6),
                "ShipVia": placed["order"] % 3 + 1,
                "Freight": np.round(rng.uniform(1, 50, orders), 2),
            }
        ),
        "Order Details": pd.DataFrame(
            {
                "OrderID": lines["order"] + 10_248,
                "ProductID": lines["product"] + 1,
                "UnitPrice": lines["price"],
                "Quantity": lines["quantity"],
                "Discount": 0.0,
            }
        ),
        "Products": pd.DataFrame(
            {
                "ProductID": np.arange(1, 41),
                "ProductName": [f"Product {n}" for n in range(40)],
                "SupplierID": np.arange(40) % 5 + 1,
                "CategoryID": np.arange(40) % 8 + 1,
            }
        ),
        "Categories": pd.DataFrame(
            {"CategoryID": np.arange(1, 9), "CategoryName": [f"Category {n}" for n in range(8)]}
        ),
        "Suppliers": pd.DataFrame({"SupplierID": np.arange(1, 6), "CompanyName": [f"Supplier {n}" for n in range(5)]}),
        "Employees": pd.DataFrame({"EmployeeID": np.arange(1, 10), "LastName": [f"Name{n}" for n in range(9)]}),
        "Shippers": pd.DataFrame({"ShipperID": [1, 2, 3], "CompanyName": ["Fast", "Slow", "Far"]}),
    }


def russian(orders: int = 250, customers: int = 80) -> Shop:
    """A Russian shop, whose keys are called after what they refer to, and are codes of one programme."""
    rng = np.random.default_rng(4)
    placed, lines = _orders(rng, orders, customers), _lines(rng, orders, 30)
    return {
        "заказы": pd.DataFrame(
            {
                "Номер": [f"ЗК-{one + 1:05d}" for one in placed["order"]],
                "Дата": placed["at"].dt.normalize(),
                "Код клиента": [f"К{one + 1:04d}" for one in placed["customer"]],
                "Статус": rng.choice(["Выполнен", "Отменён"], orders, p=[0.9, 0.1]),
            }
        ),
        "позиции": pd.DataFrame(
            {
                "Номер заказа": [f"ЗК-{one + 1:05d}" for one in lines["order"]],
                "Артикул": [f"А-{one + 100}" for one in lines["product"]],
                "Количество": lines["quantity"],
                "Цена": lines["price"],
            }
        ),
        "клиенты": pd.DataFrame(
            {
                "Код": [f"К{n + 1:04d}" for n in range(customers)],
                "Наименование": [f"Покупатель {n}" for n in range(customers)],
                "Город": rng.choice(["Казань", "Пермь", "Омск"], customers),
            }
        ),
        "товары": pd.DataFrame(
            {
                "Артикул": [f"А-{n + 100}" for n in range(30)],
                "Наименование": [f"Товар {n}" for n in range(30)],
                "Категория": [f"Категория {n % 5}" for n in range(30)],
            }
        ),
    }


def star(orders: int = 300, customers: int = 90) -> Shop:
    """A warehouse: a fact table of surrogate keys, days among them, and what they stand for."""
    rng = np.random.default_rng(5)
    placed, lines = _orders(rng, orders, customers), _lines(rng, orders, 30)
    calendar = pd.date_range("2023-01-01", "2024-01-31")
    ordered = placed["at"].dt.normalize().iloc[lines["order"]].reset_index(drop=True)
    return {
        "fact_sales": pd.DataFrame(
            {
                "order_number": [f"SO{one + 43_000}" for one in lines["order"]],
                "order_date_key": ordered.dt.strftime("%Y%m%d").astype(int),
                "ship_date_key": (ordered + pd.Timedelta(days=4)).dt.strftime("%Y%m%d").astype(int),
                "customer_key": placed["customer"].iloc[lines["order"]].to_numpy() + 11_000,
                "product_key": lines["product"] + 1,
                "sales_amount": np.round(lines["price"] * lines["quantity"], 2),
            }
        ),
        "dim_customer": pd.DataFrame(
            {
                "customer_key": np.arange(customers) + 11_000,
                "customer_code": [f"AW{n:08d}" for n in range(customers)],
                "geography_key": np.arange(customers) % 7 + 1,
            }
        ),
        "dim_product": pd.DataFrame(
            {"product_key": np.arange(1, 31), "product_name": [f"Bike {n}" for n in range(30)]}
        ),
        "dim_date": pd.DataFrame(
            {
                "date_key": calendar.strftime("%Y%m%d").astype(int),
                "full_date": calendar,
                "month_name": calendar.month_name(),
            }
        ),
        "dim_geography": pd.DataFrame({"geography_key": np.arange(1, 8), "city": [f"City {n}" for n in range(7)]}),
    }


def two_tables(orders: int = 260, customers: int = 70) -> Shop:
    """Only orders with their totals, and customers known by an e-mail address."""
    rng = np.random.default_rng(6)
    placed = _orders(rng, orders, customers)
    total = np.round(rng.gamma(2.0, 30.0, orders), 2)
    return {
        "orders": pd.DataFrame(
            {
                "Order ID": placed["order"] + 500,
                "Email": [f"buyer{one}@example.com" for one in placed["customer"]],
                "Created at": placed["at"],
                "Total": total,
            }
        ),
        "customers": pd.DataFrame(
            {
                "Email": [f"buyer{n}@example.com" for n in range(customers + 10)],
                "City": rng.choice(["Leeds", "York"], customers + 10),
                "Accepts Marketing": rng.choice(["yes", "no"], customers + 10),
            }
        ),
    }
