"""Columns of any name beside those that Korzina adds, and what cannot be clustered on is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.cleaning import clean
from pipeline.contract import Customers, check_table
from pipeline.errors import SpecError
from pipeline.reading import RawTable
from pipeline.spec import identifiers, load_spec
from tests.pipeline.sources_support import tiny_rows, tiny_spec

CASES = Path(__file__).parents[3] / "shared" / "cases"
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="the shared cases are not beside the project")


def table(frame: pd.DataFrame) -> RawTable:
    return RawTable(frame, "tiny.csv", np.arange(2, len(frame) + 2), unit="line")


@pytest.mark.parametrize("name", ["customer", "Customer", "rule", "row", "text", "as_of", "_position", "frame", "n"])
def test_a_column_of_any_name_stands_beside_korzina_s_own(name: str) -> None:
    spec = tiny_spec(
        id={"column": name},
        columns={"spend": {"role": "active"}, "twice": {"role": "passive", "sql": "spend * 2"}},
        rules=[{"rule": "where", "name": "odd", "sql": "spend > 30", "action": "quarantine"}],
    )
    rows = tiny_rows(30).rename(columns={"id": name})[[name, "spend"]]

    cleaned = clean(table(rows), spec)

    assert Customers.keys(cleaned.customers).tolist() == list(range(20))
    assert cleaned.customers[name].tolist() == rows[name].tolist()[:20]
    check_table("customers", cleaned.customers)
    assert cleaned.quarantine["rule"].tolist() == ["odd"] * 10
    assert cleaned.quarantine.iloc[:, 2].tolist() == rows[name].tolist()[20:]


def test_quotes_in_a_name_do_not_end_it() -> None:
    assert identifiers('"a ""b""" + "it\'s" * nullif(spend, 0) || \'"no"\'') == {'a "b"', "it's", "spend"}


@needs_cases
def test_a_category_that_would_be_clustered_on_is_refused_where_the_spec_is_read() -> None:
    with pytest.raises(SpecError, match=r"columns\.plan: kind = 'category' cannot be active"):
        load_spec(str(CASES / "category_active.toml"))
