"""``korzina purge``: a person or an old training is gone to the last byte, and what stays opens and verifies."""

from __future__ import annotations

import dataclasses
import json
import shutil
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from mlflow import MlflowClient
from typer.testing import CliRunner

from pipeline.__main__ import app
from pipeline.contract import Ledger, LedgerEntry, SavedSweep
from pipeline.errors import KorzinaError, StoreError, UsageError
from pipeline.purging import PurgePlan, PurgeRequest, carry_out, finish_pending, plan_purge
from pipeline.settings import Settings
from pipeline.stages import Training
from pipeline.store import Eraser, Store
from pipeline.store.tracking import preflight
from tests.support import make_training, save_training, with_sample_rfm

ID, NAME, CITY = "CANARY-4711", 'Żółć "Ångström" <&> Kanarienvogel', "Canary-upon-Tyne"
ASIDE = "quarantined canary 77"
WORDS = (ID, NAME, CITY, ASIDE)


def planted() -> Training:
    """A training in which one customer's id, name and city, and a raw cell of a row set aside, are nobody else's."""
    training = with_sample_rfm(make_training(120))
    training = dataclasses.replace(training, candidates=training.candidates[:2])
    customers = training.customers.copy()
    customers.loc[7, "customer_id"] = ID
    customers["surname"] = pd.Series([f"Name {place % 9}" for place in range(len(customers))], dtype="str")
    customers.loc[7, "surname"] = NAME
    customers["advised_by"] = pd.Series([None] * len(customers), dtype="str")
    customers.loc[9, "advised_by"] = ID  # in somebody else's row
    customers["marital_status"] = customers["marital_status"].astype("str")
    customers.loc[7, "marital_status"] = CITY
    quarantine = pd.DataFrame(
        {"rule": ["range", "range"], "row": ["line 4", "line 9"], "customer_id": [ID, "C99999"], "cell": [ASIDE, "x"]},
        dtype="str",
    )
    ledger = training.ledger.model_dump() | {
        "quarantined": 2,
        "dropped": 1,
        "entries": (LedgerEntry(rule="range", detail="set aside", examples=(f"{ASIDE} (line 4)", f"{ID} (line 9)")),),
    }
    candidates = tuple(
        dataclasses.replace(
            candidate,
            cards=tuple(card.model_copy(update={"portrait": f"as {CITY}"}) for card in candidate.cards),
            category_profiles=candidate.category_profiles.replace({"category": {"Widow": CITY}}),
        )
        for candidate in training.candidates
    )
    return dataclasses.replace(
        training,
        customers=customers,
        quarantine=quarantine,
        ledger=Ledger.model_validate(ledger),
        candidates=candidates,
    )


@pytest.fixture(scope="module")
def _planted_store(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SavedSweep]:
    """A promoted sweep with a note on the canary, a report, a log, a deleted run, and a folder of no run."""
    home = tmp_path_factory.mktemp("purge") / "mlruns"
    settings = Settings(home=home, tracking_uri="")
    sweep = save_training(planted(), settings)
    store = Store.open(settings)
    store.promote(sweep.run_ids[3], reason=f"{NAME} asked for it", who="anna")
    key = store.load(sweep.run_ids[3]).cards[0].key
    store.annotate(sweep.run_ids[3], key, who="anna", note=f"as {ID} says: {CITY}")
    store.attach(sweep.run_ids[3], "report.html", f"<p>{CITY}</p>".encode())
    client = MlflowClient(tracking_uri=settings.store_uri)
    deleted = client.create_run(sweep.experiment_id, tags={"korzina.status": "completed"}, start_time=1)
    client.log_text(deleted.info.run_id, f"{ID}, {NAME}", "korzina/left.txt")
    client.delete_run(deleted.info.run_id)
    for place in (home / "artifacts/sample" / ("0" * 32) / "artifacts", home / "logs", home / "cache" / "abc"):
        place.mkdir(parents=True)
        (place / "left.log").write_text(f"2026-01-01 {ID} and {NAME}\nnothing else\n", "utf-8")
    killed = home / "korzina-own-killed"  # what a training held that was killed
    killed.mkdir()
    pd.DataFrame({"id": [ID], "name": [NAME]}).to_parquet(killed / "customers.parquet")
    return home, sweep


@pytest.fixture
def settings(_planted_store: tuple[Path, SavedSweep], tmp_path: Path) -> Settings:
    home = tmp_path / "mlruns"
    shutil.copytree(_planted_store[0], home)
    return Settings(home=home, tracking_uri="")


@pytest.fixture
def saved(_planted_store: tuple[Path, SavedSweep]) -> SavedSweep:
    return _planted_store[1]


def traces(folder: Path, words: tuple[str, ...] = WORDS) -> list[str]:
    """Files in whose bytes, or in whose Parquet cells, one of the words stands."""
    forms = {form.encode() for word in words for form in (word, json.dumps(word)[1:-1], json.dumps(word))}
    found = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = file.read_bytes()
        cells = pd.read_parquet(file).to_csv().encode() if file.suffix == ".parquet" else b""
        if any(form in content or form in cells for form in forms):
            found.append(file.relative_to(folder).as_posix())
    return found


