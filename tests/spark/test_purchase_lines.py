"""Lines of purchases on Spark: account of every line, customers and baskets are those of the local engine."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from pipeline.cleaning import clean
from pipeline.contract import LineAccount
from pipeline.describing import read_baskets
from pipeline.drafting import draft
from pipeline.errors import InputError, KorzinaError, SpecError
from pipeline.gathering import ChosenEngine, gather_new
from pipeline.reading import read_source, tables
from pipeline.reading.lines.lines_view import in_one_form as local_form
from pipeline.spark import Asker, Cluster, baskets_on_spark, clean_on_spark, open_sources
from pipeline.spark.purchase_lines.line_sql import in_one_form
from pipeline.spec import LinesSpec, Spec, parse_spec
from pipeline.stages import Cleaned
from tests.spark.line_data import by_order, purchases, receipts, retail, statuses, stored

QUERY = """
SELECT client, count(DISTINCT receipt) FILTER (WHERE NOT is_return) AS orders, round(sum(line_money), 2) AS spend,
       date_diff('day', max(CAST(day AS DATE)) FILTER (WHERE NOT is_return), $as_of) AS recency, max(town) AS town
FROM lines GROUP BY client
"""
ASIDE = [
    {"name": "cancelled", "sql": "status = 'cancelled'", "counts": "cancelled", "whole_order": True},
    {"name": "lost", "sql": "status IN ('lost', 'gone') OR price BETWEEN 0 AND 0.5"},
    {"name": "test order", "sql": "trim(town) = 'Test'", "whole_order": True},
    {"name": "never", "sql": "quantity > 1000"},
]
RETAIL = {"customer": "client", "order": "receipt", "day": "day", "money": "price * quantity"}


def spec_of(lines: dict[str, Any], query: str = QUERY, **parts: Any) -> Spec:
    columns = {name: {"role": "active"} for name in ("orders", "spend", "recency")}
    whole = {"name": "lines", "as_of": "auto", "source": {"query": query}, "lines": lines, "id": {"column": "client"}}
    return parse_spec({**whole, "columns": columns, **parts}, where="lines.toml")


def both(opened: Cluster, spec: Spec, data: str) -> tuple[LineAccount, Asker]:
    """The account that both engines keep, once everything that they find has been compared."""
    raw = read_source(spec, data)
    local = clean(raw, spec)
    asker = Asker(opened, spec, open_sources(opened, spec, data)).dated()

    other, _ = clean_on_spark(asker)

    assert asker.spec.day == raw.as_of
    assert other.ledger.lines is not None
    assert local.ledger.lines is not None
    for mine, theirs in zip(_parts(other), _parts(local), strict=True):
        assert mine == theirs
    pd.testing.assert_frame_equal(other.customers, local.customers, check_exact=True)
    return other.ledger.lines, asker


def _parts(cleaned: Cleaned) -> list[object]:
    ledger, lines = cleaned.ledger, cleaned.ledger.lines
    assert lines is not None
    whole = [lines.lines, lines.money, lines.used, lines.returns, *lines.aside, *lines.findings]
    counted = (ledger.rows_in, ledger.rows_out, ledger.fingerprint, ledger.tables)
    return [*whole, counted, [entry.model_dump(exclude={"examples"}) for entry in ledger.entries], cleaned.dataset]


def test_every_line_is_accounted_for_as_by_the_local_engine(opened: Cluster, tmp_path: Path) -> None:
    """Rules in their order, whole orders, returns, repeats, days, places in files; a column has the name of a place."""
    data = stored(tmp_path / "lines", purchases("code"))

    account, asker = both(opened, spec_of({**RETAIL, "returns": "quantity < 0", "aside": ASIDE}), data)

    by_address = Asker(opened, asker.spec, open_sources(opened, asker.spec, f"file://{data}")).dated()
    assert by_address.lines is not None
    assert by_address.lines.account(asker.spec).model_dump() == account.model_dump()
    assert [bool(rule.lines) for rule in account.aside] == [True, True, True, False, True, True]
    assert {found.kind for found in account.findings} == {
        "repeats",
        "days",
        "amounts",
        "negative",
        "absurd",
        "customer",
    }
    assert account.returns
    assert account.aside[0].places[0].startswith("part [0] ё.parquet, row ")


def test_money_that_stands_once_an_order_counts_once(opened: Cluster, tmp_path: Path) -> None:
    """On the first line of an order that has any; with addresses whose spellings differ, and days that are dates."""
    frame = purchases("email")
    frame["total"] = frame.groupby("receipt")["price"].transform("max").round(0)
    frame.loc[frame.index % 50 == 0, "total"] += 1
    frame["day"] = frame["day"].dt.date
    lines = {**RETAIL, "money": "total", "once_an_order": True, "customer_form": "email", "returns": "quantity < 0"}

    account, _ = both(opened, spec_of({**lines, "aside": ASIDE[:1]}), stored(tmp_path / "lines", frame, files=1))

    assert account.used.customers == 220
    assert "totals" in {found.kind for found in account.findings}


def test_decimals_and_moments_of_a_zone_are_added_as_locally(opened: Cluster, tmp_path: Path) -> None:
    """Prices to a hundredth of a cent in decimals, an amount of billions, customers as numbers."""
    frame = purchases("code").drop(columns=["line_number"])
    frame["client"] = frame["client"].str[1:].pipe(pd.to_numeric, errors="coerce")
    frame["rate"] = [Decimal(place % 40_000) / 10_000 for place in range(len(frame))]
    frame.loc[7, "price"] = 98_765_432_109.12
    table = pa.Table.from_pandas(frame, preserve_index=False)
    moments = table["day"].cast(pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))
    table = table.set_column(table.column_names.index("day"), "day", moments)
    query = QUERY.replace("max(town) AS town", "round(max(rate), 3) AS rate, round(count(*), 1) AS n")
    money = "CASE WHEN receipt < 300 THEN rate * quantity ELSE price * (1 - rate / 100.0) END"
    spec = spec_of({**RETAIL, "money": money, "returns": "quantity < 0 OR price < 0"}, query)

    account, _ = both(opened, spec, stored(tmp_path / "lines", table, files=2))

    assert account.money
    assert account.money > 9e10


def test_spellings_of_a_customer_are_one_as_locally(opened: Cluster) -> None:
    spelled = [
        *purchases("email")["client"][:60],
        *purchases("phone")["client"][:60],
        *purchases("number")["client"][:60],
    ]
    spelled += [
        "Weiß  Anna",
        " WEISS\tANNA",
        "ΟΔΥΣΣΕΑΣ",
        "İpek",
        "0000",
        "00a0",
        "c-0042",
        "٣٤5",
        "\u3000x\u2003",
        "Ab\u000bc",
        "",
    ]
    spelled = [text if isinstance(text, str) else None for text in spelled]
    table = pa.table({"place": range(len(spelled)), "client": pa.array(spelled, pa.string())})
    rows = opened.frame(table)
    with tables(frames={"data": table}) as engine:
        for form in ("email", "phone", "code", "name", "number"):
            lines = LinesSpec.model_validate({"customer": "client", "customer_form": form})
            replaced = local_form(lines)
            local = engine.rows(f"SELECT client FROM (SELECT *{replaced} FROM data) ORDER BY place")

            spark = rows.selectExpr("place", f"{in_one_form(lines)} AS client").orderBy("place").toArrow()

            assert spark["client"].to_pylist() == [client for (client,) in local], form


def test_a_drafted_spec_of_two_tables_finds_the_same_on_spark(opened: Cluster, tmp_path: Path) -> None:
    """Items and their orders, joined by the draft's own view; some orders have no items, some items no order."""
    frame = by_order(purchases("code")).rename(columns={"receipt": "order_id"})
    frame = frame[frame["price"].between(0.5, 1000)]
    orders = frame.drop_duplicates("order_id").assign(status=lambda rows: rows["status"].replace("gone", "paid"))
    orders = orders.rename(columns={"client": "customer_id", "day": "order_date"})
    items = frame.assign(product=[f"mug number {place % 12}" for place in range(len(frame))])
    (tmp_path / "shop").mkdir()
    orders[["order_id", "customer_id", "order_date", "status"]][3:].to_parquet(tmp_path / "shop" / "orders.parquet")
    items[["order_id", "product", "quantity", "price"]].to_parquet(tmp_path / "shop" / "items.parquet")
    data = str(tmp_path / "shop")
    spec = parse_spec(tomllib.loads(draft(data, "drafted").text), where="drafted.toml")
    assert spec.source.view
    spec = spec.model_copy(update={"questions": ()})

    account, asker = both(opened, spec, data)

    assert any(rule.places for rule in account.aside)
    mine, theirs = baskets_on_spark(asker), read_baskets(asker.spec, data)
    assert mine is not None
    assert theirs is not None
    assert np.bincount(mine.codes).tolist() == np.bincount(theirs.codes).tolist()
    pd.concat([orders, orders[:1]])[["order_id", "customer_id", "order_date", "status"]].to_parquet(
        tmp_path / "shop" / "orders.parquet"
    )
    with pytest.raises(InputError, match="a key repeats in a table that is joined"):
        Asker(opened, spec, open_sources(opened, spec, data)).dated()


