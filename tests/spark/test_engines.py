"""Both engines find the same: one session of Spark (``local[2]``), in which everything that needs one is tried.

Executors start no Python for any of this: customers are read and cleaned by SQL, so the fixture gives them none.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.cleaning import clean
from pipeline.errors import InputError, KorzinaError, SpecError, UsageError
from pipeline.folding import Categories, LocalPopulation, Parts, Space, column_values, lloyd
from pipeline.gathering import ChosenEngine, gather_new
from pipeline.reading import SINGLE, read_source, tables
from pipeline.scoring import score
from pipeline.segmenting import as_kernel, fit_transform
from pipeline.settings import Settings
from pipeline.spark import Asker, Cluster, baskets_on_spark, clean_on_spark, cluster, history_on_spark, open_sources
from pipeline.spark.dialect import translated
from pipeline.spark.folds.spark_population import SparkPopulation
from pipeline.spec import Spec, load_spec, parse_spec
from pipeline.stages import Cleaned
from pipeline.store import Store
from pipeline.train import Request, train
from tests.spark.shop import QUIET, write

SOON = 0.01  # of inertia: a few passes tell what dozens would


def same(local: Cleaned, other: Cleaned) -> None:
    """Ledger, customers and what was set aside, but for the places of rows, which a cluster does not know."""
    for name in ("rows_in", "rows_out", "dropped", "quarantined", "fingerprint", "tables", "source"):
        assert getattr(other.ledger, name) == getattr(local.ledger, name), name
    without = {"examples"}
    assert [entry.model_dump(exclude=without) for entry in other.ledger.entries] == [
        entry.model_dump(exclude=without) for entry in local.ledger.entries
    ]
    assert other.ledger.notes[:-1] == local.ledger.notes
    assert other.dataset == local.dataset
    pd.testing.assert_frame_equal(other.customers, local.customers, check_exact=True)
    kept = [
        name
        for name in local.quarantine
        if name not in ("row", "orders", "code", "vip", "tea", "milk", "bread", "spend")
    ]
    rows = [table[kept].sort_values(kept, ignore_index=True) for table in (local.quarantine, other.quarantine)]
    pd.testing.assert_frame_equal(rows[0], rows[1], check_dtype=False)


@pytest.mark.long
@pytest.mark.parametrize("partitions", [7, 2])
def test_customers_and_ledger_are_those_of_the_local_engine(
    opened: Cluster, shop: tuple[Spec, str, Cleaned], partitions: int
) -> None:
    spec, data, local = shop
    assert len({str(entry.rule) for entry in local.ledger.entries}) >= 12, (
        "the shop has too few faults to show anything"
    )
    given = open_sources(opened, spec, data)
    given = replace(given, tables={SINGLE: given.tables[SINGLE].repartition(partitions)})

    done: list[float] = []

    cleaned, work = clean_on_spark(Asker(opened, spec, given), done.append)

    same(local, cleaned)
    assert work.partitions >= 1
    assert done == sorted(done)


def test_the_last_day_of_the_data_is_that_of_the_local_engine(
    opened: Cluster, shop: tuple[Spec, str, Cleaned], tmp_path: Path
) -> None:
    """Days as text in a table of customers; and stored ones under a query, where one is a typing mistake."""
    spec, data, _ = shop
    table = spec.model_copy(update={"as_of": "auto"})

    lines = pd.DataFrame({"client": ["a", "b", "c", "d"] * 90, "n": np.arange(360) % 7})
    lines["day"] = pd.Timestamp("2025-03-01") + pd.to_timedelta(np.arange(360) % 200, "D")
    lines.loc[3, "day"] = pd.Timestamp("2052-03-01")
    lines.loc[5, "day"] = None
    pq.write_table(pa.Table.from_pandas(lines, preserve_index=False), tmp_path / "lines.parquet")
    summed = parse_spec(
        {
            "name": "summed",
            "as_of": "auto",
            "source": {"query": "SELECT client, sum(n) AS n, count(*) AS m FROM data GROUP BY client"},
            "id": {"column": "client"},
            "columns": {"n": {"role": "active"}, "m": {"role": "passive"}},
        },
        where="summed.toml",
    )

    for auto, place in ((table, data), (summed, str(tmp_path / "lines.parquet"))):
        found = Asker(opened, auto, open_sources(opened, auto, place)).dated().spec

        assert found.day == read_source(auto, place).as_of
        assert found.day == (date(2026, 1, 30) if auto is table else date(2025, 9, 16))


def test_text_is_read_as_the_local_engine_reads_it(opened: Cluster, tmp_path: Path) -> None:
    spec = load_spec(str(write(tmp_path, 400, 1)))
    frame = pd.read_parquet(tmp_path / "data" / "part-0.parquet")
    frame["town"] = frame["town"].mask(frame.index % 9 == 0, 'Saint "Denis"; sur\nSeine')
    frame["amount"] = frame["amount"].str.replace(",", ".")  # one decimal sign a file
    file = tmp_path / "shop.csv"
    frame.to_csv(file, sep=";", index=False)
    with file.open("a") as handle:
        handle.write("C1;too;few\n" + ";".join(["x"] * 20) + "\n")

    cleaned, _ = clean_on_spark(Asker(opened, spec, open_sources(opened, spec, str(file))))

    local = clean(read_source(spec, str(file)), spec)
    assert local.ledger.entries[0].quarantined == 2
    assert cleaned.ledger.entries[0].quarantined == 2
    assert cleaned.ledger.fingerprint == local.ledger.fingerprint
    pd.testing.assert_frame_equal(cleaned.customers, local.customers, check_exact=True)


def test_names_of_folders_and_bytes_are_cells_as_locally(opened: Cluster, tmp_path: Path) -> None:
    """``day=2025-01-31/shop=7/...`` are columns of a day and of a number; bytes are hexadecimal text."""
    rng = np.random.default_rng(3)
    for place, (day, shop) in enumerate((("2025-01-30", 7), ("2025-01-31", 7), ("2025-02-01", 12))):
        numbers = np.arange(place * 60, place * 60 + 60)
        mark = [bytes([0, 255, number % 3]) for number in numbers]
        table = pa.table(
            {"id": [f"k{number}" for number in numbers], "n": numbers % 7, "m": rng.random(60), "mark": mark}
        )
        folder = tmp_path / "all [x]" / f"day={day}" / f"shop={shop}"
        folder.mkdir(parents=True)
        pq.write_table(table, folder / "part.parquet")
    columns: dict[str, dict[str, str]] = {name: {"role": "active"} for name in ("n", "m", "shop")}
    columns |= {"day": {"role": "passive", "kind": "date"}, "mark": {"role": "passive", "kind": "category"}}
    spec = parse_spec({"name": "x", "as_of": "auto", "id": {"column": "id"}, "columns": columns}, where="x.toml")
    data = str(tmp_path / "all [x]")

    asker = Asker(opened, spec, open_sources(opened, spec, data)).dated()
    cleaned, _ = clean_on_spark(asker)

    raw = read_source(spec, data)
    local = clean(raw, spec)
    assert asker.spec.day == raw.as_of == date(2025, 2, 1)
    pd.testing.assert_frame_equal(cleaned.customers, local.customers, check_exact=True)
    assert cleaned.ledger.fingerprint == local.ledger.fingerprint
    assert set(local.customers["mark"]) == {"00ff00", "00ff01", "00ff02"}


# ------------------------------------------------------------------ SQL

# ruff: noqa: E501
DAYS = pd.date_range("2025-12-26", periods=21, freq="7h").append(pd.DatetimeIndex([pd.NaT]))  # all seven weekdays
VALUES = pd.DataFrame(
    {
        "a": [0.0, 1.0, -2.5, None, 3.0, 1e12, -0.0] * 3 + [7.0],
        "b": [2.0, 0.0, None, 0.0, -4.0, 3.0, 0.0] * 3 + [0.0],
        "n": pd.array([5, 0, None, -7, 2, 9, 1] * 3 + [4], dtype="Int64"),
        "t": ["Ab", "ab%", None, "Ёлка", "", "a_b", "AB"] * 3 + ["z"],
        "d": DAYS,
    }
)
EXPRESSIONS = [
    "a + b * 2 - -a", "a / b", "n / 2", "n / nullif(n, 0)", "(a + b) / a / b", "abs(a)", "greatest(a, b)", "least(a, b, 1)",
    "a = b", "a <> b", "a < b", "a <= b", "a > b", "a >= b", "a is null or b is not null", "not (a > 1 and b < 1)",
    "a in (0, 1, 3)", "a between -1 and 2", "case when a > 0 then 'x' when a < 0 then 'y' else 'z' end",
    "coalesce(a, b, 0)", "nullif(a, 0)", "lower(t)", "upper(t)", "t like 'a%'", "t = 'Ab'", "CAST(n AS DOUBLE) / 4",
    "isodow(d)", "year(d)", "month(d)", "day(d)", "hour(d)", "CAST(d AS DATE)", "date_diff('day', d, as_of)",
    "date_diff('day', as_of, d)", "date_diff('month', d, as_of)", "date_diff('month', as_of, d) // 12", "date_diff('year', d, as_of)",
    "date_diff('month', d, DATE '2026-06-01') // 5 + 1", "2 * (date_diff('day', d, as_of) // 7)", "trim(t)", "upper(trim(t))", "round(a / b, 2)", "round(a + 0.005, 2)", "round(n)", "round(b * 0.001, 3)",
    "d >= as_of", "d < DATE '2025-12-30'", "true and a > 0", "a / b > 1",
]  # fmt: skip
QUERIES = [
    "SELECT t, count(*) AS n, count(a) AS m, count(DISTINCT b) AS d, sum(n) AS s, min(a) AS l, max(d) AS h, avg(n) AS v "
    "FROM data WHERE t IS NOT NULL GROUP BY t HAVING count(*) > 1",
    "SELECT isodow(d) AS w, count(*) FILTER (WHERE a > 0) / count(*) AS r FROM data WHERE d < $as_of GROUP BY isodow(d)",
    "WITH x AS (SELECT DISTINCT n FROM data) SELECT x.n, q.c FROM x LEFT JOIN (SELECT n, sum(b) AS c FROM data GROUP BY n) AS q "
    "ON q.n = x.n UNION ALL SELECT n, a FROM data WHERE a = 3",
]


def test_every_function_on_the_list_means_the_same_row_by_row(opened: Cluster) -> None:
    spec = load_spec("marketing_campaign")
    numbered = VALUES.assign(place=range(len(VALUES)))
    day = spec.day
    assert day is not None
    names = [f"e{place}" for place in range(len(EXPRESSIONS))]
    mine = ", ".join(f"{sql} AS {name}" for sql, name in zip(EXPRESSIONS, names, strict=True))
    with tables(frames={"data": numbered}) as engine:
        local = engine.query(f"SELECT {mine} FROM (SELECT *, DATE '{day}' AS as_of FROM data) ORDER BY place")
    rows = opened.frame(pa.Table.from_pandas(numbered, preserve_index=False))
    rows = rows.selectExpr("a", "b", "n", "t", "CAST(d AS TIMESTAMP_NTZ) AS d", "place")
    theirs = [
        f"{translated(sql, spec, sql, '', expression=True)} AS {name}"
        for sql, name in zip(EXPRESSIONS, names, strict=True)
    ]
    spark = rows.selectExpr("place", *theirs).orderBy("place").toArrow().to_pandas()

    for sql, name in zip(EXPRESSIONS, names, strict=True):
        assert plain(spark[name]) == plain(local[name]), sql


def test_capital_and_small_letters_are_those_of_the_local_engine(opened: Cluster) -> None:
    """Of every script that has them: Java makes two letters of one, and another sigma of the last in a word."""
    spec = load_spec("marketing_campaign")
    ends = (0x3100, 0xA640, 0xA800, 0xAB30, 0xABC0, 0xFB00, 0xFB20, 0xFF00, 0xFFF0, 0x10400, 0x10600, 0x1E900, 0x1E960)
    codes = [*range(0x21, ends[0])]
    codes += [code for start, end in zip(ends[1::2], ends[2::2], strict=True) for code in range(start, end)]
    table = pa.table({"place": codes, "t": [f"Α{chr(code)} {chr(code)}b{chr(code)}" for code in codes]})
    names = ("lower", "upper", "trim")
    with tables(frames={"data": table}) as engine:
        local = engine.rows(f"SELECT {', '.join(f'{name}(t)' for name in names)} FROM data ORDER BY place")
    sql = [f"{translated(f'{name}(t)', spec, name, '', expression=True)} AS {name}" for name in names]

    spark = opened.frame(table).selectExpr("place", *sql).orderBy("place").toArrow().select(list(names)).to_pylist()

    assert len(codes) > 13_000
    assert [code for code, one, other in zip(codes, spark, local, strict=True) if tuple(one.values()) != other] == []


def plain(column: pd.Series) -> list[object]:
    """Values that do not tell by which engine they were computed."""
    return [None if pd.isna(value) else _plain(value) for value in column]


def _plain(value: object) -> object:
    if isinstance(value, bool | np.bool):
        return bool(value)
    if isinstance(value, int | float | np.number):
        return float(value) + 0.0  # turns -0 into 0
    return str(pd.Timestamp(value)) if isinstance(value, date) else value


@pytest.mark.parametrize("sql", QUERIES)
def test_a_query_of_known_parts_is_answered_alike(opened: Cluster, sql: str) -> None:
    spec = load_spec("marketing_campaign").model_copy(update={"lines": None})
    asker = Asker(opened, spec, open_sources_of(opened, VALUES))
    with tables(frames={"data": VALUES}) as engine:
        local = engine.query(sql, as_of=spec.day)

    spark = asker.answer("source", sql, None).toArrow().to_pandas()

    rows = [sorted(zip(*(map(str, plain(frame[name])) for name in frame), strict=True)) for frame in (local, spark)]
    assert rows[0] == rows[1]


def open_sources_of(opened: Cluster, frame: pd.DataFrame) -> object:
    from pipeline.spark.source_tables import SourceTables

    rows = opened.frame(pa.Table.from_pandas(frame, preserve_index=False))
    return SourceTables({SINGLE: rows.selectExpr("a", "b", "n", "t", "CAST(d AS TIMESTAMP_NTZ) AS d")}, "a frame")


@pytest.mark.long
def test_the_shipped_queries_give_the_same_households_baskets_and_past(opened: Cluster) -> None:
    from pipeline.campaigns import read_history
    from pipeline.describing import read_baskets

    spec = load_spec("complete_journey")
    asker = Asker(opened, spec, open_sources(opened, spec, None))

    same(clean(read_source(spec, None), spec), clean_on_spark(asker)[0])

    moment = ["moment", "household_id"]
    past = [read_history(spec, None), history_on_spark(asker)]
    tables_ = [
        frame.sort_values(moment, ignore_index=True).astype(dict.fromkeys(frame.columns[2:], "float64"))
        for frame in past
    ]
    pd.testing.assert_frame_equal(tables_[0], tables_[1], check_dtype=False, rtol=1e-12, atol=0)
    bought = []
    for baskets in (read_baskets(spec, None), baskets_on_spark(asker)):
        assert baskets is not None
        edges = zip(baskets.owner, baskets.starts[:-1], baskets.starts[1:], strict=True)
        bought.append((baskets.names, sorted((baskets.owners[who], tuple(baskets.codes[a:b])) for who, a, b in edges)))
    assert bought[0] == bought[1]


# ------------------------------------------------------------------ what fails


def test_a_job_that_fails_is_told_in_one_sentence(opened: Cluster, shop: tuple[Spec, str, Cleaned]) -> None:
    spec, data, _ = shop
    query = {"query": "SELECT * FROM data WHERE CAST(town AS INT) > 1"}
    source = spec.source.model_copy(update={"spark": spec.source.spark.model_copy(update=query)})
    failing = spec.model_copy(update={"source": source})

    with pytest.raises(KorzinaError) as error:
        clean_on_spark(Asker(opened, failing, open_sources(opened, failing, data)))

    assert "CAST_INVALID_INPUT" in str(error.value)
    assert "\n" not in str(error.value)


def test_what_stops_a_training_stops_its_jobs_and_leaves_the_notebooks_session(opened: Cluster) -> None:
    def stopped() -> None:
        with cluster(None) as inner:
            assert inner.session.range(3).count() == 3
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()

    assert opened.session.range(4).count() == 4


def test_another_master_than_that_of_the_open_session_is_refused(opened: Cluster) -> None:
    with pytest.raises(UsageError, match="open in this process already"), cluster("local[5]"):
        raise AssertionError("a second session was made")


@pytest.mark.long
def test_columns_that_are_not_there_and_hopeless_ones_are_refused_as_locally(opened: Cluster, tmp_path: Path) -> None:
    spec = load_spec(str(write(tmp_path, 300, 1)))
    for column, change in (("orders", {}), ("town", {"kind": "number"})):
        columns = dict(spec.columns)
        if change:
            columns[column] = columns[column].model_copy(update=change)
        else:
            columns["not_there"] = columns[column]
        wrong = spec.model_copy(update={"columns": columns, "rules": ()})
        with pytest.raises(InputError) as local:
            clean(read_source(wrong, str(tmp_path / "data")), wrong)
        with pytest.raises(InputError) as other:
            clean_on_spark(Asker(opened, wrong, open_sources(opened, wrong, str(tmp_path / "data"))))
        assert other.value.parts["what"] == local.value.parts["what"]
        assert other.value.parts["remedy"] == local.value.parts["remedy"]


def test_a_query_that_reads_elsewhere_never_runs(opened: Cluster) -> None:
    spec = load_spec("marketing_campaign")
    asker = Asker(opened, spec, open_sources_of(opened, VALUES))
    for sql in ("SELECT * FROM parquet.`/etc/passwd`", "SHOW TABLES", "SELECT 1; SELECT 2", "SELECT * FROM other"):
        with pytest.raises(SpecError, match="no query that Korzina gives to Spark"):
            asker.answer("source", None, sql)


# ------------------------------------------------------------------ whole


@pytest.mark.long
def test_a_training_on_spark_stands_in_the_store_as_the_local_one_does(opened: Cluster, tmp_path: Path) -> None:
    spec, settings = str(write(tmp_path / "shop", 900, 2)), Settings(home=tmp_path / "home")
    request = Request(spec=spec, data=str(tmp_path / "shop" / "data"), k_max=4)

    found = [train(replace(request, engine=name, experiment=name), settings) for name in ("local", "spark")]

    store = Store.open(settings)
    local, spark = (store.load(one.saved.run_ids[one.training.decision.k]) for one in found)
    assert spark.decision == local.decision
    assert [candidate.cards for candidate in found[1].training.candidates] == [
        candidate.cards for candidate in found[0].training.candidates
    ]
    for one, other in zip(found[0].training.candidates, found[1].training.candidates, strict=True):
        np.testing.assert_array_equal(other.labels, one.labels)
    pd.testing.assert_frame_equal(found[1].training.sensitivity, found[0].training.sensitivity)
    pd.testing.assert_frame_equal(spark.customers, local.customers, check_exact=True)
    params = next(run.params for run in store.runs("spark") if run.run_id == spark.run_id)
    assert params["engine"] == "spark"
    assert params["spark_version"] == opened.version
    assert params["spark_master"] == "local[2]"
    assert int(params["spark_partitions"]) >= 1


@pytest.mark.long
def test_new_customers_are_placed_as_locally(opened: Cluster, tmp_path: Path) -> None:
    spec, settings = str(write(tmp_path / "shop", 900, 2)), Settings(home=tmp_path / "home")
    trained = train(Request(spec=spec, data=str(tmp_path / "shop" / "data"), k_max=3), settings)
    run = Store.open(settings).load(trained.saved.run_ids[trained.training.decision.k])
    write(tmp_path / "new", 60, 1)
    [file] = (tmp_path / "new" / "data").iterdir()
    without = pd.read_parquet(file).drop(columns=["town", "size"])  # nothing that is clustered on needs them
    without.to_parquet(file)

    local = score(run, str(file.parent))
    other = score(run, str(file.parent), gather=gather_new(ChosenEngine("spark")))

    pd.testing.assert_frame_equal(other.table, local.table, check_exact=True)
    assert other.drift == local.drift
    assert [entry.model_dump(exclude={"examples"}) for entry in other.ledger.entries] == [
        entry.model_dump(exclude={"examples"}) for entry in local.ledger.entries
    ]
    without.drop(columns="spend").to_parquet(file)
    with pytest.raises(InputError, match="no column 'spend'"):
        score(run, str(file.parent), gather=gather_new(ChosenEngine("spark")))


@pytest.mark.long
def test_a_customer_with_most_of_the_revenue_is_named_as_locally(opened: Cluster, tmp_path: Path) -> None:
    spec = load_spec(str(write(tmp_path, 300, 1)))
    spec = spec.model_copy(update={"rules": ()})
    [file] = (tmp_path / "data").iterdir()
    rows = pd.read_parquet(file)
    rows.loc[rows.index[rows["customer"].str.strip() == "C000007"], "spend"] = 1e7
    rows.to_parquet(file)

    local = clean(read_source(spec, str(file.parent)), spec)
    other, _ = clean_on_spark(Asker(opened, spec, open_sources(opened, spec, str(file.parent))))

    same(local, other)
    assert any("C000007" in str(entry.detail) for entry in other.ledger.entries)


@pytest.fixture
def server(opened: Cluster, tmp_path: Path) -> Iterator[str]:
    """A server of Spark Connect of its own."""
    import pyspark

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = Path(pyspark.__file__).parent
    options = {
        **QUIET,
        "spark.driver.memory": "700m",
        "spark.master": "local[1]",
        "spark.connect.grpc.binding.port": port,
    }
    command = [str(home / "bin" / "spark-submit"), "--class", "org.apache.spark.sql.connect.service.SparkConnectServer"]
    command += [part for name, value in options.items() for part in ("--conf", f"{name}={value}")]
    with (tmp_path / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "spark-internal"], stdout=log, stderr=log, env={**os.environ, "SPARK_HOME": str(home)}
        )
        try:
            until = time.monotonic() + 120
            while time.monotonic() < until and process.poll() is None:
                with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
                time.sleep(0.5)
            yield f"sc://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)


@pytest.mark.long
def test_the_same_code_runs_through_spark_connect(server: str, tmp_path: Path) -> None:
    spec, data = load_spec(str(write(tmp_path / "shop", 900, 2))), str(tmp_path / "shop" / "data")

    with cluster(server) as connected:
        cleaned, _ = clean_on_spark(Asker(connected, spec, open_sources(connected, spec, data)))

    same(clean(read_source(spec, data), spec), cleaned)
    assert connected.master == server


# ------------------------------------------------------------------ everybody


@pytest.mark.long
def test_a_fold_over_executors_gives_the_bits_of_a_local_one(
    opened: Cluster, shop: tuple[Spec, str, Cleaned], bare_python: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, local = shop
    monkeypatch.setattr(opened.session.sparkContext, "pythonExec", bare_python)
    monkeypatch.setattr("pipeline.folding.drawing.SAMPLE", 2_000)
    here = LocalPopulation(local.customers, local.dataset)
    transform = fit_transform(here)
    kernel = as_kernel(transform)
    middle = kernel.matrix({name: column_values(local.customers[name]) for name in kernel.columns})[:9]
    starts = {k: middle[:k] for k in (2, 5, 9)}
    fitted = lloyd(Space.of(here.fold, kernel, middle.mean(axis=0)), starts, gain=SOON)
    table = pa.Table.from_pandas(local.customers.iloc[:, 1:], preserve_index=False)
    rows = (
        opened.frame(table).withColumnRenamed("joined", "day").selectExpr("*", "CAST(day AS TIMESTAMP_NTZ) AS joined")
    )
    for partitions in (7, 2, 40):  # of 40, the parts are joined on the executors before they come here
        cut = rows.drop("day").repartition(partitions).persist()
        there = SparkPopulation(cut, local.dataset, here.n, "customer", 2_000)

        drawn = there.sample().customers
        pd.testing.assert_frame_equal(
            drawn[here.customers.columns[1:]], here.sample().customers.iloc[:, 1:], check_exact=True
        )
        assert fit_transform(there) == transform
        for name in ("town", "size"):
            assert counts(there.fold(Categories(name))) == counts(here.fold(Categories(name)))
        space = Space.of(there.fold, kernel, middle.mean(axis=0))
        for k, again in lloyd(space, starts, gain=SOON).items():
            np.testing.assert_array_equal(again.centres, fitted[k].centres)
            np.testing.assert_array_equal(again.sizes, fitted[k].sizes)
            assert again.inertia == fitted[k].inertia
        cut.unpersist()


def counts(parts: Parts) -> dict[object, int]:
    """Of each category."""
    return dict(zip(parts["names"].tolist(), parts["counts"].tolist(), strict=True))


def test_the_name_of_a_table_is_a_name_and_nothing_else(opened: Cluster) -> None:
    from pipeline.spark.source_tables import SourceTables

    name = 'x" AS (SELECT 1 AS a), "y\\'
    given = SourceTables({name: opened.frame(pa.table({"a": [7]}))}, "a frame")
    asker = Asker(opened, load_spec("marketing_campaign"), given)

    assert asker.answer("source", None, f"SELECT a FROM `{name}`").toArrow().to_pylist() == [{"a": 7}]
