"""A session with Spark, classic or Connect, and its faults in words. What is set is what answers depend on, no more."""

from __future__ import annotations

import logging
import os
import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, TypeAlias
from uuid import uuid4

from pipeline.contract import Message
from pipeline.errors import KorzinaError, SparkError, UsageError
from pipeline.spark.needs import LOCAL, bare, refuse_missing, refuse_silent

Session: TypeAlias = Any  # pyspark.sql.SparkSession; PySpark may not be installed, and has a class for each kind
Rows: TypeAlias = Any  # pyspark.sql.DataFrame
_MEANING = {  # on which the meaning of SQL depends; memory, cores and the rest are the operator's
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "false",
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",
}
_QUIET = {"spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR"}
_LOGGERS = ("SQLQueryContextLogger", "DataFrameQueryContextLogger")  # print each error once more, with both stacks
_LONGEST = 300  # letters of what Spark says


@dataclass(frozen=True)
class Cluster:
    """A session and what a run says of it."""

    session: Session
    master: str  # as it is recorded: without a token that an address may hold
    version: str

    def frame(self, table: Any) -> Rows:
        """An Arrow table as rows of Spark's; raises ``SparkError``."""
        with unwarned(), answering():
            return self.session.createDataFrame(table)


@contextmanager
def cluster(master: str | None, log: Path | None = None) -> Iterator[Cluster]:
    """A session of our own; what it left running is cancelled on the way out, Ctrl-C included.

    Parameters
    ----------
    master
        ``spark://HOST:PORT``, ``sc://HOST:PORT``, ``local[*]`` or what else Spark takes; None: the session that is
        there already (a notebook's), Spark's own configuration, or else ``local[*]``.
    log
        File for what the JVM says; None: it goes to stderr.

    Raises
    ------
    UsageError
        PySpark or Java is missing, or the address is none.
    SparkError
        The master does not answer.
    """
    refuse_missing(master, is_open=_active() is not None)
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    logging.getLogger().addFilter(_not_py4j)
    held = None if (master or "").startswith("sc://") else _active()
    if held is not None and master not in (None, held.conf.get("spark.master")):
        raise UsageError.because(
            Message.of("a session of Spark is open in this process already"),
            found=Message.of("the master {master}", master=bare(held.conf.get("spark.master"))),
            expected=Message.of("the master {master}", master=bare(master)),
            remedy=Message.of("leave out --master, or stop that session"),
        )
    session = held.newSession() if held is not None else _opened(master, log)
    try:
        with answering():
            for name, value in _MEANING.items():
                session.conf.set(name, value)
            told = Cluster(session, bare(master or str(session.conf.get("spark.master", LOCAL))), session.version)
        yield told
    except BaseException:
        _cancel(session)
        raise
    finally:
        if held is None:
            _stop(session)


def grouped(rows: Rows, keys: Sequence[str], sums: Sequence[str]) -> Rows:
    """Aggregates by keys, both as SQL; no row is read yet. Functions of columns would be others through Connect."""
    view = f"korzina_{uuid4().hex}"
    rows.createOrReplaceTempView(view)
    return rows.sparkSession.sql(f"SELECT {', '.join((*keys, *sums))} FROM {view} GROUP BY {', '.join(keys)}")


@contextmanager
def answering() -> Iterator[None]:
    """Spark's errors as ours: the first line of its words, without a traceback of either language."""
    try:
        yield
    except KorzinaError:
        raise
    except Exception as error:
        if not _is_sparks(error):
            raise
        raise SparkError.because(
            Message.of("Spark could not do it"),
            found=brief(error),
            remedy=Message.of("look into Spark's own log; the data, their addresses and the cluster have to be there"),
        ) from error


def brief(error: BaseException) -> str:
    """What Spark says, in one line."""
    said = str(getattr(error, "desc", None) or error)
    java = getattr(error, "java_exception", None)
    if java is not None:
        said = str(java.getMessage() or java.getClass().getName())
    causes = re.findall(r"Caused by: (?:[\w.$]+: )?(.+)", said)
    plain = [line for line in said.splitlines() if line.strip() and not line.lstrip().startswith(("at ", "== SQL"))]
    line = causes[-1] if causes else next(iter(plain), type(error).__name__)
    return " ".join(line.split())[:_LONGEST]


