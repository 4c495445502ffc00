"""Nothing outside what the spec keeps is stored, and whoever has not signed in learns of no file and no host."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import dash
import pytest
from flask.testing import FlaskClient

from dashapp.app import create_app
from dashapp.data import SegmentationData
from pipeline.cleaning import clean
from pipeline.contract import messages_of
from pipeline.errors import StoreError
from pipeline.reading import read_source
from pipeline.settings import Settings
from pipeline.store import Store
from tests.dashapp.conftest import MemoryStore
from tests.pipeline.sources_support import tiny_rows, tiny_spec

KEY = "6f1c0e7a94b2d853f7a1c6e0b94d2853aa17"
CELLS = ("Canary Surname", "canary@example.org", "987654321987", "never a date", "canary-id-77")
SECRET = ("/srv/secret/mlruns/mlflow.db", "db.internal.example", "10.1.2.3")


def asked() -> Iterator[tuple[str, str]]:
    """Each way in which an ignored column takes part in the cleaning."""
    yield "kind", ""
    yield "derived", ""
    for action in ("null", "clip", "quarantine", "drop"):
        yield "range", action
    yield "replace", ""


@pytest.mark.parametrize(("way", "action"), [pytest.param(*case, id=" ".join(case)) for case in asked()])
def test_no_cell_of_an_ignored_column_and_no_withheld_id_is_kept(way: str, action: str, tmp_path: Path) -> None:
    rows = tiny_rows(40).assign(surname=CELLS[0], email=CELLS[1], phone=[str(100 + place) for place in range(40)])
    rows["born"] = "1990-01-01"
    rows.loc[3, ["phone", "born"]] = [CELLS[2], CELLS[3]]
    rows.loc[3, "id"] = CELLS[4]
    rows.loc[4, "phone"] = CELLS[0]  # no number
    rows.to_csv(tmp_path / "data.csv", index=False)
    columns = {
        "spend": {"role": "active"},
        "orders": {"role": "active", "kind": "integer"},
        "surname": {"role": "ignored", "kind": "category"},
        "email": {"role": "ignored", "kind": "text"},
        "phone": {"role": "ignored", "kind": "number"},
        "born": {"role": "ignored", "kind": "date"},
        "year": {"role": "passive", "kind": "integer", "sql": "year(born)"},
        "long": {"role": "passive", "kind": "flag", "sql": "phone > 1000"},
    }
    rules = {
        "range": [{"rule": "range", "column": "phone", "max": 1000.0, "action": action}],
        "replace": [{"rule": "replace", "column": "email", "values": {CELLS[1]: ""}}],
    }
    if way == "kind":
        del columns["year"], columns["long"]
    spec = tiny_spec(id={"column": "id", "keep": False}, columns=columns, rules=rules.get(way, []))

    cleaned = clean(read_source(spec, str(tmp_path / "data.csv")), spec)

    kept = cleaned.ledger.as_json() + str(messages_of(cleaned.ledger)) + cleaned.dataset.model_dump_json()
    kept += cleaned.customers.to_csv() + cleaned.quarantine.to_csv()
    assert [cell for cell in CELLS if cell in kept] == []


def test_a_moved_copy_of_a_store_never_reads_the_one_that_it_came_from(saved: Settings, tmp_path: Path) -> None:
    home = tmp_path / "copy"
    shutil.copytree(saved.home, home)
    run = Store.open(Settings(home=home)).runs()[0]
    assert Store.open(Settings(home=home)).load(run.run_id).run_id == run.run_id

    shutil.rmtree(home / "artifacts")

    with pytest.raises(StoreError) as told:
        Store.open(Settings(home=home)).load(run.run_id)
    assert str(home) in str(told.value)
    assert str(saved.home) not in str(told.value)


@pytest.fixture
def stranger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], FlaskClient]]:
    """A client that nobody has signed in, of a dashboard whose store is down and says where it is."""

    def down() -> MemoryStore:
        raise StoreError.because(f"the store {SECRET[0]} on {SECRET[1]} ({SECRET[2]}) does not answer")

    settings = Settings(home=tmp_path / "private-home", auth=request.param, secret_key=KEY, poll_seconds=0.01)
    dash.page_registry.clear()
    yield create_app(SegmentationData(down, settings)).server.test_client
    dash.page_registry.clear()


@pytest.mark.parametrize("stranger", ["local", "password"], indirect=True)
def test_readiness_tells_of_no_file_and_no_host(
    stranger: Callable[[], FlaskClient], caplog: pytest.LogCaptureFixture
) -> None:
    answer = stranger().get("/readyz", base_url="https://localhost")

    assert answer.status_code == 503
    assert answer.get_json()["reasons"] == [
        "The store does not answer, or what it holds cannot be read. The log of the dashboard says more."
    ]
    assert SECRET[0] in caplog.text


@pytest.mark.parametrize("stranger", ["password"], indirect=True)
def test_no_public_answer_tells_of_a_file_or_a_host(stranger: Callable[[], FlaskClient], tmp_path: Path) -> None:
    client = stranger()
    rules = {rule.rule for rule in client.application.url_map.iter_rules()}
    told = ""
    for rule in sorted(rules):
        path = re.sub(r"<[^>]*>", "x", rule)
        for answer in (
            client.get(path, base_url="https://localhost"),
            client.post(path, base_url="https://localhost", data={"name": "x"}),
        ):
            told += f"{answer.get_data().decode(errors='replace')} {dict(answer.headers)}"
    accounts = tmp_path / "private-home" / "accounts.db"
    accounts.parent.mkdir(exist_ok=True)
    accounts.write_bytes(b"no database" * 1000)  # now nobody can be let in either
    client.set_cookie("__Host-korzina", "x", secure=True)
    for path in ("/", "/_dash-layout", "/sign-in", "/account", "/report"):
        told += client.get(path, base_url="https://localhost").get_data(as_text=True)

    assert [word for word in (*SECRET, str(tmp_path), "private-home", "accounts.db") if word in told] == []
    assert "Traceback" not in told


def test_an_ignored_column_s_place_is_told_where_its_cell_is_not(tmp_path: Path) -> None:
    rows = tiny_rows(40).assign(phone=[str(100 + place) for place in range(40)])
    rows.loc[3, "phone"] = "987654321"
    rows.to_csv(tmp_path / "data.csv", index=False)
    spec = tiny_spec(
        columns={"spend": {"role": "active"}, "phone": {"role": "ignored", "kind": "number"}},
        rules=[{"rule": "range", "column": "phone", "max": 1000.0, "action": "null"}],
    )

    ledger = clean(read_source(spec, str(tmp_path / "data.csv")), spec).ledger

    (entry,) = [entry for entry in ledger.entries if entry.rule == "range"]
    assert (entry.repaired, entry.examples) == (1, ("line 5",))
