"""The report to take away: whole, self-contained, the dashboard's own numbers, in the reader's language."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import dash
import pytest
from dash import html
from dash.development.base_component import Component

from dashapp.data import Run, SegmentationData
from dashapp.findings import overview_numbers
from dashapp.i18n import COOKIE, language, speak
from dashapp.pages import overview
from dashapp.report.html_file import file_name, report
from dashapp.widgets import markup
from pipeline.contract import Annotation, Segmentation
from tests.dashapp.conftest import RUN, MemoryStore

HOSTILE = '</script><img src="http://elsewhere.example/x" onerror="alert(1)"> & co'


class Parsed(HTMLParser):
    """Texts by the sheet they stand in, and every attribute that could load something."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sheets: dict[str, list[str]] = defaultdict(list)
        self.loading: list[str] = []
        self.tags: list[str] = []
        self._sheet, self._skipped = "", False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self._sheet = str(given["id"]) if tag == "section" else self._sheet
        self._skipped = tag in ("script", "style")
        self.loading += [
            f"{tag} {name}={value}"
            for name, value in attrs
            if name in ("src", "srcset", "data", "action", "poster")
            or name.startswith("on")
            or (name == "href" and not str(value).startswith("#"))
        ]

    def handle_endtag(self, tag: str) -> None:
        self._skipped = self._skipped and tag not in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._skipped and data.strip():
            self.sheets[self._sheet].append(data.strip())


def parts(tree: Any, kind: type[Component]) -> list[Any]:
    """All components of one kind, in the order of the page."""
    if isinstance(tree, list | tuple):
        return [found for one in tree for found in parts(one, kind)]
    if not isinstance(tree, Component):
        return []
    return ([tree] if isinstance(tree, kind) else []) + parts(getattr(tree, "children", None), kind)


def texts(tree: Any) -> list[str]:
    """The texts of a component, in the order of the page."""
    if isinstance(tree, list | tuple):
        return [text for one in tree for text in texts(one)]
    if isinstance(tree, Component):
        return texts(getattr(tree, "children", None))
    return [str(tree).strip()] if tree is not None and str(tree).strip() else []


def folded(tree: Any) -> list[list[list[str]]]:
    """The texts of each folded table, by row; one whose cells can be clicked is no text."""
    found = []
    for details in parts(tree, html.Details):
        text = getattr(details.children[1], "data-folded", None)
        rows = (
            [list(row.itertext()) for row in ElementTree.fromstring(text).iter("tr")]
            if text
            else [texts(row) for row in parts(details, html.Tr)]
        )
        found.append([[words for words in row if words.strip()] for row in rows])
    return found


@pytest.fixture
def run(segmentation: Segmentation) -> Run:
    return Run(segmentation)


@pytest.fixture(scope="module")
def hostile(segmentation: Segmentation) -> Run:
    """The same run from somebody who means harm: every name is markup."""
    cards = tuple(card.model_copy(update={"name": HOSTILE, "portrait": HOSTILE}) for card in segmentation.cards)
    dataset = segmentation.dataset.model_copy(update={"title": HOSTILE})
    return Run(replace(segmentation, cards=cards, dataset=dataset))


def test_one_sheet_a_segment_and_one_for_each_other_subject(run: Run) -> None:
    found = Parsed(report(run, "en"))

    assert [name for name in found.sheets if name] == [
        "cover",
        "overview",
        "profile",
        "segment-1",
        "segment-2",
        "segment-3",
        "campaigns",
        "baskets",
        "choice",
        "data",
        "reading",
    ]
    for place, card in enumerate(run.segmentation.cards, start=1):
        assert card.name in found.sheets[f"segment-{place}"]


def test_nothing_is_loaded_from_anywhere(run: Run) -> None:
    page = report(run, "en")

    found = Parsed(page)

    assert found.loading == []
    assert {"link", "iframe", "img", "object", "embed", "base"} & set(found.tags) == set()
    assert "@import" not in page.split("</style>")[0]
    assert "default-src 'none'" in page


@pytest.mark.parametrize("code", ["en", "ru"])
def test_every_number_of_the_overview_page_stands_in_the_report(run: Run, data: SegmentationData, code: str) -> None:
    found = Parsed(report(run, code)).sheets
    speak(code)
    page = overview.PAGE.drawn(data)
    speak("en")

    shares, medians, profile = folded(page)
    grades = {"solid", "usable", "fragile", "надёжный", "пригодный", "зыбкий"}  # the report has a column for them
    rows = [[text for text in row if text not in grades] for table in (shares, medians) for row in table]
    told = found["overview"]
    for row in rows:
        assert any(told[place : place + len(row)] == row for place in range(len(told))), row
    beside = found["profile"]
    for row in profile[1:]:
        assert any(beside[place : place + len(row)] == row for place in range(len(beside))), row
    totals, *_rest = [texts(one) for one in parts(page, html.Div) if getattr(one, "className", "") == "k-kpis"]
    assert totals == [text for text in found["cover"] if text in totals]
    cards = parts(page, html.Article)
    assert len(cards) == run.segmentation.k
    for place, card in enumerate(cards, start=1):
        numbers = [text for text in texts(card) if re.search(r"\d", text)]
        assert len(numbers) >= 5
        assert set(numbers) - set(found[f"segment-{place}"]) == set()


