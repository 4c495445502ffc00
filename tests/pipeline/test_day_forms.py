"""Days as people write them: which form they are in, which of two is meant, and what is no day."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.drafting.cell_forms import settle_forms
from pipeline.reading import convert, day_forms, day_month_evidence, infer_column, read_as

CASES = Path(__file__).parents[3] / "shared" / "cases"
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="the shared cases are not beside the project")
WRITTEN = [
    (["3/20/2023 2:27:00 PM", "12/1/2023 12:05:00 AM"], "%m/%d/%Y"),
    (["20.03.2023 02:27 p.m.", "31.12.2023 11:59 a.m."], "%d.%m.%Y"),
    (["March 20, 2023", "Sept. 3, 2022"], "%b %d %Y"),
    (["Monday, March 20, 2023", "Sunday, May 7, 2023"], "%b %d %Y"),
    (["20th of March 2023", "1st of May 2023"], "%d %b %Y"),
    (["20 марта 2023 г.", "1 мая 2023 г."], "%d %b %Y"),
    (["20-мар-23", "01-сент-22"], "%d-%b-%y"),
    (["пн, 20 марта 2023", "вт, 2 мая 2023"], "%d %b %Y"),
    (["20. März 2023", "1. Januar 2022"], "%d %b %Y"),
    (["20 février 2023", "1 août 2022"], "%d %b %Y"),
    (["20 de enero de 2023", "1 de agosto de 2022"], "%d %b %Y"),
    (["2023-W12", "2023-W01"], "%G-W%V"),
    (["2023-03", "2023-04"], "%Y-%m"),
    (["Mar 2023", "Apr 2023"], "%b %Y"),
    (["2023-03-20T10:00:00.123Z", "2023-03-20T10:00:00+03:00"], "%Y-%m-%d"),
    (["2023-03-20 10:15:00 +0300", "2023-03-21 10:15:00 +0300"], "%Y-%m-%d"),
    (["20/Mar/2023", "21/Apr/2023"], "%d/%b/%Y"),
    (["2023/3/5 8:05", "2023/3/16 18:05"], "%Y/%m/%d"),
    (["05/03-2023", "28/11-2023 14:05"], "%d/%m-%Y"),
    (["2023. 01. 05.", "2023. 11. 28. 8:05"], "%Y. %m. %d."),
    (["2023. 1. 5", "2023. 11. 28"], "%Y. %m. %d"),
    (["Thu Jan 05 2023 10:00:00 GMT+0300 (Moscow Standard Time)"], "%b %d %Y"),
    (["2023-01-05T10:00:00.000+03:00[Europe/Moscow]"], "%Y-%m-%d"),
    (["20230105T101010Z", "20231128T235959Z"], "%Y%m%d"),
    (["05JAN2023", "28NOV2023:23:59:59"], "%d%b%Y"),
    (["05/Jan/2023:10:20:30 +0300", "28/Nov/2023:10:20:30 +0300"], "%d/%b/%Y"),
    (["Jan 5, 2023 at 10:10 AM", "Nov 28, 2023 at 1:15 PM"], "%b %d %Y"),
    (["5 января 2023 г. в 10:10", "28 ноября 2023 г. в 8:05"], "%d %b %Y"),
    (["чт, 05.01.2023", "вт, 28.11.2023"], "%a %d.%m.%Y"),
    (["'05.01.2023", "'28.11.2023"], "%d.%m.%Y"),
    (['="28.11.2023 10:00"'], "%d.%m.%Y"),
    (["[2023-01-05 10:20:30]"], "%Y-%m-%d"),
    (["2023年1月5日", "2023年11月28日 13:22:10"], "%Y年%m月%d日"),
]
NUMBERS = [
    (["20230320", "20230421"], "%Y%m%d"),
    (["202303", "202304"], "%Y%m"),
    (["230105", "231128"], "%y%m%d"),
    (["05012023", "28112023"], "%d%m%Y"),
    (["45005.62431", "44928"], "excel"),
    (["1679300000", "1679400000"], "unix"),
    (["1679300000000", "1679400000123"], "unix_ms"),
    (["1679300000000000"], "unix_us"),
]


def column(values: list[str]) -> pd.Series:
    return pd.Series(values, dtype="str")


@pytest.mark.parametrize(("written", "form"), WRITTEN)
def test_text_that_can_only_be_days_is_sure_and_becomes_a_date(written: list[str], form: str) -> None:
    best = day_forms(column(written))[0]

    assert (best.form, best.share, best.sure) == (form, 1.0, True)
    assert infer_column(column(written))[0] == "date"
    assert not convert(column(written), "date", date_format=form).bad.any()


def test_digits_of_which_some_are_no_day_of_the_calendar_are_no_days() -> None:
    assert day_forms(column(["230105", "231399", *(f"2301{day:02d}" for day in range(1, 28))])) == ()


@pytest.mark.parametrize(("written", "form"), NUMBERS)
def test_numbers_may_be_days_but_are_never_surely_so(written: list[str], form: str) -> None:
    best = day_forms(column(written))[0]

    assert (best.form, best.share, best.sure) == (form, 1.0, False)
    assert infer_column(column(written))[0] != "date"
    assert convert(column(written), "date", date_format=form).values.dt.year.isin([2023]).all()


@pytest.mark.parametrize(
    "values",
    [
        ["12:30", "13:40"],
        ["tea 3", "may tea 5"],
        ["007", "008"],
        ["A-12-3", "B-13-4"],
        ["1.2.3.4", "10.0.0.1"],
        ["", ""],
    ],
)
def test_what_is_no_day_has_no_form(values: list[str]) -> None:
    assert day_forms(column(values)) == ()


def test_noon_and_midnight() -> None:
    written = column(["1/2/2023 12:00 AM", "1/2/2023 12:30 PM", "1/2/2023 1:05 pm", "1/2/2023 11:05 A.M."])

    assert convert(written, "date", date_format="%m/%d/%Y").values.dt.strftime("%H:%M").tolist() == [
        "00:00",
        "12:30",
        "13:05",
        "11:05",
    ]


def test_both_orders_of_day_and_month_are_there_where_both_read_everything() -> None:
    forms = day_forms(column(["03/04/2023", "05/06/2023"]))

    assert [(form.form, form.last) for form in forms] == [
        ("%d/%m/%Y", pd.Timestamp(2023, 6, 5)),
        ("%m/%d/%Y", pd.Timestamp(2023, 5, 6)),
    ]


def test_impossible_days_leave_the_column_a_date_and_are_marked() -> None:
    days = [f"{1 + n % 28:02d}.03.2023" for n in range(40)]
    for place, cell in ((3, "31.02.2023"), (5, "00.00.0000"), (8, "31.12.9999")):
        days[place] = cell

    kind, values = infer_column(column(days))
    made = convert(column(days), "date")

    assert kind == "date"
    assert values.isna().sum() == 3
    assert np.flatnonzero(made.bad).tolist() == [3, 5, 8]
    assert day_forms(column(days))[0].last == pd.Timestamp(2023, 3, 28)


def test_a_column_that_says_valid_for_ever_on_most_rows_keeps_it() -> None:
    made = convert(column(["9999-12-31"] * 3 + ["2023-01-01"]), "date")

    assert not made.bad.any()


def test_years_of_two_digits_lie_between_1950_and_2049() -> None:
    made = convert(column(["12.05.55", "13.05.49", "14.05.99", "15.05.23"]), "date")

    assert made.values.dt.year.tolist() == [1955, 2049, 1999, 2023]


def test_two_forms_that_cannot_be_confused_are_read_both_and_told() -> None:
    mixed = column(["20.03.2023", "21.03.2023", "2023-03-22", "04.05.2023"])

    made = convert(mixed, "date")

    assert [day.date() for day in made.values] == [
        date(2023, 3, 20),
        date(2023, 3, 21),
        date(2023, 3, 22),
        date(2023, 5, 4),
    ]
    assert made.note == "read as %d.%m.%Y, and 1 other values as %Y-%m-%d"
    assert day_forms(mixed)[0].form == "%d.%m.%Y | %Y-%m-%d"
    assert convert(mixed, "date", date_format="%d.%m.%Y | %Y-%m-%d").values.equals(made.values)


def test_slashes_among_iso_days_are_not_guessed_at() -> None:
    made = convert(column(["2023-03-20", "2023-03-21", "2023-03-22", "03/04/2023"]), "date")

    assert made.bad.tolist() == [False, False, False, True]


def test_a_month_first_day_among_day_first_ones_is_not_read() -> None:
    made = convert(column(["20/03/2023", "21/03/2023", "22/03/2023", "03/25/2023"]), "date")

    assert made.bad.tolist() == [False, False, False, True]


# ------------------------------------------------------------------ day or month first


def days(first: str, count: int, step: int = 1) -> list[pd.Timestamp]:
    return list(pd.date_range(first, periods=count, freq=f"{step}D"))


def low(moments: list[pd.Timestamp]) -> list[pd.Timestamp]:
    return [day for day in moments if day.day <= 12]


def written(moments: list[pd.Timestamp], form: str = "%m/%d/%Y") -> pd.Series:
    return column([f"{day:{form}}" for day in moments])


def test_a_value_over_twelve_decides() -> None:
    found = day_month_evidence(written(days("2023-01-01", 40)))

    assert (found.form, found.why) == ("%m/%d/%Y", "%m/%d/%Y alone reads the values over 12")


def test_a_sibling_column_of_the_same_form_decides() -> None:
    sold = low(days("2023-01-01", 360, 7))
    shuffled = [sold[place] for place in np.random.default_rng(1).permutation(len(sold))]
    shipped = [day + pd.Timedelta(days=9) for day in shuffled]

    found = day_month_evidence(written(shuffled), written(shipped).rename("shipped"))

    assert (found.form, found.why) == ("%m/%d/%Y", "shipped beside it is written so")


def test_a_sibling_column_of_another_form_decides_by_nearness() -> None:
    sold = low(days("2023-01-01", 360, 5))
    shuffled = [sold[place] for place in np.random.default_rng(2).permutation(len(sold))]
    shipped = pd.Series([day + pd.Timedelta(days=2) for day in shuffled], name="shipped")

    found = day_month_evidence(written(shuffled), shipped)

    assert (found.form, found.why) == ("%m/%d/%Y", "read so, its days lie near those of shipped")


def test_a_series_of_months_decides() -> None:
    months = [pd.Timestamp(2022 + n // 12, n % 12 + 1, 1) for n in range(18)]
    backwards = [months[place] for place in np.random.default_rng(3).permutation(18)]

    assert day_month_evidence(written(backwards)).form == "%m/%d/%Y"
    assert day_month_evidence(written(backwards, "%d/%m/%Y")).form == "%d/%m/%Y"


def test_the_order_of_a_log_decides() -> None:
    log = [day for day in low(days("2023-01-01", 300)) for _ in range(3)]

    found = day_month_evidence(written(log, "%d-%m-%Y"))

    assert (found.form, found.why) == ("%d-%m-%Y", "read so, the rows stand in the order of time")


def test_weekdays_decide() -> None:
    work = [day for day in low(days("2021-01-01", 1400)) if day.day_of_week < 5]
    shuffled = [work[place] for place in np.random.default_rng(4).permutation(len(work))]

    assert day_month_evidence(written(shuffled)).form == "%m/%d/%Y"
    assert day_month_evidence(written(shuffled, "%d/%m/%Y")).form == "%d/%m/%Y"


def test_the_name_of_the_file_decides() -> None:
    march = [pd.Timestamp(2023, 3, 1 + n) for n in (7, 2, 9, 4, 0, 11)]

    assert day_month_evidence(written(march), file="sales_2023-03.csv").form == "%m/%d/%Y"
    assert day_month_evidence(written(march), file="sales 2023-03-01 - 2023-03-31.csv").form == "%m/%d/%Y"
    assert day_month_evidence(written(march), file="sales.csv").form is None


def test_where_nothing_decides_it_says_so() -> None:
    every = [pd.Timestamp(2023, month, day) for day in range(1, 13) for month in range(1, 13)]

    found = day_month_evidence(written([every[place] for place in np.random.default_rng(5).permutation(144)]))

    assert (found.form, found.why) == (None, "no day is over 12, and %d/%m/%Y and %m/%d/%Y both fit")


@needs_cases
def test_the_shared_cases() -> None:
    def of(file: str, name: str) -> pd.Series:
        return pd.read_csv(CASES / file, dtype="str")[name]

    assert day_forms(of("ampm_times.csv", "InvoiceDate"))[0].form == "%m/%d/%Y"
    assert day_forms(of("excel_serial_dates.csv", "order_date"))[0].form == "excel"
    assert day_forms(of("compact_dates.csv", "Date"))[0].form == "%Y%m%d"
    us = of("us_dates_1st_to_12th.csv", "order_date")
    assert [form.form for form in day_forms(us)] == ["%d/%m/%Y", "%m/%d/%Y"]
    assert day_month_evidence(us).form is None
    assert convert(us, "date", date_format="%m/%d/%Y").values.max() == pd.Timestamp(2023, 12, 11)
    serial = convert(of("excel_serial_dates.csv", "order_date"), "date", date_format="excel").values
    assert serial.max() == convert(of("ampm_times.csv", "InvoiceDate"), "date").values.max().floor("min")


# ------------------------------------------------------------------ a written moment comes back

EXCEL = pd.Timestamp("1899-12-30")
MONTHS = ["января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября"]
WRITERS = {
    "%m/%d/%Y": lambda moment: moment.strftime("%m/%d/%Y %I:%M:%S %p"),
    "%d.%m.%Y": lambda moment: moment.strftime("%d.%m.%Y %H:%M:%S"),
    "%Y-%m-%d": lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
    "%d %b %Y": lambda moment: f"{moment.day} {[*MONTHS, 'декабря'][moment.month - 1]} {moment:%Y %H:%M:%S}",
    "%b %d %Y": lambda moment: moment.strftime("%B %d, %Y %H:%M:%S"),
    "%Y%m%d": lambda moment: moment.strftime("%Y%m%d%H%M%S"),
    "excel": lambda moment: f"{(moment - EXCEL) / pd.Timedelta(days=1):.8f}",
    "unix": lambda moment: f"{int(moment.timestamp())}",
    "unix_ms": lambda moment: f"{int(moment.timestamp())}000",
}
MOMENTS = st.lists(
    st.datetimes(datetime(1990, 1, 1), datetime(2040, 12, 31)).map(lambda moment: pd.Timestamp(moment).floor("s")),
    min_size=1,
    max_size=20,
)


@pytest.mark.parametrize("form", WRITERS)
@settings(max_examples=20, deadline=None)
@given(moments=MOMENTS)
def test_a_written_moment_is_read_back(form: str, moments: list[pd.Timestamp]) -> None:
    made = convert(column([WRITERS[form](moment) for moment in moments]), "date", date_format=form)

    assert made.values.tolist() == moments


@pytest.mark.parametrize(
    "written",
    [
        ["2023/3/20 下午 2:27:00", "2023/12/1 上午 12:05:00"],
        ["2023-03-20 下午2:27", "2023-12-01 上午12:05"],
        ["2023年3月20日 14时27分", "2023年12月1日 0时05分"],
        ["2023/03/20 午後2:27", "2023/12/01 午前0:05"],
        ["2023-03-20 오후 2:27:00", "2023-12-01 오전 12:05:00"],
        ["2023년 03월 20일 14시 27분", "2023년 12월 01일 0시 05분"],
        ["20/3/2023 2:27:00 μ.μ.", "1/12/2023 12:05:00 π.μ."],
        ["20/03/2023 02:27 م", "01/12/2023 12:05 ص"],
        ["20.03.2023 ÖS 02:27", "1.12.2023 ÖÖ 12:05"],
        ["20/3/2023 2:27:00 CH", "1/12/2023 12:05:00 SA"],
        ["3/20/2023, 2:27:00\u202fPM", "12/1/2023, 12:05:00\u202fAM"],
        ["20/3/2023 2:27:00 p.\u00a0m.", "1/12/2023 12:05:00 a.\u00a0m."],
    ],
)
def test_clocks_of_twelve_hours_in_other_languages(written: list[str]) -> None:
    series = column([*written, *written])

    (best, *_) = day_forms(series)

    assert best.share == 1.0
    assert read_as(series, best.form).values.dt.strftime("%Y-%m-%d %H:%M").tolist()[:2] == [
        "2023-03-20 14:27",
        "2023-12-01 00:05",
    ]


def test_moments_that_dot_net_writes_into_json() -> None:
    series = column([f"/Date({1_679_322_420_000 + n * 86_400_000}+0300)/" for n in range(30)])

    (best, *_) = day_forms(series)

    assert (best.form, best.share) == ("unix_ms", 1.0)
    assert str(read_as(series, "unix_ms").values.iloc[0]) == "2023-03-20 14:27:00"
    assert settle_forms(series.to_frame("x"), series.to_frame("x"), {}, "a.json").formats == {"x": "unix_ms"}
