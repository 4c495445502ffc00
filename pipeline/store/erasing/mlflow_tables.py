"""MLflow's tables, asked and cleared by their names and keys: ``mlflow gc`` removes deleted runs alone, and no texts.

The tables are read from the database, so that a release of MLflow with more of them is cleared too.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import sqlalchemy as sql
from sqlalchemy.pool import NullPool

from pipeline.store.erasing.stored_run import StoredRun
from pipeline.store.tracking.tag_names import CHAMPION, COMPLETED, PARENT, SCHEMA, STATUS, WRITER

_OF_RUNS = ("run_uuid", "run_id", "source_run_id")
_ENDS = ("source_id", "destination_id")  # of what leads from one entity to another
_TEXTS = frozenset(
    {"value", "tag_value", "param_value", "description", "dataset_source", "dataset_schema", "dataset_profile"}
)
_OWN_TAGS = frozenset({STATUS, SCHEMA, PARENT, WRITER, CHAMPION, "mlflow.loggedArtifacts"})  # what the store reads
_AT_ONCE = 500  # ids in one statement


class MlflowTables:
    """The tables behind a SQLite or PostgreSQL store."""

    def __init__(self, uri: str) -> None:
        self._engine = sql.create_engine(uri, poolclass=NullPool)
        if self._engine.dialect.name == "sqlite":
            sql.event.listen(self._engine, "connect", _overwrite)

    def runs(self) -> tuple[StoredRun, ...]:
        """Every run, deleted and unfinished ones too, the oldest first."""
        run, tag, experiment = self._of("runs"), self._of("tags"), self._of("experiments")
        query = sql.select(run, experiment.c.name.label("experiment"), experiment.c.lifecycle_stage.label("stage"))
        query = query.join(experiment, experiment.c.experiment_id == run.c.experiment_id).order_by(run.c.start_time)
        wanted = sql.select(tag).where(tag.c.key.in_([STATUS, PARENT, WRITER]))
        with self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
            tags = {(row.run_uuid, row.key): row.value for row in connection.execute(wanted)}
            used = self._in_use(connection)
        return tuple(
            StoredRun(
                row["run_uuid"],
                row["experiment"],
                (row["start_time"] or 0) / 1000,
                row["artifact_uri"] or "",
                tags.get((row["run_uuid"], PARENT)),
                complete=tags.get((row["run_uuid"], STATUS)) == COMPLETED,
                deleted="deleted" in (row["lifecycle_stage"], row["stage"]),
                writer=tags.get((row["run_uuid"], WRITER), "") if row["status"] == "RUNNING" else "",
                in_use=row["run_uuid"] in used,
            )
            for row in rows
        )

    def models(self, runs: Collection[str]) -> tuple[tuple[str, str], ...]:
        """Id and address of every model that these runs logged."""
        models = self._known.get("logged_models")
        if models is None:
            return ()
        with self._engine.connect() as connection:
            return tuple(
                (row.model_id, row.artifact_location)
                for portion in _portions(runs)
                for row in connection.execute(sql.select(models).where(models.c.source_run_id.in_(portion)))
            )

    def known_models(self) -> frozenset[str]:
        """Ids of all models that were logged."""
        models = self._known.get("logged_models")
        if models is None:
            return frozenset()
        with self._engine.connect() as connection:
            return frozenset(connection.execute(sql.select(models.c.model_id)).scalars())

    def delete(self, runs: Collection[str]) -> None:
        """Remove every row about these runs, their models, versions and inputs, in one transaction."""
        models = [model for model, _address in self.models(runs)]
        with self._engine.begin() as connection:
            self._delete_versions(connection, runs)
            self._delete_inputs(connection, [*runs, *models])
            for table in reversed(self._metadata.sorted_tables):
                for column in table.columns:
                    if column.name in _OF_RUNS:
                        _delete(connection, table, column, runs)
                    elif column.name == "model_id" and table.name.startswith("logged_model"):
                        _delete(connection, table, column, models)

    def redact(self, change: Callable[[str], str]) -> int:
        """Put ``change`` of whatever people and programs wrote into its place; how many texts became others."""
        changed = 0
        with self._engine.begin() as connection:
            for table in self._metadata.sorted_tables:
                keys = list(table.primary_key.columns)
                texts = [
                    column
                    for column in table.columns
                    if column.name in _TEXTS and isinstance(column.type, sql.String) and not column.primary_key
                ]
                if not keys or not texts:
                    continue
                for row in connection.execute(sql.select(*keys, *texts)).mappings().all():
                    if _OWN_TAGS & {row[column.name] for column in keys}:
                        continue
                    new = {column.name: change(row[column.name]) for column in texts if row[column.name]}
                    new = {name: text for name, text in new.items() if text != row[name]}
                    if new:
                        where = [column == row[column.name] for column in keys]
                        connection.execute(table.update().where(*where).values(**new))
                        changed += 1
        return changed

    def compact(self) -> None:
        """Leave nothing of removed rows in the database's files: their places are given back, and written anew."""
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if self._engine.dialect.name == "sqlite":
                connection.exec_driver_sql("VACUUM")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                return
            for table in self._metadata.sorted_tables:
                connection.exec_driver_sql(f'VACUUM (FULL) "{table.name}"')

    # ------------------------------------------------------------------ within

    def _in_use(self, connection: sql.Connection) -> frozenset[str]:
        versions, aliases = self._of("model_versions"), self._of("registered_model_aliases")
        same = (aliases.c.name == versions.c.name) & (aliases.c.version == versions.c.version)
        return frozenset(connection.execute(sql.select(versions.c.run_id).join(aliases, same)).scalars())

    def _delete_versions(self, connection: sql.Connection, runs: Collection[str]) -> None:
        versions = self._of("model_versions")
        for portion in _portions(runs):
            for row in connection.execute(sql.select(versions).where(versions.c.run_id.in_(portion))).all():
                for name in ("model_version_tags", "registered_model_aliases"):
                    table = self._of(name)
                    connection.execute(table.delete().where(table.c.name == row.name, table.c.version == row.version))

    def _delete_inputs(self, connection: sql.Connection, ids: Collection[str]) -> None:
        """What leads to and from runs and models, then data sets that nothing leads to any more."""
        inputs, tags, data = self._of("inputs"), self._of("input_tags"), self._of("datasets")
        for portion in _portions(ids):
            gone = sql.select(inputs.c.input_uuid).where(sql.or_(*(inputs.c[end].in_(portion) for end in _ENDS)))
            connection.execute(tags.delete().where(tags.c.input_uuid.in_(gone)))
        for table in self._metadata.sorted_tables:
            for end in _ENDS:
                if end in table.columns:
                    _delete(connection, table, table.c[end], ids)
        connection.execute(data.delete().where(data.c.dataset_uuid.not_in(sql.select(inputs.c.source_id))))

    def _of(self, name: str) -> sql.Table:
        return self._known[name]

    @cached_property
    def _known(self) -> dict[str, sql.Table]:
        return {table.name: table for table in self._metadata.tables.values()}

    @cached_property
    def _metadata(self) -> sql.MetaData:
        metadata = sql.MetaData()
        metadata.reflect(self._engine)
        metadata.remove(metadata.tables["alembic_version"])
        return metadata


@contextmanager
def opened(uri: str) -> Iterator[MlflowTables]:
    """The tables behind ``uri``, whose connections are closed afterwards."""
    tables = MlflowTables(uri)
    try:
        yield tables
    finally:
        tables._engine.dispose()


def _delete(connection: sql.Connection, table: sql.Table, column: Any, values: Collection[str]) -> None:
    for portion in _portions(values):
        connection.execute(table.delete().where(column.in_(portion)))


def _portions(values: Collection[str]) -> Iterator[Sequence[str]]:
    listed = sorted(values)
    yield from (listed[start : start + _AT_ONCE] for start in range(0, len(listed), _AT_ONCE))


def _overwrite(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA busy_timeout = 5000")
