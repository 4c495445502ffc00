"""RFM beside the segments: squares and cells under the selection, as a filter, in exports and in Russian."""

from __future__ import annotations

import csv
import html
import io
import re
import tomllib
from dataclasses import replace
from itertools import product
from pathlib import Path

import pandas as pd
import pytest

from dashapp.charts import LIGHT, scheme
from dashapp.data import Run, SegmentationData
from dashapp.findings import rfm_numbers
from dashapp.i18n import speak
from dashapp.pages.overview import PAGE, figures
from dashapp.report import report
from dashapp.routes import customers
from dashapp.selecting import RFM, Cube, Range, Selection, Values, changed, explore_charts
from pipeline.contract import RFM_NAMES, RfmFactor, RfmScores, Segmentation, rfm_cell
from pipeline.drafting import draft_spec
from pipeline.settings import Settings
from pipeline.stages import Training
from tests.dashapp.conftest import RUN, MemoryStore, champion
from tests.support import as_stored, with_sample_rfm


@pytest.fixture(scope="module")
def segmentation(training: Training) -> Segmentation:
    return as_stored(with_sample_rfm(training), RUN, k=3)


@pytest.fixture(scope="module")
def run(segmentation: Segmentation) -> Run:
    return Run(segmentation)


def held_of(run: Run, selection: Selection) -> rfm_numbers.Cells:
    held = rfm_numbers.cells_of(run, run.cube.filtered(selection))
    assert held is not None
    return held


def test_squares_count_the_selected_customers_and_their_money(run: Run, segmentation: Segmentation) -> None:
    held = held_of(run, Selection({"age": Range(30.0, 50.0)}))
    table = segmentation.rfm_scores.assign(spend=segmentation.customers["spend"].to_numpy())
    table = table[segmentation.customers["age"].between(30, 50, inclusive="left").to_numpy()]

    for recency, frequency in product(range(1, 6), repeat=2):
        own = table[(table[RfmScores.RECENCY] == recency) & (table[RfmScores.FREQUENCY] == frequency)]
        assert held.counts[recency - 1, frequency - 1] == len(own)
        assert held.money is not None
        assert held.money[recency - 1, frequency - 1] == pytest.approx(own["spend"].sum())
    assert held.total == len(table) > 50


def test_cells_by_segments_add_up_to_the_segments(run: Run, segmentation: Segmentation) -> None:
    held = held_of(run, Selection())
    crossed = pd.crosstab(segmentation.assignments["segment"], segmentation.rfm_scores[RfmScores.CELL])

    assert held.segments.sum(axis=1).tolist() == [card.size for card in segmentation.cards]
    for place, cell in enumerate(held.cells.tokens):
        expected = crossed[cell].tolist() if cell in crossed else [0] * 3
        assert held.segments[:, place].tolist() == expected
    assert len(rfm_numbers.rows(held)) == len(held.held)


def test_a_click_on_a_square_selects_its_cell_and_a_second_click_undoes_it(run: Run) -> None:
    figure = figures.cells(held_of(run, Selection()), LIGHT)
    event = {"pair": figure.data[0].customdata[4][4]}
    once = changed(run.cube, Selection(), event)

    assert once.filters == {RFM: Values(("champions",))}
    assert changed(run.cube, once, event) == Selection()
    assert run.cube.selected("rfm=champions&rfm=lost&rfm=nobody")[0].filters == {RFM: Values(("champions", "lost"))}


def test_a_selected_cell_stands_out_and_the_others_stay(run: Run, segmentation: Segmentation) -> None:
    every = held_of(run, Selection())
    one = held_of(run, Selection({RFM: Values(("champions",))}))
    before, after = (figures.cells(held, scheme("dark")).data[0].colorscale for held in (every, one))

    assert (every.counts == one.counts).all()
    same = [left[1] == right[1] for left, right in zip(before, after, strict=True)]
    expected = [rfm_cell(r, f) == "champions" for r, f in product(range(1, 6), repeat=2)]
    full = [every.counts[r - 1, f - 1] > 0 for r, f in product(range(1, 6), repeat=2)]
    assert [a for a, counted in zip(same, full, strict=True) if counted] == [
        a for a, counted in zip(expected, full, strict=True) if counted
    ]
    champions = int((segmentation.rfm_scores[RfmScores.CELL] == "champions").sum())
    assert run.cube.filtered(Selection({RFM: Values(("champions",))})).customers == champions


