"""In which form the cells of each column are written: days, and whether day or month comes first; numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from pipeline.contract import Message
from pipeline.errors import InputError
from pipeline.reading import (
    Choice,
    DayForm,
    Question,
    as_text,
    convert,
    currency_of,
    day_forms,
    day_month_evidence,
    decimal_hint,
    infer_column,
    read_as,
    shown_days,
)
from pipeline.understanding import fits, names_customer, words

SERIAL_WORDS = rf"{words.DAY}|{words.DAY_ORDER}|\bat$|timestamp|\bts\b|\bepoch\b|created|updated"
_FEW, _LEAST_DAYS = 50, 20  # cells looked at first; different days without which digits may be days by chance
_LEAST = 0.5  # of the known cells, for a form to be taken


@dataclass
class Forms:
    """``formats`` as in [source.formats]; what the forms of days leave open, by column; what was found."""

    formats: dict[str, str] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)
    told: dict[str, list[Message]] = field(default_factory=dict)

    def tell(self, column: str, message: Message) -> None:
        """Add a line on one column."""
        self.told.setdefault(column, []).append(message)


def settle_forms(frame: pd.DataFrame, typed: pd.DataFrame, answers: Mapping[str, str], file: str) -> Forms:
    """The form of every column that is not read as it looks.

    Parameters
    ----------
    frame, typed
        The cells as written, and as they are read without a word from anybody.
    answers
        ``date_format`` says which of two forms is meant.
    file
        Its name may hold a month.
    """
    forms = Forms()
    decimal = decimal_hint(frame[name] for name in frame)
    dated: dict[str, tuple[DayForm, ...]] = {}
    for name in frame.columns:
        series = frame[name]
        kind, _values = infer_column(series, decimal=decimal)
        if kind == "date":
            if not pd.api.types.is_datetime64_any_dtype(series):
                dated[name] = day_forms(series)
        elif fits(SERIAL_WORDS, str(name)) or _are_wrapped(series) or (kind == "number" and _are_compact_days(series)):
            serial = day_forms(series)
            if serial and serial[0].share >= _LEAST:
                dated[name] = serial
        elif kind == "number" and is_id_with_point(series, str(name)):
            forms.formats[name] = "text"
            continue
        elif kind == "number" and pd.api.types.is_string_dtype(typed[name]):
            forms.formats[name] = "number"
        if name not in dated and kind == "number":
            _tell_unreadable(forms, name, series, "number")
    for name, candidates in dated.items():
        _settle_days(forms, frame, name, candidates, [other for other in dated if other != name], answers, file)
    return forms


def _are_compact_days(series: pd.Series) -> bool:
    """Whether every cell is a day of the calendar without signs (20230320, and 202303201427): of other numbers a third
    would be.
    """
    few = as_text(series.dropna().iloc[:_FEW])
    if few.empty or not few.str.fullmatch(r"(?:19|20)\d{6}(?:\d{4}|\d{6})?").all():
        return False
    forms = [form for form in day_forms(series) if form.form == "%Y%m%d"]
    return bool(forms) and forms[0].share == 1.0 and series.nunique() >= _LEAST_DAYS


def _are_wrapped(series: pd.Series) -> bool:
    """Whether the cells are moments as .NET writes them into JSON: ``/Date(1700000000000)/``."""
    return pd.api.types.is_string_dtype(series) and bool(
        series.dropna().iloc[:_FEW].str.contains("/Date(", regex=False).any()
    )


def is_id_with_point(series: pd.Series, name: str) -> bool:
    """A customer's number such as ``1640000000.7766001``, which no float holds and nobody adds up."""
    if not names_customer(name) or not pd.api.types.is_string_dtype(series):
        return False
    return bool(series.dropna().iloc[:1000].str.fullmatch(r"\d{5,}\.\d{4,}").mean() > 0.9)


def _settle_days(
    forms: Forms,
    frame: pd.DataFrame,
    name: str,
    candidates: tuple[DayForm, ...],
    others: list[str],
    answers: Mapping[str, str],
    file: str,
) -> None:
    if not candidates:
        return
    rivals = [
        form for form in candidates if form.share == candidates[0].share and _swapped(form.form, candidates[0].form)
    ]
    if not rivals:
        forms.formats[name] = candidates[0].form
        if not candidates[0].sure:
            forms.tell(
                name, Message.of("{column} is read as days: {days}", column=name, days=shown_days(candidates[0]))
            )
    else:
        chosen = answers.get("date_format")
        meant = day_month_evidence(frame[name], *(frame[other] for other in others), file=file)
        if chosen in [form.form for form in candidates]:
            forms.formats[name] = str(chosen)
        elif meant.form is not None:
            forms.formats[name] = meant.form
            forms.tell(
                name, Message.of("{column} is read as {form}: {why}", column=name, form=meant.form, why=meant.why)
            )
        else:
            forms.formats[name] = candidates[0].form
            forms.questions[name] = Question(
                "date_format",
                Message.of("{column}: does the day or the month come first? {why}", column=name, why=meant.why),
                tuple(Choice(form.form, shown_days(form)) for form in (candidates[0], *rivals)),
            )
    _tell_unreadable(forms, name, frame[name], forms.formats[name])


def _swapped(form: str, other: str) -> bool:
    """Whether two forms differ in the order of day and month alone."""
    return form != other and form.replace("%d", "%").replace("%m", "%") == other.replace("%d", "%").replace("%m", "%")


def _tell_unreadable(forms: Forms, name: str, series: pd.Series, form: str) -> None:
    made = convert(series, "number") if form == "number" else read_as(series, form)
    if not made.bad.any():
        return
    forms.tell(
        name,
        Message.counted(
            "{n} value of {column} cannot be read and counts as unknown",
            "{n} values of {column} cannot be read and count as unknown",
            int(made.bad.sum()),
            column=name,
        ),
    )


def one_currency(frame: pd.DataFrame, columns: Sequence[str]) -> str:
    """The currency in the cells or headers of the money; empty where there is none.

    Raises
    ------
    InputError
        Where the cells of one column are in several, whose sums could not be compared.
    """
    seen = {name: currency_of(frame[name], name) for name in columns if name in frame}
    for name, currency in seen.items():
        if ", " in currency:
            raise InputError.because(
                Message.of("{column}: amounts in several currencies ({currencies})", column=name, currencies=currency),
                expected=Message.of("amounts that can be added up"),
                remedy=Message.of("give a file for each currency, or write the currency into a column of its own"),
            )
    return next(filter(None, seen.values()), "")
