"""New customers placed: segments, probabilities, what leaks and what must not, and files that cannot be read."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.campaigns import known_of_customers, predict
from pipeline.campaigns.learning.response_model import learn
from pipeline.campaigns.plan import plan_campaigns
from pipeline.campaigns.priced import KIND_PREFIX
from pipeline.command_line import told_placed
from pipeline.contract import Assignments, HeldOut, Message, Scored, Segmentation, Targets, speaker
from pipeline.errors import InputError, StarvedError, UsageError
from pipeline.scoring import score_file, score_upload
from pipeline.scoring.outlook import response_outlook
from pipeline.scoring.scorer import score
from pipeline.spec import Spec
from tests.pipeline.campaigns_support import subject
from tests.pipeline.test_campaigns import customers_of, history_of, shop
from tests.scoring_support import shoppers, train_shop
from tests.support import as_stored

COLUMNS = [
    "card",
    "segment",
    "segment_name",
    "distance",
    "second_segment",
    "confidence",
    "fits",
    "response_probability_autumn",
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Spec, Segmentation]:
    spec, training = train_shop(tmp_path_factory.mktemp("shop"))
    return spec, as_stored(training, "a" * 32)


@pytest.fixture(scope="module")
def run(made: tuple[Spec, Segmentation]) -> Segmentation:
    return made[1]


def placed(run: Segmentation, frame: pd.DataFrame) -> Scored:
    return score_upload(run, "new.csv", frame.to_csv(index=False).encode())


def test_columns_stand_in_the_promised_order(run: Segmentation) -> None:
    assert list(placed(run, shoppers(40, seed=5)).table.columns) == COLUMNS


def test_the_training_rows_get_their_training_segments(run: Segmentation) -> None:
    table = placed(run, shoppers()).table

    assert table["segment"].tolist() == (run.assignments[Assignments.SEGMENT] + 1).tolist()
    assert table["distance"].to_numpy() == pytest.approx(run.assignments[Assignments.DISTANCE].to_numpy())


def test_the_training_rows_get_the_stored_model_s_probabilities(made: tuple[Spec, Segmentation]) -> None:
    _, run = made
    assert run.campaigns is not None
    labels = run.assignments[Assignments.SEGMENT].to_numpy(np.int64)
    campaign = run.dataset.campaigns[1]
    known, columns = known_of_customers(run.customers, run.dataset, labels, run.cards, campaign, frozenset())
    outcome = run.customers["autumn"].to_numpy(np.float64)

    found = placed(run, shoppers()).table["response_probability_autumn"].to_numpy()

    assert found == pytest.approx(predict(learn(known, columns, outcome, 0).model, known), abs=1e-9)
    stored = run.campaigns.targets[Targets.PROBABILITY].to_numpy()  # cross-fitted: of models blind to the customer
    assert stored == pytest.approx(learn(known, columns, outcome, 0).probability)
    assert np.corrcoef(found, stored)[0, 1] > 0.975  # their scale too is that of other folds


def test_a_customer_alone_is_scored_like_in_a_crowd(run: Segmentation) -> None:
    frame = shoppers(50, seed=5)
    together, alone = placed(run, frame).table, placed(run, frame.iloc[[17]]).table

    pd.testing.assert_frame_equal(together.iloc[[17]].reset_index(drop=True), alone)


def test_the_outcome_predicted_never_reaches_its_probability(run: Segmentation) -> None:
    frame = shoppers(200, seed=5)
    turned, gone = frame.assign(autumn=1 - frame["autumn"]), frame.drop(columns="autumn")
    tables = [placed(run, one).table for one in (frame, turned, gone)]

    pd.testing.assert_frame_equal(tables[0], tables[1])
    pd.testing.assert_frame_equal(tables[0], tables[2])


def test_an_earlier_answer_counts_as_in_training_and_for_nothing_else(run: Segmentation) -> None:
    frame = shoppers(200, seed=5)
    yes, no = (placed(run, frame.assign(spring=one)).table for one in (1, 0))

    assert (yes["response_probability_autumn"] > no["response_probability_autumn"]).all()
    pd.testing.assert_frame_equal(yes[COLUMNS[:-1]], no[COLUMNS[:-1]])


def test_an_unknown_column_changes_nothing_and_is_named(run: Segmentation) -> None:
    frame = shoppers(60, seed=5)
    found = placed(run, frame.assign(response=frame["autumn"]))

    pd.testing.assert_frame_equal(found.table, placed(run, frame).table)
    assert any("response" in note for note in found.ledger.notes)


def test_what_is_missing_is_scored_as_in_training_and_said(run: Segmentation) -> None:
    frame = shoppers(60, seed=5)
    bare = frame[["card", "spend", "orders"]]
    found, with_age = placed(run, bare), placed(run, bare.assign(age=int(run.customers["age"].median())))

    assert found.table["response_probability_autumn"].between(0, 1).all()
    assert found.table["response_probability_autumn"].to_numpy() == pytest.approx(
        with_age.table["response_probability_autumn"].to_numpy(), abs=0.01
    )
    told = " ".join(found.notes)
    assert "Age: missing for 60 customers; in the response probability" in told
    assert "Answers to earlier campaigns: missing for 60 customers" in told


def test_an_unseen_category_counts_as_unknown(run: Segmentation) -> None:
    frame = shoppers(60, seed=5)
    strange, unknown = placed(run, frame.assign(city="Atlantis")), placed(run, frame.assign(city=None))

    pd.testing.assert_frame_equal(strange.table, unknown.table)
    assert "'Atlantis' not seen in training (60 customers)" in " ".join(strange.notes)


def test_a_run_without_a_model_places_customers_and_says_why_there_is_no_probability(run: Segmentation) -> None:
    found = placed(replace(run, campaigns=None), shoppers(40, seed=5))

    assert list(found.table.columns) == COLUMNS[:-1]
    assert any(note.startswith("no response probabilities: run aaaaaaaa") for note in found.notes)


def test_the_reason_stands_inside_the_sentence(run: Segmentation) -> None:
    assert run.campaigns is not None
    why = Message.of("The data hold no campaigns: there is nothing to learn a response from.")
    summary = run.campaigns.summary.model_copy(update={"model": None, "notes": (why,)})
    found = placed(replace(run, campaigns=replace(run.campaigns, summary=summary)), shoppers(40, seed=5))

    (note,) = found.response_notes
    assert note == "no response probabilities: the data hold no campaigns: there is nothing to learn a response from."
    assert speaker("ru").tell(note).startswith("вероятностей отклика нет: в данных нет кампаний")


@pytest.mark.parametrize(
    ("customers", "told"),
    [(1, "1 customer placed, written to new.csv"), (1200, "1,200 customers placed, written to new.csv")],
)
def test_one_customer_is_placed_in_the_singular(customers: int, told: str) -> None:
    assert told_placed(customers, Path("new.csv")) == told


def test_the_id_comes_back_even_where_the_run_keeps_none(run: Segmentation) -> None:
    forgetful = replace(run, spec=run.spec.replace('"keep":true', '"keep":false'))

    assert '"keep":false' in forgetful.spec
    assert placed(forgetful, shoppers(40, seed=5)).table["card"].tolist()[:2] == ["T00000", "T00001"]


def test_rows_set_aside_are_accounted_for(run: Segmentation) -> None:
    frame = shoppers(40, seed=5)
    frame.loc[3, "spend"] = -5
    found = placed(run, frame)

    assert (found.ledger.rows_in, found.rows, found.ledger.quarantined) == (40, 39, 1)
    assert "T00003" not in set(found.table["card"])
    assert found.summary()["response_probability"]["autumn"] == pytest.approx(
        found.table["response_probability_autumn"].mean()
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\x00\x01\x02\x03" * 50, "new.csv"),
        (b"PK\x03\x04" + b"x" * 200, "new.csv"),
        (b"PAR1" + b"\x00" * 100, "Parquet"),
        (b"name,town\nAda,London\n", "card"),
        (b"card,spend,orders\n", "no rows"),
        (b"SQLite format 3\x00" + b"x" * 200, "SQLite"),
        (b"%PDF-1.7 something", "new.csv"),
        (b"<html><table></table></html>", "new.csv"),
        (b"card,spend,orders\n1,lots,many\n2,more,few\n", "spend"),
    ],
)
def test_a_file_that_cannot_be_scored_is_refused_in_words(run: Segmentation, content: bytes, words: str) -> None:
    with pytest.raises(InputError) as refused:
        score_upload(run, "new.csv", content)

    assert words in str(refused.value)
    assert tempfile.gettempdir() not in str(refused.value)


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", "a" * 300, "\x00", "C:\\x\\y.csv", "клиенты.csv"])
def test_any_name_of_an_upload_is_harmless(run: Segmentation, name: str) -> None:
    assert score_upload(run, name, shoppers(30, seed=5).to_csv(index=False).encode()).rows == 30


def test_nothing_of_an_upload_stays_on_the_disk(
    run: Segmentation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    placed(run, shoppers(30, seed=5))
    with pytest.raises(InputError):
        score_upload(run, "new.csv", b"nonsense")

    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------ campaigns over time


@pytest.fixture(scope="module")
def over_time(tmp_path_factory: pytest.TempPathFactory) -> tuple[Spec, Segmentation, pd.DataFrame]:
    folder = tmp_path_factory.mktemp("history")
    spec = shop(folder)
    frame = customers_of(spec, folder)
    it, history = subject(frame, spec.campaigns), history_of(spec)
    plan = plan_campaigns(it, history=history, spec=spec.history)
    base = as_stored(train_shop(tmp_path_factory.mktemp("base"))[1])
    return spec, replace(base, dataset=it.dataset, customers=frame, cards=tuple(it.cards), campaigns=plan), history


def test_over_time_the_training_rows_get_their_stored_probabilities(
    over_time: tuple[Spec, Segmentation, pd.DataFrame],
) -> None:
    spec, run, history = over_time
    assert run.campaigns is not None
    labels = run.campaigns.targets[Targets.SEGMENT].to_numpy()

    found = response_outlook(run.customers, labels, run, spec, history).columns

    assert list(found) == ["response_probability_mail"]
    assert not [name for name in run.campaigns.targets if str(name).startswith(KIND_PREFIX)]  # there is one kind only
    assert found["response_probability_mail"] == pytest.approx(run.campaigns.targets[Targets.PROBABILITY].to_numpy())
    assert len(run.campaigns.held_out[HeldOut.KEY]) > 0


def test_over_time_answers_in_the_table_change_nothing_and_without_history_it_is_said(
    over_time: tuple[Spec, Segmentation, pd.DataFrame],
) -> None:
    spec, run, history = over_time
    labels = np.zeros(len(run.customers), dtype=np.int64)
    turned = run.customers.assign(c4=1 - run.customers["c4"])

    before, after = (response_outlook(one, labels, run, spec, history).columns for one in (run.customers, turned))
    without = response_outlook(run.customers, labels, run, spec, None)

    assert before["response_probability_mail"] == pytest.approx(after["response_probability_mail"])
    assert without.columns == {}
    assert "bought, sent, answered" in without.notes[0]


def test_one_file_is_enough_for_a_spec_that_reads_several_tables(run: Segmentation, tmp_path: Path) -> None:
    several = replace(
        run,
        spec=run.spec.replace('"tables":{}', '"tables":{"a":"a.csv","b":"b.csv"}').replace(
            '"query":null', '"query":"SELECT 1"', 1
        ),
    )
    file = tmp_path / "ready.csv"
    shoppers(30, seed=5).to_csv(file, index=False)

    assert score(several, str(file)).rows == 30
    with pytest.raises(InputError, match="no file for table"):
        score(several, str(tmp_path))


def test_too_many_for_the_memory_are_to_be_placed_in_parts(
    run: Segmentation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a training would be told to do (fewer columns, a part of the customers) is no way out here."""
    shoppers(40, seed=5).to_parquet(tmp_path / "new.parquet")
    monkeypatch.setattr("pipeline.reading.raw._SMALL", 1)
    monkeypatch.setattr("pipeline.reading.raw.free_memory", lambda: 1_000_000)

    with pytest.raises(StarvedError, match=r"GB of memory will be needed.*What to do: place them in parts"):
        score(run, str(tmp_path / "new.parquet"))