@pytest.mark.parametrize(("code", "narrow"), [("en", False), ("en", True), ("ru", False), ("ru", True)])
def test_every_cell_is_named_once_and_no_name_is_cut(run: Run, code: str, narrow: bool) -> None:
    speak(code)
    told = run.retold(code)
    figure = figures.cells(held_of(told, Selection()), LIGHT, narrow=narrow)
    texts = [one.text.replace("<br>", " ").replace("<b>", "").replace("</b>", "") for one in figure.layout.annotations]
    names = [told.tell(name) for name in RFM_NAMES.values()]

    assert sorted(text for text in texts if text in names) == sorted(names)
    assert len(texts) == 25 + len(names)


def test_which_values_have_which_score(run: Run, segmentation: Segmentation) -> None:
    own = RfmFactor(column="orders", cuts=(1.0, 2.0, 4.0, 9.0), high_is_good=True, by="spec")
    few = RfmFactor(column="recency", cuts=(7.0, 7.0, 30.0, 90.0), high_is_good=False, by="quintiles")
    money = RfmFactor(column="spend", cuts=(10.0, 20.0, 30.0, 40.0), high_is_good=True, by="quintiles")
    assert segmentation.rfm is not None
    scale = segmentation.rfm.model_copy(update={"recency": few, "frequency": own, "monetary": money})
    header, rows = rfm_numbers.limits(segmentation, scale)

    assert header == ["RFM score", "Days since the last purchase, days", "Orders", "Total spend, $"]
    assert [row[1] for row in rows] == ["up to 7", "–", "8 to 30", "31 to 90", "over 90"]
    assert [row[2] for row in rows] == ["over 9", "5 to 9", "3 to 4", "2", "up to 1"]
    assert [row[3] for row in rows][1:3] == ["over 30, up to 40", "over 20, up to 30"]


def test_exports_hold_scores_and_cell_and_obey_the_filter(run: Run, segmentation: Segmentation) -> None:
    chosen = Selection({RFM: Values(("loyal", "lost"))})
    text = "".join(customers.lines(customers.export(run, run.cube.filtered(chosen))))
    header, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    kept = segmentation.rfm_scores[segmentation.rfm_scores[RfmScores.CELL].isin(["loyal", "lost"])]

    assert header[:8] == [
        "customer_id",
        "Segment",
        "Segment name",
        "Trust",
        "Recency score",
        "Frequency score",
        "Monetary score",
        "RFM cell",
    ]
    assert [row[4:7] for row in rows] == kept[list(RfmScores.SCORED[:3])].astype("str").to_numpy().tolist()
    assert [row[7] for row in rows] == [str(RFM_NAMES[cell]) for cell in kept[RfmScores.CELL]]
    assert [row[0] for row in rows] == segmentation.customers["customer_id"].iloc[kept.index].tolist()


@pytest.mark.parametrize("code", ["en", "ru"])
def test_a_draft_of_an_export_clusters_on_no_score_and_has_its_own_rfm(run: Run, tmp_path: Path, code: str) -> None:
    speak(code)
    file = tmp_path / "customers.csv"
    told = run.retold(code)
    file.write_text(customers.export(told, told.cube.everyone).csv(), "utf-8", newline="")
    spec = tomllib.loads(draft_spec(str(file)))
    header = file.read_text("utf-8").removeprefix("\ufeff").splitlines()[0].split(",")

    assert {spec["columns"][name]["role"] for name in header[4:8]} == {"ignored"}
    assert spec["rfm"]["frequency"] == "Orders"
    assert [spec["columns"][name]["meaning"] for name in spec["rfm"].values()] == ["recency", "orders", "spend"]


def test_a_workbook_in_russian_names_the_cells_in_russian(run: Run) -> None:
    speak("ru")
    told = run.retold("ru")
    book = customers.export(told, told.cube.filtered(Selection())).workbook()
    frame = pd.read_excel(io.BytesIO(book), sheet_name=0, engine="openpyxl")

    assert set(frame["Ячейка RFM"].dropna()) <= {told.tell(name) for name in RFM_NAMES.values()}
    assert "Чемпионы" in set(frame["Ячейка RFM"])
    assert frame["Балл давности"].between(1, 5).all()


