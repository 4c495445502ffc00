"""How programs write days, and how people write amounts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

MONTHS = (
    "Январь", "Февраль", "Март", "Апрель", "Май", "Июнь", "Июль", "Август", "Сентябрь", "Октябрь", "Ноябрь", "Декабрь",
)  # fmt: skip
_WEEKDAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")


def comma(value: float, grouping: str = "") -> str:
    """Two decimals behind a comma."""
    return f"{value:,.2f}".replace(",", "\0").replace(".", ",").replace("\0", grouping)


def _cents(value: float) -> str:
    return f"{round(value * 100) % 100:02d}"


def _whole(value: float) -> int:
    return round(value * 100) // 100


DAYS: Mapping[str, Callable[[pd.Timestamp], str]] = {
    "javascript": lambda day: f"{day:%a %b %d %Y %H:%M:%S} GMT+0300 (Moscow Standard Time)",
    "java": lambda day: f"{day:%Y-%m-%dT%H:%M:%S}.000+03:00[Europe/Moscow]",
    "basic": lambda day: f"{day:%Y%m%dT%H%M%SZ}",
    "sas": lambda day: f"{day:%d%b%Y:%H:%M:%S}".upper(),
    "web_log": lambda day: f"[{day:%d/%b/%Y:%H:%M:%S} +0300]",
    "at": lambda day: f"{day:%b} {day.day}, {day.year} at {day:%I:%M %p}",
    "weekday": lambda day: f"{_WEEKDAYS[day.weekday()]}, {day:%d.%m.%Y}",
    "six_digits": lambda day: f"{day:%y%m%d}",
    "day_first_digits": lambda day: f"{day:%d%m%Y}",
    "apostrophe": lambda day: f"'{day:%d.%m.%Y}",
}
AMOUNTS: Mapping[str, Callable[[float], str]] = {
    "sign_between": lambda value: f"{_whole(value)}€{_cents(value)}",
    "kopecks": lambda value: f"{_whole(value)} руб. {_cents(value)} коп.",
    "thousands": lambda value: f"{value / 1000:.5f}K",
    "russian_thousands": lambda value: f"{value / 1000:.5f} тыс.",
    "stroke": lambda value: f"Rs. {value:,.2f}/-",
    "both_signs": lambda value: f"{value:.2f}" if round(value * 100) % 3 else f"{value:.2f}".replace(".", ","),
}
