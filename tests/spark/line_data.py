"""Lines of purchases of several kinds of shops, with every fault that accounts know, as Parquet files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

N = 3_000


def purchases(form: str) -> pd.DataFrame:
    """Lines with returns, cancelled orders, repeats, no customers, impossible days, missing and absurd amounts."""
    rng = np.random.default_rng(23)
    who = rng.integers(0, 220, N)
    spelled = {
        "code": [f"C{number:04d}" for number in who],
        "email": [
            f" Анна{number}@Shop.EU" if turn else f"анна{number}@shop.eu\u00a0" for number, turn in _turns(who, rng)
        ],
        "phone": [
            f"+7 (9{number:03d}) 555-10-10" if turn else f"89{number:03d}5551010" for number, turn in _turns(who, rng)
        ],
        "number": [f"{number + 1:06d}" if turn else str(number + 1) for number, turn in _turns(who, rng)],
    }[form]
    frame = pd.DataFrame(
        {
            "client": spelled,
            "receipt": rng.integers(0, 1_100, N),
            "day": pd.Timestamp("2025-02-03 10:30") + pd.to_timedelta(rng.integers(0, 300, N), "D"),
            "price": np.round(rng.gamma(2, 12, N), 2),
            "quantity": rng.integers(1, 6, N),
            "status": rng.choice(["paid", "cancelled", "lost", "gone"], N, p=[0.93, 0.03, 0.02, 0.02]),
            "town": rng.choice(["Rome", "Осло"], N),
            "line_number": rng.integers(0, 9, N),
        }
    )
    some = lambda number: rng.choice(N, number, replace=False)  # noqa: E731
    frame.loc[some(40), "client"] = None
    frame.loc[some(20), "client"] = " \u2003"
    frame.loc[some(90), "quantity"] *= -1
    frame.loc[some(9), "price"] *= -1
    frame.loc[some(30), "price"] = np.nan
    frame.loc[some(2), "price"] = 4e5
    frame.loc[some(2), "day"] = pd.Timestamp("2061-02-03")
    frame.loc[some(11), "day"] = pd.NaT
    frame.loc[some(4), "town"] = "\u00a0Test "
    return pd.concat([frame, frame.sample(70, random_state=1)], ignore_index=True)


def _turns(who: np.ndarray, rng: np.random.Generator) -> list[tuple[int, bool]]:
    return list(zip(who.tolist(), (rng.random(len(who)) < 0.5).tolist(), strict=True))


def stored(folder: Path, table: pd.DataFrame | pa.Table, files: int = 3) -> str:
    """The lines as so many files, in several row groups, whose names come in another order than they were written."""
    folder.mkdir(parents=True)
    table = table if isinstance(table, pa.Table) else pa.Table.from_pandas(table, preserve_index=False)
    size = -(-len(table) // files)
    for place in reversed(range(files)):
        part = table.slice(place * size, size)
        pq.write_table(part, folder / f"part [{place}] ё.parquet", row_group_size=400)
    return str(folder)


def by_order(frame: pd.DataFrame) -> pd.DataFrame:
    """The lines with one customer and one day an order."""
    firsts = frame.drop_duplicates("receipt").set_index("receipt")
    return frame.assign(**{name: frame["receipt"].map(firsts[name]) for name in ("client", "day", "status")})


def retail() -> pd.DataFrame:
    """As a British shop's export: returns have negative quantities and numbers of invoices that begin with C."""
    frame = by_order(purchases("number"))
    frame = frame[frame["price"].isna() | (frame["price"].between(0, 1000))]
    goods = np.arange(len(frame)) % 30
    return pd.DataFrame(
        {
            "InvoiceNo": np.where(frame["quantity"] < 0, "C", "") + (500_000 + frame["receipt"]).astype("str"),
            "StockCode": [f"S{100 + number}" for number in goods],
            "Description": [f"green mug {number}" for number in goods],
            "Quantity": frame["quantity"],
            "InvoiceDate": frame["day"],
            "UnitPrice": frame["price"],
            "CustomerID": pd.to_numeric(frame["client"], errors="coerce").astype("Int64"),
            "Country": np.where(frame["receipt"] % 3, "France", "Norway"),
        }
    )


def statuses() -> pd.DataFrame:
    """Orders with a status, e-mail addresses for customers, and a category."""
    frame = by_order(purchases("email"))
    frame = frame[frame["price"].between(0.5, 1000) & (frame["quantity"] > 0) & frame["day"].notna()]
    return pd.DataFrame(
        {
            "order_id": frame["receipt"],
            "email": frame["client"],
            "order_date": frame["day"],
            "status": frame["status"].replace({"lost": "refunded", "gone": "completed", "paid": "completed"}),
            "category": [f"shelf {place % 7}" for place in range(len(frame))],
            "quantity": frame["quantity"],
            "price": frame["price"],
        }
    )


def receipts() -> pd.DataFrame:
    """A line a receipt with what it came to, and cards that some buyers have not."""
    frame = purchases("code").drop(columns=["status", "line_number", "quantity"])
    frame = frame[frame["price"].between(0, 1000)].drop_duplicates("receipt")
    return frame.rename(columns={"client": "card", "receipt": "чек", "day": "дата", "price": "сумма", "town": "город"})
