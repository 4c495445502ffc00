"""Exports of known shops and tills, with their true headers: one small file each, and their contradictions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from tests.files.answers import NO_CUSTOMERS, Answer, File, answer_of
from tests.files.rendering import AS_IT_IS, Look, look, render
from tests.files.shop import by_order, customer_codes, shop, with_returns


@dataclass(frozen=True)
class Export:
    """A file of a known form: its headers are those of the export, the answer is that of the lines that count."""

    table: pd.DataFrame
    answer: Answer
    look: Look = AS_IT_IS
    before: tuple[str, ...] = ()


def exports() -> Iterator[File]:
    """Every file of this chapter."""
    for number, (name, maker) in enumerate(EXPORTS.items()):
        for turn in range(2):
            export = partial(maker, 1200 + 2 * number + turn)
            made = export()
            yield File(
                f"export_{name}_{turn}",
                "known exports",
                name.replace("_", " "),
                partial(render, made.table, made.look, before=made.before),
                made.answer,
            )
    yield File(
        "export_olist_folder",
        "known exports",
        "olist: a folder of tables",
        partial(olist_tables, 1290),
        _olist(1290).answer,
    )


def _states(lines: pd.DataFrame, words: tuple[str, ...], seed: int) -> pd.Series:
    """A status an order; the first order of each customer is finished, so that nobody is lost."""
    rng = np.random.default_rng([seed, 3])
    share = 0.2 / (len(words) - 1)
    states = pd.Series(rng.choice(words, int(lines["order"].max()) + 1, p=[0.8] + [share] * (len(words) - 1)))
    states[lines.groupby("customer")["order"].min().to_numpy()] = words[0]
    return lines["order"].map(states)


def _first(lines: pd.DataFrame, values: pd.Series) -> pd.Series:
    return values.where(lines["line"] == 1)


def _subtotal(lines: pd.DataFrame) -> pd.Series:
    return lines.groupby("order")["money"].transform("sum").round(2)


def _shopify(seed: int) -> Export:
    lines = shop(seed)
    status = _states(lines, ("paid", "refunded", "voided", "pending"), seed)
    subtotal = _subtotal(lines)
    stamp = lines["day"].dt.strftime("%Y-%m-%d %H:%M:%S +0100")
    table = pd.DataFrame(
        {
            "Name": lines["order"].map("#{}".format),
            "Email": customer_codes(lines["customer"], "email"),
            "Financial Status": _first(lines, status),
            "Paid at": _first(lines, stamp.where(status == "paid")),
            "Fulfillment Status": _first(lines, pd.Series("fulfilled", index=lines.index)),
            "Accepts Marketing": _first(lines, pd.Series("no", index=lines.index)),
            "Currency": _first(lines, pd.Series("EUR", index=lines.index)),
            "Subtotal": _first(lines, subtotal),
            "Shipping": _first(lines, pd.Series(4.9, index=lines.index)),
            "Taxes": _first(lines, (subtotal * 0.2).round(2)),
            "Total": _first(lines, (subtotal * 1.2 + 4.9).round(2)),
            "Discount Amount": _first(lines, pd.Series(0.0, index=lines.index)),
            "Created at": stamp,
            "Lineitem quantity": lines["quantity"].astype(str),
            "Lineitem name": lines["item"].map("Thing {}".format),
            "Lineitem price": lines["price"],
            "Vendor": lines["category"],
            "Billing Zip": lines["customer"].map(lambda one: f"'{10000 + one % 17}"),
        }
    )
    return Export(table, answer_of(lines[status == "paid"], "Email", lines))


def _woocommerce_items(seed: int) -> Export:
    lines = shop(seed)
    status = _states(lines, ("Completed", "Cancelled", "Refunded", "Pending payment"), seed)
    table = pd.DataFrame(
        {
            "Order Number": (lines["order"] + 4000).astype(str),
            "Order Status": status,
            "Order Date": lines["day"].dt.strftime("%Y-%m-%d %H:%M"),
            "First Name (Billing)": "Ann",
            "Email (Billing)": customer_codes(lines["customer"], "email"),
            "Payment Method Title": "Card",
            "Order Subtotal Amount": _subtotal(lines),
            "Order Shipping Amount": 5.0,
            "Order Total Amount": (_subtotal(lines) + 5).round(2),
            "SKU": lines["item"].map("SKU{}".format),
            "Item #": lines["line"].astype(str),
            "Item Name": lines["item"].map("Thing {}".format),
            "Quantity (- Refund)": lines["quantity"].astype(str),
            "Item Cost": lines["price"],
        }
    )
    return Export(table, answer_of(lines[status == "Completed"], "Email (Billing)", lines))


def _woocommerce_orders(seed: int) -> Export:
    lines = shop(seed)
    status = _states(lines, ("completed", "cancelled", "failed"), seed)
    orders = by_order(lines)
    state = status.groupby(lines["order"]).first().reset_index(drop=True)
    table = pd.DataFrame(
        {
            "order_id": (orders["order"] + 90).astype(str),
            "order_number": (orders["order"] + 90).astype(str),
            "date": orders["day"].dt.strftime("%Y-%m-%d %H:%M:%S"),
            "status": state,
            "shipping_total": 0.0,
            "tax_total": 0.0,
            "order_total": orders["money"],
            "refunded_total": 0.0,
            "order_currency": "EUR",
            "customer_id": np.where(orders["customer"] % 2, "0", (orders["customer"] + 5).astype(str)),
            "billing_first_name": "Ann",
            "billing_email": customer_codes(orders["customer"], "email"),
            "billing_postcode": (10_000 + orders["customer"] % 9).astype(str),
        }
    )
    return Export(table, answer_of(lines[status == "completed"], "billing_email", lines))


def _stripe_payments(seed: int) -> Export:
    lines = shop(seed)
    orders = by_order(lines)
    status = _states(lines, ("Paid", "Failed", "Refunded"), seed)
    state = status.groupby(lines["order"]).first().reset_index(drop=True)
    table = pd.DataFrame(
        {
            "id": orders["order"].map("ch_3N{:06d}".format),
            "Created date (UTC)": orders["day"].dt.strftime("%Y-%m-%d %H:%M:%S"),
            "Amount": orders["money"],
            "Amount Refunded": orders["money"].where(state == "Refunded", 0.0),
            "Currency": "eur",
            "Captured": "true",
            "Description": "Subscription update",
            "Fee": (orders["money"] * 0.03).round(2),
            "Status": state,
            "Seller Message": "Payment complete.",
            "Card ID": orders["order"].map("card_{}".format),
            "Customer ID": orders["customer"].map("cus_{:04d}".format),
            "Customer Email": customer_codes(orders["customer"], "email"),
        }
    )
    return Export(table, answer_of(lines[status == "Paid"], "Customer ID", lines))


def _stripe_charges(seed: int) -> Export:
    lines = shop(seed)
    orders = by_order(lines)
    status = _states(lines, ("succeeded", "failed"), seed)
    state = status.groupby(lines["order"]).first().reset_index(drop=True)
    table = pd.DataFrame(
        {
            "id": orders["order"].map("ch_1M{:06d}".format),
            "amount": (orders["money"] * 100).round(0).astype(int).astype(str),
            "amount_refunded": "0",
            "balance_transaction": orders["order"].map("txn_{}".format),
            "captured": "true",
            "created": orders["day"].map(lambda day: str(int(day.timestamp()))),
            "currency": "eur",
            "customer": orders["customer"].map("cus_{:04d}".format),
            "paid": (state == "succeeded").map({True: "true", False: "false"}),
            "status": state,
        }
    )
    return Export(table, answer_of(lines[status == "succeeded"], "customer", lines))


def _ga4_events(seed: int) -> Export:
    """Purchases among views of pages, the items unnested."""
    lines = shop(seed)
    bought = pd.DataFrame(
        {
            "event_date": lines["day"].dt.strftime("%Y%m%d"),
            "event_timestamp": lines["day"].map(lambda day: str(int(day.timestamp()) * 1_000_000)),
            "event_name": "purchase",
            "user_pseudo_id": lines["customer"].map(lambda one: f"{1_000_000 + one * 977}.{1_600_000_000 + one}"),
            "ecommerce.transaction_id": lines["order"].map("T{}".format),
            "ecommerce.purchase_revenue": _subtotal(lines),
            "items.item_name": lines["item"].map("Thing {}".format),
            "items.quantity": lines["quantity"].astype(str),
            "items.price": lines["price"],
        }
    )
    seen = bought.assign(
        **{"event_name": "view_item", "ecommerce.transaction_id": None, "ecommerce.purchase_revenue": np.nan}
    )
    table = pd.concat([bought, seen.iloc[::2]], ignore_index=True).sort_values("event_timestamp", kind="stable")
    return Export(table, answer_of(lines, "user_pseudo_id"))


def _ga4_users(seed: int) -> Export:
    lines = shop(seed)
    orders = by_order(lines)
    people = orders.groupby("customer", as_index=False).agg(orders=("order", "size"), spend=("money", "sum"))
    table = pd.DataFrame(
        {
            "Effective user ID": people["customer"].map(lambda one: f"{1_640_000_000 + one * 9770}.{7_766_000 + one}"),
            "Sessions": np.random.default_rng(seed).integers(1, 90, len(people)).astype(str),
            "Transactions": people["orders"].astype(str),
            "Purchase revenue": people["spend"].round(2),
        }
    )
    answer = Answer(
        "customers", "Effective user ID", len(table), int(people["orders"].sum()),
        round(float(people["spend"].sum()), 2),
        never_active=frozenset({"Effective user ID"}),
    )  # fmt: skip
    return Export(
        table, answer, before=("# -----------", "# User explorer", "# 20230101-20231231", "# -----------", "")
    )


def _ga4_items(seed: int) -> Export:
    lines = shop(seed)
    items = lines.groupby("item", as_index=False).agg(sold=("quantity", "sum"), money=("money", "sum"))
    table = pd.DataFrame(
        {
            "Item name": items["item"].map("Thing {}".format),
            "Items viewed": (items["sold"] * 9).astype(str),
            "Items added to cart": (items["sold"] * 2).astype(str),
            "Items purchased": items["sold"].astype(str),
            "Item revenue": items["money"],
        }
    )
    return Export(
        table, NO_CUSTOMERS, before=("# -----------", "# Ecommerce purchases: Item name", "# -----------", "")
    )


def _olist(seed: int) -> Export:
    """The tables of Olist joined, as many publish them."""
    lines = shop(seed, customers=200, orders=320)
    status = _states(lines, ("delivered", "canceled", "unavailable"), seed)
    table = pd.DataFrame(
        {
            "order_id": lines["order"].map("o{:08x}".format),
            "customer_id": lines["order"].map("c{:08x}".format),
            "order_status": status,
            "order_purchase_timestamp": lines["day"].dt.strftime("%Y-%m-%d %H:%M:%S"),
            "order_estimated_delivery_date": (lines["day"] + pd.Timedelta(days=20)).dt.strftime("%Y-%m-%d"),
            "customer_unique_id": lines["customer"].map("u{:08x}".format),
            "customer_zip_code_prefix": (1000 + lines["customer"] % 40).astype(str),
            "customer_city": lines["city"],
            "order_item_id": lines["line"].astype(str),
            "product_id": lines["item"].map("p{:06x}".format),
            "seller_id": lines["item"].map(lambda one: f"s{one % 5:06x}"),
            "price": lines["money"],
            "freight_value": (lines["money"] * 0.1).round(2),
        }
    )
    return Export(
        table,
        answer_of(
            lines[status == "delivered"], "customer_unique_id", never_active=frozenset({"customer_zip_code_prefix"})
        ),
    )


def olist_tables(seed: int) -> Mapping[str, bytes]:
    """The same as three files."""
    table = _olist(seed).table
    orders = ["order_id", "customer_id", "order_status", "order_purchase_timestamp", "order_estimated_delivery_date"]
    people = ["customer_id", "customer_unique_id", "customer_zip_code_prefix", "customer_city"]
    items = ["order_id", "order_item_id", "product_id", "seller_id", "price", "freight_value"]
    customers = table[people].drop_duplicates().assign(customer_state="SP")
    return {
        "olist_orders_dataset.csv": render(table[orders].drop_duplicates(), AS_IT_IS),
        "olist_customers_dataset.csv": render(customers, AS_IT_IS),
        "olist_order_items_dataset.csv": render(table[items], AS_IT_IS),
    }


def _olist_orders(seed: int) -> Export:
    lines = by_order(shop(seed))
    table = pd.DataFrame(
        {
            "order_id": lines["order"].map("o{:08x}".format),
            "customer_id": lines["order"].map("c{:08x}".format),
            "order_status": "delivered",
            "order_purchase_timestamp": lines["day"].dt.strftime("%Y-%m-%d %H:%M:%S"),
            "order_delivered_carrier_date": (lines["day"] + pd.Timedelta(days=3)).dt.strftime("%Y-%m-%d"),
        }
    )
    return Export(table, NO_CUSTOMERS)


def _online_retail(seed: int) -> Export:
    lines = shop(seed)
    every = with_returns(lines, 25, seed)
    second = seed % 2 == 1
    number = (536365 + every["order"]).astype(str)
    names = ("Invoice", "Price", "Customer ID") if second else ("InvoiceNo", "UnitPrice", "CustomerID")
    table = pd.DataFrame(
        {
            names[0]: number.where(~every["returned"], "C" + number),
            "StockCode": every["item"].map("85{:03d}A".format),
            "Description": every["item"].map("THING {}".format),
            "Quantity": every["quantity"].astype(str),
            "InvoiceDate": every["day"].dt.strftime("%Y-%m-%d %H:%M:%S" if second else "%d/%m/%Y %H:%M"),
            names[1]: every["price"],
            names[2]: customer_codes(every["customer"], "float"),
            "Country": every["city"],
        }
    )
    return Export(table, answer_of(every, names[2]))


def _sales_1c(seed: int) -> Export:
    lines = shop(seed)
    table = pd.DataFrame(
        {
            "Контрагент": customer_codes(lines["customer"], "name").str.replace("Client", "ООО Ромашка"),
            "Номер документа": lines["order"].map("УТ-{:06d}".format),
            "Дата": lines["day"].dt.strftime("%d.%m.%Y %H:%M:%S"),
            "Номенклатура": lines["item"].map("Товар {}".format),
            "Количество": lines["quantity"].astype(float),
            "Цена": lines["price"],
            "Сумма": lines["money"],
        }
    )
    return Export(table, answer_of(lines, "Контрагент"), look("semicolon_ru", language=""))


def _instacart(seed: int) -> Export:
    lines = shop(seed)
    orders = by_order(lines)
    table = pd.DataFrame(
        {
            "order_id": (orders["order"] + 2_500_000).astype(str),
            "user_id": (orders["customer"] + 1).astype(str),
            "eval_set": "prior",
            "order_number": (orders.groupby("customer").cumcount() + 1).astype(str),
            "order_dow": orders["day"].dt.day_of_week.astype(str),
            "order_hour_of_day": orders["day"].dt.hour.astype(str),
            "days_since_prior_order": (orders["order"] % 30).astype(float),
        }
    )
    return Export(table, Answer("none", may_ask=frozenset({"kind"})))


def _square_items(seed: int) -> Export:
    lines = shop(seed)
    rng = np.random.default_rng(seed)
    known = pd.Series(rng.random(int(lines["order"].max()) + 1) < 0.7)
    known[lines.groupby("customer")["order"].min().to_numpy()] = True
    named = lines["order"].map(known)
    table = pd.DataFrame(
        {
            "Date": lines["day"].dt.strftime("%Y-%m-%d"),
            "Time": lines["day"].dt.strftime("%H:%M:%S"),
            "Time Zone": "Eastern Time (US & Canada)",
            "Category": lines["category"],
            "Item": lines["item"].map("Thing {}".format),
            "Qty": lines["quantity"].astype(float),
            "Price Point Name": "Regular",
            "SKU": "",
            "Gross Sales": lines["money"].map("${:.2f}".format),
            "Discounts": "$0.00",
            "Net Sales": lines["money"].map("${:.2f}".format),
            "Tax": (lines["money"] * 0.07).map("${:.2f}".format),
            "Transaction ID": lines["order"].map("t{:010X}".format),
            "Payment ID": lines["order"].map("p{:010X}".format),
            "Device Name": "iPad",
            "Event Type": "Payment",
            "Location": "Main",
            "Customer ID": lines["customer"].map("CST{:06d}".format).where(named, ""),
            "Customer Name": customer_codes(lines["customer"], "name").where(named, ""),
            "Customer Reference ID": "",
        }
    )
    return Export(table, answer_of(lines[named], "Customer ID", lines))


def _square_transactions(seed: int) -> Export:
    lines = shop(seed)
    orders = by_order(lines)
    table = pd.DataFrame(
        {
            "Date": orders["day"].dt.strftime("%m/%d/%Y"),
            "Time": orders["day"].dt.strftime("%H:%M:%S"),
            "Gross Sales": orders["money"].map("${:.2f}".format),
            "Discounts": "$0.00",
            "Net Sales": orders["money"].map("${:.2f}".format),
            "Tax": "$0.00",
            "Tip": "$1.00",
            "Partial Refunds": "$0.00",
            "Total Collected": (orders["money"] + 1).map("${:.2f}".format),
            "Card": (orders["money"] + 1).map("${:.2f}".format),
            "Fees": (orders["money"] * -0.03).map("{:.2f}".format),
            "Transaction ID": orders["order"].map("t{:010X}".format),
            "Payment ID": orders["order"].map("p{:010X}".format),
            "Card Brand": "Visa",
            "PAN Suffix": (1000 + orders["order"] * 7 % 60).astype(str),
            "Event Type": "Payment",
            "Location": "Main",
            "Customer ID": orders["customer"].map("CST{:06d}".format),
            "Customer Name": customer_codes(orders["customer"], "name"),
        }
    )
    return Export(table, answer_of(lines, "Customer ID"))


def _magento(seed: int) -> Export:
    lines = shop(seed)
    orders = by_order(lines)
    status = _states(lines, ("complete", "canceled", "closed", "pending"), seed)
    state = status.groupby(lines["order"]).first().reset_index(drop=True)
    table = pd.DataFrame(
        {
            "ID": orders["order"].map("{:09d}".format),
            "Purchase Point": "Main Website",
            "Purchase Date": orders["day"].dt.strftime("%b %-d, %Y %-I:%M:%S %p"),
            "Bill-to Name": customer_codes(orders["customer"], "name"),
            "Ship-to Name": customer_codes(orders["customer"], "name"),
            "Grand Total (Base)": orders["money"],
            "Grand Total (Purchased)": orders["money"],
            "Status": state,
            "Shipping Information": "Flat Rate - Fixed",
            "Customer Email": customer_codes(orders["customer"], "email"),
            "Customer Group": "General",
            "Payment Method": "checkmo",
        }
    )
    return Export(table, answer_of(lines[status == "complete"], "Customer Email", lines))


def _prestashop(seed: int) -> Export:
    lines = shop(seed)
    orders = by_order(lines)
    status = _states(lines, ("Delivered", "Canceled", "Payment error"), seed)
    state = status.groupby(lines["order"]).first().reset_index(drop=True)
    table = pd.DataFrame(
        {
            "ID": (orders["order"] + 1).astype(str),
            "Reference": orders["order"].map(lambda one: f"XKBKN{chr(65 + one % 26)}{one:03d}"),
            "New client": "0",
            "Delivery": "France",
            "Customer": orders["customer"].map(lambda one: f"{chr(65 + one % 26)}. DOE{one}"),
            "Total": orders["money"].map("€{:.2f}".format),
            "Payment": "Bank transfer",
            "Status": state,
            "Date": orders["day"].dt.strftime("%Y-%m-%d %H:%M:%S"),
        }
    )
    answer = answer_of(
        lines[status == "Delivered"],
        "Customer",
        lines,
        must_ask=frozenset({"customer"}),
        replies={"customer": "Customer"},
    )
    return Export(table, answer, look("comma_en", language="", delimiter=";"))


def _etsy_orders(seed: int) -> Export:
    orders = by_order(shop(seed))
    table = pd.DataFrame(
        {
            "Sale Date": orders["day"].dt.strftime("%m/%d/%y"),
            "Order ID": (3_000_000_000 + orders["order"] * 31).astype(str),
            "Buyer User ID": orders["customer"].map("buyer{}shop".format),
            "Full Name": customer_codes(orders["customer"], "name"),
            "Number of Items": orders["quantity"].astype(str),
            "Payment Method": "Credit Card",
            "Date Shipped": (orders["day"] + pd.Timedelta(days=2)).dt.strftime("%m/%d/%y"),
            "Ship Zipcode": (20_000 + orders["customer"] % 21).astype(str),
            "Currency": "USD",
            "Order Value": orders["money"],
            "Discount Amount": 0.0,
            "Shipping": 3.5,
            "Sales Tax": 0.0,
            "Order Total": (orders["money"] + 3.5).round(2),
            "Card Processing Fees": 0.7,
            "Order Net": (orders["money"] + 2.8).round(2),
            "Buyer": customer_codes(orders["customer"], "name"),
        }
    )
    return Export(table, answer_of(orders, "Buyer User ID"))


def _etsy_items(seed: int) -> Export:
    lines = shop(seed)
    table = pd.DataFrame(
        {
            "Sale Date": lines["day"].dt.strftime("%m/%d/%y"),
            "Item Name": lines["item"].map("Thing {}".format),
            "Buyer": lines["customer"].map("buyer{}shop".format),
            "Quantity": lines["quantity"].astype(str),
            "Price": lines["price"],
            "Discount Amount": 0.0,
            "Order Shipping": 3.5,
            "Order Sales Tax": 0.0,
            "Item Total": lines["money"],
            "Currency": "USD",
            "Transaction ID": (3_500_000_000 + pd.Series(range(len(lines))) * 13).astype(str),
            "Listing ID": (1_100_000_000 + lines["item"]).astype(str),
            "Date Shipped": (lines["day"] + pd.Timedelta(days=2)).dt.strftime("%m/%d/%y"),
            "Order ID": (3_000_000_000 + lines["order"] * 31).astype(str),
        }
    )
    return Export(table, answer_of(lines, "Buyer"))


def _amazon(seed: int) -> Export:
    lines = shop(seed)
    table = pd.DataFrame(
        {
            "order-id": lines["order"].map("171-{:07d}".format),
            "order-item-id": (6_000_000 + pd.Series(range(len(lines))) * 7).astype(str),
            "purchase-date": lines["day"].dt.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
            "payments-date": lines["day"].dt.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
            "buyer-email": lines["customer"].map("x{:05d}@marketplace.example.com".format),
            "buyer-name": customer_codes(lines["customer"], "name"),
            "sku": lines["item"].map("SKU{}".format),
            "product-name": lines["item"].map("Thing {}".format),
            "quantity-purchased": lines["quantity"].astype(str),
            "currency": "EUR",
            "item-price": lines["money"],
            "item-tax": (lines["money"] * 0.2).round(2),
            "shipping-price": 0.0,
            "ship-postal-code": (50_000 + lines["customer"] % 13).astype(str),
        }
    )
    return Export(table, answer_of(lines, "buyer-email"), look("comma_en", language="", delimiter="\t"))


def _amazon_all(seed: int) -> Export:
    table = _amazon(seed).table
    kept = pd.DataFrame(
        {
            "amazon-order-id": table["order-id"],
            "purchase-date": table["purchase-date"],
            "order-status": "Shipped",
            "sku": table["sku"],
            "quantity": table["quantity-purchased"],
            "currency": table["currency"],
            "item-price": table["item-price"],
            "ship-city": "LYON",
            "ship-postal-code": table["ship-postal-code"],
        }
    )
    return Export(kept, NO_CUSTOMERS, look("comma_en", language="", delimiter="\t"))


def _ebay(seed: int) -> Export:
    lines = shop(seed)
    table = pd.DataFrame(
        {
            "Sales Record Number": (1000 + pd.Series(range(len(lines)))).astype(str),
            "Order Number": lines["order"].map("05-{:05d}-11111".format),
            "Buyer Username": lines["customer"].map("ebayer_{}".format),
            "Buyer Name": customer_codes(lines["customer"], "name"),
            "Item Number": (110_000_000 + lines["item"]).astype(str),
            "Item Title": lines["item"].map("Thing {}".format),
            "Quantity": lines["quantity"].astype(str),
            "Sold For": lines["price"].map("${:.2f}".format),
            "Shipping And Handling": "$0.00",
            "Total Price": lines["money"].map("${:.2f}".format),
            "Sale Date": lines["day"].dt.strftime("%b-%d-%y"),
            "Paid On Date": lines["day"].dt.strftime("%b-%d-%y"),
        }
    )
    return Export(table, answer_of(lines, "Buyer Username", must_ask=frozenset({"money"})))


def _ozon(seed: int) -> Export:
    lines = shop(seed)
    number = lines["order"].map("48{:06d}-0001".format)
    table = pd.DataFrame(
        {
            "Номер заказа": number,
            "Номер отправления": number + "-1",
            "Принят в обработку": lines["day"].dt.strftime("%Y-%m-%d %H:%M:%S"),
            "Дата отгрузки": (lines["day"] + pd.Timedelta(days=1)).dt.strftime("%Y-%m-%d %H:%M:%S"),
            "Статус": "Доставлен",
            "Сумма отправления": lines["money"],
            "Код валюты отправления": "RUB",
            "Название товара": lines["item"].map("Товар {}".format),
            "SKU": (176_000_000 + lines["item"]).astype(str),
            "Артикул": lines["item"].map("A{}".format),
            "Количество": lines["quantity"].astype(str),
        }
    )
    return Export(table, NO_CUSTOMERS, look("semicolon_ru", language="", encoding="utf-8-sig"))


def _wildberries(seed: int) -> Export:
    lines = shop(seed)
    table = pd.DataFrame(
        {
            "№": pd.Series(range(1, len(lines) + 1)).astype(str),
            "Номер поставки": "123",
            "Предмет": lines["category"],
            "Код номенклатуры": (30_000_000 + lines["item"]).astype(str),
            "Бренд": "Ромашка",
            "Артикул поставщика": lines["item"].map("A{}".format),
            "Обоснование для оплаты": "Продажа",
            "Дата заказа покупателем": lines["day"].dt.strftime("%Y-%m-%d"),
            "Дата продажи": (lines["day"] + pd.Timedelta(days=3)).dt.strftime("%Y-%m-%d"),
            "Кол-во": lines["quantity"].astype(str),
            "Вайлдберриз реализовал Товар (Пр)": lines["money"],
        }
    )
    return Export(table, NO_CUSTOMERS, look("semicolon_ru", language="", encoding="utf-8-sig"))


def _yandex_market(seed: int) -> Export:
    lines = shop(seed)
    table = pd.DataFrame(
        {
            "Номер заказа": (400_000_000 + lines["order"]).astype(str),
            "Ваш номер заказа": "",
            "Дата оформления": lines["day"].dt.strftime("%d.%m.%Y"),
            "Ваш SKU": lines["item"].map("sku{}".format),
            "Название товара": lines["item"].map("Товар {}".format),
            "Количество": lines["quantity"].astype(str),
            "Ваша цена (за шт.)": lines["price"],
            "Статус заказа": "Доставлен",
            "Способ оплаты": "Предоплата",
            "Регион доставки": lines["city"],
        }
    )
    return Export(table, NO_CUSTOMERS, look("semicolon_ru", language="", encoding="utf-8-sig"))


def _superstore(seed: int) -> Export:
    lines = shop(seed)
    table = pd.DataFrame(
        {
            "Row ID": pd.Series(range(1, len(lines) + 1)).astype(str),
            "Order ID": lines["order"].map("CA-2023-{}".format),
            "Order Date": lines["day"].dt.strftime("%m/%d/%Y"),
            "Ship Date": (lines["day"] + pd.to_timedelta(lines["order"] % 6, unit="D")).dt.strftime("%m/%d/%Y"),
            "Ship Mode": "Second Class",
            "Customer ID": lines["customer"].map("CG-{}".format),
            "Customer Name": customer_codes(lines["customer"], "name"),
            "Segment": lines["customer"].map(lambda one: ("Consumer", "Corporate")[one % 2]),
            "City": lines["city"],
            "Postal Code": (42_000 + lines["customer"] % 25).astype(str),
            "Product ID": lines["item"].map("FUR-BO-{}".format),
            "Category": lines["category"],
            "Product Name": lines["item"].map("Thing {}".format),
            "Sales": lines["money"],
            "Quantity": lines["quantity"].astype(str),
            "Discount": 0.0,
            "Profit": (lines["money"] * 0.2).round(2),
        }
    )
    return Export(table, answer_of(lines, "Customer ID", never_active=frozenset({"Row ID", "Postal Code"})))


def _paypal(seed: int) -> Export:
    """Payments, a few refunds under the shop's own address, and money that was taken out."""
    orders = by_order(shop(seed))
    paid = pd.DataFrame(
        {
            "day": orders["day"],
            "Name": customer_codes(orders["customer"], "name"),
            "Type": "Website Payment",
            "Gross": orders["money"],
            "Fee": -(orders["money"] * 0.03).round(2),
            "From Email Address": customer_codes(orders["customer"], "email"),
            "To Email Address": "shop@example.com",
            "Transaction ID": orders["order"].map("T{:08X}".format),
            "Reference Txn ID": "",
        }
    )
    back = paid.sample(12, random_state=seed)
    back = back.assign(
        Type="Payment Refund",
        Gross=-back["Gross"],
        **{"From Email Address": "shop@example.com", "To Email Address": back["From Email Address"]},
        **{"Transaction ID": "R" + back["Transaction ID"], "Reference Txn ID": back["Transaction ID"]},
    )
    taken = paid.iloc[[60, 160, 260]].assign(Type="General Withdrawal", Gross=-900.0, Fee=0.0, Name="")
    taken = taken.assign(**{"From Email Address": "shop@example.com", "Transaction ID": ["W1", "W2", "W3"]})
    every = pd.concat([paid, back, taken]).sort_values("day", kind="stable", ignore_index=True)
    table = pd.DataFrame(
        {
            "Date": every["day"].dt.strftime("%m/%d/%Y"),
            "Time": every["day"].dt.strftime("%H:%M:%S"),
            "Name": every["Name"],
            "Type": every["Type"],
            "Status": "Completed",
            "Currency": "USD",
            **{name: every[name] for name in ("Gross", "Fee")},
            "Net": (every["Gross"] + every["Fee"]).round(2),
            **{name: every[name] for name in list(every)[5:9]},
            "Balance": every["Gross"].cumsum().round(2),
        }
    )
    return Export(table, answer_of(orders, "From Email Address"))


