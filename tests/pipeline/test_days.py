"""Which days are plausible, judged by the days around them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.reading.lines.plausible_days import judge_days

YEAR = [(date(2023, 1, 1) + timedelta(days=at), 5) for at in range(0, 360, 3)]


def test_days_without_a_gap_are_all_plausible() -> None:
    days = judge_days(YEAR)

    assert (days.first, days.last, days.impossible) == (date(2023, 1, 1), date(2023, 12, 24), ())


@pytest.mark.parametrize(
    "odd",
    [date(2099, 12, 31), date(9999, 12, 31), date(2032, 5, 1), date(1970, 1, 1), date(1900, 1, 1), date(1203, 4, 4)],
)
def test_a_day_far_from_the_rest_with_few_lines_is_impossible(odd: date) -> None:
    days = judge_days(sorted([*YEAR, (odd, 2)]))

    assert (days.last, days.impossible) == (date(2023, 12, 24), (odd,))


@pytest.mark.parametrize("lines", [1, 400])
def test_the_end_of_a_calendar_is_impossible_however_many_lines_it_has(lines: int) -> None:
    assert judge_days([*YEAR, (date(2099, 12, 31), lines)]).impossible == (date(2099, 12, 31),)


@pytest.mark.parametrize("odd", [date(2050, 1, 1), date(1980, 1, 1), date(2038, 1, 19)])
def test_a_single_day_decades_away_is_impossible_however_many_lines_it_has(odd: date) -> None:
    assert judge_days(sorted([*YEAR, (odd, 400)])).impossible == (odd,)


def test_a_day_a_few_months_later_is_plausible() -> None:
    assert judge_days([*YEAR, (date(2024, 10, 1), 1)]).last == date(2024, 10, 1)


def test_a_shop_that_opened_again_is_plausible() -> None:
    again = [(date(2027, 1, 1) + timedelta(days=at), 5) for at in range(30)]
    between = (date(2025, 6, 1), 1)

    assert judge_days([*YEAR, between, *again]).impossible == ()


def test_a_first_order_some_years_before_is_plausible() -> None:
    assert judge_days([(date(2019, 1, 1), 1), *YEAR]).first == date(2019, 1, 1)


def test_days_that_always_stand_far_apart_are_plausible() -> None:
    decades = [(date(year, 6, 1), 3) for year in range(1950, 2030, 2)]

    assert judge_days(decades).impossible == ()


def test_the_seventies_of_the_last_century_have_their_first_day() -> None:
    seventies = [(date(1969, 6, 1) + timedelta(days=at), 2) for at in range(0, 900, 7)]

    assert judge_days(sorted({*seventies, (date(1970, 1, 1), 2)})).impossible == ()


def test_sentinels_alone_leave_no_day() -> None:
    days = judge_days([(date(1900, 1, 1), 3), (date(9999, 12, 31), 4)])

    assert (days.first, days.last) == (None, None)


@given(
    st.dictionaries(
        st.dates(date(1990, 1, 1), date(2040, 1, 1)), st.integers(min_value=1, max_value=9), min_size=1, max_size=60
    )
)
def test_every_day_is_either_plausible_or_impossible(counts: dict[date, int]) -> None:
    days = judge_days(sorted(counts.items()))

    assert days.first is not None
    assert days.last is not None
    plausible = {day for day in counts if days.first <= day <= days.last} - set(days.impossible)
    assert plausible | set(days.impossible) == set(counts)
    assert days.last in plausible
