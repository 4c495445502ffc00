"""A spec's tables as rows of Spark's: Parquet, CSV, databases by JDBC, names of the catalog. The rest is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pipeline.contract import Message
from pipeline.errors import InputError, SparkError, SpecError, without_password
from pipeline.reading import SINGLE, is_database, is_parquet, table_files
from pipeline.spark.spark_session import Cluster, Rows, answering
from pipeline.spec import Spec

CORRUPT = "(corrupt)"  # column of a text table: the whole line where it does not fit the header
_TEXT = (".csv", ".tsv", ".tab", ".txt")
_PACKED = (".gz", ".bz2")
_NESTED = ("array", "map", "struct", "variant")
_SNIFFED = 1 << 20  # bytes of a text file that are looked at for their encoding
_DATABASES = ("sqlite", "postgresql", "postgres", "mysql", "mariadb", "oracle", "mssql", "duckdb", "snowflake")
_POSTGRESQL = "org.postgresql.Driver"
_MARKS = ("\t", ";", "|", ",")


@dataclass(frozen=True)
class SourceTables:
    """The tables of a source by name, and the source in words."""

    tables: Mapping[str, Rows]
    source: str
    texts: frozenset[str] = field(default_factory=frozenset)  # tables whose columns are all text
    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # of tables of Parquet, in their order
    by_jdbc: bool = False


def open_sources(cluster: Cluster, spec: Spec, data: str | None) -> SourceTables:
    """The tables of ``data``, or of where the spec says they are; of which no row is read yet.

    Raises
    ------
    InputError, SpecError
        There are none, or they are such that only the embedded engine reads them.
    SparkError
        Spark cannot read them.
    """
    named = spec.source.tables or {SINGLE: SINGLE}
    with answering():
        if data is None and spec.source.spark.tables:
            places = spec.source.spark.tables
            tables = {name: _at(cluster, spec, place) for name, place in places.items()}
            texts = frozenset(name for name, place in places.items() if _is_text(place))
            return SourceTables(
                _flat(tables, "Spark"),
                ", ".join(places.values()),
                texts,
                _ordered(tables, places) if spec.lines else {},
            )
        if data is not None and _of_a_database(data):
            return _of_database(cluster, named, data)
        if data is not None and "://" in data:
            folder = data.rstrip("/")
            places = {name: data if len(named) == 1 else f"{folder}/{file}" for name, file in named.items()}
            tables = {name: _at(cluster, spec, place) for name, place in places.items()}
            texts = frozenset(name for name, place in places.items() if _is_text(place))
            bare = without_password(data)
            return SourceTables(_flat(tables, bare), bare, texts, _ordered(tables, places) if spec.lines else {})
        if data is not None and len(named) == 1 and _in_catalog(cluster, data):
            return SourceTables(_flat({next(iter(named)): cluster.session.table(data)}, data), data)
        return _of_files(cluster, spec, data)


def _of_a_database(data: str) -> bool:
    """Whether it is the address of a database; ``s3a://``, ``hdfs://``, ``file://`` and the like are of files."""
    scheme = data.partition("://")[0].partition("+")[0].lower()
    return data.startswith("jdbc:") or (scheme in _DATABASES if "://" in data else is_database(data))


def _in_catalog(cluster: Cluster, name: str) -> bool:
    if Path(name).expanduser().exists() or not re.fullmatch(r"\w+(\.\w+){0,2}", name):
        return False
    return bool(cluster.session.catalog.tableExists(name))


def _of_files(cluster: Cluster, spec: Spec, data: str | None) -> SourceTables:
    files, source = table_files(spec, data)
    tables, texts, parquet = {}, set(), {}
    for name, paths in files.items():
        addresses = [_address(path) for path in paths]
        if is_parquet(paths):
            tables[name] = _parquet(cluster, addresses, _above_partitions(paths))
            parquet[name] = tuple(str(path.absolute()) for path in paths)
            continue
        _refuse_empty(paths)
        strange = [path.name for path in paths if not _is_text(path.name)]
        if strange:
            raise _only_local(source, ", ".join(strange[:5]))
        _refuse_other_encoding(spec, paths)
        tables[name] = _csv(cluster, spec, addresses)
        texts.add(name)
    return SourceTables(_flat(tables, source), source, frozenset(texts), parquet)


def _at(cluster: Cluster, spec: Spec, place: str) -> Rows:
    """An address by its ending, or a name in the catalog."""
    if "://" not in place and "/" not in place:
        return cluster.session.table(place)
    if _is_text(place):
        return _csv(cluster, spec, [place])
    ending = place.rstrip("/").rsplit("/", 1)[-1].rpartition(".")[2].lower()
    if ending in ("xlsx", "xls", "ods", "json", "jsonl", "ndjson", "zip", "xml"):
        raise _only_local(place, f".{ending}")
    return _parquet(cluster, [place])