def _tally(seed: int) -> Export:
    """Sales and credit notes as vouchers, with lines above the header and groups of Indian numbers."""
    orders = by_order(shop(seed))
    back = orders.sample(15, random_state=seed).assign(returned=True)
    every = pd.concat([orders.assign(returned=False), back]).sort_values("day", kind="stable", ignore_index=True)
    money = (every["money"] * 4000).round(2)
    table = pd.DataFrame(
        {
            "Date": every["day"].dt.strftime("%d-%b-%y"),
            "Particulars": customer_codes(every["customer"], "name"),
            "Vch Type": np.where(every["returned"], "Credit Note", "Sales"),
            "Vch No.": (every.index + 1).astype(str),
            "Debit": money.where(~every["returned"]).map(_lakh, na_action="ignore"),
            "Credit": money.where(every["returned"]).map(_lakh, na_action="ignore"),
        }
    )
    signed = every.assign(money=money.where(~every["returned"], -money), order=every.index)
    return Export(table, answer_of(signed, "Particulars"), before=("A Company", "Sales Register"))


def _lakh(amount: float) -> str:
    """Indian groups: the last three digits, then two at a time."""
    whole, cents = f"{amount:.2f}".split(".")
    head, tail = whole[:-3], whole[-3:]
    groups = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)][::-1]
    return ",".join([*groups, tail]) + f".{cents}"