def test_the_customers_own_file_is_never_written_over(run: Segmentation, tmp_path: Path) -> None:
    data = tmp_path / "new.csv"
    shoppers(40, seed=5).to_csv(data, index=False)
    before = data.read_bytes()

    with pytest.raises(UsageError, match=r"would be overwritten.*another file"):
        score_file(run, str(data), data)

    assert data.read_bytes() == before


@pytest.mark.parametrize("last", ["T99", "Т99"])
def test_a_file_written_in_parts_is_the_file_written_at_once(
    run: Segmentation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    """Also where only the last customer has a letter that is not ASCII."""
    data, whole, parts = (tmp_path / name for name in ("new.csv", "whole.csv", "parts.csv"))
    customers = shoppers(40, seed=5)
    customers.loc[39, "card"] = last
    customers.to_csv(data, index=False)

    scored = score_file(run, str(data), whole)
    monkeypatch.setattr("pipeline.scoring.output._AT_ONCE", 7)
    monkeypatch.setattr("pipeline.segmenting.distances.BLOCK", 11)
    again = score_file(run, str(data), parts)

    assert whole.read_bytes() == parts.read_bytes()
    assert whole.read_bytes().startswith(b"card" if last.isascii() else b"\xef\xbb\xbfcard")
    pd.testing.assert_frame_equal(again.table, scored.table)


def test_the_file_begins_with_its_header_and_the_workbook_holds_the_account(run: Segmentation, tmp_path: Path) -> None:
    data, table, book = (tmp_path / name for name in ("new.csv", "scored.csv", "scored.xlsx"))
    shoppers(40, seed=5).to_csv(data, index=False)

    scored = score_file(run, str(data), table)
    score_file(run, str(data), book)

    assert table.read_text("utf-8").splitlines()[0].split(",") == COLUMNS
    sheets = pd.read_excel(book, sheet_name=None, engine="openpyxl")
    assert list(sheets) == ["Customers", "About"]
    pd.testing.assert_frame_equal(sheets["Customers"], pd.read_csv(table), check_dtype=False)
    about = pd.read_excel(book, sheet_name="About", header=None, engine="openpyxl")
    assert dict(zip(about[0], about[1], strict=True))["Run"] == run.run_id
    assert set(scored.notes) <= set(about[1])


def test_a_spreadsheet_knows_letters_beyond_ascii(run: Segmentation, tmp_path: Path) -> None:
    data, table = tmp_path / "new.csv", tmp_path / "scored.csv"
    shoppers(40, seed=5).assign(card=[f"Карта {place}" for place in range(40)]).to_csv(data, index=False)

    score_file(run, str(data), table)

    assert table.read_bytes().startswith(b"\xef\xbb\xbf")
    assert pd.read_csv(table)["card"].str.startswith("Карта").all()
