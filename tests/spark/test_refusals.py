# ruff: noqa: E501
"""What ``--engine spark`` is refused with where it cannot work: one sentence, and no session of Spark."""

from __future__ import annotations

import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from pipeline.contract import Message
from pipeline.errors import InputError, KorzinaError, SparkError, SpecError, UsageError
from pipeline.gathering import LOCAL, ChosenEngine
from pipeline.settings import Settings
from pipeline.spark import Asker, Cluster, open_sources
from pipeline.spark.spark_session import cluster
from pipeline.spec import load_spec, parse_spec
from pipeline.train import Request, train


@pytest.fixture(autouse=True)
def _no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests of this process may have one open."""
    monkeypatch.setattr("pipeline.spark.spark_session._active", lambda: None)


def refused(master: str | None) -> KorzinaError:
    with pytest.raises(KorzinaError) as error, cluster(master):
        raise AssertionError("a session was made")
    assert "\n" not in str(error.value)
    return error.value


@pytest.mark.parametrize(
    ("missing", "master", "remedy"),
    [
        ("pyspark", None, "pip install 'korzina[spark]'"),
        ("sqlglot", "local[2]", "pip install 'korzina[spark]'"),
        ("pyspark", "sc://nowhere:15002", "pip install 'korzina[spark-connect]'"),
        ("grpc", "sc://nowhere:15002", "pip install 'korzina[spark-connect]'"),
        ("py4j", "spark://nowhere:7077", "sc://HOST:PORT"),
    ],
)
def test_a_missing_package_is_named_with_the_extra_that_brings_it(
    missing: str, master: str | None, remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.spark import needs

    known = needs.find_spec
    monkeypatch.setattr(needs, "find_spec", lambda name: None if name == missing else known(name))

    error = refused(master)

    assert isinstance(error, UsageError)
    assert remedy in str(error)


def test_without_java_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)

    assert "Spark needs Java" in str(refused("local[2]"))


@pytest.mark.parametrize("scheme", ["spark", "sc"])
def test_a_master_that_does_not_answer_is_told_at_once_and_without_its_token(scheme: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    error = refused(f"{scheme}://127.0.0.1:{port}/;token=secret" if scheme == "sc" else f"{scheme}://127.0.0.1:{port}")

    assert isinstance(error, SparkError)
    assert f"no master answers at {scheme}://127.0.0.1:{port}" in str(error)
    assert "secret" not in str(error)


@pytest.mark.parametrize("master", ["spark://host:port", "sc://a:b"])
def test_what_is_no_address_is_refused(master: str) -> None:
    assert "is no address of Spark" in str(refused(master))


def test_a_refused_training_leaves_nothing_in_the_store(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    request = Request(spec="complete_journey", engine="spark", master=f"spark://127.0.0.1:{port}")

    with pytest.raises(SparkError):
        train(request, Settings(home=tmp_path))

    assert not (tmp_path / "artifacts").exists()


def test_which_engine_is_said_by_the_call_then_the_environment_then_the_spec() -> None:
    spec = load_spec("marketing_campaign")
    sparkling = spec.model_copy(update={"engine": spec.engine.model_copy(update={"use": "spark", "master": "sc://a"})})

    assert ChosenEngine.chosen(spec, name=None, master=None) == LOCAL
    assert ChosenEngine.chosen(sparkling, name="local", master=None) == LOCAL
    assert ChosenEngine.chosen(sparkling, name=None, master=None).master == "sc://a"
    assert ChosenEngine.chosen(sparkling, name="spark", master="local[3]").master == "local[3]"
    assert ChosenEngine.chosen(spec, name=None, master="local[3]").name == "spark"
    with pytest.raises(UsageError, match="--master belongs to --engine spark"):
        ChosenEngine.chosen(spec, name="local", master="local[3]")


class NoSession:
    """A session that nothing may be asked of."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"Spark was asked for {name}")


NOWHERE = Cluster(NoSession(), "", "")


@pytest.mark.parametrize("name", ["a.xlsx", "a.json", "a.ods"])
def test_files_that_the_local_engine_alone_reads_are_refused_by_name(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"nothing of Parquet's")

    with pytest.raises(InputError, match="Spark does not read this") as error:
        open_sources(NOWHERE, load_spec("marketing_campaign"), str(tmp_path / name))

    assert name in str(error.value)
    assert "leave out --engine spark" in str(error.value)


