"""No name contradicts a figure: checked against the customers themselves, on generated sets and on the real one."""

from __future__ import annotations

import re
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans

from pipeline.cleaning import clean
from pipeline.contract import Column, Dataset, Message, SegmentCard, Translator, next_to_most, share_label
from pipeline.describing.cards import Support, make_cards
from pipeline.describing.describe import differences_by_segment
from pipeline.describing.identity import Predecessor, follow
from pipeline.describing.naming import Naming, phrase, typical
from pipeline.describing.naming.standing import Standing
from pipeline.describing.segment_profiles import profile
from pipeline.reading import read_source
from pipeline.segmenting import fit_features
from pipeline.spec import load_spec
from pipeline.stages import Features, Partition

SETS = 120
MARKETING = Path(__file__).parents[3] / "shared" / "data" / "marketing_campaign.csv"
PARTS = {"mostly": (0.6, 1.01), "half": (0.4, 0.6), "a third": (0.29, 0.38)}  # of a share, as a name says it
WORDS = {"spend": ("big spenders", "light spenders"), "orders": ("frequent buyers", "occasional buyers")}


def generated(seed: int) -> tuple[pd.DataFrame, Dataset, int]:
    """Customers of columns with long tails, many zeros, few values or two, some of which say much the same."""
    rng = np.random.default_rng([31, seed])
    n, width, k = int(rng.integers(150, 500)), int(rng.integers(2, 9)), int(rng.integers(2, 11))
    groups = rng.integers(0, max(2, k - 2), n)
    frame, columns = {}, []
    for place in range(width):
        level = rng.normal(size=groups.max() + 1)[groups] * rng.uniform(0.2, 2) + rng.normal(size=n)
        shape = rng.choice(["tail", "zeros", "few", "flag", "share", "plain", "twin"])
        values = {
            "tail": np.round(np.exp(level * 1.3) * 20, 2),
            "zeros": np.round(np.clip(level - 0.6, 0, None) * 30),
            "few": np.round(np.clip(level + 2, 0, 4)),
            "flag": (level > 0.3).astype(float),
            "share": 1 / (1 + np.exp(-level)),
            "plain": level * 5 + 40,
            "twin": np.round(next(iter(frame.values()), level) * rng.uniform(0.9, 1.1, n), 3),
        }[str(shape)]
        meaning = {0: "spend", 1: "orders"}.get(place) if rng.random() < 0.5 else None
        high, low = WORDS.get(meaning or "", ("", "")) if rng.random() < 0.8 else ("much of it", "little of it")
        columns.append(
            Column(
                name=f"c{place}",
                role="active",
                kind="flag" if shape == "flag" else "integer" if shape in ("zeros", "few") else "number",
                label=str(rng.choice([f"Trait {place}", f"Measure number {place}", f"Доля вина {place}"]))
                if shape != "share" or place % 2
                else share_label(f"Ware {place}"),
                unit="$" if meaning == "spend" else "",
                format=".0%" if shape == "share" else ",.0f",
                meaning=meaning,
                transform=("log1p", "standardize") if shape == "tail" else ("standardize",),
                high=high,
                low=low,
            )
        )
        frame[f"c{place}"] = values
    dataset = Dataset(spec="t", title="", spec_hash="", as_of=None, currency="$", columns=tuple(columns))
    return pd.DataFrame(frame), dataset, k


def divided(customers: pd.DataFrame, dataset: Dataset, k: int) -> tuple[Features, Partition]:
    features = fit_features(customers, dataset)
    labels = KMeans(k, n_init=1, random_state=0).fit(features.matrix).labels_.astype(np.int64)
    _, labels = np.unique(labels, return_inverse=True)
    return features, Partition(int(labels.max()) + 1, np.zeros((k, 1)), labels, 0.0, None, 0.0)


def described(customers: pd.DataFrame, dataset: Dataset, k: int) -> tuple[tuple[SegmentCard, ...], Partition, Naming]:
    features, cut = divided(customers, dataset, k)
    table = profile(customers, dataset, features, [cut])[0]
    naming, none = Naming.of(differences_by_segment(table, dataset), dataset, cut.k), [None] * cut.k
    sizes = np.bincount(cut.labels).tolist()
    cards = make_cards(naming, sizes=sizes, revenue_shares=none, silhouettes=none, jaccards=none, support=Support())
    return cards, cut, naming