def _datev(seed: int) -> Export:
    orders = by_order(shop(seed))
    table = pd.DataFrame(
        {
            "Umsatz (ohne Soll/Haben-Kz)": orders["money"],
            "Soll/Haben-Kennzeichen": "S",
            "WKZ Umsatz": "EUR",
            "Konto": 10_000 + orders["customer"],
            "Gegenkonto (ohne BU-Schlüssel)": 8400,
            "Belegdatum": orders["day"].dt.strftime("%d%m"),
            "Belegfeld 1": orders["order"].map("RE{:05d}".format),
            "Buchungstext": "Verkauf",
        }
    )
    before = ('"EXTF";700;21;"Buchungsstapel";12',)
    return Export(table, NO_CUSTOMERS, look("semicolon_de", language="", encoding="cp1252"), before)


EXPORTS: Mapping[str, Callable[[int], Export]] = {
    "shopify_orders": _shopify,
    "woocommerce_items": _woocommerce_items,
    "woocommerce_orders": _woocommerce_orders,
    "stripe_payments": _stripe_payments,
    "stripe_charges": _stripe_charges,
    "ga4_events": _ga4_events,
    "ga4_users": _ga4_users,
    "ga4_items": _ga4_items,
    "olist": _olist,
    "olist_orders": _olist_orders,
    "uci_online_retail": _online_retail,
    "sales_1c": _sales_1c,
    "instacart": _instacart,
    "square_items": _square_items,
    "square_transactions": _square_transactions,
    "magento_orders": _magento,
    "prestashop_orders": _prestashop,
    "etsy_orders": _etsy_orders,
    "etsy_items": _etsy_items,
    "amazon_orders": _amazon,
    "amazon_all_orders": _amazon_all,
    "ebay_orders": _ebay,
    "ozon_orders": _ozon,
    "wildberries_report": _wildberries,
    "yandex_market_orders": _yandex_market,
    "superstore": _superstore,
    "paypal_activity": _paypal,
    "tally_register": _tally,
    "datev_bookings": _datev,
}
