"""Days are those of the local engine whatever the zones of Spark's Java, of this process and of the machine.

The session's Java lives in New York (``shop.QUIET``); here Python is put to Tokyo as well.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import InputError
from pipeline.spark import Asker, Cluster, clean_on_spark, open_sources
from pipeline.spec import parse_spec
from tests.moments_support import LOCAL_ONLY, cases, found, told, write_moments


@pytest.fixture
def tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


def test_moments_are_days_in_utc_and_text_those_of_its_clock(opened: Cluster, tmp_path: Path, tokyo: None) -> None:
    write_moments(tmp_path)
    java: Any = opened.session._jvm  # type: ignore[attr-defined,unused-ignore]
    assert java.java.util.TimeZone.getDefault().getID() == "America/New_York"
    assert time.tzname == ("JST", "JST")

    for name, (file, spec) in cases().items():
        asker = Asker(opened, spec, open_sources(opened, spec, str(tmp_path / file))).dated()
        cleaned, _ = clean_on_spark(asker)

        day, customers, lines = told(str(asker.spec.day), cleaned)[0], *told("", cleaned)[2:]
        local = told(*found(tmp_path, file, spec))
        assert [day, customers] == [local[0], local[2]], name
        assert lines in ("", local[3]), name
        assert bool(lines) == (spec.lines is not None), name


def test_moments_in_nanoseconds_are_refused_by_name(opened: Cluster, tmp_path: Path) -> None:
    write_moments(tmp_path)
    file, spec = LOCAL_ONLY["nanoseconds"]

    with pytest.raises(InputError, match="coerce_timestamps='us'") as error:
        open_sources(opened, spec, str(tmp_path / file))

    assert str(tmp_path / file) in str(error.value)


def test_moments_of_a_database_that_would_come_shifted_are_refused(opened: Cluster) -> None:
    """Of Derby, which Spark brings; its days are days in any zone."""
    java: Any = opened.session._jvm  # type: ignore[attr-defined,unused-ignore]
    address = "jdbc:derby:memory:shop"
    statement = java.java.sql.DriverManager.getConnection(f"{address};create=true").createStatement()
    statement.execute("CREATE TABLE visits (client INT, day DATE, moment TIMESTAMP)")
    statement.execute("CREATE TABLE days (client INT, day DATE)")
    statement.execute("INSERT INTO days VALUES (1, '2025-03-30')")
    columns = {"day": {"role": "passive", "kind": "date"}, "n": {"role": "active"}}

    def opens(table: str) -> list[dict[str, Any]]:
        source = {"tables": {"data": table}}
        spec = parse_spec({"name": "x", "source": source, "id": {"column": "client"}, "columns": columns}, where="x")
        rows = open_sources(opened, spec, address).tables["data"]
        found: list[dict[str, Any]] = rows.toArrow().to_pylist()
        return found

    assert [str(day) for row in opens("days") for name, day in row.items() if name == "DAY"] == ["2025-03-30"]
    with pytest.raises(InputError, match=r"MOMENT; America/New_York.*-Duser\.timezone=UTC"):
        opens("visits")