def assert_true(cards: tuple[SegmentCard, ...], customers: pd.DataFrame, dataset: Dataset, cut: Partition) -> None:
    """Every word said of a segment holds for the customers, by their medians and by their means."""
    groups = customers.assign(segment=cut.labels).groupby("segment")
    told = [{card.name.casefold(), *(one.phrase.casefold() for one in card.differences)} for card in cards]
    for column in dataset.with_role("active"):
        for sign in (1, -1):
            word = phrase(column, sign).casefold()
            so_called = [any(word == part for part in parts) for parts in told]
            for statistic in ("median", "mean") if any(so_called) else ():
                values = sign * getattr(groups[column.name], statistic)().to_numpy()
                if not all(so_called):
                    assert values[so_called].min() > values[~np.array(so_called)].max(), (word, statistic, values)
    for card in cards:
        for one in card.differences:
            column = dataset.column(one.column)
            here, overall = groups[column.name].median()[card.segment], customers[column.name].median()
            assert (one.median, one.overall_median) == (pytest.approx(here), pytest.approx(overall))
            assert card.name.casefold() != one.phrase.casefold() or (here > overall) == (one.effect > 0)
    for first, second in combinations(cards, 2):
        assert sorted(first.name.casefold().split()) != sorted(second.name.casefold().split())
    assert not [card.name for card in cards if re.search(r"\(\d+\)|\(new\)|, |%", card.name)]
    for card, column in product(cards, dataset.with_role("active")):
        for words, (least, below) in PARTS.items():
            if card.name.casefold() == f"{words} {column.label.removesuffix(': share')}".casefold():
                medians = groups[column.name].median()
                assert [at for at, value in medians.items() if least <= value < below] == [card.segment]
        for more in (True, False):
            of_all = f"{column.label}: second {'highest' if more else 'lowest'}"
            if card.name.casefold() in (next_to_most(column.label, more=more).casefold(), of_all.casefold()):
                ahead = groups[column.name].agg(["median", "mean"]).rank(ascending=not more)
                assert (ahead.loc[card.segment] == 2).all()
            here, overall = groups[column.name].median()[card.segment], customers[column.name].median()
            if card.name.casefold() == f"{column.label}: third {'highest' if more else 'lowest'}".casefold():
                ahead = groups[column.name].agg(["median", "mean"]).rank(ascending=not more)
                assert (ahead.loc[card.segment] == 3).all()
                assert len(ahead) >= 6
                assert (here > overall) == more
            if card.name.casefold().startswith(f"{'higher' if more else 'lower'} {column.label}: ".casefold()):
                assert (here > overall) == more
                assert len(card.name.split(":")[0].split()) <= 3
    assert [card.name for card in cards].count("Near the average") <= 1


@pytest.mark.parametrize("seed", range(SETS))
def test_no_name_contradicts_the_figures_of_a_generated_set(seed: int) -> None:
    customers, dataset, k = generated(seed)
    cards, cut, _naming = described(customers, dataset, k)

    assert_true(cards, customers, dataset, cut)


@pytest.mark.parametrize("seed", range(SETS))
def test_the_explanation_opens_with_the_figure_that_the_name_rests_on(seed: int) -> None:
    cards, _cut, naming = described(*generated(seed))
    for card, reason in zip(cards, naming.reasons, strict=True):
        if reason is not None:
            first = card.differences[0]
            assert first.column == reason.column.name
            value = typical(first.median, reason.column)
            label = str(reason.column.label).removesuffix(": share").casefold()
            assert card.name.casefold() == first.phrase.casefold() or label in card.name.casefold()
            assert value.written.strip("-−") in card.portrait or abs(first.effect) < 0.4


@pytest.mark.skipif(not MARKETING.is_file(), reason="the data set of 2,240 customers is not beside the project")
def test_the_names_of_the_real_data_are_true_short_and_open_differently_for_every_k() -> None:
    spec = load_spec("marketing_campaign")
    cleaned = clean(read_source(spec, str(MARKETING)), spec)
    for k in range(2, 13):
        cards, cut, _naming = described(cleaned.customers, cleaned.dataset, k)
        assert_true(cards, cleaned.customers, cleaned.dataset, cut)
        assert max(len(card.name.split()) for card in cards) <= 5
        if k <= 6:
            assert len({card.name.split()[0] for card in cards}) == k


