"""What pages say agrees with what they show: whom the head tells of, what a rule's SQL names, what is most striking."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import dash
import numpy as np
import pandas as pd
import pytest
from flask.testing import FlaskClient

from dashapp.data import Champions, Run, SegmentationData, View
from dashapp.findings import advice, derivation, overview_numbers, verdict_words
from dashapp.i18n import speak
from dashapp.pages.campaigns import plan_sentences
from dashapp.pages.compare.layout import _held_down
from dashapp.pages.compare.layout import _runs as runs_card
from dashapp.pages.explore import chart_tables, striking
from dashapp.pages.overview import callbacks as overview
from dashapp.pages.overview.layout import layout as overview_page
from dashapp.pages.segment import context
from dashapp.selecting import MAP, SEGMENT, Cube, Selection, Values
from dashapp.telling import TRUST_WORDS, graded, with_trust
from dashapp.widgets import key_list, markup, segment_with_trust
from pipeline.contract import Decision, Message, Segmentation, SegmentCard, Term, verdicts
from pipeline.contract.spreadsheets import harmless
from pipeline.reading import tables
from pipeline.spec import load_spec, share_name


@pytest.fixture
def client(app: dash.Dash) -> FlaskClient:
    return app.server.test_client()


def test_a_grade_that_all_segments_have_is_not_repeated_in_labels_and_tables(segmentation: Segmentation) -> None:
    mixed = segmentation.cards
    alike = tuple(card.model_copy(update={"trust": "solid"}) for card in mixed)

    def told(cards: tuple[SegmentCard, ...]) -> list[str]:
        return [
            *(with_trust(card, among=cards) for card in cards),
            *(markup(segment_with_trust(card, cards)) for card in cards),
            markup(key_list(cards)),
            *(card.name + graded(card, cards) for card in cards),
        ]

    assert len({card.trust for card in mixed}) > 1
    assert all(any(TRUST_WORDS[trust].lower() in one for trust in TRUST_WORDS) for one in told(mixed))
    assert not any("solid" in one for one in told(alike))
    assert "Solid" not in str(context.picker(replace(segmentation, cards=alike)))
    assert "Solid" in str(context.picker(segmentation))
    assert "solid" in with_trust(alike[0])  # by itself, as in a hover, it stays


def test_a_grade_that_all_segments_have_is_said_once_on_a_page(segmentation: Segmentation) -> None:
    alike = replace(segmentation, cards=tuple(one.model_copy(update={"trust": "solid"}) for one in segmentation.cards))

    def told(it: Segmentation) -> list[str]:
        run = Run(it)
        counts = np.ones(it.k, dtype=np.int64)
        return [
            str(overview_page(None, View(run, Champions()))),
            str(chart_tables.legend(counts, it.k, it.cards, ())),
        ]

    for same, mixed in zip(told(alike), told(segmentation), strict=True):
        assert same.count("Each segment is solid.") == 1
        assert "k-trust-" not in same
        assert mixed.count("k-trust-") == segmentation.k


def test_groups_that_k_means_cannot_follow_are_called_no_continuum(segmentation: Segmentation) -> None:
    reason = Message.of(verdicts.CONTINUUM, k="3", least="2", most="12", measured="")
    none = segmentation.decision.model_copy(update={"verdict": "none", "supported_k": None, "reason": reason})
    within = verdicts.with_groups_within(none, Message.of("They hold customers of two groups."), across=True)

    def told(decision: Decision) -> str:
        it = replace(segmentation, decision=decision)
        saying = (verdict_words.title_of, verdict_words.title_of_choice, verdict_words.words_of, verdict_words.reliance)
        return " ".join(say(it) for say in saying)

    assert all(word in told(none) for word in ("No clear borders", "a continuum"))
    assert not any(word in told(within) for word in ("No clear borders", "continuum"))
    assert told(within).count("another shape") == 3


@pytest.mark.parametrize("path", ["/segment", "/segment/"])
def test_a_segment_without_a_number_leads_to_the_first(client: FlaskClient, path: str) -> None:
    answer = client.get(f"{path}?run=0123456789ab")

    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("/segment/1?run=0123456789ab")


def test_a_grid_that_waits_for_its_rows_does_not_say_that_there_are_none() -> None:
    (grid,) = [part for part in walk(runs_card()) if type(part).__name__ == "AgGrid"]

    assert getattr(grid, "rowData", None) is None
    assert "Loading" in grid.dashGridOptions["localeText"]["loadingOoo"]  # type: ignore[attr-defined]


def walk(part: object) -> list[object]:
    children = getattr(part, "children", None) or []
    listed = children if isinstance(children, list | tuple) else [children]
    return [part, *(inner for child in listed for inner in walk(child))]


def test_under_a_selection_the_overview_says_whom_its_head_tells_of(
    data: SegmentationData, segmentation: Segmentation
) -> None:
    origin, key = {"run": segmentation.run_id}, segmentation.cards[0].key

    assert "all 400 customers" in overview.scope(data, f"?segment={key}", origin)
    assert overview.scope(data, "", origin) == ""


def test_most_striking_looks_at_what_is_not_charted_too(segmentation: Segmentation) -> None:
    """Who is of one status is older here than all others; only orders are on a chart."""
    rng = np.random.default_rng(0)
    frame = segmentation.customers
    widowed = frame["marital_status"] == "Widow"
    it = replace(
        segmentation,
        customers=frame.assign(
            orders=rng.permutation(frame["orders"]), age=np.where(widowed, 85.0, 30.0) + rng.random(len(frame))
        ),
    )
    cube = Cube(it)
    filtered = cube.filtered(Selection({"marital_status": Values(("Widow",))}))

    told = striking.sentence(it, filtered, [name for name in cube.dimensions if name not in (MAP, SEGMENT)])

    assert "Age" in told
    assert "Age" not in striking.sentence(it, filtered, ["orders"])


def test_advice_and_list_agree(segmentation: Segmentation, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = SimpleNamespace(listed=3, contacts=3, held=0, pays=lambda revenue: False)
    said = (SimpleNamespace(word="don't"), numbers)
    monkeypatch.setattr(advice, "advised", lambda card, of: said)
    it = replace(segmentation, campaigns=SimpleNamespace(summary=SimpleNamespace(revenue=11.0)))  # type: ignore[arg-type]

    told = advice.action(segmentation.cards[0], it)

    assert "3 of them are on the list" in told
    assert "keep them out" not in told


def test_a_rule_s_derived_columns_come_with_sql_that_runs_on_the_source(segmentation: Segmentation) -> None:
    spec = load_spec("marketing_campaign")
    dataset = segmentation.dataset.model_copy(
        update={
            "as_of": spec.day,
            "groups": tuple(
                segmentation.dataset.groups[0].model_copy(
                    update={"members": tuple(group.members), "shares": tuple(map(share_name, group.members))}
                )
                for group in spec.groups.values()
            ),
        }
    )
    it = replace(segmentation, dataset=dataset, spec=spec.model_dump_json())
    wanted = ("orders", "MntWines_share", "average_cheque")
    rule = segmentation_rule(wanted)

    derived = derivation.derived_columns(it, rule)

    source = {name: [float(place + 1) for _ in range(3)] for place, name in enumerate(spec.columns)}
    own = {name: values for name, values in source.items() if spec.columns[name].sql is None}
    own |= {member: [2.0, 3.0, 4.0] for group in spec.groups.values() for member in group.members}
    sql = "SELECT * FROM frame"
    for name, expression in derived:
        sql = f'SELECT *, ({expression}) AS "{name}" FROM ({sql}) AS t'
    with tables(frames={"frame": pd.DataFrame(own)}) as engine:
        found = engine.query(sql)
    assert set(wanted) <= set(found.columns)
    assert not set(wanted) & set(own)


def segmentation_rule(columns: tuple[str, ...]):  # type: ignore[no-untyped-def]
    from pipeline.contract import Condition, SegmentRule

    conditions = tuple(Condition(column=column, over=1.0, fill=0.0) for column in columns)
    return SegmentRule(segment=0, text="", sql="", alternatives=(conditions,), precision=1, recall=1, size=1)


def graded_by_return(segmentation: Segmentation, *jaccards: float) -> Segmentation:
    """The run with segments that come back so far, none of them called solid since the verdict is weak."""
    cards = tuple(
        card.model_copy(update={"jaccard": jaccard, "trust": "usable"})
        for card, jaccard in zip(segmentation.cards, jaccards, strict=True)
    )
    weak = segmentation.decision.model_copy(update={"verdict": "weak", "k": len(cards), "supported_k": len(cards)})
    return replace(segmentation, cards=cards, decision=weak)


def test_a_grade_that_the_verdict_holds_down_is_not_told_as_segments_that_do_not_come_back(
    segmentation: Segmentation,
) -> None:
    every = verdict_words.reliance(graded_by_return(segmentation, 0.97, 0.9, 0.8))
    some = verdict_words.reliance(graded_by_return(segmentation, 0.97, 0.7, 0.65))
    none = verdict_words.reliance(graded_by_return(segmentation, 0.7, 0.7, 0.65))

    assert every.startswith("The groups come back when the analysis is repeated on other customers, but their borders")
    assert some.startswith("1 of the 3 groups comes back when")
    speak("ru")
    try:
        russian = verdict_words.reliance(graded_by_return(segmentation, 0.97, 0.7, 0.65))
    finally:
        speak("en")
    assert "снова появляется 1 из 3 групп," in russian
    assert none.startswith("The groups come back only in part when the analysis is repeated on other customers, and")


def test_stable_bands_say_why_no_segment_in_them_is_called_more_than_usable(segmentation: Segmentation) -> None:
    held, solid = graded_by_return(segmentation, 0.97, 0.9, 0.8).cards, segmentation.cards

    assert "No segment is called more than usable here" in _held_down(held)
    assert _held_down(tuple(card.model_copy(update={"trust": "solid", "jaccard": 0.9}) for card in solid)) == ""
    assert _held_down(graded_by_return(segmentation, 0.7, 0.7, 0.65).cards) == ""


def test_counts_under_the_head_take_the_plural_of_their_number_and_no_day_is_made_up(
    segmentation: Segmentation,
) -> None:
    run = Run(segmentation)
    undated = replace(segmentation, dataset=segmentation.dataset.model_copy(update={"as_of": None}))
    speak("ru")
    try:
        labels = [label for _number, label in overview_numbers.totals(run)][:2]
        origin = dict(overview_numbers.origin(undated))
    finally:
        speak("en")

    assert labels == ["клиентов", "сегмента"]
    assert origin["Данные"] == segmentation.dataset.title


def test_a_reason_names_no_segment_but_the_customers_own_and_starts_no_formula() -> None:
    """The model may have been fitted with other segments than the run in view has."""
    terms = [
        term_of("(segment)", "segment: Big spenders", "segment: not Big spenders"),
        term_of("(segment)", "segment: Light spenders", "segment: not Light spenders"),
        term_of("age", "older", "younger"),
    ]
    asked = SimpleNamespace(
        summary=SimpleNamespace(model=SimpleNamespace(terms=terms)), run=SimpleNamespace(tell=lambda said: str(said))
    )
    customer = SimpleNamespace(terms="+0h +1l -2l", card=SimpleNamespace(name="Big spenders"))
    stranger = SimpleNamespace(terms="+0h +1l -2l", card=SimpleNamespace(name="Frequent buyers"))

    said = [plan_sentences.reasons(asked, one) for one in (customer, stranger)]  # type: ignore[arg-type]
    filed = [plan_sentences.reasons_in_a_file(asked, one) for one in (customer, stranger)]  # type: ignore[arg-type]

    assert said == ["+ segment: Big spenders; − younger", "− younger"]
    assert filed == ["segment: Big spenders (+), younger (−)", "younger (−)"]
    assert [harmless(cell) for cell in filed] == filed


def term_of(column: str, high: str, low: str) -> Term:
    return Term(column=column, label=column, lower=0, upper=1, centre=0, scale=1, high=high, low=low, coefficient=1)