@pytest.mark.parametrize("kind", [retail, statuses, receipts])
def test_a_drafted_spec_finds_the_same_on_spark(opened: Cluster, tmp_path: Path, kind: Any) -> None:
    """``korzina init`` on Parquet of several kinds: account, customers and baskets."""
    data = stored(tmp_path / "lines", kind(), files=2)
    made = draft(data, "drafted")
    spec = parse_spec(tomllib.loads(made.text), where="drafted.toml").model_copy(update={"questions": ()})
    assert spec.lines is not None

    account, asker = both(opened, spec, data)

    assert sum(rule.lines for rule in account.aside)
    mine, theirs = baskets_on_spark(asker), read_baskets(asker.spec, data)
    assert (mine is None) == (theirs is None) == (kind is receipts)
    if mine is not None and theirs is not None:
        assert mine.names == theirs.names
        assert len(mine.starts) == len(theirs.starts) > 500
        assert np.bincount(mine.codes).tolist() == np.bincount(theirs.codes).tolist()


def test_new_customers_lines_are_read_as_locally_from_the_day_that_is_said(opened: Cluster, tmp_path: Path) -> None:
    data = stored(tmp_path / "lines", retail(), files=1)
    lines = {"customer": "CustomerID", "order": "InvoiceNo", "day": "InvoiceDate", "money": "UnitPrice * Quantity"}
    query = "SELECT CustomerID AS client, count(*) AS orders, round(sum(line_money), 2) AS spend, max(date_diff('day', "
    query += "CAST(InvoiceDate AS DATE), $as_of)) AS recency FROM lines GROUP BY CustomerID"
    spec = spec_of({**lines, "returns": "Quantity < 0"}, query)
    gathered = gather_new(ChosenEngine("spark"))
    assert gathered is not None
    with pytest.raises(SpecError, match="--as-of"):
        gathered(spec, data)
    dated = spec.at(date(2025, 9, 1))

    new, _ = gathered(dated, data)

    local = clean(read_source(dated, data), dated, minimum_rows=1)
    assert new.ledger.lines == local.ledger.lines
    assert local.ledger.lines is not None
    assert any(rule.rule == "after the day of the analysis" and rule.lines for rule in local.ledger.lines.aside)
    pd.testing.assert_frame_equal(new.customers, local.customers, check_exact=True)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"money": "single * quantity"}, "numbers in single precision"),
        ({"day": "text"}, "lines.day"),
        ({"returns": "regexp_matches(status, 'x')"}, "regexp_like"),
        ({"money": "status"}, "lines.money"),
        ({"aside": [{"name": "x", "sql": "text = quantity"}]}, "compares text with what is none"),
        ({"aside": [{"name": "x", "sql": "CAST(price AS VARCHAR) = '1.0'"}]}, "CAST AS VARCHAR of price"),
        ({"query": "SELECT * FROM data"}, "lines.query"),
        ({"money": "sum(price) OVER ()"}, "lines.money uses"),
        ({"customer": "clients"}, "clients"),
        ({"customer": "single"}, "lines.customer"),
    ],
)
def test_lines_that_spark_would_read_otherwise_are_refused_by_name(
    opened: Cluster, tmp_path: Path, change: dict[str, Any], what: str
) -> None:
    frame = purchases("code").assign(text="2025-01-01", single=np.float32(1.5))
    spec = spec_of({**RETAIL, **change})
    asker = Asker(opened, spec, open_sources(opened, spec, stored(tmp_path / "lines", frame, files=1)))

    with pytest.raises(KorzinaError) as error:
        asker.dated()

    assert what in str(error.value)