def test_a_share_is_a_name_in_words_and_never_a_percentage() -> None:
    """Of the Complete Journey, four departments: the segment in the middle was called "Grocery share 84 %"."""
    shares = np.repeat([0.73, 0.84, 0.89, 0.61], 50) + np.tile(np.linspace(-0.02, 0.02, 50), 4)
    label = share_label("Grocery")
    columns = (Column(name="s", role="active", kind="number", label=label, format=".0%", high="much grocery"),)
    dataset = Dataset(spec="t", title="", spec_hash="", as_of=None, currency="$", columns=columns)
    cut = Partition(4, np.zeros((4, 1)), np.repeat(range(4), 50), 0.0, None, 0.0)

    def names(values: np.ndarray) -> list[Message]:
        customers = pd.DataFrame({"s": values})
        table = profile(customers, dataset, fit_features(customers, dataset), [cut])[0]
        return list(Naming.of(differences_by_segment(table, dataset), dataset, cut.k).names)

    russian = Translator("ru").message
    assert names(shares) == ["Second least grocery", "Second most grocery", "Much grocery", "Low grocery share"]
    assert russian(names(shares)[1]) == "Grocery: вторая по величине доля"
    assert names(shares - 0.5)[1] == "A third grocery"
    half = names(shares - np.repeat([0.0, 0.34, 0.0, 0.4], 50))[1]
    assert (half, russian(half)) == ("Half grocery", "Наполовину grocery")


def spenders(medians: list[float], n: int = 100) -> tuple[pd.DataFrame, Dataset, list[int]]:
    rng = np.random.default_rng(0)
    spend = np.concatenate([rng.uniform(0.8, 1.2, n) * median for median in medians])
    columns = (
        Column(name="spend", role="active", kind="number", label="Total spend", unit="$", meaning="spend",
               high="big spenders", low="light spenders", format=",.0f"),
    )  # fmt: skip
    dataset = Dataset(spec="t", title="", spec_hash="", as_of=None, currency="$", columns=columns)
    return pd.DataFrame({"spend": spend}), dataset, np.repeat(range(len(medians)), n).tolist()


def names_of(medians: list[float]) -> tuple[list[str], Naming]:
    customers, dataset, labels = spenders(medians)
    features = fit_features(customers, dataset)
    cut = Partition(len(medians), np.zeros((1, 1)), np.array(labels), 0.0, None, 0.0)
    table = profile(customers, dataset, features, [cut])[0]
    naming = Naming.of(differences_by_segment(table, dataset), dataset, cut.k)
    return list(naming.names), naming


def test_only_who_spends_the_most_is_a_big_spender_and_who_lies_between_is_told_as_second() -> None:
    names, _naming = names_of([10, 79, 301])
    assert names[0] == "Light spenders"
    assert names[2] == "Big spenders"
    assert names[1] == "Total spend: second highest"
    assert Translator("ru").message(names[1]) == "Total spend: второе место сверху"


@pytest.mark.parametrize(
    ("levels", "sizes", "middle", "russian"),
    [
        (
            (10, 20, 30, 60, 70, 80),
            (100,) * 6,
            {"Balance: third highest", "Balance: third lowest"},
            "третье место сверху",
        ),
        ((10, 20, 30, 40, 50), (500, 60, 60, 60, 60), {"Higher balance: 30"}, "Balance выше обычного: 30"),
    ],
)
def test_who_leads_in_nothing_is_said_to_have_much_or_little(
    levels: tuple[int, ...], sizes: tuple[int, ...], middle: set[str], russian: str
) -> None:
    """ "Balance 30" alone says nothing of high or low."""
    noise = np.random.default_rng(8).normal(0, 1, sum(sizes))
    customers = pd.DataFrame({"balance": np.repeat(levels, sizes) + noise})
    columns = (Column(name="balance", role="active", kind="number", label="Balance"),)
    dataset = Dataset(spec="t", title="", spec_hash="", as_of=None, currency="", columns=columns)
    k = len(levels)
    cut = Partition(k, np.zeros((1, 1)), np.repeat(np.arange(k), sizes), 0.0, None, 0.0)
    table = profile(customers, dataset, fit_features(customers, dataset), [cut])[0]

    names = Naming.of(differences_by_segment(table, dataset), dataset, k).names

    assert middle <= set(names)
    assert not [name for name in names if re.fullmatch(r"Balance [\d.]+", name)]
    assert russian in " ".join(Translator("ru").message(name) for name in names)
    assert max(len(name.split()) for name in names) <= 3


