"""A source -> raw rows: text, Parquet, a database, an installed package; SQL over several tables if the spec has it."""

from __future__ import annotations

import glob
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pandas as pd

from pipeline.contract import Joined, Message, Quantity
from pipeline.errors import InputError, SpecError
from pipeline.reading.databases import is_database, loaded, read_database
from pipeline.reading.engine import Engine, QueryError, tables
from pipeline.reading.frames import SINGLE, Data, Frames
from pipeline.reading.kinds import not_readable
from pipeline.reading.limits.parquet import refuse_unfolding
from pipeline.reading.queries import (
    ANSWER,
    Given,
    account,
    answer,
    answering,
    asked,
    draw_answer,
    opened,
    query_failed,
)
from pipeline.reading.raw import RawTable
from pipeline.reading.shapes.archives import is_archive
from pipeline.reading.shapes.files import files_in, find_files, is_parquet, package_folder, refuse_outside
from pipeline.reading.stored import has_any, inferred, read_stored, read_text, whole_table
from pipeline.reading.typed_rows.sampling import with_sample
from pipeline.reading.typed_rows.typed_tables import Table, dated, finished_table, typed_table
from pipeline.spec import Spec, is_named


def read_source(spec: Spec, data: Data | None, sample: int | None = None) -> RawTable:
    """Rows as they were written, from ``data`` or from where the spec says they are.

    Parameters
    ----------
    spec
        ``source`` gives tables, query, encoding, delimiter; all may be left out.
    data
        A file, a folder, a glob pattern, a database's URL, or tables in memory; None: the spec's own package or tables.
    sample
        Of so many customers, drawn by their ids; None: of all. Days and lines are those of all.

    Raises
    ------
    InputError
        Naming what was looked for and what to do.

    """
    if isinstance(data, str) and is_database(data) and not spec.source.load:
        return _sampled(dated(read_database(spec, data), spec), spec, sample)
    try:
        with _held(spec, data) as held:
            return _sampled(dated(_read_tables(spec, held, sample), spec), spec, sample)
    except OSError as error:
        raise InputError.because(
            Message.of("{file}: cannot be read", file=str(error.filename or data)),
            found=error.strerror or str(error),
            remedy=Message.of("check that the file is there and that you may read it"),
        ) from error


@contextmanager
def _held(spec: Spec, data: Data | None) -> Iterator[Data | None]:
    """The data; of a database, the columns that the spec names, which are there while this is open."""
    if not (isinstance(data, str) and is_database(data)):
        yield data
        return
    if not spec.source.load:
        raise SpecError.because(
            Message.of(
                "{spec}: the spec does not say what to load from the database", spec=str(spec.path or spec.name)
            ),
            expected=Message.of("[source.load] with the columns of each table"),
            remedy=Message.of("write them down, or draft the spec anew with 'korzina init' and the database's address"),
        )
    named = spec.source.tables
    with loaded(data, {name: (named.get(name, name), columns) for name, columns in spec.source.load.items()}) as held:
        yield held


def _sampled(raw: RawTable, spec: Spec, sample: int | None) -> RawTable:
    """The customers of the sample, where all have been read."""
    return with_sample(raw, spec.id.column, sample) if sample is not None and not raw.left_out else raw


def _read_tables(spec: Spec, data: Data | None, sample: int | None) -> RawTable:
    given, source = _tables(spec, data)
    if spec.source.query or spec.source.view:
        return _query(spec, given, source, sample, typed=_typed_already(data))
    if len(given) != 1:
        raise SpecError.because(
            Message.of("{spec}: several tables and no query", spec=str(spec.path or spec.name)),
            found=", ".join(given),
            expected=Message.of("[source] query with one row a customer"),
            remedy=Message.of("write the query, or draft the spec anew with 'korzina init' and the folder"),
        )
    table = next(iter(given.values()))
    if isinstance(table, list) and not is_parquet(table):
        return read_text(table, spec.source, source)
    return typed_table(spec, table, source, sample)


def _tables(spec: Spec, data: Data | None) -> tuple[dict[str, Table], str]:
    """Files of each table, or the table itself, and the source in words."""
    named = spec.source.tables
    if not (isinstance(data, Frames) or spec.source.load or is_named(spec) or _is_one_file(data, len(named))):
        refuse_outside(named, spec.path or spec.name)  # in a spec that a run or an upload holds
    if isinstance(data, Frames):
        return dict(data.under({**named, **spec.source.load})), data.title
    if data is None:
        if spec.source.package is None and not named:
            raise InputError.because(
                Message.of("no data given"),
                expected=Message.of("a file, a folder, a pattern of file names or a database's address"),
                remedy=Message.of("add --data FILE"),
            )
        folder = package_folder(spec.source.package) if spec.source.package else Path(spec.path).parent
        source = f"package {spec.source.package}" if spec.source.package else str(folder)
        return {name: find_files(str(folder / file)) for name, file in named.items()}, source
    if not named:
        return {SINGLE: find_files(data)}, data
    path = Path(data).expanduser()
    folder = path.parent if len(named) > 1 and glob.has_magic(data) else path  # a pattern for the files of one folder
    if folder.is_dir() or (len(named) > 1 and is_archive(folder)):
        return {name: files_in(folder, name, file) for name, file in named.items()}, data
    if len(named) == 1:
        return {next(iter(named)): find_files(data)}, data
    raise InputError.because(
        Message.counted(
            "{file}: the spec reads {n} table", "{file}: the spec reads {n} tables", len(named), file=str(data)
        ),
        expected=Message.of("a folder or a ZIP that holds {files}", files=", ".join(named.values())),
        found=Message.of("one file"),
        remedy=Message.of("give the folder with --data"),
    )


