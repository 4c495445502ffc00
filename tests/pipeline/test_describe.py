"""Profiles and words on small literal frames."""

import numpy as np
import pandas as pd
import pytest

from pipeline.contract import Column, Dataset, Profiles, with_label
from pipeline.describing.cards import Support, make_cards
from pipeline.describing.describe import profile_categories, read_categories, revenue_shares
from pipeline.describing.naming import Naming, phrase
from pipeline.describing.segment_profiles import profile
from pipeline.segmenting import fit_features, sweep
from pipeline.stages import Features, Partition
from pipeline.statistics import effects_from_sums

SPEND = Column(
    name="spend",
    role="active",
    kind="number",
    label="Total spend",
    unit="$",
    meaning="spend",
    high="big spenders",
    low="light spenders",
)
STATUS = Column(name="status", role="passive", kind="category", label="Status")
DATASET = Dataset(spec="t", title="", spec_hash="", as_of=None, currency="$", columns=(SPEND, STATUS))
CUSTOMERS = pd.DataFrame(
    {"spend": [10.0, 12, 14, 100, 110], "status": ["single", "married", None, "married", "married"]}
)
FEATURES = fit_features(CUSTOMERS, DATASET)
(TWO,) = sweep(FEATURES.matrix, [2], seed=0)


def test_profiles_stand_in_original_units():
    table = profile(CUSTOMERS, DATASET, FEATURES, [TWO])[0].set_index(Profiles.SEGMENT)
    assert table[Profiles.MEDIAN].tolist() == [12, 105]
    assert table[Profiles.OVERALL_MEDIAN].tolist() == [14, 14]
    assert table[Profiles.INDEX].tolist() == pytest.approx([100 * 12 / 49.2, 100 * 105 / 49.2])
    assert table[Profiles.N].tolist() == [3, 2]


def test_the_effect_compares_with_all_others_and_not_with_the_mean():
    effect = effects_from_sums(np.array([2.0, 2]), np.array([-10.0, 10]), np.array([52.0, 52]))  # -6 -4 | 4 6
    assert effect == pytest.approx([-10 / np.sqrt(2), 10 / np.sqrt(2)])  # pooled deviation: sqrt((2 + 2) / 2)


def test_the_effect_of_a_constant_is_zero():
    assert effects_from_sums(np.array([2.0, 2]), np.zeros(2), np.zeros(2)).tolist() == [0, 0]


def test_quartiles_are_those_of_numpy_and_leave_out_who_is_not_known():
    rng = np.random.default_rng(0)
    values = np.where(rng.random(200) < 0.1, np.nan, np.round(rng.normal(size=200), 1))  # with ties
    customers = CUSTOMERS.loc[np.zeros(200, dtype=int)].assign(spend=values).reset_index(drop=True)
    labels = rng.integers(0, 3, 200)
    cut = Partition(3, np.zeros((3, 1)), labels, 0.0, None, 0.0)

    table = profile(customers, DATASET, Features(np.nan_to_num(values)[:, None], FEATURES.transform), [cut])[0]

    expected = [np.nanquantile(values[labels == segment], [0.25, 0.5, 0.75]) for segment in range(3)]
    assert table[[Profiles.Q25, Profiles.MEDIAN, Profiles.Q75]].to_numpy() == pytest.approx(np.array(expected))


def test_categories_are_counted_among_those_known():
    table = profile_categories(read_categories(CUSTOMERS, DATASET), TWO)
    shares = {(row.segment, row.category): row.share for row in table.itertuples()}
    assert shares == {(0, "married"): 0.5, (0, "single"): 0.5, (1, "married"): 1.0, (1, "single"): 0.0}


def test_revenue_is_shared_out_completely():
    assert revenue_shares(CUSTOMERS, DATASET, TWO.labels, 2) == pytest.approx([36 / 246, 210 / 246])


CLEAR = Support()


def of_spend(effect, median, overall=14.0, column="spend"):
    row = {
        Profiles.COLUMN: column,
        Profiles.EFFECT: effect,
        Profiles.MEDIAN: median,
        Profiles.MEAN: median,
        Profiles.OVERALL_MEDIAN: overall,
        Profiles.INDEX: 86.0,
    }
    return pd.DataFrame([row])


