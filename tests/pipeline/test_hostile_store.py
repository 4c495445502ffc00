"""A store that somebody edited by hand: names in it lead nowhere else, and one bad run hides no other."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from pipeline.contract import Artifacts, Profiles, RunIndex, SavedSweep
from pipeline.errors import ContractError, StoreError, UnreadableError
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


def edited(folder: Path, name: str, content: bytes) -> None:
    """Another content of a stored file, with its checksum put right."""
    (folder / name).write_bytes(content)
    manifest = folder / Artifacts.MANIFEST
    told = json.loads(manifest.read_text())
    told["files"][name] = hashlib.sha256(content).hexdigest()
    manifest.write_text(json.dumps(told))


@pytest.mark.parametrize(
    "content", [b"null", b"-1", b"1e308", b"{}", b"[1]", b'"x"', b"[[]]", b'[["x"]]', b"\xff", b""]
)
@pytest.mark.parametrize("name", [Artifacts.RULES, Artifacts.CENTRES, Artifacts.SEGMENTS, Artifacts.MESSAGES])
def test_a_file_of_a_run_that_no_training_writes_is_told_in_words(
    name: str, content: bytes, settings: Settings, saved: SavedSweep
) -> None:
    (folder,) = settings.home.glob(f"artifacts/*/{saved.run_ids[3]}/artifacts")
    edited(folder, name, content)
    store = Store.open(settings)
    if (name, content) == (Artifacts.MESSAGES, b"{}"):
        assert store.load(saved.run_ids[3]).k == 3
        return
    with pytest.raises(StoreError) as raised:
        store.load(saved.run_ids[3])
    assert saved.run_ids[3] in str(raised.value)
    assert "What to do" in str(raised.value)
    assert store.load(saved.run_ids[2]).k == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table.iloc[: len(table) // 2],
        lambda table: pd.concat([table, table.iloc[:5]]),
        lambda table: table.assign(**{Profiles.SEGMENT: 0}),
        lambda table: table.assign(**{Profiles.COLUMN: "<b>x</b>"}),
        lambda table: table.iloc[:0],
    ],
)
def test_a_table_that_fits_no_other_is_told_in_words(
    change: Callable[[pd.DataFrame], pd.DataFrame], settings: Settings, saved: SavedSweep
) -> None:
    (folder,) = settings.home.glob(f"artifacts/*/{saved.run_ids[3]}/artifacts")
    change(pd.read_parquet(folder / Artifacts.PROFILES)).to_parquet(folder / "changed.parquet")
    edited(folder, Artifacts.PROFILES, (folder / "changed.parquet").read_bytes())

    with pytest.raises(ContractError, match="do not fit the other tables"):
        Store.open(settings).load(saved.run_ids[3])


def test_a_map_of_other_features_is_told_in_words(settings: Settings, saved: SavedSweep) -> None:
    (folder,) = settings.home.glob(f"artifacts/*/{saved.sweep_run_id}/artifacts")
    pd.read_parquet(folder / Artifacts.LOADINGS).assign(feature=None).to_parquet(folder / "changed.parquet")
    edited(folder, Artifacts.LOADINGS, (folder / "changed.parquet").read_bytes())

    with pytest.raises(ContractError, match="loadings do not fit"):
        Store.open(settings).load(saved.run_ids[3])


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
