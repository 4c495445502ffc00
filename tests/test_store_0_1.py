"""A store that version 0.1.0 wrote opens unchanged: every run, every page, every command, the numbers to the last bit.

``tests/fixtures/store-0.1/make.py`` says what is in it and how it was made; ``recorded.json`` is what 0.1.0 read there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dash
import pandas as pd
import pytest
from flask.testing import FlaskClient

from dashapp.app import create_app
from dashapp.data import SegmentationData
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.tracking import preflight

pytestmark = pytest.mark.skipif(
    preflight.schema_head() != "dc11669786a5", reason="an older MLflow refuses a store that 3.17.2 has written"
)
FIXTURE = Path(__file__).with_name("fixtures") / "store-0.1"
CHAMPION_K, ROLLED_BACK_K = 3, 4


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the store (``mlruns``), new customers (``new``) and where 0.1.0 placed them (``scored.csv``)."""
    with zipfile.ZipFile(FIXTURE / "store.zip") as archive:
        archive.extractall(tmp_path)
    return tmp_path


@pytest.fixture
def store(folder: Path) -> Store:
    return Store.open(Settings(home=folder / "mlruns"))


@pytest.fixture(scope="module")
def recorded() -> dict[str, Any]:
    """What version 0.1.0 read from this store."""
    found: dict[str, Any] = json.loads((FIXTURE / "recorded.json").read_text("utf-8"))
    return found


def as_recorded(value: Any, recorded: Any) -> Any:
    """``value`` with the keys that 0.1.0 knew; a later version may say more, and nothing that it said otherwise."""
    if isinstance(recorded, dict):
        return {key: as_recorded(value[key], recorded[key]) for key in recorded}
    if isinstance(recorded, list):
        assert len(value) == len(recorded)
        return [as_recorded(one, was) for one, was in zip(value, recorded, strict=True)]
    return value


def test_every_run_is_listed_with_its_quality(store: Store, recorded: dict[str, Any]) -> None:
    runs = store.runs()

    assert [run.run_id for run in runs] == list(recorded["runs"])
    assert [(run.k, run.recommended, round(run.inertia, 2), round(run.silhouette, 3)) for run in runs] == [
        (2, False, 1033.12, 0.354),
        (3, False, 558.81, 0.470),
        (4, True, 428.44, 0.463),
        (2, False, 1033.12, 0.354),
        (3, True, 558.81, 0.470),
        (4, False, 428.49, 0.463),
    ]
    for run in runs:
        was = {**recorded["runs"][run.run_id]["summary"], "verdict": run.verdict}
        assert as_recorded(run.model_dump(mode="json"), was) == was


def test_every_run_has_the_verdict_of_its_own_figures_and_not_that_of_its_sweep(store: Store) -> None:
    verdicts = [(run.k, round(run.stability or 0.0, 2), run.verdict) for run in store.runs()]

    assert verdicts == [
        (2, 0.71, "none"),
        (3, 0.92, "weak"),
        (4, 0.7, "none"),  # a person chose it, against the rule
        (2, 0.82, "weak"),
        (3, 0.93, "strong"),
        (4, 0.73, "none"),
    ]


def test_every_run_loads_to_the_last_bit(store: Store, recorded: dict[str, Any]) -> None:
    assert len(recorded["runs"]) == 6
    for run_id, was in recorded["runs"].items():
        it = store.load(run_id)
        found = {
            "cards": [card.model_dump(mode="json") for card in it.cards],
            "decision": it.decision.model_dump(mode="json"),
            "ledger": it.ledger.model_dump(mode="json"),
            "centres": it.centres.tolist(),
            "labels": it.assignments["segment"].tolist(),
            "rules": [rule.model_dump(mode="json") for rule in it.rules],
            "campaigns": None if it.campaigns is None else it.campaigns.summary.model_dump(mode="json"),
            "rows": {name: len(getattr(it, name)) for name in was["rows"]},
            "summary": was["summary"],
        }
        assert as_recorded(found, was) == was