@contextmanager
def unwarned() -> Iterator[None]:
    """PySpark warns of every pandas from 3 on; what is used of it here goes through Arrow, and never through pandas."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=FutureWarning, module=r"pyspark")
        warnings.filterwarnings("ignore", message=".*pandas.*", category=FutureWarning)
        warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"pyspark")
        yield


def _not_py4j(record: logging.LogRecord) -> bool:
    """Py4J writes to everybody's log what it raises as well: after Ctrl-C two stacks of its own."""
    return "py4j" not in Path(record.pathname).parts


def _is_sparks(error: Exception) -> bool:
    """Whether the error is Spark's, Py4J's or gRPC's."""
    return any(base.__module__.split(".")[0] in ("pyspark", "py4j", "grpc") for base in type(error).__mro__)


def _active() -> Session | None:
    """The session of a notebook that runs inside of Spark, where there is one."""
    if find_spec("py4j") is None:
        return None
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    return SparkSession.getActiveSession() if SparkContext._active_spark_context is not None else None


def _opened(master: str | None, log: Path | None) -> Session:
    refuse_silent(master)
    try:
        with unwarned():
            return _connected(master) if (master or "").startswith("sc://") else _started(master, log)
    except Exception as error:
        if not _is_sparks(error):
            raise
        raise SparkError.because(
            Message.of("Spark did not start with the master {master}", master=bare(master or LOCAL)),
            found=_last_words(log) or brief(error),
            remedy=Message.of(
                "check the address, the version of Spark there, and Java; {log} holds the rest", log=str(log)
            )
            if log
            else Message.of("check the address, the version of Spark there, and Java"),
        ) from error


def _connected(master: str | None) -> Session:
    from pyspark.sql.connect.session import SparkSession

    return SparkSession.builder.remote(str(master)).create()


def _started(master: str | None, log: Path | None) -> Session:
    """A classic session. The JVM's own chatter goes to a file: it is no part of what a person asked for."""
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    conf = SparkConf(loadDefaults=False)
    for name, value in {**_QUIET, **_MEANING, "spark.app.name": "korzina"}.items():
        conf.set(name, value)
    if master:
        conf.set("spark.master", master)
    with _log_file(log) as said:
        gateway = launch_gateway(conf, {"stdout": said, "stderr": said} if said else None)  # type: ignore[no-untyped-call,unused-ignore]
    SparkContext._ensure_initialized(gateway=gateway)
    full = SparkConf(_jvm=gateway.jvm)  # with what spark-defaults.conf says
    for name, value in conf.getAll():
        full.set(name, value)
    full.setIfMissing("spark.master", LOCAL)
    local = str(full.get("spark.master")).startswith("local")
    if local:  # the usual 200 are for clusters: here most would be empty, and each costs its time
        full.setIfMissing("spark.sql.shuffle.partitions", str(2 * (os.cpu_count() or 2)))
    context = SparkContext(conf=full)
    if local and "PYSPARK_PYTHON" not in os.environ:
        context.pythonExec = sys.executable  # the executors are on this machine: with the packages that are here
    return SparkSession(context)


@contextmanager
def _log_file(log: Path | None) -> Iterator[IO[bytes] | None]:
    """The file, anew; nothing where there is none or it cannot be written."""
    if log is None:
        yield None
        return
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        said = log.open("wb")
    except OSError:
        yield None
        return
    with said:
        yield said


def _last_words(log: Path | None) -> str:
    """The last error in the JVM's log, where it did not live to say it itself."""
    if log is None or not log.exists():
        return ""
    with log.open("rb") as said:
        said.seek(max(0, log.stat().st_size - 20_000))
        lines = said.read().decode("utf-8", "replace").splitlines()
    wrong = [line for line in lines if re.search(r"\bERROR\b|Exception|UnsupportedClassVersion|not found", line)]
    return " ".join(wrong[-1].split())[:_LONGEST] if wrong else ""


def _cancel(session: Session) -> None:
    """Whatever still runs for this session is of no use to anybody."""
    with suppress(Exception):  # the connection may be what failed
        if _is_connect(session):
            session.interruptAll()
        else:
            session.sparkContext.cancelAllJobs()


def _is_connect(session: Session) -> bool:
    return ".connect." in type(session).__module__


def _stop(session: Session) -> None:
    with suppress(Exception):
        session.stop()