def test_what_comes_from_data_stays_text(hostile: Run) -> None:
    page = report(hostile, "en")

    found = Parsed(page)

    assert found.loading == []
    assert "img" not in found.tags
    assert page.count("<script") == page.count("</script>")
    assert HOSTILE in found.sheets["cover"]


def test_both_languages_and_the_callers_stays_as_it_was(run: Run) -> None:
    speak("en")

    english, russian = Parsed(report(run, "en")).sheets, Parsed(report(run, "ru")).sheets

    assert "The segments" in english["overview"]
    assert "Сегменты" in russian["overview"]
    assert language() == "en"


def test_a_note_stands_with_its_segment_alone(run: Run) -> None:
    card = run.segmentation.cards[1]
    note = Annotation(when=1_790_000_000.0, who="Ana", run_id=RUN, origin=RUN, key=card.key, note="Call them in May.")

    found = Parsed(report(run, "en", (note,))).sheets

    assert [name for name, said in found.items() if "Call them in May." in said] == ["segment-2"]


def test_a_run_without_plan_and_baskets_says_so(run: Run) -> None:
    found = Parsed(report(run, "en")).sheets

    assert any("no campaign plan" in said for said in found["campaigns"])
    assert any("nothing about what is bought together" in said for said in found["baskets"])


@pytest.mark.parametrize(("code", "column"), [("en", "Share of spend"), ("ru", "Доля трат")])
def test_where_nobody_knows_what_is_spent_no_column_says_so_in_every_row(run: Run, code: str, column: str) -> None:
    cards = tuple(card.model_copy(update={"revenue_share": None}) for card in run.segmentation.cards)
    without = Run(replace(run.segmentation, cards=cards))
    speak(code)

    known, unknown = (overview_numbers.share_header(one.segmentation.cards) for one in (run, without))

    assert (known[-1], len(unknown)) == (column, 2)
    assert {len(overview_numbers.share_cells(card, cards)) for card in cards} == {2}
    assert column in Parsed(report(run, code)).sheets["overview"]
    assert column not in Parsed(report(without, code)).sheets["overview"]


def test_an_attribute_that_leads_elsewhere_is_refused() -> None:
    with pytest.raises(ValueError, match="within its own page"):
        markup(html.A("out", href="https://elsewhere.example"))


# ------------------------------------------------------------------ the route


@pytest.mark.parametrize("address", ["/report", f"/report?run={RUN}", f"/report?run={RUN[:12]}"])
def test_the_report_comes_as_a_file(app: dash.Dash, run: Run, address: str) -> None:
    answer = app.server.test_client().get(address)

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{file_name(run)}"'
    assert answer.get_data(as_text=True) == report(run, "en")
    assert re.fullmatch(r"korzina-sample-k3-20260921-01234567\.html", file_name(run))


def test_the_file_follows_the_readers_language(app: dash.Dash) -> None:
    client = app.server.test_client()
    client.set_cookie(COOKIE, "ru")

    page = client.get("/report").get_data(as_text=True)

    assert '<html lang="ru">' in page


@pytest.mark.parametrize("named", ["ffffffffffff", "../../etc/passwd", "%00", "a" * 4000])
def test_an_unknown_run_is_told_in_a_sentence(app: dash.Dash, named: str) -> None:
    answer = app.server.test_client().get(f"/report?run={named}")

    assert answer.status_code == 404
    assert answer.get_data(as_text=True).startswith("There is no such segmentation")


def test_a_new_name_and_a_new_note_are_in_the_next_report(app: dash.Dash, store: MemoryStore) -> None:
    client = app.server.test_client()
    before = client.get(f"/report?run={RUN}").get_data(as_text=True)
    card = store.held[RUN].cards[0]

    store.annotations = lambda experiment=None: (
        Annotation(  # type: ignore[method-assign]
            when=1_790_000_000.0, who="Ana", run_id=RUN, origin=RUN, key=card.key, note="Call them in May."
        ),
    )

    assert "Call them in May." not in before
    assert "Call them in May." in client.get(f"/report?run={RUN}").get_data(as_text=True)


def test_the_overview_page_offers_it(data: SegmentationData) -> None:
    links = [one.href for one in parts(overview.PAGE.drawn(data), html.A)]

    assert f"/report?run={RUN}" in links
