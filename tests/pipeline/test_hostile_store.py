"""A store that somebody edited by hand: names in it lead nowhere else, and one bad run hides no other."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.contract import Artifacts, RunIndex, SavedSweep
from pipeline.errors import ContractError, UnreadableError
from pipeline.settings import Settings
from pipeline.store import LastGood, RunFiles, Store
from pipeline.store.artifacts import folder_below

OUTSIDE = (
    "korzina/../../../owned",
    "../owned",
    "/etc/cron.d/owned",
    "korzina/..",
    "..\\owned",
    "C:/owned",
    "korzina/\x00owned",
    "",
)


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_manifest_names_files_of_its_own_folder_only(name: str, tmp_path: Path) -> None:
    manifest = tmp_path / "run" / Artifacts.MANIFEST
    manifest.parent.mkdir(parents=True)
    manifest.write_text(json.dumps({"schema_version": 1, "files": {name: "0" * 64}}))
    with pytest.raises(ContractError, match="no file of the run's own folder"):
        RunFiles("r", tmp_path / "run").copy_to(tmp_path / "copy")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run"]


def test_a_manifest_of_plain_names_is_read() -> None:
    names = {"korzina/a.parquet": "", "korzina/model/numbers.json": "", "plots/k=3 – цены.png": ""}
    assert RunIndex(schema_version=1, files=names).files == names


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("run_uuid", "../../../../home"),
        ("run_uuid", ".."),
        ("run_uuid", "x/y"),
        ("artifact_uri", "else/../../artifacts"),
        ("artifact_uri", "mlflow-artifacts:/%2e%2e/%2e%2e/artifacts"),
        ("artifact_uri", None),
    ],
)
def test_a_run_that_leads_elsewhere_is_not_listed_and_hides_no_other(
    column: str, value: str | None, settings: Settings, saved: SavedSweep
) -> None:
    Store.open(settings).promote(saved.run_ids[3], reason="a", who="anna")
    with closing(sqlite3.connect(settings.home / "mlflow.db")) as connection, connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        changed = ["runs"] if column == "artifact_uri" else ["runs", "tags", "params", "latest_metrics"]
        assert set(changed) <= set(tables)
        for table in changed:
            connection.execute(f"UPDATE {table} SET {column} = ? WHERE run_uuid = ?", (value, saved.run_ids[2]))

    store = Store.open(settings)
    assert [run.k for run in store.runs("sample")] == [3, 4]
    LastGood(settings).keep()
    assert [one.run_id for one in LastGood(settings).read().champions()] == [saved.run_ids[3]]


@pytest.mark.parametrize("moment", [None, "true", "1e999", 10**18, -(10**18)])
def test_a_run_that_began_at_no_moment_hides_no_other(moment: object, settings: Settings, saved: SavedSweep) -> None:
    with closing(sqlite3.connect(settings.home / "mlflow.db")) as connection, connection:
        connection.execute("UPDATE runs SET start_time = ?", (moment,))
    store = Store.open(settings)
    assert [run.k for run in store.runs("sample")] == [2, 3, 4]
    assert store.load(saved.run_ids[3]).started == 0


def test_an_address_outside_of_the_root_is_refused(tmp_path: Path) -> None:
    assert folder_below(tmp_path, "else/1/abc/artifacts") == tmp_path / "1/abc/artifacts"
    with pytest.raises(UnreadableError, match="outside of the store"):
        folder_below(tmp_path, "else/1/../../artifacts")
