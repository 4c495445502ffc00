"""Names, keys and colours follow the members of a segment, not its number."""

import numpy as np
import pandas as pd
import pytest

from pipeline.contract import FeatureTransform, SegmentCard
from pipeline.describing import Predecessor
from pipeline.describing.identity import follow, keep_colours

N = 90
IDS = pd.Series([f"c{number}" for number in range(N)])
OLD = np.repeat([0, 1, 2], N // 3)
TRANSFORM = FeatureTransform(
    names=("x",), fill=(0.0,), log1p=(False,), lower=(None,), upper=(None,), centre=(0.0,), scale=(1.0,)
)


def card(segment, name, key=None, colour=None):
    return SegmentCard(
        segment=segment,
        key=key or f"s{segment + 1}",
        colour=segment if colour is None else colour,
        name=name,
        portrait="",
        size=30,
        share=0.3,
        revenue_share=None,
        trust="solid",
        trust_reason="",
        silhouette=None,
        jaccard=None,
        differences=(),
    )


BEFORE = Predecessor(
    run_id="r",
    cards=(card(0, "Wine"), card(1, "Web"), card(2, "Families")),
    ids=IDS,
    labels=OLD,
    transform=TRANSFORM,
    centres=np.array([[0.0], [10.0], [20.0]]),
)
FRESH = [card(0, "Alpha"), card(1, "Beta"), card(2, "Gamma")]


def customers(ids=IDS, x=None):
    return pd.DataFrame({"id": ids, "x": np.repeat([0.0, 10, 20], N // 3) if x is None else x})


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_renumbered_segments_keep_name_key_and_colour(order):
    labels = np.asarray(order)[OLD]
    cards, dissolved = follow(FRESH, labels, customers(), "id", BEFORE)
    assert [cards[order[old]].name for old in range(3)] == ["Wine", "Web", "Families"]
    assert [cards[order[old]].key for old in range(3)] == ["s1", "s2", "s3"]
    assert [cards[order[old]].colour for old in range(3)] == [0, 1, 2]
    assert {one.identity.status for one in cards} == {"same"}
    assert dissolved == ()


def test_the_order_of_customers_does_not_matter():
    shuffled = np.random.default_rng(0).permutation(N)
    cards, _ = follow(FRESH, OLD[shuffled], customers(IDS[shuffled]), "id", BEFORE)
    assert [one.name for one in cards] == ["Wine", "Web", "Families"]


def test_a_split_leaves_a_new_segment_with_its_own_key_and_colour():
    labels = OLD.copy()
    labels[20:30] = 3  # a third of "Wine" goes its own way
    cards, dissolved = follow([*FRESH, card(3, "Delta")], labels, customers(), "id", BEFORE)
    assert [one.identity.status for one in cards] == ["same", "same", "same", "new"]
    assert (cards[3].name, cards[3].key, cards[3].colour) == ("Delta", "s4", 3)
    assert dissolved == ()


def test_a_merge_dissolves_the_segment_that_is_gone():
    labels = np.array([0, 0, 1])[OLD]
    cards, dissolved = follow(FRESH[:2], labels, customers(), "id", BEFORE)
    assert cards[1].name == "Families"
    assert cards[0].identity.status == "changed"
    assert len(dissolved) == 1


def test_a_half_renewed_segment_is_told_as_changed_and_takes_no_name():
    labels = OLD.copy()
    labels[10:30] = 1
    labels[30:42] = 0
    cards, _ = follow(FRESH, labels, customers(), "id", BEFORE)
    changed = next(one for one in cards if one.identity.status == "changed")
    assert changed.name in {"Alpha", "Beta"}
    assert changed.key not in {"s1", "s2", "s3"}


def test_without_common_customers_the_old_centres_decide():
    strangers = customers(pd.Series([f"new{n}" for n in range(N)]))
    cards, _ = follow(FRESH, np.array([1, 2, 0])[OLD], strangers, "id", BEFORE)
    assert [cards[1].name, cards[2].name, cards[0].name] == ["Wine", "Web", "Families"]


def test_no_two_segments_share_name_key_or_colour():
    labels = np.random.default_rng(1).integers(0, 4, N)
    cards, _ = follow([*FRESH, card(3, "Wine")], labels, customers(), "id", BEFORE)
    for part in ("name", "key", "colour"):
        assert len({getattr(one, part) for one in cards}) == 4


def test_a_segment_that_goes_on_keeps_its_colour_among_one_more():
    fewer = (card(0, "Wine", colour=2), card(1, "Web", colour=0), card(2, "Families", colour=1)), OLD
    labels = np.array([1, 2, 0])[OLD]
    labels[60:70] = 3  # a third of "Families", now first, goes its own way
    cards = keep_colours([*FRESH, card(3, "Delta")], labels, fewer)
    assert [one.colour for one in cards] == [1, 2, 0, 3]


def test_the_larger_part_of_a_segment_that_splits_keeps_its_colour():
    fewer = (card(0, "Wine", colour=2), card(1, "Web", colour=0), card(2, "Families", colour=1)), OLD
    labels = OLD.copy()
    labels[76:90] = 3  # nearly half of "Families"
    labels[:4] = 2  # and some others join what is left of it
    cards = keep_colours([*FRESH, card(3, "Delta")], labels, fewer)
    assert [one.colour for one in cards] == [2, 0, 1, 3]


def test_a_colour_from_the_champion_goes_before_one_from_fewer_segments():
    followed, _ = follow(FRESH, OLD, customers(), "id", BEFORE)
    fewer = (card(0, "Wine", colour=2), card(1, "Web", colour=1), card(2, "Families", colour=0)), OLD
    assert [one.colour for one in keep_colours(followed, OLD, fewer)] == [0, 1, 2]


def test_colours_stay_as_they_are_without_anything_to_follow():
    assert keep_colours(FRESH, OLD, None) == tuple(FRESH)


def test_a_first_training_has_nothing_to_follow():
    assert follow(FRESH, OLD, customers(), "id", None) == (tuple(FRESH), ())
