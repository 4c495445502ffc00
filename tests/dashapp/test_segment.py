"""The Segment page: what its charts hold, what it says where data are missing, and that any address opens it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import dash
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from dashapp.charts import LIGHT, deviations, mark, rates, segment_rows
from dashapp.charts.theme import DARK
from dashapp.data import SegmentationData
from dashapp.findings import advice, segment_words, traits
from dashapp.i18n import speak
from dashapp.pages import segment
from dashapp.pages.baskets.layout import needs
from dashapp.pages.segment import context
from dashapp.pages.segment.layout import nearest
from dashapp.telling import TRUST_WORDS, money, rate
from pipeline.campaigns import in_numbers
from pipeline.contract import Identity, Segmentation, SegmentRule
from pipeline.describing.passive import describe_passive, read_traits
from pipeline.settings import Settings
from pipeline.stages import Training
from pipeline.statistics import wilson
from tests.dashapp.conftest import RUN, MemoryStore, champion
from tests.sample_baskets import with_affinities_of, with_sample_baskets
from tests.sample_campaigns import planned_training
from tests.support import as_stored


def test_differences_stand_by_effect_in_the_colour_of_the_segment(segmentation: Segmentation) -> None:
    card = segmentation.cards[1]

    bar = deviations.differences(card, segmentation.dataset, LIGHT).data[0]

    assert list(bar.x) == sorted((one.effect for one in card.differences), key=lambda one: -abs(one))
    assert bar.marker.color == mark(card.colour).colour


def test_the_mix_index_is_the_share_over_the_share_of_all(segmentation: Segmentation) -> None:
    found = {one.label: one for one in traits.mix(segmentation, 0, "categories")}

    own = segmentation.customers[segmentation.assignments["segment"] == 0]
    members = ["wine", "meat", "sweets"]
    mine = own["wine"].sum() / own[members].sum().sum()
    every = segmentation.customers["wine"].sum() / segmentation.customers[members].sum().sum()
    assert found["Wine"].index == pytest.approx(100 * mine / every)


def test_responses_count_who_was_contacted_and_carry_the_interval(segmentation: Segmentation) -> None:
    found = traits.responses(segmentation, 0)[1]

    own = segmentation.customers.loc[segmentation.assignments["segment"] == 0, "response_2"].dropna()
    low, high = wilson(np.array([int(own.sum())], dtype=np.int64), np.array([len(own)], dtype=np.int64))
    assert (found.contacted, found.answered) == (len(own), int(own.sum()))
    assert (found.low, found.high) == pytest.approx((low[0], high[0]))


@pytest.mark.parametrize(("contacted", "rated", "few"), [(29, False, True), (30, True, True), (60, True, False)])
def test_small_groups_have_no_rate_or_a_flag(
    segmentation: Segmentation, contacted: int, rated: bool, few: bool
) -> None:
    frame = segmentation.customers.copy()
    own = frame.index[segmentation.assignments["segment"] == 0]
    frame.loc[own[contacted:], "response_1"] = None

    found = traits.responses(replace(segmentation, customers=frame), 0)[0]
    dots = rates.responses([found], segmentation.cards[0], LIGHT).data[1]

    assert (found.contacted, found.rate is not None, found.few) == (contacted, rated, few)
    assert (dots.x[0] is not None) == rated
    assert dots.marker.symbol[0].endswith("-open") == few


def test_every_figure_is_valid_plotly_and_escapes_what_comes_from_data(segmentation: Segmentation) -> None:
    card = segmentation.cards[0].model_copy(update={"name": "<a href='//evil'>x</a>"})
    trait = traits.Trait("<a href>", "<a href>", 1.0, 0.5, "10 %", 0.2, 0.1, 0.3, 0.1)

    made = [
        deviations.differences(card, segmentation.dataset, DARK),
        rates.trait_effects([trait], card, DARK),
        deviations.mix(traits.mix(segmentation, 0, "channels"), card, DARK),
        rates.responses(traits.responses(segmentation, 0), card, DARK),
    ]

    for figure in made:
        assert "<a href" not in go.Figure(figure.to_dict()).to_json()


def test_who_they_are_is_ranked_by_effect_and_drawn_with_its_numbers(segmentation: Segmentation) -> None:
    income = traits.Trait(
        "Income", "Income $74,220 (73,000 to 75,000), average", 1.0, 1.6, "$51,970", 74220.0, here="$74,220"
    )
    basic = traits.Trait("Education: Basic", "Education Basic: 0 %", 1.0, -0.3, "2 %", 0.0, 0.0, 0.01, 0.02, "0 %")

    figure = rates.trait_effects([income, basic], segmentation.cards[0], LIGHT)

    assert segment_words.traits_finding([basic, income]).startswith("Most different: Income $74,220")
    assert rates.trait_words([income, basic]) == [
        "Income, average: $74,220 (all: $51,970)",
        "Education: Basic: 0 % (all: 2 %)",
    ]
    assert [round(float(value), 1) for value in figure.data[0].x] == [1.6, -0.3]


def test_a_difference_of_nothing_is_neither_drawn_nor_told_as_one(segmentation: Segmentation) -> None:
    tenure = traits.Trait(
        "First purchase", "First purchase 502 (501 to 503), average", 1.0, -0.01, "502", 502.0, here="502"
    )

    figure = rates.trait_effects([tenure], segmentation.cards[0], LIGHT)
    drawn = abs(float(figure.data[0].x[0])) / float(figure.layout.xaxis.range[1])

    assert drawn < 0.02
    assert segment_words.traits_finding([tenure]).startswith("Much like all customers. Most different: First purchase")


def test_typical_customers_are_shown_by_what_sets_their_segment_apart(segmentation: Segmentation) -> None:
    columns = tuple(column.model_copy(update={"meaning": None}) for column in segmentation.dataset.columns)
    plain = replace(segmentation, dataset=segmentation.dataset.model_copy(update={"columns": columns}))
    apart = max(plain.cards[0].differences, key=lambda difference: abs(difference.effect))

    shown, _identity, _rows = traits.typical(plain, 0)

    assert shown[0].name == apart.column
    assert 1 < len(shown) <= traits.MOST_COLUMNS


def test_report_and_page_tell_the_same_traits_and_say_what_is_an_average(segmentation: Segmentation) -> None:
    labels = segmentation.assignments["segment"].to_numpy(np.int64)
    passive = describe_passive(read_traits(segmentation.customers, segmentation.dataset), labels, segmentation.k)
    for card in segmentation.cards:
        found = traits.traits(replace(segmentation, passive=passive), card.segment)
        strengths = [abs(trait.effect) for trait in found if trait.effect is not None]
        assert strengths == sorted(strengths, reverse=True)
        numbers = [trait for trait in found if trait.overall_share is None and trait.value is not None]
        assert numbers
        assert all(trait.text.endswith(", average") for trait in numbers)
        assert all("median" in words for _phrase, words, _all in segment_words.differences(card, segmentation.dataset))


def test_what_the_data_lack_is_said_in_the_place_of_the_chart(segmentation: Segmentation) -> None:
    known = tuple(column for column in segmentation.dataset.columns if column.role != "outcome")
    bare = segmentation.dataset.model_copy(update={"campaigns": (), "groups": (), "columns": known})

    text = str(segment.PAGE.drawn(_data(replace(segmentation, dataset=bare))))

    for sentence in (
        "hold no campaigns",
        "do not hold spend by category",
        "do not hold purchases by channel",
        "holds no rule",
        "holds nothing about who",
        "names no typical",
    ):
        assert sentence in text


def test_the_rule_and_the_typical_customers_are_shown(segmentation: Segmentation) -> None:
    rule = SegmentRule(
        segment=0, text="Orders over 7", sql='"orders" > 7', alternatives=(), precision=0.8, recall=0.7, size=90
    )
    near = pd.DataFrame({"segment": [0, 0], "rank": [1, 2], "customer": [5, 3]})

    text = str(segment.PAGE.drawn(_data(replace(segmentation, rules=(rule,), typical=near))))

    for part in ('"orders" > 7', "80 % belong", "finds 70 %", "C00005", "C00003", "not uplift"):
        assert part in text


@pytest.mark.parametrize(
    ("status", "said"), [("same", "the same as “Old”"), ("changed", "continues “Old”"), ("new", "no earlier segment")]
)
def test_identity_is_told(segmentation: Segmentation, status: str, said: str) -> None:
    identity = Identity.model_validate({"status": status, "overlap": 0.6, "previous": "Old"})

    assert said in segment_words.identity_words(segmentation.cards[0].model_copy(update={"identity": identity}))


@pytest.mark.parametrize(
    ("wanted", "place"), [("2", 1), ("9", 2), ("0", 0), ("-1", 0), ("x", 0), ("²", 0), (["1", "2"], 0), (None, 0)]
)
def test_an_unknown_number_opens_the_nearest_segment_with_a_notice(
    data: SegmentationData, wanted: object, place: int
) -> None:
    found, notice = nearest(wanted, 3)

    assert found == place
    assert bool(notice) == (wanted != "2")
    assert notice in str(segment.PAGE.drawn(data, segment_number=wanted, run=RUN[:12], age="30~40"))


def test_the_layout_needs_neither_arguments_nor_a_store(data: SegmentationData) -> None:
    assert RUN in str(segment.PAGE.drawn(data))
    assert "make demo" in str(segment.PAGE.drawn(SegmentationData(lambda: MemoryStore({}), Settings(poll_seconds=1))))


def test_the_charts_answer_through_the_app_and_a_forged_number_does_no_harm(app: dash.Dash) -> None:
    client = app.server.test_client()
    assert client.get("/segment/2").status_code == 200
    names = ["differences", "categories", "channels", "traits", "responses"]

    def ask(number: object) -> int:
        answer = client.post(
            "/_dash-update-component",
            json={
                "output": ".." + "...".join(f"segment-{name}.figure" for name in names) + "..",
                "outputs": [{"id": f"segment-{name}", "property": "figure"} for name in names],
                "inputs": [{"id": "scheme", "property": "data", "value": "light"}],
                "changedPropIds": ["scheme.data"],
                "state": [
                    {"id": "page-run", "property": "data", "value": {"run": RUN}},
                    {"id": "segment-number", "property": "data", "value": number},
                ],
            },
        )
        return len(answer.get_json()["response"]) if answer.status_code == 200 else 0

    assert ask(1) == len(names)
    assert [ask(number) for number in (7, -1, "1", None, [1])] == [0] * 5


def _data(it: Segmentation) -> SegmentationData:
    store = MemoryStore({RUN: it}, (champion(),))
    return SegmentationData(lambda: store, Settings(poll_seconds=1))


@pytest.fixture(scope="module")
def planned() -> Segmentation:
    training = planned_training()
    return as_stored(training)


def _worded(it: Segmentation, word: str) -> Segmentation:
    """The planned run with every segment judged like that."""
    assert it.campaigns is not None
    told = tuple(one.model_copy(update={"word": word}) for one in it.campaigns.summary.segments)
    summary = it.campaigns.summary.model_copy(update={"segments": told})
    return replace(it, campaigns=replace(it.campaigns, summary=summary))


def _store(it: Segmentation) -> SegmentationData:
    store = MemoryStore({RUN: it}, (champion(k=it.k),))
    return SegmentationData(lambda: store, Settings(poll_seconds=1))


@pytest.mark.parametrize("word", ["act", "test", "don't", "too few"])
def test_the_advice_stands_with_its_trust_and_a_link_that_keeps_the_selection(planned: Segmentation, word: str) -> None:
    text = str(segment.PAGE.drawn(_store(_worded(planned, word)), age="30~40"))

    for part in (segment_words.ADVICE[word], TRUST_WORDS[planned.cards[0].trust], "/campaigns?", "age=30~40"):
        assert part in text


def test_the_advice_tells_the_rate_of_those_to_contact_and_not_of_the_whole_segment(planned: Segmentation) -> None:
    plan = planned.campaigns
    assert plan is not None
    one = max(planned.cards, key=lambda card: in_numbers(plan, card.segment).held)
    found = in_numbers(plan, one.segment)
    text = str(context.action(_store(planned).view(None), planned, one, {}))

    assert found.probability > (plan.summary.break_even or 0)
    for part in (
        rate(found.probability),
        money(found.expected.value, "$"),
        f"'{found.contacts}'",
        f"'{found.held}'",
        f"contact {found.contacts} of them and hold out {found.held}",
        "If everybody",
    ):
        assert part in text


@pytest.mark.parametrize(("word", "said"), [("test", "small sample"), ("don't", "1 of them is on the list")])
def test_a_list_that_promises_less_than_one_response_is_no_advice_to_contact(
    planned: Segmentation, word: str, said: str
) -> None:
    it = _worded(planned, word)
    assert it.campaigns is not None
    best = it.campaigns.targets["rank"].idxmin()
    scarce = it.campaigns.targets.assign(contact=0, hold_out=0)
    scarce.loc[best, ["contact", "probability"]] = [1, 1.01 * (it.campaigns.summary.break_even or 0)]
    one = next(card for card in it.cards if card.segment == scarce.loc[best, "segment"])

    told = advice.action(one, replace(it, campaigns=replace(it.campaigns, targets=scarce)))

    assert told.startswith("No campaign pays in this segment")
    assert said in told


def test_a_mix_says_only_what_whole_percentages_show(segmentation: Segmentation) -> None:
    group = segmentation.dataset.groups[0]
    small = [
        traits.MixShare("Nutrition", 0.012, 0.008),
        traits.MixShare("Drugstore", 0.16, 0.15),
        traits.MixShare("Rest", 0.8, 0.8),
    ]
    clear = [traits.MixShare("Wine", 0.66, 0.5), traits.MixShare("Fish", 0.04, 0.08)]

    assert "much the same" in segment_words.mix_finding(small, group)
    assert segment_words.mix_finding(clear, group).endswith("Least of all Fish: 4 % instead of 8 %.")


def test_campaigns_stand_by_date_and_those_without_a_rate_only_in_the_table(segmentation: Segmentation) -> None:
    late, early = segmentation.dataset.campaigns[:2]
    dated = (late.model_copy(update={"start": date(2024, 5, 1)}), early.model_copy(update={"start": date(2023, 1, 1)}))
    frame = segmentation.customers.assign(**{late.column: None})
    it = replace(segmentation, customers=frame, dataset=segmentation.dataset.model_copy(update={"campaigns": dated}))

    found = traits.responses(it, 0)

    assert [one.label for one in found] == [early.label, late.label]
    assert traits.drawn(found) == [found[0]]
    assert "1 more campaign reached too few" in segment_words.response_finding(found)


def test_words_above_the_marks_are_broken_for_a_phone_and_the_chart_grows(segmentation: Segmentation) -> None:
    long = "Purchases of organic vegetables, typically 1,234 a year (all: 987 a year)"
    card = segmentation.cards[0]

    notes = deviations.differences(card, segmentation.dataset, LIGHT).layout.annotations

    assert segment_rows.height([long] * 5) > segment_rows.height(["short"] * 5)
    assert all(len(line) <= 50 for note in notes for line in note.text.split("<br>"))
    assert "typically" in notes[0].text


def test_what_stands_in_for_missing_values_is_rounded_and_a_limit_is_not() -> None:
    said = segment_words.short_sql('COALESCE("coupon_baskets", 1.9607843137254901) > 3.1415926535')

    assert said == 'COALESCE("coupon_baskets", 1.961) > 3.1415926535'


def test_without_a_plan_it_is_said_why(segmentation: Segmentation) -> None:
    other = segmentation.decision.model_copy(update={"k": 4})

    assert "nothing to recommend" in str(
        segment.PAGE.drawn(_data(replace(segmentation, decision=other.model_copy(update={"k": 3}))))
    )
    assert "and for those next to it" in str(segment.PAGE.drawn(_data(replace(segmentation, decision=other))))


def test_earlier_segments_without_a_successor_are_named(segmentation: Segmentation) -> None:
    candidates = tuple(one.model_copy(update={"dissolved": ("Old friends",)}) for one in segmentation.candidates)
    identity = Identity(status="changed", overlap=0.55, previous="Wine people")
    cards = tuple(one.model_copy(update={"identity": identity}) for one in segmentation.cards)

    text = str(segment.PAGE.drawn(_data(replace(segmentation, candidates=candidates, cards=cards))))

    for part in ("“Old friends”", "Wine people", "55 %", "Changed since last time"):
        assert part in text


def test_what_is_bought_together_leads_to_the_pairs_of_the_segment(training: Training) -> None:
    made = with_sample_baskets(training)
    it = with_affinities_of(as_stored(training), made)

    text = str(segment.PAGE.drawn(_data(it)))

    assert "“Beer” with “Crisps”" in text
    assert f"/baskets?of={it.cards[0].key}" in text


def test_the_table_beside_all_customers_has_medians_and_keeps_small_groups_quiet(segmentation: Segmentation) -> None:
    profiles = segmentation.profiles.copy()
    orders = (profiles["segment"] == 0) & (profiles["column"] == "orders")
    small = replace(segmentation, profiles=profiles.assign(n=profiles["n"].where(~orders, 29)))
    own = segmentation.customers[segmentation.assignments["segment"] == 0]
    label = segmentation.dataset.column("orders").label

    full = next(row for row in traits.beside(segmentation, 0) if row.label == label)
    few = next(row for row in traits.beside(small, 0) if row.label == label)

    assert full.here.startswith(f"{own['orders'].median():.0f}")
    assert (few.here, few.overall) == ("too few known", full.overall)
    assert not any("response" in row.label.lower() for row in traits.beside(segmentation, 0))


@pytest.mark.parametrize(("effect", "said"), [(0.84, "+0.8"), (-0.84, "-0.8"), (-0.01, "0.0")])
def test_an_effect_has_its_sign_and_zero_has_none(effect: float, said: str) -> None:
    assert deviations.signed(effect, 1) == said


def test_the_neighbours_are_the_segments_before_and_after(segmentation: Segmentation) -> None:
    page = segment.PAGE.drawn(_data(segmentation), segment_number="3")

    found = {
        str(one.id["page"]): one.href
        for one in page._traverse()
        if isinstance(getattr(one, "id", None), dict) and one.id.get("type") == "nav"
    }

    assert (found["segment-before"], found["segment-after"]) == ("/segment/2", "/segment/1")


def test_the_page_is_told_in_russian(segmentation: Segmentation) -> None:
    speak("ru")
    try:
        text = str(segment.PAGE.drawn(_data(segmentation), segment_number="9"))
    finally:
        speak("en")

    for part in ("Чем этот сегмент особенный?", "Сегмента 9 нет", "Чем они отличаются"):
        assert part in text


def test_another_number_of_segments_is_told_what_it_lacks_itself(
    segmentation: Segmentation, planned: Segmentation
) -> None:
    """A champion that is not the recommended run: nobody is sent to another one for what no run of these data has."""
    plan = planned.campaigns
    assert plan is not None
    other = replace(
        segmentation,
        affinity_basis=None,
        decision=segmentation.decision.model_copy(update={"k": segmentation.k + 1}),
        campaigns=replace(plan, summary=plan.summary.model_copy(update={"cost": None, "revenue": None})),
    )
    bare = replace(other, dataset=other.dataset.model_copy(update={"groups": (), "campaigns": ()}), campaigns=None)

    lacks = [needs(one) for one in (other, bare)]

    assert [bool(lack and lack.elsewhere) for lack in lacks] == [True, False]
    assert lacks[1] is not None
    assert "hold neither baskets" in lacks[1].words
    assert context.no_plan(other).startswith("Whom to contact follows from what a contact costs")
    assert context.no_plan(bare).startswith("These data do not allow a plan")
