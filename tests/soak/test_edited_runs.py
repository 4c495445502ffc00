"""A champion whose files somebody edited, checksums and all: pages, report and lists answer in words."""

from __future__ import annotations

import hashlib
import json
import logging
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import dash
import numpy as np
import pandas as pd
import pytest
from flask.testing import FlaskClient

from dashapp.app import create_app
from dashapp.data import SegmentationData
from pipeline.contract import Artifacts
from pipeline.settings import Settings
from pipeline.store import Store
from tests.soak.test_redeploy import page_of
from tests.support import make_training, save_training

EDITS, SEED = 200, 11
PAGES = ("/", "/explore", "/segment/1", "/compare", "/data", "/campaigns", "/baskets")
FILES = ("/customers.csv", "/customers.txt", "/report")
TAG = "<script>alert(1)</script>"
VALUES: tuple[Any, ...] = (
    *(None, "", -1, 0, 3, 1e308, -1e308, 10**30, float("nan"), float("inf"), True, [], {}, [[]], "NaN", "\x00"),
    *(TAG, "a" * 100_000, "../../etc/passwd", "javascript:alert(1)", "{x}", "%s", "9999-99-99"),
)
COLUMNS: dict[str, Callable[[pd.DataFrame, str], pd.DataFrame]] = {
    "gone": lambda table, name: table.drop(columns=[name]),
    "empty": lambda table, name: table.assign(**{name: None}),
    "one value": lambda table, name: table.assign(**{name: table[name].iloc[0]}),
    "huge": lambda table, name: table.assign(**{name: 1e300}),
    "endless": lambda table, name: table.assign(**{name: np.inf}),
    "negative": lambda table, name: table.assign(**{name: -table[name]}),
    "text": lambda table, name: table.assign(**{name: table[name].astype(str)}),
    "markup": lambda table, name: table.assign(**{name: TAG}),
    "half": lambda table, _name: table.iloc[: len(table) // 2],
    "twice": lambda table, _name: pd.concat([table, table.iloc[:5]]),
    "shuffled": lambda table, _name: table.sample(frac=1, random_state=1).reset_index(drop=True),
    "none": lambda table, _name: table.iloc[:0],
}


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[tuple[FlaskClient, list[Path], Callable[[], None]]]:
    """A client of the dashboard, the folders of the champion and its sweep, and what makes it read them anew."""
    settings = Settings(home=tmp_path / "store", tracking_uri="", poll_seconds=0.01)
    saved = save_training(make_training(300), settings)
    Store.open(settings).promote(saved.run_ids[3], reason="test", who="test")
    runs = (saved.run_ids[3], saved.sweep_run_id)
    folders = [next(settings.home.glob(f"artifacts/*/{run}/artifacts")) for run in runs]
    data = SegmentationData(lambda: Store.open(settings), settings)

    def forget() -> None:
        for kept in (data._runs, data._substitutes, data._placements, data._about):
            kept.clear()

    dash.page_registry.clear()
    client = create_app(data).server.test_client()
    client.get("/")
    yield client, folders, forget
    dash.page_registry.clear()


def test_an_edited_champion_is_told_of_in_words(
    shown: tuple[FlaskClient, list[Path], Callable[[], None]],
    caplog: pytest.LogCaptureFixture,
    tell: Callable[[str], None],
) -> None:
    client, folders, forget = shown
    chance, done, wrong = random.Random(SEED), 0, []
    while done < EDITS:
        folder = chance.choice(folders)
        manifest = folder / Artifacts.MANIFEST
        names = [name for name in json.loads(manifest.read_text())["files"] if name.startswith("korzina/")]
        name = chance.choice(sorted(names))
        before, told = (folder / name).read_bytes(), manifest.read_bytes()
        what = edit(folder / name, chance)
        if not what:
            continue
        done += 1
        files = json.loads(told)
        files["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        manifest.write_text(json.dumps(files))
        forget()
        wrong += [f"{name} {what}: {fault}" for fault in faults(client, caplog)]
        (folder / name).write_bytes(before)
        manifest.write_bytes(told)
    tell(f"{done} edits, {len(wrong)} faults")
    assert wrong == []


def faults(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> Iterator[str]:
    """Every answer that is an unexpected fault, and every line of the log about one."""
    caplog.clear()
    with caplog.at_level(logging.ERROR):
        for path in PAGES:
            body = page_of().replace(b'"value": "/"', b'"value": "%s"' % path.encode())
            answer = client.post("/_dash-update-component", data=body, headers={"Content-Type": "application/json"})
            if answer.status_code >= 500:
                yield f"{path} is {answer.status_code}"
        for path in FILES:
            answer = client.get(path)
            if answer.status_code >= 500 or (path == "/report" and TAG in answer.text):
                yield f"{path} is {answer.status_code}"
    yield from (record.getMessage() for record in caplog.records if "failed" in record.getMessage())


def edit(file: Path, chance: random.Random) -> str:
    """Change one value or one column of a stored file; says what, and nothing where it cannot be written so."""
    before = file.read_bytes()
    if file.suffix == ".json":
        content, place = json.loads(before), []
        part = content
        while isinstance(part, (dict, list)) and part and chance.random() < 0.9:
            place.append(chance.choice(sorted(part) if isinstance(part, dict) else range(len(part))))
            part = part[place[-1]]
        value = chance.choice(VALUES)
        held = content
        for step in place[:-1]:
            held = held[step]
        if place:
            held[place[-1]] = value
        file.write_text(json.dumps(content if place else value))
        return f"{place} = {str(value)[:20]!r}"
    table = pd.read_parquet(file)
    name, how = chance.choice(list(table)), chance.choice(sorted(COLUMNS))
    with suppress(ValueError, TypeError, IndexError, ArithmeticError):
        COLUMNS[how](table, name).to_parquet(file)
        return f"{name} is {how}"
    file.write_bytes(before)
    return ""