@pytest.mark.parametrize(
    ("address", "url", "user", "password"),
    [
        ("postgresql://ann:p%40ss@db:5433/shop?ssl=true", "jdbc:postgresql://db:5433/shop?ssl=true", "ann", "p@ss"),
        ("postgresql+psycopg://db/shop", "jdbc:postgresql://db/shop", "", ""),
        ("jdbc:oracle:thin:@db:1521/x", "jdbc:oracle:thin:@db:1521/x", "", ""),
    ],
)
def test_a_databases_address_is_that_of_jdbc_without_its_password(
    address: str, url: str, user: str, password: str
) -> None:
    from pipeline.spark.source_tables import jdbc

    assert jdbc(address) == (url, user, password)


@pytest.mark.parametrize(
    ("address", "what"), [("sqlite:///shop.db", "sqlite"), ("postgresql://db/shop", "which tables")]
)
def test_databases_without_jdbc_or_without_named_tables_are_refused(address: str, what: str) -> None:
    with pytest.raises(InputError, match=what):
        open_sources(NOWHERE, load_spec("marketing_campaign"), address)


@pytest.mark.parametrize("name", ["a.parquet", "a.csv"])
def test_an_empty_file_is_called_so(name: str, tmp_path: Path) -> None:
    (tmp_path / name).touch()

    with pytest.raises(InputError, match="the file is empty"):
        open_sources(NOWHERE, load_spec("marketing_campaign"), str(tmp_path / name))


