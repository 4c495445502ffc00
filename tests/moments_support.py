"""Moments around midnight, with a zone and without, in every form in which Parquet and text hold them.

Run as a program it prints what the local engine finds in a folder of them, for a process that lives in another zone.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.cleaning import clean
from pipeline.reading import read_source
from pipeline.spec import Spec, parse_spec
from pipeline.stages import Cleaned

N = 240
STORED = ("naive", "zoned", "moscow", "millis")
OFFSETS = np.array(["+03:00", "-05:00", "+00:00", "+09:00"])
OWN_FORM = "%Y-%m-%d %H:%M:%S%z"


def moments() -> pd.Series:
    """Within a minute of midnight in UTC, New York and Tokyo; over a weekend in which summer time begins."""
    minutes = np.array([0, 1, 29, 239, 240, 241, 299, 300, 899, 900, 901, 1140, 1410, 1439])
    days = pd.Timestamp("2025-03-28") + pd.to_timedelta(np.arange(N) % 6, "D")
    return pd.Series(days + pd.to_timedelta(minutes[np.arange(N) % len(minutes)], "m")).astype("datetime64[us]")


def write_moments(folder: Path) -> None:
    """The same customers and lines as Parquet of several types of moments, and as text with offsets."""
    folder.mkdir(parents=True, exist_ok=True)
    clock = moments()
    naive = pa.array(clock, pa.timestamp("us"))
    zoned = naive.cast(pa.timestamp("us", tz="UTC"))
    numbers = np.arange(N)
    plain = {"naive": naive, "zoned": zoned}
    stored = {
        **plain,
        "moscow": zoned.cast(pa.timestamp("us", tz="Europe/Moscow")),
        "millis": zoned.cast(pa.timestamp("ms", tz="UTC")),
    }
    measured = {"n": numbers % 7, "money": np.round((numbers % 90) * 1.37 + 2, 2)}
    ids = pa.array([f"k{number:03d}" for number in numbers])
    lines = {
        "client": [f"c{number % 40:02d}" for number in numbers],
        "receipt": numbers // 2,
        "money": measured["money"],
    }
    pq.write_table(pa.table({"id": ids, **measured, **stored}), folder / "customers.parquet")
    pq.write_table(pa.table({**lines, **stored}), folder / "lines.parquet")
    old = pa.table({**lines, "naive": naive})
    pq.write_table(old, folder / "old.parquet", use_deprecated_int96_timestamps=True)
    fine = {name: column.cast(pa.timestamp("ns", tz=column.type.tz)) for name, column in plain.items()}
    pq.write_table(pa.table({"id": ids, **measured, **fine}), folder / "fine.parquet")
    offsets = OFFSETS[numbers % len(OFFSETS)]
    text = {
        "stamped": [f"{at:%Y-%m-%dT%H:%M:%S}{zone}" for at, zone in zip(clock, offsets, strict=True)],
        "own": [f"{at:%Y-%m-%d %H:%M:%S}{zone}" for at, zone in zip(clock, offsets, strict=True)],
    }
    written = pa.table({"id": ids, **measured, **text})
    pq.write_table(written, folder / "text.parquet")
    written.to_pandas().to_csv(folder / "text.csv", index=False)


def customers_spec(names: tuple[str, ...], formats: dict[str, str] | None = None) -> Spec:
    """One row a customer: each moment, its hour, its weekday and the days since."""
    columns: dict[str, Any] = {"n": {"role": "active"}, "money": {"role": "active"}}
    for name in names:
        columns[name] = {"role": "passive", "kind": "date"}
        of_it = {"age": f"date_diff('day', {name}, as_of)", "hour": f"hour({name})", "weekday": f"isodow({name})"}
        for what, sql in of_it.items():
            columns[f"{what}_{name}"] = {"role": "passive", "kind": "integer", "sql": sql}
    source = {"formats": formats or {}}
    whole = {"name": "moments", "as_of": "auto", "source": source, "id": {"column": "id"}, "columns": columns}
    return parse_spec(whole, where="moments.toml")


def summed_spec(moment: str, *, judged: bool) -> Spec:
    """Purchases summed by a query, over ``[lines]`` or the file itself."""
    table, money = ("lines", "line_money") if judged else ("data", "money")
    query = (
        f"SELECT client, count(*) AS n, round(sum({money}), 2) AS money, "
        f"count(DISTINCT CAST({moment} AS DATE)) AS days, "
        f"date_diff('day', max(CAST({moment} AS DATE)), $as_of) AS recency, min({moment}) AS first, "
        f"max(hour({moment})) AS latest, count(*) FILTER (WHERE isodow({moment}) >= 6) AS weekend, "
        f"count(*) FILTER (WHERE {moment} >= DATE '2025-03-30') AS late FROM {table} GROUP BY client"
    )
    names = ("n", "money", "days", "recency", "latest", "weekend", "late")
    columns = {name: {"role": "active"} for name in names} | {"first": {"role": "passive", "kind": "date"}}
    lines = {"customer": "client", "order": "receipt", "day": moment, "money": "money"}
    whole = {"name": "moments", "as_of": "auto", "source": {"query": query}, "id": {"column": "client"}}
    more = {"lines": lines} if judged else {}
    return parse_spec({**whole, **more, "columns": columns}, where="moments.toml")


def cases() -> dict[str, tuple[str, Spec]]:
    """File and spec of each case."""
    return {
        "customers": ("customers.parquet", customers_spec(("naive", "zoned"))),
        "csv": ("text.csv", customers_spec(("stamped", "own"), {"own": OWN_FORM})),
        "old": ("old.parquet", summed_spec("naive", judged=False)),
        "lines": ("lines.parquet", summed_spec("zoned", judged=True)),
    }


LOCAL_ONLY = {  # what Spark does not read, or as it reads the others
    "all types": ("customers.parquet", customers_spec(STORED)),
    "text in parquet": ("text.parquet", customers_spec(("stamped", "own"), {"own": OWN_FORM})),
    "query": ("lines.parquet", summed_spec("zoned", judged=False)),
    "lines without a zone": ("lines.parquet", summed_spec("naive", judged=True)),
    "nanoseconds": ("fine.parquet", customers_spec(("naive", "zoned"))),
    "read in a form": ("customers.parquet", customers_spec(("moscow", "zoned"), {"moscow": "%Y-%m-%d"})),
}


def found(folder: Path, file: str, spec: Spec) -> tuple[str, Cleaned]:
    """The last day and the customers, as the local engine has them."""
    raw = read_source(spec, str(folder / file))
    return str(raw.as_of), clean(raw, spec)


def told(day: str, cleaned: Cleaned) -> list[str]:
    """What has to be the same: the day, all customers, the account."""
    customers = cleaned.customers.to_csv(date_format="%Y-%m-%d %H:%M:%S")
    lines = cleaned.ledger.lines
    return [day, cleaned.ledger.fingerprint, customers, lines.model_dump_json() if lines else ""]


if __name__ == "__main__":
    where = Path(sys.argv[1])
    json.dump({name: told(*found(where, *case)) for name, case in (cases() | LOCAL_ONLY).items()}, sys.stdout)
