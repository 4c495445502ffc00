"""The cards in a notebook: every text escaped, nothing that runs, no colour that one of two themes would swallow."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import korzina

ALLOWED = {"div", "p", "strong", "ul", "li", "details", "summary", "table", "thead", "tbody", "tr", "th", "td"}


class Reader(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def hostile(result: korzina.SweepResult) -> korzina.SweepResult:
    """The result with markup in every text that can come from data or from a person."""
    training = result._analysis.training
    evil = "<script>alert('x')</script> & \"quoted\""
    candidates = []
    for one in training.candidates:
        cards = tuple(
            card.model_copy(
                update={
                    "name": evil,
                    "portrait": evil,
                    "trust_reason": evil,
                    "differences": tuple(part.model_copy(update={"phrase": evil}) for part in card.differences),
                }
            )
            for card in one.cards
        )
        candidates.append(replace(one, cards=cards))
    made = replace(
        training,
        candidates=tuple(candidates),
        dataset=training.dataset.model_copy(update={"title": evil}),
        decision=training.decision.model_copy(update={"reason": evil, "disagreements": (evil,)}),
    )
    return replace(result, _analysis=replace(result._analysis, training=made))


def test_every_segment_has_its_card(result: korzina.SweepResult) -> None:
    page = read(result._repr_html_())

    assert set(page.tags) <= ALLOWED
    for card in result.segments:
        assert f"{card.segment + 1}. {card.name}" in page.text
        assert card.portrait in page.text
        assert f"{card.size:,} customers" in page.text
    assert result.decision.reason in page.text
    assert page.tags.count("tr") == 1 + len(result.runs)


def test_texts_are_escaped_and_nothing_runs(result: korzina.SweepResult) -> None:
    page = read(hostile(result)._repr_html_())

    assert set(page.tags) <= ALLOWED
    assert {name for name, _ in page.attributes} == {"style"}
    assert "<script>alert('x')</script> & \"quoted\"" in page.text


def test_it_reads_on_white_and_on_black(result: korzina.SweepResult) -> None:
    styles = " ".join(value or "" for _, value in read(result._repr_html_()).attributes)
    colours = set(re.findall(r"(?:color|background):([^;]+)", styles))

    assert colours <= {"inherit", "transparent", "currentColor"}
    assert "url(" not in styles


def test_a_drafted_spec_is_told_where_one_reads(frame, result) -> None:
    drafted = korzina.segment(frame, k=range(2, 4))

    assert "active (" in read(drafted._repr_html_()).text
    assert "active (" in repr(drafted)
    assert "Spec drafted" not in repr(result)
    assert "<b>Omsk" not in drafted._repr_html_()