def cards(effects, medians=(12.0, 30.0), sizes=(300, 200), jaccards=(0.9, 0.5), support=CLEAR):
    frames = {segment: of_spend(*pair) for segment, pair in enumerate(zip(effects, medians, strict=True))}
    return make_cards(
        Naming.of(frames, DATASET, len(sizes)),
        sizes=sizes,
        revenue_shares=[0.4, 0.6],
        silhouettes=[0.2, 0.3],
        jaccards=jaccards,
        support=support,
    )


def test_names_come_from_the_strongest_differences():
    assert [card.name for card in cards([-1.2, 2.0])] == ["Light spenders", "Big spenders"]


def test_of_two_with_the_same_strength_only_the_one_with_more_is_called_so():
    names = [card.name for card in cards([1.2, 2.0], medians=(20.0, 30.0))]
    assert names == ["Higher total spend: $20", "Big spenders"]


def test_a_difference_that_the_medians_deny_is_not_told():
    denied = cards([1.2, 2.0], medians=(12.0, 30.0))[0]
    assert denied.differences[0].phrase != "big spenders"
    assert "Typical" not in denied.portrait or denied.name == "Total spend $12"


def test_a_weak_difference_names_nobody():
    assert cards([0.1, 2.0])[0].name == "Near the average"


def test_a_portrait_tells_size_worth_and_the_typical_value():
    portrait = cards([-1.2, 2.0])[0].portrait
    assert portrait == (
        "300 customers (60 % of all) who account for 40 % of all spend. Typical for them (medians): total spend: $12 "
        "(all customers: $14)."
    )


@pytest.mark.parametrize(
    ("label", "more", "said"),
    [
        ("Web visits", True, "high web visits"),
        ("Web visits", False, "low web visits"),
        ("SMS sent", True, "high SMS sent"),
        ("Доля скидок", True, "доля скидок ↑"),
        ("Доля скидок", False, "доля скидок ↓"),
    ],
)
def test_no_phrase_mixes_two_languages(label, more, said):
    column = Column(name="x", role="active", kind="number", label=label)

    assert phrase(column, 1.0 if more else -1.0) == said
    assert with_label("much {label}", "Вино", more=more) == ("вино ↑" if more else "вино ↓")
    assert with_label("любят {label}", "Вино", more=more) == "любят вино"


def test_a_portrait_does_not_say_a_unit_twice():
    recency = SPEND.model_copy(update={"name": "spend", "label": "Days since the last purchase", "unit": "days"})
    dataset = DATASET.model_copy(update={"columns": (recency,)})
    frames = {0: of_spend(-1.0, 3.0, overall=8.0)}
    naming = Naming.of(frames, dataset, 1)
    (card,) = make_cards(naming, sizes=[100], revenue_shares=[None], silhouettes=[None], jaccards=[None], support=CLEAR)

    assert card.portrait.endswith("days since the last purchase: 3 (all customers: 8).")


def test_trust_follows_the_jaccard_and_the_size():
    assert [card.trust for card in cards([-1.2, 2.0])] == ["solid", "fragile"]
    assert [card.trust for card in cards([-1.2, 2.0], jaccards=(0.74, 0.6))] == ["usable", "usable"]
    assert cards([-1.2, 2.0], sizes=(300, 20))[1].trust_reason == "Only 20 customers: too few to rely on."
    assert [card.trust for card in cards([-1.2, 2.0], sizes=(30, 29), jaccards=(0.9, 0.9))] == ["solid", "fragile"]


def test_nothing_is_more_than_all_of_a_segment():
    reason = cards([-1.2, 2.0], jaccards=(1.0, 0.5))[0].trust_reason
    assert "99 % of this segment or more" in reason


def test_no_segment_is_solid_where_the_data_do_not_fall_into_clear_groups():
    first, second = cards([-1.2, 2.0], support=Support(clear=False))
    assert (first.trust, second.trust) == ("usable", "fragile")
    assert "where it ends is a convention" in first.trust_reason


def test_segments_finer_than_the_data_support_have_to_come_back_in_every_repeat():
    reasons = [cards([-1.2, 2.0], support=Support(finer=finer))[0].trust_reason for finer in (False, True)]
    assert "90 % of this segment or more is the same in half of the repeats" in reasons[0]
    assert "90 % of this segment or more is the same in every repeat" in reasons[1]
    grades = [cards([-1.2, 2.0], jaccards=(it, 0.5), support=Support(finer=True))[0].trust for it in (0.7, 0.69, 0.59)]
    assert grades == ["solid", "usable", "fragile"]  # at 0.69 one repeat of eight may have cut a third off
