"""The Score page: what may be uploaded, what is said of it, and that nothing forged gets through."""

from __future__ import annotations

import base64
import csv
import io
import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import dash
import pandas as pd
import pytest
from flask.testing import FlaskClient

from dashapp.app import create_app
from dashapp.charts import LIGHT
from dashapp.data import Run, SegmentationData
from dashapp.ids import taking
from dashapp.pages.score import PAGE, figures, ids, placements
from pipeline.contract import Segmentation
from pipeline.scoring import score_upload
from pipeline.settings import Settings
from tests.dashapp.conftest import MemoryStore, champion
from tests.scoring_support import K, shoppers, train_shop
from tests.support import as_stored

RUN_ID = "a" * 32
ORIGIN = {"run": RUN_ID}


@pytest.fixture(scope="module")
def scorable(tmp_path_factory: pytest.TempPathFactory) -> Segmentation:
    return as_stored(train_shop(tmp_path_factory.mktemp("shop"))[1], RUN_ID, experiment="tea_shop")


@pytest.fixture
def shop(scorable: Segmentation) -> SegmentationData:
    store = MemoryStore({RUN_ID: scorable}, (champion(RUN_ID, K, experiment="tea_shop"),))
    return SegmentationData(lambda: store, Settings(poll_seconds=0.01))


@pytest.fixture
def client(shop: SegmentationData) -> Iterator[FlaskClient]:
    dash.page_registry.clear()
    client = create_app(shop).server.test_client()
    client.get("/score")
    yield client
    dash.page_registry.clear()


def as_upload(content: bytes) -> str:
    return "data:text/csv;base64," + base64.b64encode(content).decode()


def csv_of(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False).encode()


def post(
    client: FlaskClient,
    outputs: list[tuple[str, str]],
    inputs: list[tuple[str, str, object]],
    state: list[tuple[str, str, object]],
) -> Any:
    places = [{"id": name, "property": prop} for name, prop in outputs]
    joined = "...".join(f"{name}.{prop}" for name, prop in outputs)
    return client.post(
        "/_dash-update-component",
        json={
            "output": f"..{joined}.." if len(outputs) > 1 else joined,
            "outputs": places if len(places) > 1 else places[0],
            "inputs": [{"id": name, "property": prop, "value": value} for name, prop, value in inputs],
            "state": [{"id": name, "property": prop, "value": value} for name, prop, value in state],
            "changedPropIds": [f"{inputs[0][0]}.{inputs[0][1]}"],
        },
    )


def upload(
    client: FlaskClient, contents: object, name: object = "new.csv", origin: object = ORIGIN, day: object = None
) -> Any:
    return post(
        client,
        [
            (ids.ANSWER, "data"),
            (ids.FILE, "data"),
            (ids.ACTIONS, "hidden"),
            (ids.PROBLEM, "children"),
            (ids.TOO_LARGE, "hidden"),
            (taking(ids.DOWNLOAD_BUTTON)["xlsx"], "hidden"),
        ],
        [(ids.UPLOAD, "contents", contents)],
        [(ids.UPLOAD, "filename", name), (ids.DAY, "value", day), ("page-run", "data", origin)],
    )


def show(client: FlaskClient, stored: object, origin: object = ORIGIN) -> Any:
    return post(
        client,
        [(ids.HEAD, "children"), (ids.RESULT, "children")],
        [(ids.ANSWER, "data", stored), ("scheme", "data", "dark")],
        [("page-run", "data", origin)],
    )


def scored(client: FlaskClient, frame: pd.DataFrame, **parts: object) -> dict[str, Any]:
    answer = upload(client, as_upload(csv_of(frame)), **parts)
    assert answer.status_code == 200, answer.data[:500]
    return dict(answer.get_json()["response"])


def words_of(answer: Any) -> str:
    assert answer.status_code == 200, answer.data[:500]
    assert "sideUpdate" not in answer.get_json()
    return str(answer.get_data(as_text=True))


def test_an_upload_is_placed_counted_and_compared(client: FlaskClient, scorable: Segmentation) -> None:
    frame = shoppers(200, seed=9)
    expected = score_upload(scorable, "new.csv", csv_of(frame))

    found = json.loads(scored(client, frame)[ids.ANSWER]["data"])

    counts = expected.table["segment"].value_counts()
    assert found["counts"] == [int(counts.get(place + 1, 0)) for place in range(K)]
    assert found["fits_none"] == int((~expected.table["fits"]).sum())
    assert [row["id"] for row in found["first"]] == expected.table["card"].head(placements.SHOWN).tolist()
    assert found["first"][0]["probabilities"] == [pytest.approx(expected.table["response_probability_autumn"].iloc[0])]