def test_who_is_not_known_is_in_no_square_and_has_empty_scores(segmentation: Segmentation) -> None:
    unknown = segmentation.rfm_scores.copy()
    unknown.loc[:9, [RfmScores.RECENCY]] = 0
    unknown.loc[:9, [RfmScores.CELL]] = ""
    run = Run(replace(segmentation, rfm_scores=unknown))
    rows = list(customers.export(run, run.cube.filtered(Selection())).rows)

    assert held_of(run, Selection()).total == len(unknown) - 10
    assert [row[4] for row in rows[:10]] == [""] * 10
    assert [row[7] for row in rows[:10]] == [""] * 10


def page_of(segmentation: Segmentation) -> str:
    store = MemoryStore({RUN: segmentation}, (champion(),))
    return str(PAGE.drawn(SegmentationData(lambda: store, Settings(poll_seconds=1))))


def test_the_page_shows_cells_and_notes_of_a_run_that_has_them(segmentation: Segmentation) -> None:
    note = "Orders: the same for all customers, so its score tells nobody apart"
    assert segmentation.rfm is not None
    noted = replace(segmentation, rfm=segmentation.rfm.model_copy(update={"notes": (note,)}))

    assert "Which cells are the segments made of?" in page_of(segmentation)
    assert note in page_of(noted)


def test_a_run_without_rfm_shows_nothing_of_it(training: Training) -> None:
    it = as_stored(training, RUN, k=3)
    cube = Cube(it)

    assert "Which cells are the segments made of?" not in page_of(it)
    assert not any(name.startswith(RFM) for name in cube.dimensions)
    assert rfm_numbers.cells_of(Run(it), cube.everyone) is None
    assert "RFM cell" not in customers.export(Run(it), cube.everyone).header


def test_explore_keeps_its_charts_and_can_filter_by_cells_and_scores(run: Run, training: Training) -> None:
    without = Cube(as_stored(training, RUN, k=3))
    before, after = (
        explore_charts(run.segmentation.dataset, tuple(cube.dimensions.values())) for cube in (without, run.cube)
    )

    assert [one.name for one in before] == [one.name for one in after]
    assert [name for name in run.cube.dimensions if name.startswith(RFM)] == [
        "rfm",
        "rfm.recency",
        "rfm.frequency",
        "rfm.monetary",
    ]


@pytest.mark.parametrize(("code", "title"), [("en", "Who bought lately, who often?"), ("ru", "Кто покупал недавно")])
def test_the_report_has_a_sheet_with_cells_by_segments(run: Run, code: str, title: str) -> None:
    (sheet,) = re.findall(r'<section id="rfm".*?</section>', report(run, code), flags=re.DOTALL)
    told, words = run.retold(speak(code)), html.unescape(sheet)
    cells = set(run.segmentation.rfm_scores[RfmScores.CELL]) - {""}

    assert title in words
    assert sheet.count("<table") == 2
    assert [card.name for card in told.segmentation.cards if card.name not in words] == []
    assert [cell for cell in cells if told.tell(RFM_NAMES[cell]) not in words] == []


def test_the_report_names_the_largest_cells_where_segments_have_no_room_as_columns(
    segmentation: Segmentation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashapp.report.rfm_sheet._MOST_BESIDE", 2)
    it = segmentation
    crossed = pd.crosstab(it.assignments["segment"], it.rfm_scores[RfmScores.CELL])

    (sheet,) = re.findall(r'<section id="rfm".*?</section>', report(Run(it), "en"), flags=re.DOTALL)

    words = html.unescape(re.sub("<[^>]+>", " ", sheet)).replace("\N{NO-BREAK SPACE}", " ")
    assert sheet.count("<table") == 3
    for segment, card in enumerate(it.cards):
        largest = crossed.loc[segment].max()
        assert f": {largest:,} ({largest / card.size:.0%})".replace("%", " %") in words


def test_the_report_of_a_run_without_rfm_has_no_such_sheet(training: Training) -> None:
    assert 'id="rfm"' not in report(Run(as_stored(training, RUN, k=3)), "en")