def test_another_encoding_is_refused_and_not_guessed(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    pd.DataFrame({"ID": ["ё"]}).to_csv(file, index=False, encoding="cp1251")

    with pytest.raises(InputError, match="not UTF-8"):
        open_sources(NOWHERE, load_spec("marketing_campaign"), str(file))


@pytest.mark.parametrize(
    ("parts", "what"),
    [
        ({"as_of": "auto", "columns": {"n": {"role": "active"}, "d": {"role": "passive", "kind": "date"}}}, "auto"),
    ],
)
def test_what_only_the_local_engine_computes_is_refused_by_key(parts: dict[str, Any], what: str) -> None:
    from pipeline.spark.source_tables import SourceTables

    whole = {"name": "x", "id": {"column": "id"}, "columns": {"n": {"role": "active"}}} | parts
    spec = parse_spec(whole, where="x.toml")

    with pytest.raises(SpecError, match=what):
        Asker(NOWHERE, spec, SourceTables({}, "nowhere")).customers()


@pytest.mark.parametrize(
    "sql",
    [
        "a // 2", "a % 2", "round(a, -1)", "round(a, n)", "trim(t, 'x')", "CAST(a AS VARCHAR)", "CAST(a AS BIGINT)", "try_cast(t AS DOUBLE)", "regexp_matches(t, 'a')", "strftime(d, '%Y')", "CAST(a AS INTEGER)",
        "dayofweek(d)", "date_diff('week', d, as_of)", "date_diff('day', d, as_of) // n", "date_diff('day', d, as_of) // 0", "date_trunc('month', d)", "list_contains([1], a)", "a || t",
        "t LIKE 'a\\_%'", "quantile_cont(a, 0.5)", "arg_max(a, b)", "d + INTERVAL 1 DAY", "length(t)", "ln(a)", "a IS DISTINCT FROM b",
        "SELECT * FROM data LIMIT 3", "SELECT * FROM data RIGHT JOIN x USING (id)", "SELECT * EXCLUDE (a) FROM data",
        "SELECT sum(a) OVER () FROM data", "SELECT * FROM read_parquet('x')", "nonsense(", "",
    ],
)  # fmt: skip
def test_sql_that_is_not_known_to_mean_the_same_is_refused_with_what_to_do(sql: str) -> None:
    from pipeline.spark.dialect import translated

    remedy = Message.of("write the query in the SQL of Spark: [{part}.spark] query", part="source")

    with pytest.raises(SpecError, match="cannot be given to Spark as it is") as error:
        translated(sql, load_spec("marketing_campaign"), "source.query", remedy)

    assert remedy in str(error.value)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM parquet.`/etc/passwd`", "SELECT * FROM csv.\"/etc/passwd\"", "SELECT * FROM secret", "SELECT 1; SELECT 2",
        "SELECT * FROM read_files('/etc')", "SELECT * FROM IDENTIFIER('secret')", "INSERT INTO data SELECT 1", "DROP TABLE data",
        "CREATE TABLE x AS SELECT 1", "SET spark.x = 1", "ADD JAR 'x.jar'", "EXPLAIN SELECT 1", "SHOW TABLES", "TABLE secret", "",
        "SELECT reflect('java.lang.System', 'exit', 1)", "SELECT java_method('a', 'b')", "SELECT try_reflect('a', 'b') FROM data",
        "SELECT `reflect`('java.lang.System', 'exit', 1)", "SELECT TRANSFORM (a) USING 'cat' AS b FROM data",
        "FROM data SELECT TRANSFORM (a) USING 'cat' AS b", "SELECT (SELECT max(a) FROM secret) FROM data",
        "WITH secret AS (SELECT * FROM secret) SELECT * FROM secret", "SELECT * FROM default.data",
        "SELECT * FROM secret, (WITH secret AS (SELECT 1) SELECT * FROM secret)", "WITH x AS (INSERT INTO data VALUES (1)) SELECT 1",
        "SELECT * FROM data WHERE EXISTS (SELECT 1 FROM secret)", "SELECT 1) UNION (SELECT 2", "MERGE INTO data USING data ON true",
        "SELECT TRANSFORM (a) USING r'cat' AS b FROM data", "SELECT TRANSFORM (a) USING R'cat' AS b FROM data",
        "SELECT 1 AS \"a\\\" , \", reflect('java.lang.System', 'getenv', 'HOME') AS y FROM data -- \"",
        "SELECT 1 AS \"a\\\" , \", (SELECT max(a) FROM secret) AS y -- \"\n FROM data",
        "SELECT 1 /*+ x('*/ ') , reflect('a', 'b', ' */ ') */ FROM data", "SELECT a[{# 1 #}0] FROM data", "SELECT 1 {# , 2 #} FROM data",
        "SELECT 1 AS a -- x\\\n, 2\n FROM data", "SELECT 1 -- x\r, reflect('a', 'b') FROM data", "SELECT a $b$ FROM data",
        "SELECT r'\\' , reflect('a', 'b') AS y, ' FROM data -- '", "SELECT 1 /* /* */ , 2 */ */ FROM data",
    ],
)  # fmt: skip
def test_spark_is_asked_one_select_over_the_given_tables_and_nothing_else(sql: str) -> None:
    from pipeline.spark.dialect import asked

    with pytest.raises(SpecError, match="no query that Korzina gives to Spark"):
        asked(sql, load_spec("marketing_campaign"), "source.spark.query", ["data"])


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM data", "WITH a AS (SELECT * FROM data), b AS (SELECT * FROM a) SELECT * FROM b JOIN a USING (x)",
        "SELECT \"a b\", `c`, transform(array(1), x -> x + 1) FROM data LATERAL VIEW explode(a) t AS b", "(SELECT 1) UNION ALL SELECT 2",
        "SELECT day, $as_of AS today FROM data -- the end;",
        "SELECT 'it''s' AS a, '''''', X'1F', DATE '2020-01-01', r'\\d', 'a\\'b', \"c\"\"d\", `e``f` FROM data -- don't\n WHERE a = 'x' /* it's */",
        "SELECT 1 /* /* nested */ */ FROM data", "SELECT regexp_extract(ä, '(\\\\d+)', 1) FROM data\u00a0WHERE b > 1.5e3 AND c <=> 1",
    ],
)  # fmt: skip
def test_what_reads_the_given_tables_alone_is_asked(sql: str) -> None:
    from pipeline.spark.dialect import asked

    assert asked(sql, load_spec("marketing_campaign"), "source.spark.query", ["data"]).startswith("(\n")


@pytest.mark.parametrize(
    "address", ["s3a://bucket/lines", "hdfs://node:9000/lines", "abfss://c@a.dfs/x", "gs://bucket/x"]
)
def test_an_address_of_files_is_given_to_spark(address: str) -> None:
    """Schemes that are none of a database's are Spark's to know."""
    asked: list[str] = []

    class Reader:
        def option(self, *_told: str) -> Reader:
            return self

        def parquet(self, *addresses: str) -> Any:
            asked.extend(addresses)
            return SimpleNamespace(dtypes=[])

    session = SimpleNamespace(read=Reader())

    open_sources(Cluster(session, "", ""), load_spec("marketing_campaign"), address)

    assert asked == [address]