def test_champion_history_and_given_names_are_as_they_were(store: Store, recorded: dict[str, Any]) -> None:
    (champion,) = store.champions()
    history = store.history("corner_shop")
    (note,) = store.annotations()

    assert as_recorded([champion.model_dump(mode="json")], recorded["champions"]) == recorded["champions"]
    assert as_recorded([move.model_dump(mode="json") for move in history], recorded["history"]) == recorded["history"]
    assert as_recorded([note.model_dump(mode="json")], recorded["annotations"]) == recorded["annotations"]
    assert [(move.action, move.k) for move in history] == [("promote", 3), ("promote", 4), ("rollback", 3)]
    assert store.load(champion.run_id).cards[0].name == "Regulars"


@pytest.fixture
def client(folder: Path) -> Iterator[FlaskClient]:
    settings = Settings(home=folder / "mlruns", poll_seconds=0.01)
    dash.page_registry.clear()
    yield create_app(SegmentationData(lambda: Store.open(settings), settings)).server.test_client()
    dash.page_registry.clear()


def page(client: FlaskClient, address: str, language: str) -> str:
    """What Dash puts into the page at ``address``, as text."""
    client.set_cookie("korzina-language", language)
    router = next(
        one for one in client.get("/_dash-dependencies").get_json() if "_pages_content.children" in one["output"]
    )
    places = [place.rsplit(".", 1) for place in router["output"].strip(".").split("...")]
    given = {"pathname": address, "search": ""}
    answer = client.post(
        "/_dash-update-component",
        json={
            "output": router["output"],
            "outputs": [{"id": id, "property": prop} for id, prop in places],
            "inputs": [one | {"value": given[one["property"]]} for one in router["inputs"]],
            "state": router["state"],
            "changedPropIds": ["_pages_location.pathname"],
        },
    )
    assert answer.status_code == 200
    return json.dumps(answer.get_json()["response"]["_pages_content"], ensure_ascii=False)


@pytest.mark.parametrize(("language", "said"), [("en", "Corner shop"), ("ru", "Магазин у дома")])
def test_every_page_shows_the_champion(client: FlaskClient, recorded: dict[str, Any], language: str, said: str) -> None:
    addresses = [one["relative_path"] for one in dash.page_registry.values() if "not_found" not in one["module"]]

    assert len(addresses) >= 8
    for address in addresses:
        text = page(client, address, language)
        assert recorded["champions"][0]["run_id"] in text, address
        assert said in text, address
        assert "Regulars" in text or address not in ("/", "/segment/1"), address  # others are filled by callbacks


def test_every_run_makes_its_report(client: FlaskClient, recorded: dict[str, Any]) -> None:
    """The report draws what the pages draw, in one answer."""
    for run_id, was in recorded["runs"].items():
        answer = client.get(f"/report?run={run_id}")
        assert answer.status_code == 200
        text = answer.get_data(as_text=True)
        assert "320 customers" in text
        assert all(card["name"] in text for card in was["cards"])


def korzina(folder: Path, *arguments: str) -> str:
    """What the command line prints, asked in the folder with the old store."""
    root = Path(__file__).parents[1]
    environment = {**os.environ, "KORZINA_HOME": "mlruns", "KORZINA_TRACKING_URI": "", "PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pipeline", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        cwd=folder,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_new_customers_are_placed_where_0_1_placed_them(folder: Path) -> None:
    korzina(folder, "score", "--data", "new", "--output", "now.csv")

    pd.testing.assert_frame_equal(pd.read_csv(folder / "now.csv"), pd.read_csv(folder / "scored.csv"))


def test_runs_promote_and_rollback(folder: Path, recorded: dict[str, Any]) -> None:
    champion = recorded["champions"][0]["run_id"]
    other = recorded["history"][1]["to_run"]

    assert len(json.loads(korzina(folder, "runs", "--json"))["runs"]) == 6
    promoted = json.loads(korzina(folder, "promote", other, "--reason", "four after all", "--json"))
    assert (promoted["run_id"], promoted["k"], promoted["version"]) == (other, ROLLED_BACK_K, 2)
    back = json.loads(korzina(folder, "rollback", "--reason", "three after all", "--json"))
    assert (back["run_id"], back["k"], back["version"]) == (champion, CHAMPION_K, 1)
    history = Store.open(Settings(home=folder / "mlruns")).history("corner_shop")
    assert [move.reason for move in history[-2:]] == ["four after all", "three after all"]
    assert [move.model_dump(mode="json") for move in history[:3]] == recorded["history"]