def test_what_was_found_is_told_in_words(client: FlaskClient, scorable: Segmentation) -> None:
    frame = shoppers(200, seed=9)
    frame.loc[0, "city"] = "Atlantis"
    frame.loc[1, "spend"] = -4
    text = words_of(show(client, scored(client, frame)[ids.ANSWER]["data"]))

    for said in (
        "199 customers",
        "rows left out",
        "'Atlantis' not seen in training",
        "1 set aside",
        "like the training data",
        "Clearly this one",
        "Probability: Answered in autumn",
        *(card.name for card in scorable.cards),
    ):
        assert said in text, said


def test_the_download_holds_every_customer_with_run_k_and_date(client: FlaskClient, scorable: Segmentation) -> None:
    frame = shoppers(200, seed=9)
    frame.loc[0, "card"] = "=1+1"
    files = scored(client, frame)[ids.FILE]["data"]

    header, *rows = csv.reader(io.StringIO(files["csv"]["content"].removeprefix("\ufeff")))
    table = score_upload(scorable, "new.csv", csv_of(frame)).table
    assert header == list(table.columns)
    assert [row[1] for row in rows] == table["segment"].astype(str).tolist()
    assert "'=1+1" in {row[0] for row in rows}
    about = files["txt"]["content"].removeprefix("\ufeff").split("\r\n")
    assert about[:3] == ["File: new.csv", f"Run: {RUN_ID}", f"Segments: {K}"]
    assert about[3].endswith("UTC")
    book = pd.read_excel(
        io.BytesIO(base64.b64decode(files["xlsx"]["content"])), dtype={"card": "str"}, engine="openpyxl"
    )
    assert sorted(book["card"]) == sorted(frame["card"])  # text is no formula on a sheet, and needs no apostrophe


def test_the_template_can_be_uploaded_as_it_is(client: FlaskClient, scorable: Segmentation) -> None:
    answer = post(
        client, [(ids.TEMPLATE, "data")], [(ids.TEMPLATE_BUTTON, "n_clicks", 1)], [("page-run", "data", ORIGIN)]
    )
    content = answer.get_json()["response"][ids.TEMPLATE]["data"]["content"]

    found = score_upload(scorable, "template.csv", content.encode())

    header, example = list(csv.reader(io.StringIO(content.removeprefix("\ufeff"))))
    assert header == ["card", "spend", "orders", "age", "city", "spring"]
    assert found.table["card"].tolist() == ["EXAMPLE-1"]
    assert float(example[1]) == pytest.approx(scorable.customers["spend"].median(), rel=0.01)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"name,town\nAda,London\n", ("missing columns: card, orders, spend. Found: name, town",)),
        (b"Card,Spend,orders\n1,2,3\n", ("rename Card to card, Spend to spend",)),
        (b"PK\x03\x04 workbook", ("cannot be unpacked",)),
        (b"", ("empty",)),
    ],
)
def test_a_file_that_does_not_fit_is_answered_with_what_to_do(
    client: FlaskClient, content: bytes, words: tuple[str, ...]
) -> None:
    found = upload(client, as_upload(content)).get_json()["response"]

    text = json.dumps(found[ids.PROBLEM])
    assert all(one in text for one in ("could not be placed", "What to do" if content else "Expected", *words)), text
    assert found[ids.ANSWER]["data"] is None
    assert found[ids.ACTIONS]["hidden"] is True
    assert tempfile.gettempdir() not in text


def test_a_file_over_the_limit_is_refused_with_a_way_out(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placements, "MOST_BYTES", 1000)

    text = upload(client, as_upload(b"x" * 2000)).get_data(as_text=True)

    assert "larger than" in text
    assert "korzina score" in text


def test_a_body_beyond_every_limit_is_not_read(client: FlaskClient) -> None:
    most = client.application.config["MAX_CONTENT_LENGTH"]

    assert placements.MOST_BYTES * 4 / 3 < most < 2 * placements.MOST_BYTES
    assert upload(client, "x" * most).status_code == 413


@pytest.mark.parametrize(
    "contents",
    [
        None,
        3,
        [],
        {},
        "",
        "x",
        "data:text/csv;base64,%%%",
        "data:,abc",
        "A" * 5000,
        as_upload(b"\xff\xfe\x00"),
        as_upload(b"card,spend,orders\n\x00,\x00,\x00\n"),
    ],
)
@pytest.mark.parametrize("name", ["new.csv", None, 3, ["a"], "../../x"])
def test_whatever_a_browser_uploads_breaks_nothing(client: FlaskClient, contents: object, name: object) -> None:
    answer = upload(client, contents, name)

    assert answer.status_code in (200, 204), answer.data[:300]
    assert "sideUpdate" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("origin", [None, 3, [], {"run": ["x"]}, {"run": "gone"}])
def test_a_forged_origin_places_nobody(client: FlaskClient, origin: object) -> None:
    answer = upload(client, as_upload(csv_of(shoppers(30))), origin=origin)

    assert answer.status_code in (200, 204)
    assert "counts" not in answer.get_data(as_text=True)