def table_files(spec: Spec, data: str | None) -> tuple[dict[str, list[Path]], str]:
    """The files of each table of a spec, for an engine that reads them itself, and the source in words.

    Raises
    ------
    InputError, SpecError
        Where there are none, or the spec may not name them.
    """
    given, source = _tables(spec, data)
    return dict(given), source


def _is_one_file(data: Data | None, tables: int) -> bool:
    """Whether the data are the one table themselves, wherever the spec says that it lies."""
    return isinstance(data, str) and tables == 1 and not Path(data).expanduser().is_dir()


def _query(spec: Spec, given: dict[str, Table], source: str, sample: int | None, *, typed: bool) -> RawTable:
    """Each table under its name, then the spec's query."""
    known = _by_form(spec, given, source, typed=typed)
    query, key = spec.source.query or f"SELECT * FROM {SINGLE}", "source.query"
    try:
        with opened(spec, known) as session:
            sizes = {
                name: len(table) if (table := known.frames.get(name)) is not None else session.engine.count(name)
                for name in given
            }
            drawn = None if sample is None else draw_answer(session, known, key, query, sample)
            frame = asked(session, known, key, query) if drawn is None else drawn.frame
            lines = account(session, known)
    except QueryError as error:
        raise query_failed(spec, key, error, known.names) from error
    rejects = [reject for raw in known.texts.values() for reject in raw.rejects]
    notes = [note for raw in known.texts.values() for note in raw.notes]
    notes += [note for name, raw in known.texts.items() for note in not_readable(raw, known.frames[name])]
    if rejects:
        notes.append(
            Message.of(
                "rows that are no lines of purchases and are not in the sums ({n}): {examples}",
                n=Quantity(len(rejects), "d"),
                examples=Joined(tuple(reject.told for reject in rejects[:5]), "; "),
            )
        )
    return replace(finished_table(frame, source, sizes, tuple(notes), drawn), account=lines, as_of=session.spec.day)


def _typed_already(data: Data | None) -> bool:
    return not isinstance(data, Frames) or data.typed


def _by_form(spec: Spec, given: dict[str, Table], source: str, *, typed: bool) -> Given:
    """Parquet files by table, text tables and those in memory as frames, and what was read of the texts."""
    files = {name: table for name, table in given.items() if isinstance(table, list)}
    parquet = {name: paths for name, paths in files.items() if is_parquet(paths)}
    for paths in parquet.values() if typed else ():  # what was loaded of a database is ours
        refuse_unfolding(paths, source)
    written_out = {name: paths for name, paths in files.items() if name not in parquet}
    read = {name: read_text(paths, spec.source, source) for name, paths in written_out.items()}
    frames = {name: table for name, table in given.items() if not isinstance(table, list)}
    texts = {name: inferred(read[name], paths, spec.source) for name, paths in written_out.items()}
    written = {name: whole_table(paths) for name, paths in parquet.items() if has_any(paths, spec.source.formats)}
    for name, table in (frames | written).items():
        if not typed or name in written or set(spec.source.formats) & set(table.column_names):
            read[name], texts[name] = read_stored(table, spec.source, source)
    parquet = {name: paths for name, paths in parquet.items() if name not in written}
    return Given(parquet, frames | texts, read, source)


@contextmanager
def open_tables(spec: Spec, data: Data | None) -> Iterator[tuple[Engine, Given]]:
    """The tables of a source in an engine, with numbers and dates as such, and what was read of those that were text.

    Raises
    ------
    InputError
        Where there is nothing to read.
    """
    with _held(spec, data) as held:
        given = _by_form(spec, *_tables(spec, held), typed=_typed_already(held))
        with opened(spec, given) as session:
            yield session.engine, given


def query_tables(spec: Spec, data: Data | None, key: str, query: str, **given: pd.DataFrame) -> pd.DataFrame:
    """The answer to another query of the spec over the same tables, and over frames ``given`` by name.

    Raises
    ------
    SpecError
        Where the query fails; ``key`` is the spec's name for it.
    """
    with _held(spec, data) as held:
        known = _by_form(spec, *_tables(spec, held), typed=_typed_already(held))
        return answer(spec, known, key, query, **given)


@contextmanager
def open_answer(spec: Spec, data: Data | None, key: str, query: str) -> Iterator[Engine]:
    """An engine with the answer to another query of the spec as the view ``ANSWER``, of which no row is read yet.

    Raises
    ------
    SpecError
        Where the query fails, then or later; ``key`` is the spec's name for it.
    """
    if isinstance(data, str) and is_database(data) and not spec.source.load:
        source = spec.source.model_copy(update={"query": query})
        with tables(frames={ANSWER: read_database(spec.model_copy(update={"source": source}), data).frame}) as engine:
            yield engine
        return
    with _held(spec, data) as held:
        known = _by_form(spec, *_tables(spec, held), typed=_typed_already(held))
        with answering(spec, known, key, query) as engine:
            yield engine