def _ordered(tables: Mapping[str, Rows], places: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Files of the tables that are given by addresses of Parquet, by their names."""
    addresses = (name for name, place in places.items() if ("://" in place or "/" in place) and not _is_text(place))
    return {name: tuple(sorted(map(plain_path, tables[name].inputFiles()))) for name in addresses}


def plain_path(address: str) -> str:
    """The path of a file by the address that Spark tells for it."""
    return unquote(re.sub("^file:/+", "/", address))


def _address(path: Path) -> str:
    """A file's path as Spark takes it: letters mean themselves, and are no pattern."""
    return "file://" + re.sub(r"[][{}*?\\]", r"\\\g<0>", str(path.absolute()))


def _is_text(place: str) -> bool:
    name = place.lower()
    for packed in _PACKED:
        name = name.removesuffix(packed)
    return name.endswith(_TEXT)


def _above_partitions(paths: Sequence[Path]) -> str | None:
    """The folder above those whose names are cells, ``day=2025-01-31``; None where there are none of all files."""
    found = set()
    for path in paths:
        parts = path.absolute().parts[:-1]
        named = [at for at, part in enumerate(parts) if re.fullmatch(r"[^=]+=[^=]*", part)]
        found.add((Path(*parts[: named[0]]), *(parts[at].partition("=")[0] for at in named)) if named else None)
    [base, *others] = found
    return f"file://{base[0]}" if base and not others else None


def _parquet(cluster: Cluster, addresses: Sequence[str], above: str | None = None) -> Rows:
    """``above``: the folder below which names of folders are cells of columns, as the embedded engine reads them."""
    reader = cluster.session.read.option("mergeSchema", str(len(addresses) > 1).lower())
    try:
        with answering():
            return (reader.option("basePath", above) if above else reader).parquet(*addresses)
    except SparkError as error:
        if "TIMESTAMP(NANOS" not in str(error):
            raise
        raise InputError.because(
            Message.of("{file}: moments in nanoseconds, which Spark does not read", file=plain_path(addresses[0])),
            expected=Message.of("moments in microseconds"),
            remedy=Message.of(
                "write the file anew, with pandas: to_parquet(..., coerce_timestamps='us', "
                "allow_truncated_timestamps=True); or leave out --engine spark"
            ),
        ) from error


def _csv(cluster: Cluster, spec: Spec, addresses: Sequence[str]) -> Rows:
    """Text, and nothing but text; a line that does not fit the header stands whole in a column of its own."""
    if spec.source.header not in (None, 1):
        raise _only_local(addresses[0], Message.of("source.header = {n}", n=str(spec.source.header)))
    encoding = spec.source.encoding or "UTF-8"
    delimiter = spec.source.delimiter or _delimiter(cluster, addresses[0], encoding)
    reader = cluster.session.read.options(
        header="true", sep=delimiter, encoding=encoding, quote='"', escape='"', multiLine="true", enforceSchema="false"
    )
    names = reader.csv(list(addresses)).columns
    schema = ", ".join(f"{quoted(name)} STRING" for name in (*names, CORRUPT))
    return reader.options(mode="PERMISSIVE", columnNameOfCorruptRecord=CORRUPT).schema(schema).csv(list(addresses))


def _delimiter(cluster: Cluster, address: str, encoding: str) -> str:
    """The sign that stands most often in the header outside of quotes."""
    first = cluster.session.read.option("encoding", encoding).text(address).limit(1).toArrow().to_pylist()
    bare = "".join(first[0]["value"].split('"')[::2]) if first else ""
    return max(_MARKS, key=lambda mark: (bare.count(mark), mark == ","))


def _refuse_empty(paths: Sequence[Path]) -> None:
    for path in paths:
        if not path.stat().st_size:
            raise InputError.because(
                Message.of("{file}: the file is empty", file=str(path)),
                expected=Message.of("a header line and one line a customer"),
            )


def _refuse_other_encoding(spec: Spec, paths: Sequence[Path]) -> None:
    """Spark would put signs of its own in the place of what it cannot read, and say nothing."""
    if spec.source.encoding:
        return
    for path in paths:
        if path.name.lower().endswith(_PACKED):
            continue
        with path.open("rb") as stream:
            head = stream.read(_SNIFFED)
        try:
            head[: head.rfind(b"\n") + 1 or None].decode("utf-8")
        except UnicodeDecodeError:
            raise InputError.because(
                Message.of("{file}: not UTF-8, and Spark does not detect another encoding", file=str(path)),
                remedy=Message.of("name it with encoding under [source], or leave out --engine spark"),
            ) from None


def _of_database(cluster: Cluster, named: Mapping[str, str], data: str) -> SourceTables:
    """Tables through JDBC, whose driver has to be among Spark's jars."""
    url, user, password = jdbc(data)
    bare = re.split(r"[?;]", url)[0]
    if named == {SINGLE: SINGLE}:
        raise SpecError.because(
            Message.of("the spec does not say which tables of the database to read"),
            expected=Message.of("[source] tables with a table of the database for each name"),
            remedy=Message.of("add {keys} under [source]", keys='tables = { data = "schema.table" }'),
        )
    # moments without a zone as they stand there: else they would be some of the zone of whichever JVM reads them
    reader = cluster.session.read.format("jdbc").option("url", url).option("preferTimestampNTZ", "true")
    driver = _POSTGRESQL if url.startswith("jdbc:postgresql:") else ""  # of a jar in spark.jars no driver is found
    for key, value in (("user", user), ("password", password), ("driver", driver)):
        if value:
            reader = reader.option(key, value)
    try:
        with answering():
            tables = {name: reader.option("dbtable", table).load() for name, table in named.items()}
    except Exception as error:
        if "driver" not in str(error).lower():
            raise
        raise InputError.because(
            Message.of("Spark has no JDBC driver for {url}", url=bare),
            remedy=Message.of(
                "name its jar in Spark's configuration: spark.jars (for PostgreSQL: /usr/share/java/postgresql.jar of "
                "Debian's libpostgresql-jdbc-java)"
            ),
        ) from error
    if not driver:
        _refuse_shifted(cluster, tables, bare)
    return SourceTables(_flat(tables, bare), bare, by_jdbc=True)


def _refuse_shifted(cluster: Cluster, tables: Mapping[str, Rows], source: str) -> None:
    """Of databases but PostgreSQL, Spark takes moments without a zone for some of its JVM's, and tells them in UTC.

    A JVM behind Spark Connect is not asked.
    """
    jvm = getattr(cluster.session, "_jvm", None)
    zone = jvm.java.util.TimeZone.getDefault() if jvm else None
    if zone is None or (zone.getRawOffset() == 0 and not zone.useDaylightTime()):
        return
    moments = [name for rows in tables.values() for name, kind in rows.dtypes if kind == "timestamp_ntz"]
    if moments:
        raise InputError.because(
            Message.of("{source}: moments would come shifted, since Java is not in UTC", source=source),
            found="; ".join((", ".join(moments[:10]), str(zone.getID()))),
            remedy=Message.of(
                "give it that zone: -Duser.timezone=UTC in spark.driver.extraJavaOptions and "
                "spark.executor.extraJavaOptions"
            ),
        )


def jdbc(data: str) -> tuple[str, str, str]:
    """The address as JDBC has it, without user and password, and those."""
    if data.startswith("jdbc:"):
        return data, "", ""
    parts = urlsplit(data if "://" in data else f"sqlite:///{data}")
    if not parts.scheme.startswith("postgres"):
        raise _only_local(f"{parts.scheme}:...", parts.scheme)
    port = f":{parts.port}" if parts.port else ""
    url = f"jdbc:postgresql://{parts.hostname}{port}{parts.path}" + (f"?{parts.query}" if parts.query else "")
    return url, unquote(parts.username or ""), unquote(parts.password or "")


def _flat(tables: Mapping[str, Rows], source: str) -> Mapping[str, Rows]:
    """The same tables; raises ``InputError`` where a cell of one holds a list or a record."""
    for rows in tables.values():
        nested = [name for name, kind in rows.dtypes if kind.startswith(_NESTED)]
        if nested:
            raise InputError.because(
                Message.of("{file}: columns with lists or records inside", file=source),
                found=", ".join(nested[:10]),
                expected=Message.of("one value in each cell"),
                remedy=Message.of("leave these columns out of the file, or unnest them with [source] query"),
            )
    return tables


def _only_local(source: str, kind: str) -> InputError:
    return InputError.because(
        Message.of("{source}: Spark does not read this", source=source),
        expected=Message.of("Parquet, CSV, a table of the catalog, or a database through JDBC"),
        found=Message.of("{what}, which the local engine alone reads", what=kind),
        remedy=Message.of("leave out --engine spark, or write the data as Parquet first"),
    )


def quoted(name: str) -> str:
    """An identifier of Spark's SQL."""
    return "`" + name.replace("`", "``") + "`"