def forged(client: FlaskClient, **changes: object) -> str:
    return json.dumps(json.loads(scored(client, shoppers(60, seed=9))[ids.ANSWER]["data"]) | changes)


@pytest.mark.parametrize(
    "change",
    [
        {"run": "b" * 32},
        {"counts": [1]},
        {"counts": [-1, -1, -1]},
        {"counts": "x"},
        {"first": [{"id": "x"}]},
        {"outcomes": ["a", "b", "c"]},
        {"drift": {}},
        {"ledger": None},
        {"more": 1},
        {"first": [{"id": "x", "segment": 99, "second": 0, "confidence": 0.5, "fits": True, "probabilities": [0.1]}]},
    ],
)
def test_a_forged_answer_shows_nothing(client: FlaskClient, change: dict[str, object]) -> None:
    answer = show(client, forged(client, **change)).get_json()["response"]

    assert answer[ids.RESULT]["children"] == []


@pytest.mark.parametrize("stored", [None, 3, "x", "{}", [], {"run": RUN_ID}])
def test_nonsense_in_the_browser_s_store_shows_nothing(client: FlaskClient, stored: object) -> None:
    assert show(client, stored).get_json()["response"][ids.RESULT]["children"] == []


def test_few_customers_are_placed_but_not_compared(client: FlaskClient) -> None:
    text = words_of(show(client, scored(client, shoppers(12, seed=9))[ids.ANSWER]["data"]))

    assert "12 customers" in text
    assert "no shares are given" in text
    assert "population stability" not in text


def test_sureness_is_told_in_words(scorable: Segmentation) -> None:
    one, two = scorable.cards[0].name, scorable.cards[1].name
    row = placements.PlacedCustomer(id="x", segment=0, second=1, confidence=0.05, fits=True, probabilities=())

    assert placements.sureness(row, scorable.cards) == f"Between “{one}” and “{two}”"
    assert (
        placements.sureness(row.model_copy(update={"confidence": 0.2}), scorable.cards)
        == f"Rather this one than “{two}”"
    )
    assert (
        placements.sureness(row.model_copy(update={"confidence": 0.3}), scorable.cards)
        == f"This one; next to it is “{two}”"
    )
    assert placements.sureness(row.model_copy(update={"confidence": 0.6}), scorable.cards) == "Clearly this one"
    assert placements.sureness(row.model_copy(update={"fits": False}), scorable.cards).startswith("Fits none")


def test_bars_stand_for_the_index_in_the_colour_of_its_word(scorable: Segmentation) -> None:
    frame = shoppers(300, seed=9).assign(spend=lambda rows: rows["spend"] * 4)
    features = score_upload(scorable, "new.csv", csv_of(frame)).drift.features
    figure = figures.drift(
        features, dict(placements.DRIFT_WORDS), [placements.medians(one, scorable) for one in features], LIGHT
    )

    drawn = {
        (trace.name, row): x
        for trace in figure.data
        for row, x in zip(trace.y, trace.x, strict=True)
        if row is not None
    }
    assert drawn == {
        (placements.DRIFT_WORDS[one.word], row): pytest.approx(min(one.psi, 3.0)) for row, one in enumerate(features)
    }
    assert "different: train anew" in {word for word, _ in drawn}


def test_a_run_that_cannot_score_says_so(data: SegmentationData) -> None:
    assert "cannot place customers" in str(PAGE.drawn(data))


def test_data_of_several_tables_name_the_command(scorable: Segmentation) -> None:
    several = replace(scorable, spec=scorable.spec.replace('"tables":{}', '"tables":{"a":"a.csv","b":"b.csv"}'))
    store = MemoryStore({RUN_ID: several}, (champion(RUN_ID, K, experiment="tea_shop"),))

    text = str(PAGE.drawn(SegmentationData(lambda: store, Settings(poll_seconds=1))))

    assert "korzina score --experiment tea_shop --data FOLDER --output segments.csv" in text


def test_nothing_of_an_upload_is_kept(
    shop: SegmentationData,
    client: FlaskClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    frame = shoppers(40, seed=9).assign(card=[f"CANARY{n}" for n in range(40)])
    scored(client, frame)
    upload(client, as_upload(b"CANARY,x\n1,2\n"))
    run = shop.run(RUN_ID)

    assert list(tmp_path.iterdir()) == []
    assert "CANARY" not in caplog.text
    assert "CANARY" not in str(vars(run)) + str(vars(shop))


def test_in_russian_the_same_customers_are_placed(scorable: Segmentation) -> None:
    run = Run(scorable)
    told = run.retold("ru")
    frame = csv_of(shoppers(60, seed=9))

    pd.testing.assert_frame_equal(run.score("a.csv", frame).table, told.score("a.csv", frame).table)
