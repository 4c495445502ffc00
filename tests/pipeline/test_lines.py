"""Lines of purchases: which the view ``lines`` holds and with how much money, over every kind of source."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline.errors import InputError, SpecError
from pipeline.reading import Frames, read_source
from pipeline.spec import Spec, parse_spec
from tests.pipeline.sources_support import write

QUERY = """
SELECT customer, count(DISTINCT "order") FILTER (WHERE NOT is_return) AS orders, round(sum(line_money), 2) AS spend,
    date_diff('day', max(CAST(day AS DATE)) FILTER (WHERE NOT is_return), $as_of) AS recency, min(line_number) AS line
FROM lines GROUP BY customer ORDER BY customer
"""
ROWS = pd.DataFrame(
    {
        "customer": ["a", "a", "b", None, "b", "c"],
        "order": [1, 1, 2, 3, 4, 5],
        "day": pd.to_datetime(["2023-01-02", "2023-01-02", "2023-02-01", "2023-02-03", "2023-03-01", "2023-03-05"]),
        "amount": [10.0, 5.5, 7.0, 99.0, -2.0, 1.0],
        "status": ["paid", "paid", "paid", "paid", "paid", "void"],
    }
)
LINES = {"customer": "customer", "order": "order", "day": "day", "money": "amount"}
VOID = {"name": "void", "sql": "status = 'void'", "counts": "cancelled"}


def lines_spec(lines: dict[str, Any], query: str = QUERY, **parts: Any) -> Spec:
    base: dict[str, Any] = {
        "name": "shop",
        "as_of": "auto",
        "source": {"query": query},
        "lines": lines,
        "id": {"column": "customer"},
        "columns": {"spend": {"role": "active"}, "orders": {"role": "active"}, "recency": {"role": "active"}},
    }
    return parse_spec({**base, **parts}, where="shop.toml")


def as_file(rows: pd.DataFrame, folder: Path, form: str) -> str | Frames:
    if form == "frame":
        return Frames.of(rows)
    if form == "parquet":
        rows.to_parquet(folder / "shop.parquet")
        return str(folder / "shop.parquet")
    rows.to_csv(folder / "shop.csv", index=False)
    return str(folder / "shop.csv")


@pytest.mark.parametrize("form", ["csv", "parquet", "frame"])
def test_lines_are_used_or_set_aside_alike_in_every_form(tmp_path: Path, form: str) -> None:
    spec = lines_spec({**LINES, "returns": "amount < 0", "aside": [VOID]})

    raw = read_source(spec, as_file(ROWS, tmp_path, form))

    first = 2 if form == "csv" else 1
    assert raw.frame.to_dict("list") == {
        "customer": ["a", "b"],
        "orders": [1, 1],
        "spend": [15.5, 5.0],
        "recency": [62, 32],
        "line": [first, first + 2],
    }
    assert raw.as_of == date(2023, 3, 5)


def test_lines_of_several_files_are_numbered_in_each(tmp_path: Path) -> None:
    for name in ("a", "b"):
        ROWS.assign(customer=ROWS["customer"] + name).to_parquet(tmp_path / f"{name}.parquet")

    raw = read_source(lines_spec(LINES), str(tmp_path))

    assert raw.frame["customer"].tolist() == ["aa", "ab", "ba", "bb", "ca", "cb"]
    assert raw.frame["line"].tolist() == [1, 1, 3, 3, 6, 6]


@pytest.mark.parametrize("repeated", [True, False])
def test_money_once_an_order_counts_once(tmp_path: Path, repeated: bool) -> None:
    later = [30, 30, 30] if repeated else [30, None, None]
    rows = pd.DataFrame(
        {"customer": "a", "order": [7, 7, 7, 8], "day": "2023-01-02", "amount": [*later, 4], "note": list("xyzx")}
    )
    spec = lines_spec({**LINES, "once_an_order": True})

    assert read_source(spec, as_file(rows, tmp_path, "csv")).frame["spend"].tolist() == [34.0]


def test_the_first_total_among_the_lines_that_are_used_counts(tmp_path: Path) -> None:
    rows = pd.DataFrame({"customer": "a", "order": 7, "day": "2023-01-02", "amount": [30, 30], "note": ["gift", "x"]})
    spec = lines_spec({**LINES, "once_an_order": True, "aside": [{"name": "gifts", "sql": "note = 'gift'"}]})

    assert read_source(spec, as_file(rows, tmp_path, "csv")).frame["spend"].tolist() == [30.0]


def test_a_return_keeps_its_own_total_beside_that_of_its_order(tmp_path: Path) -> None:
    rows = pd.DataFrame(
        {"customer": "a", "order": 7, "day": "2023-01-02", "amount": [30, 30, 12], "kind": ["sale", "sale", "refund"]}
    )
    spec = lines_spec({**LINES, "once_an_order": True, "returns": "kind = 'refund'"})

    assert read_source(spec, as_file(rows, tmp_path, "csv")).frame["spend"].tolist() == [18.0]


def test_a_status_on_the_first_line_can_take_the_whole_order(tmp_path: Path) -> None:
    rows = pd.DataFrame(
        {
            "customer": "a",
            "order": [7, 7, 8],
            "day": "2023-01-02",
            "amount": [30, 5, 4],
            "status": ["refunded", None, "paid"],
        }
    )
    rule = {"name": "refunded", "sql": "status = 'refunded'"}

    alone = read_source(lines_spec({**LINES, "aside": [rule]}), as_file(rows, tmp_path, "csv"))
    whole = read_source(lines_spec({**LINES, "aside": [rule | {"whole_order": True}]}), str(tmp_path / "shop.csv"))

    assert alone.frame["spend"].tolist() == [9.0]
    assert whole.frame["spend"].tolist() == [4.0]


def test_columns_with_the_names_of_the_view_are_kept_under_others(tmp_path: Path) -> None:
    rows = ROWS.rename(columns={"amount": "line_money"}).assign(Line_Number=7)
    spec = lines_spec(
        {**LINES, "money": '"line_money (file)"'},
        QUERY.replace("min(line_number)", 'max("Line_Number (file)")'),
    )

    raw = read_source(spec, as_file(rows, tmp_path, "csv"))

    assert raw.frame["spend"].tolist() == [15.5, 5.0, 1.0]
    assert raw.frame["line"].tolist() == [7, 7, 7]


def test_several_tables_are_one_table_of_lines_by_a_query(tmp_path: Path) -> None:
    ROWS[["order", "amount"]].to_csv(tmp_path / "items.csv", index=False)
    ROWS[["order", "customer", "day"]].drop_duplicates("order").to_csv(tmp_path / "orders.csv", index=False)
    tables = {"items": "items.csv", "orders": "orders.csv"}
    join = 'SELECT i.*, o.customer, o.day FROM items AS i LEFT JOIN orders AS o USING ("order")'
    source = {"query": QUERY, "tables": tables}

    raw = read_source(lines_spec({**LINES, "query": join}, source=source), str(tmp_path))

    assert raw.frame[["customer", "spend", "line"]].to_dict("list") == {
        "customer": ["a", "b", "c"],
        "spend": [15.5, 5.0, 1.0],
        "line": [2, 4, 7],
    }
    with pytest.raises(SpecError, match=r"\[lines\] over several tables.*lines\.query.*items, orders"):
        read_source(lines_spec(LINES, source=source), str(tmp_path))


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ({"customer": "custmer"}, r"lines\.customer: unknown name 'custmer'.*'customer' if that was meant"),
        ({"money": "amuont"}, r"lines\.money failed: amuont.*amuont"),
        ({"returns": "amount <"}, r"lines\.returns failed: amount <"),
        ({"aside": [VOID, {"name": "odd", "sql": "stattus = 'x'"}]}, r"lines\.aside\[2\]\.sql failed.*stattus"),
        ({"aside": [{"name": "odd", "sql": "CAST(status AS INTEGER) = 1"}]}, r"lines\.aside\[1\]\.sql failed.*paid"),
        ({"money": "sum(amount) OVER ()"}, r"lines\.money uses a window function"),
        ({"returns": "day > today()"}, r"lines\.returns uses today's clock"),
        ({"aside": [{"name": "odd", "sql": "amount > (SELECT 1)"}]}, r"lines\.aside\[1\]\.sql uses a query"),
        ({"day": "status"}, r"lines\.day: column 'status' holds no day"),
    ],
)
def test_an_expression_that_does_not_fit_is_named_by_its_key(
    tmp_path: Path, lines: dict[str, Any], message: str
) -> None:
    with pytest.raises(SpecError, match=message):
        read_source(lines_spec({**LINES, **lines}), as_file(ROWS, tmp_path, "csv"))


def test_auto_takes_the_last_plausible_day_for_every_query(tmp_path: Path) -> None:
    rows = pd.DataFrame(
        {"customer": list("abcd") * 50, "order": range(200), "amount": 1.0, "note": "x"}
        | {"day": pd.date_range("2023-01-01", periods=200).strftime("%Y-%m-%d")}
    )
    rows.loc[7, "day"], rows.loc[8, "day"] = "2099-12-31", "2032-05-05"
    rows.loc[9, "day"] = "1970-01-01"

    raw = read_source(lines_spec(LINES), as_file(rows, tmp_path, "csv"))

    assert raw.as_of == date(2023, 7, 19)
    assert raw.frame["orders"].sum() == 197
    assert raw.frame["recency"].tolist() == [3, 2, 1, 0]


def test_a_day_after_that_of_the_analysis_is_not_known_yet(tmp_path: Path) -> None:
    raw = read_source(lines_spec(LINES, as_of=date(2023, 2, 1)), as_file(ROWS, tmp_path, "csv"))

    assert raw.frame[["customer", "spend", "recency"]].to_dict("list") == {
        "customer": ["a", "b"],
        "spend": [15.5, 7.0],
        "recency": [30, 0],
    }


def test_a_query_that_asks_for_a_day_needs_one(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"\$as_of.*the spec sets no as_of"):
        read_source(lines_spec(LINES, as_of=None), as_file(ROWS, tmp_path, "csv"))


def test_auto_without_lines_takes_the_columns_of_days(tmp_path: Path) -> None:
    query = "SELECT customer, sum(amount) AS spend, count(*) AS orders, 0 AS recency FROM data GROUP BY ALL"
    spec = lines_spec(LINES, query).model_copy(update={"lines": None})
    text = "customer,amount,note,orders,spend\na,1,x,2,3\nb,2,y,3,4\n"

    assert read_source(spec, as_file(ROWS, tmp_path, "parquet")).as_of == date(2023, 3, 5)
    with pytest.raises(InputError, match='as_of = "auto", and no column of days'):
        read_source(spec, write(tmp_path / "dayless.csv", text))
