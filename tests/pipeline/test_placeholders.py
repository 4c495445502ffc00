from __future__ import annotations

import pytest

from pipeline.understanding.purchases.placeholders import placeholder


@pytest.mark.parametrize(
    "value",
    [
        "guest", "GUEST", "Guest checkout", "Anonymous", "Walk-in Customer", "Cash Sale", "N/A", "no customer",
        "UNKNOWN", "Розничный покупатель", "Частное лицо", "Физ. лицо", "Гость", "без карты", "Laufkundschaft",
        "Client comptoir", "Consumidor final", "noemail@example.com",
        "guest@shop.example", "test@test.com", "a.buyer@none.com",
    ],
)  # fmt: skip
def test_words_for_nobody(value: str) -> None:
    assert placeholder(value) == "words"


@pytest.mark.parametrize(
    "value",
    [
        "0", "0.0", "-1", "-999", "1111", "9999", "999999", "12345678", "+7 999 999-99-99", "79999999999",
        "00000000-0000-0000-0000-000000000000", "xxx",
    ],
)  # fmt: skip
def test_numbers_of_nobody_are_so_only_where_they_are_many(value: str) -> None:
    assert placeholder(value) == "number"


@pytest.mark.parametrize(
    "value",
    [
        "1001",
        "C00017",
        "AA",
        "Anna General",
        "Testa Maria",
        "ann@example.com",
        "+7 916 123-45-67",
        "Гостев Пётр",
        "Client 7",
    ],
)
def test_names_of_people_are_theirs(value: str) -> None:
    assert placeholder(value) == ""