def test_lines_of_text_are_refused_with_what_to_do(opened: Cluster, tmp_path: Path) -> None:
    purchases("code").to_csv(tmp_path / "lines.csv", index=False)
    spec = spec_of(RETAIL)

    with pytest.raises(SpecError, match="write the data as Parquet"):
        Asker(opened, spec, open_sources(opened, spec, str(tmp_path / "lines.csv"))).dated()


def test_rows_of_a_catalog_have_no_places_and_no_first_line_of_an_order(opened: Cluster, tmp_path: Path) -> None:
    data = stored(tmp_path / "lines", purchases("code"), files=2)
    spec = spec_of({**RETAIL, "returns": "quantity < 0", "aside": ASIDE})
    opened.session.read.parquet(f"file://{tmp_path / 'lines'}").createOrReplaceTempView("shop_lines")
    local = read_source(spec, data).account
    asker = Asker(opened, spec, open_sources(opened, spec, "shop_lines")).dated()
    assert asker.lines is not None
    assert local is not None

    account = asker.lines.account(spec)

    without = {"places", "told"}
    assert [part.model_dump(exclude=without) for part in (account.used, *account.aside, *account.findings)] == [
        part.model_dump(exclude=without) for part in (local.used, *local.aside, *local.findings)
    ]
    assert not any(part.places for part in (*account.aside, *account.findings))
    once = spec_of({**RETAIL, "once_an_order": True})
    with pytest.raises(SpecError, match="once_an_order"):
        Asker(opened, once, open_sources(opened, once, "shop_lines")).dated()