def test_who_leads_in_nothing_is_told_from_the_others_by_two_columns_together() -> None:
    """Answers from 1 to 5, of which no segment has more than every other: all medians come twice."""
    rng = np.random.default_rng(3)
    corners = np.array([[4, 4, 4, 4], [2, 2, 2, 2], [2, 4, 2, 4], [4, 2, 4, 2]]).repeat(100, axis=0)
    answers = np.clip(corners + rng.choice([-1, 0, 0, 1], corners.shape), 1, 5)
    customers = pd.DataFrame(answers, columns=["q1", "q2", "q3", "q4"])
    columns = tuple(Column(name=name, role="active", kind="integer", label=f"{name} answer") for name in customers)
    dataset = Dataset(spec="t", title="", spec_hash="", as_of=None, currency="", columns=columns)
    cut = Partition(4, np.zeros((1, 1)), np.arange(4).repeat(100), 0.0, None, 0.0)
    table = profile(customers, dataset, fit_features(customers, dataset), [cut])[0]

    names = Naming.of(differences_by_segment(table, dataset), dataset, 4).names

    assert [name.count("igher") for name in names] == [2, 0, 1, 1]
    assert [name.count("ower") for name in names] == [0, 2, 1, 1]
    assert len({tuple(sorted(name.casefold().split())) for name in names}) == 4


def test_who_has_the_medians_of_all_customers_is_called_like_them() -> None:
    customers = pd.DataFrame({"c0": np.repeat([0, 5], [300, 60]), "c1": np.repeat([0, 7, 0], [240, 60, 60])})
    labels = np.repeat([0, 1, 2], [240, 60, 60])
    columns = tuple(Column(name=name, role="active", kind="integer", label=f"Trait {name}") for name in ("c0", "c1"))
    dataset = Dataset(spec="t", title="", spec_hash="", as_of=None, currency="", columns=columns)
    cut = Partition(3, np.zeros((1, 1)), labels, 0.0, None, 0.0)
    table = profile(customers, dataset, fit_features(customers, dataset), [cut])[0]

    names = Naming.of(differences_by_segment(table, dataset), dataset, 3).names

    assert list(names) == ["Like the typical customer", "High trait c1", "High trait c0"]


def test_who_is_a_little_behind_in_time_is_told_so_in_words_of_time() -> None:
    words = {"high": "bought long ago", "low": "bought recently"}
    recency = Column(name="days", role="active", kind="number", label="Days since", meaning="recency", **words)
    told = [Standing(recency, effect, 488, 480, 471, None).words for effect in (0.3, -0.3)]
    assert told == ["bought longer ago than usual", "bought more recently than usual"]
    assert [Translator("ru").message(words) for words in told] == [
        "не покупали дольше обычного",
        "последняя покупка ближе обычного",
    ]
    assert Standing(recency, 0.9, 700, 690, 471, None, leads=True).words == "bought long ago"


def test_who_has_many_customers_of_one_value_is_named_by_no_equal_median() -> None:
    customers = pd.DataFrame({"spend": [0.0] * 60 + [0.0] * 30 + [5.0] * 10 + [0.0] * 28 + [90.0] * 12})
    _customers, dataset, _labels = spenders([1, 2])
    cut = Partition(3, np.zeros((1, 1)), np.array([0] * 60 + [1] * 40 + [2] * 40), 0.0, None, 0.0)
    table = profile(customers, dataset, fit_features(customers, dataset), [cut])[0]
    names = Naming.of(differences_by_segment(table, dataset), dataset, 3).names
    assert "Big spenders" not in names
    assert "Light spenders" not in names


def test_a_name_that_is_no_longer_true_is_not_handed_on() -> None:
    customers, dataset, k = spenders([10, 79, 301])[0], spenders([1])[1], 3
    cards, cut, naming = described(customers, dataset, k)
    by_name = {card.name: card for card in cards}
    big, light = by_name["Big spenders"], by_name["Light spenders"]
    swapped = {big.segment: "Light spenders", light.segment: "Big spenders"}
    old = tuple(card.model_copy(update={"name": swapped.get(card.segment, card.name)}) for card in cards)
    ids = pd.Series([f"c{n}" for n in range(len(customers))])
    before = Predecessor("r", old, ids, cut.labels, fit_features(customers, dataset).transform, np.zeros((k, 1)))

    followed, _ = follow(cards, cut.labels, customers.assign(id=ids), "id", before, naming)

    assert [card.name for card in followed] == [card.name for card in cards]
    assert {card.identity.status for card in followed if card.identity} == {"same"}