def purge(settings: Settings, **asked: object) -> PurgePlan:
    with Store.open(settings).erasing() as eraser:
        plan = plan_purge(eraser, PurgeRequest(**asked))  # type: ignore[arg-type]
        carry_out(eraser, plan)
    return plan


def test_the_canary_is_where_it_was_planted(settings: Settings) -> None:
    places = " ".join(traces(settings.home))

    for expected in (
        "mlflow.db",
        "customers.parquet",
        "quarantine.parquet",
        "ledger.json",
        "category_profiles.parquet",
    ):
        assert expected in places
    for expected in ("segments.json", "report.html", "logs/left.log", "cache/", "0" * 32):
        assert expected in places


@pytest.fixture(scope="module")
def purged(_planted_store: tuple[Path, SavedSweep], tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A copy of the store from which the canary was removed."""
    home = tmp_path_factory.mktemp("purged") / "mlruns"
    shutil.copytree(_planted_store[0], home)
    settings = Settings(home=home, tracking_uri="")
    assert purge(settings, customers=(ID,)).counts()["rows"] == 2  # a customer, and a row set aside
    return settings


def test_a_purged_customer_is_in_no_byte_of_the_store(settings: Settings, purged: Settings, saved: SavedSweep) -> None:
    before = Store.open(settings).load(saved.run_ids[3])
    after = Store.open(purged).load(saved.run_ids[3])

    assert traces(purged.home) == []
    kept = before.customers[before.customers["customer_id"] != ID]
    assert after.customers["customer_id"].tolist() == kept["customer_id"].tolist()
    assert after.assignments["segment"].tolist() == before.assignments["segment"].drop(7).tolist()
    assert sum(card.size for card in after.cards) == len(after.customers) == 119
    assert (after.ledger.rows_out, after.ledger.dropped) == (before.ledger.rows_out - 1, before.ledger.dropped + 1)
    assert after.quarantine["customer_id"].tolist() == ["C99999"]
    assert after.customers["advised_by"].dropna().tolist() == ["removed"]


def test_what_is_left_verifies_and_is_described_by_who_is_left(purged: Settings, saved: SavedSweep) -> None:
    store = Store.open(purged)
    assert store.examine() == ()
    for run_id in saved.run_ids.values():
        run = store.load(run_id)
        medians = run.customers["spend"].groupby(run.assignments["segment"]).median()
        shown = run.profiles[run.profiles["column"] == "spend"].set_index("segment")["median"]
        pd.testing.assert_series_equal(shown, medians, check_names=False)
        counted = run.category_profiles[run.category_profiles["column"] == "marital_status"]["n"].sum()
        assert counted == len(run.customers)
    assert store.champion("sample") is not None
    assert [note.note for note in store.annotations("sample")] == ["as removed says: removed"]


@pytest.mark.skipif(preflight.schema_head() != "dc11669786a5", reason="an older MLflow refuses the fixture's schema")
def test_a_store_of_version_0_1_is_searched_too(tmp_path: Path) -> None:
    with zipfile.ZipFile(Path(__file__).parents[1] / "fixtures/store-0.1/store.zip") as archive:
        archive.extractall(tmp_path)
    settings = Settings(home=tmp_path / "mlruns", tracking_uri="")

    purge(settings, customers=("K0005",))

    store = Store.open(settings)
    assert {len(store.load(run.run_id).customers) for run in store.runs()} == {319}
    assert store.examine() == ()
    assert traces(settings.home, ("K0005",)) == []


def test_nobody_is_removed_who_only_looks_alike(settings: Settings, saved: SavedSweep) -> None:
    purge(settings, customers=("C0000",))  # the start of nine ids

    assert len(Store.open(settings).load(saved.run_ids[3]).customers) == 120


@pytest.mark.parametrize("moment", ["change", "delete"])
def test_a_kill_in_the_middle_is_ended_by_the_next_purge(
    settings: Settings, saved: SavedSweep, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    times = iter(range(100))
    real = getattr(Eraser, moment)

    def killed(self: Eraser, *arguments: object) -> None:
        if next(times) == (1 if moment == "change" else 0):
            raise KeyboardInterrupt
        real(self, *arguments)

    monkeypatch.setattr(Eraser, moment, killed)
    with pytest.raises(KeyboardInterrupt):
        purge(settings, customers=(ID,))
    monkeypatch.undo()
    assert "half purged" in {fault.kind for fault in Store.open(settings).examine()}

    with Store.open(settings).erasing() as eraser:
        finish_pending(eraser)
    purge(settings, customers=(ID,))  # what was deleted or left before

    assert traces(settings.home) == []
    assert {len(Store.open(settings).load(run_id).customers) for run_id in saved.run_ids.values()} == {119}
    assert Store.open(settings).examine() == ()


def test_an_old_training_is_gone_to_the_last_byte_and_what_is_in_use_stays(
    settings: Settings, saved: SavedSweep
) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()

    plan = purge(settings, before=tomorrow)

    assert [sweep.parent.run_id for sweep in plan.kept] == [saved.sweep_run_id]
    assert len(list(settings.home.glob("artifacts/sample/[0-9a-f]*"))) == 3  # the sweep in use
    assert len(list(settings.home.glob("artifacts/sample/models/m-*"))) == 2

    purge(settings, before=tomorrow, champions=True)

    assert traces(settings.home / "artifacts") == []
    assert list(settings.home.glob("artifacts/sample/*/*")) == []
    assert Store.open(settings).runs() == ()
    assert Store.open(settings).champion("sample") is None
    assert ID.encode() not in (settings.home / "mlflow.db").read_bytes().replace(b"as " + ID.encode(), b"")


def test_a_younger_training_stays(settings: Settings, saved: SavedSweep) -> None:
    plan = purge(settings, before=datetime.now(UTC).date())

    assert (plan.sweeps, plan.rows, plan.kept) == ((), (), ())
    assert len(Store.open(settings).runs()) == 2


def test_a_champion_whose_segment_is_one_person_goes_only_where_it_is_said(
    settings: Settings, saved: SavedSweep
) -> None:
    run = Store.open(settings).load(saved.run_ids[3])
    small = min(run.cards, key=lambda card: card.size)
    half = run.customers["customer_id"][run.assignments["segment"] == small.segment].iloc[: -(-small.size // 2)]

    with pytest.raises(UsageError, match="hardly anybody but this person"):
        purge(settings, customers=tuple(half))

    assert {run.k for run in Store.open(settings).runs()} == {2, 3}
    purge(settings, customers=tuple(half), champions=True)
    assert 3 not in {run.k for run in Store.open(settings).runs()}


def test_while_a_training_is_saved_nothing_is_looked_for(settings: Settings) -> None:
    from pipeline.store.tracking.tag_names import STARTED, STATUS, WRITER
    from pipeline.store.tracking.writers import this_writer

    client = MlflowClient(tracking_uri=settings.store_uri)
    experiment = client.get_experiment_by_name("sample")
    assert experiment is not None
    client.create_run(experiment.experiment_id, tags={STATUS: STARTED, WRITER: this_writer()})

    with pytest.raises(StoreError, match="being saved"):
        purge(settings, customers=(ID,))


@pytest.mark.parametrize("asked", [{}, {"before": date(2026, 1, 1), "customers": ("a",)}, {"customers": (" ",)}])
def test_a_request_that_says_nothing_is_refused(asked: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        PurgeRequest(**asked)  # type: ignore[arg-type]


# ------------------------------------------------------------------ the command


@pytest.fixture
def command(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("KORZINA_HOME", str(settings.home))
    monkeypatch.setenv("KORZINA_SECRET_KEY", "0f9d" * 4 + "c7a1b2e8" * 3)
    monkeypatch.setattr("pipeline.serving.ReportMaker.make", lambda *_arguments: None)  # a process of its own
    return CliRunner()


def test_the_command_says_what_it_would_remove_and_removes_it_once_told(command: CliRunner, settings: Settings) -> None:
    from pipeline.accounts import AuditLog

    with pytest.raises(UsageError, match="nobody is there to be asked"):
        command.invoke(app, ["purge", "--customer", ID], catch_exceptions=False)
    assert len(traces(settings.home)) > 5

    done = command.invoke(app, ["purge", "--customer", ID, "--yes"], catch_exceptions=False)

    assert "1 of 120 customers and 1 rows set aside" in done.output
    assert "deleted in MLflow" in done.output
    assert "Backups" in done.output
    assert traces(settings.home) == []
    log = AuditLog.of(Settings())
    (entry,) = log.last()
    assert (entry.event, entry.role, entry.rows) == ("purge", "cli", 2)
    assert log.verify()[1] == ()


def test_where_nobody_is_found_nothing_happens(command: CliRunner, settings: Settings) -> None:
    shutil.rmtree(settings.home / "artifacts/sample" / ("0" * 32))
    command.invoke(app, ["purge", "--customer", "nobody-of-this-name", "--yes"], catch_exceptions=False)

    done = command.invoke(app, ["purge", "--customer", "nobody-of-this-name"], catch_exceptions=False)

    assert done.output == "Nothing is to be removed.\n"


def test_the_counts_are_for_scripts(command: CliRunner) -> None:
    done = command.invoke(app, ["purge", "--customer", ID, "--yes", "--json"], catch_exceptions=False)

    assert json.loads(done.stdout)["removed"] | {"runs": 0} == {
        "sweeps": 0, "runs": 0, "rows": 2, "changed_sweeps": 1, "folders": 1, "kept": 0, "without_ids": 0,
    }  # fmt: skip


def test_a_server_of_others_is_refused(settings: Settings) -> None:
    remote = Settings(home=settings.home, tracking_uri="http://127.0.0.1:9")
    with pytest.raises(KorzinaError), Store(remote).erasing():
        pass
