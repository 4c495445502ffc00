"""Raw columns to segments without Korzina: the code that travels with each model, as ``korzina_placing.py``.

MLflow's ``pyfunc`` flavour imports it from the model's own folder, where Korzina is not installed. So it imports NumPy
and pandas, DuckDB where the spec derives columns by SQL, and nothing of Korzina. What to do stands in ``placing.json``
beside the model, made by ``pipeline.recording.recipe``. Tests hold it to what ``korzina score`` says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Recipe = Mapping[str, Any]
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ORDINAL = r"(?i)(?<=\d)(?:(?:st|nd|rd|th|er|º|ª)\b|\.(?=\s))"
_HALF_DAY = 12
_THIS_CENTURY = 2000
_LATEST = 3e11  # seconds: ten thousand years; more does not fit
_ABSURD = 1e15  # no amount of anything; Korzina's reading takes it for unreadable too


class Placing:
    """One trained segmentation: raw columns -> features -> segments."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe

    def predict(self, data: pd.DataFrame, params: object = None) -> pd.DataFrame:  # noqa: ARG002 (MLflow hands it in)
        """The segment of each row of raw columns, as the dashboard and ``korzina score`` number and name it.

        Parameters
        ----------
        data
            One row a customer, columns as in the data of the training, as numbers or as text. Unknown values may be
            missing. Every row is placed, also one that the spec would set aside.

        Returns
        -------
        DataFrame
            ``segment`` (from 1), ``segment_name``, ``distance`` to the segment's centre, ``second_segment``,
            ``confidence`` (0 on the border between both, 1 on the centre) and ``fits`` (false: farther from its centre
            than nearly everyone in training), in the order of the rows.
        """
        rows = self._matrix(self.features(data))
        centres = np.asarray(self._recipe["centres"], dtype=np.float64)
        distances = np.sqrt(((rows[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2))
        order = np.argsort(distances, axis=1, kind="stable")
        at, own, second = np.arange(len(rows)), order[:, 0], order[:, 1]
        nearest, other = distances[at, own], distances[at, second]
        reach = np.array([np.inf if bound is None else bound for bound in self._recipe["reach"]])
        return pd.DataFrame(
            {
                "segment": own + 1,
                "segment_name": np.asarray(self._recipe["segments"], dtype=object)[own],
                "distance": nearest,
                "second_segment": second + 1,
                "confidence": 1 - nearest / np.where(other > 0, other, 1.0),
                "fits": nearest <= reach[own],
            },
            index=data.index,
        )

    def features(self, data: pd.DataFrame) -> pd.DataFrame:
        """Raw columns -> the features that are clustered, in original units: what the scikit-learn model predicts from.

        Columns are read as the spec says, its replacements and limits applied, derived columns computed by its SQL, and
        shares taken of each group's total. A value outside a limit is unknown, whatever the spec does with its row.

        Raises
        ------
        ValueError
            Naming the columns that are missing.
        """
        wanted = self._recipe["columns"]
        missing = sorted(set(wanted) - set(data.columns))
        if missing:
            raise ValueError(f"missing columns: {', '.join(missing)}. Expected: {', '.join(wanted)}")
        typed = {name: _typed(data[name], how, self._recipe["words"]) for name, how in wanted.items()}
        frame = _ruled(pd.DataFrame(typed, index=data.index), self._recipe["rules"])
        frame = _derived(frame, self._recipe)
        for members in self._recipe["groups"]:
            total = frame[members].sum(axis=1, skipna=False)
            whole = total.where((total > 0) & (frame[members] >= 0).all(axis=1))  # what was returned is no part of it
            shares = {f"{member}_share": frame[member] / whole for member in members}
            frame = frame.assign(**shares)
        frame = _ruled(frame, self._recipe["late_rules"])
        features: pd.DataFrame = frame[self._recipe["features"]["names"]].astype("float64")
        return features

    def get_raw_model(self) -> Placing:
        """Itself, for ``PyFuncModel.get_raw_model()``: the way to ``features``."""
        return self

    def _matrix(self, features: pd.DataFrame) -> npt.NDArray[np.float64]:
        """The clustered space, (n, p): fill, logarithm, clip, scale."""
        how = self._recipe["features"]
        values = features.to_numpy(dtype=np.float64)
        values = np.where(np.isfinite(values), values, np.asarray(how["fill"]))
        logged = np.asarray(how["log1p"], dtype=bool)
        values[:, logged] = np.log1p(np.maximum(values[:, logged], 0.0))
        lower = np.array([-np.inf if bound is None else bound for bound in how["lower"]])
        upper = np.array([np.inf if bound is None else bound for bound in how["upper"]])
        scaled: npt.NDArray[np.float64] = (np.clip(values, lower, upper) - how["centre"]) / np.asarray(how["scale"])
        return scaled


def _load_pyfunc(path: str) -> Placing:
    """What MLflow calls with the path of ``placing.json``."""
    return Placing(json.loads(Path(path).read_text("utf-8")))


def _typed(series: pd.Series, how: Recipe, words: Recipe) -> pd.Series:
    """As the spec reads it; what cannot be read is unknown. ``words``: what means unknown, yes and no."""
    if how["kind"] == "date":
        return _days(series, how["days"], words)
    if how["kind"] in ("number", "integer", "flag") and not pd.api.types.is_numeric_dtype(series):
        text = _text(series).str.lower()
        if how["kind"] == "flag":
            text = text.mask(text.isin(words["yes"]), "1").mask(text.isin(words["no"]), "0")
        series = text.str.replace(how["decimal"], ".", regex=False)
    if how["kind"] in ("number", "integer", "flag"):
        values = pd.to_numeric(series, errors="coerce").astype("float64")
        return values.where(values.isin([0.0, 1.0]) if how["kind"] == "flag" else values.abs() < _ABSURD)
    text = _text(series)
    text = text.mask(text.str.lower().isin(words["unknown"]), None).astype("str")
    return text.where(text.isin(how["order"])) if how["order"] else text


def _days(series: pd.Series, how: Recipe | None, words: Recipe) -> pd.Series:
    """Moments by the first of the column's forms that reads a cell; what nobody lives to see is unknown."""
    if how is None or pd.api.types.is_datetime64_any_dtype(series):
        return _in_utc(series)
    # days and times of Python's own, as databases give them
    moments = _in_utc(series.map(lambda cell: cell if isinstance(cell, date) else None))
    text = _text(series)
    text = text.mask(text.str.lower().isin(words["unknown"]), None)
    for form in how["forms"]:
        moments = moments.fillna(_serials(text, form) if "seconds" in form else _written(text, form, how))
    return moments.where(moments.dt.year.between(*how["years"]))


def _in_utc(moments: pd.Series) -> pd.Series:
    """Without a zone; those that have one as the clock in UTC shows them, as Korzina reads what is stored."""
    return pd.to_datetime(moments, errors="coerce", utc=True).dt.tz_convert(None).astype("datetime64[us]")


def _serials(text: pd.Series, form: Recipe) -> pd.Series:
    """Days since the origin of a spreadsheet, or seconds and parts of them since 1970, to the second."""
    seconds = (pd.to_numeric(text, errors="coerce").astype("float64") * form["seconds"]).round()
    elapsed: pd.Series = pd.to_timedelta(seconds.where(seconds.abs() < _LATEST), unit="s")
    moments: pd.Series = (pd.Timestamp(form["origin"]) + elapsed).astype("datetime64[us]")
    return moments


def _written(text: pd.Series, form: Recipe, how: Recipe) -> pd.Series:
    """A strptime form of the day, with a clock behind it or none; a form with a clock of its own reads all."""
    text = text.str.strip(how.get("around", ""))  # nothing in models of before
    whole = _strptime(text, form["strptime"], how["century"])
    if form["whole"]:
        return whole
    timed = text.str.contains(":", regex=False).fillna(False).any()
    parts = text.str.extract(how["clocks"][0 if timed else 1])
    days = parts["day"].fillna(text).str.strip()
    if form["named"]:
        days = days.map(lambda day: _english(day, how), na_action="ignore").astype("str")
    if form["digits"]:
        days = days.where(days.str.fullmatch(rf"\d{{{form['digits']}}}").fillna(False).astype(bool))
    moments = _strptime(days, form["strptime"], how["century"]) + _clock(parts, how["noon"])
    return moments if form["digits"] else moments.fillna(whole)


def _clock(parts: pd.DataFrame, noon: Recipe) -> pd.Series:
    """Time since midnight; noon is 12 PM and midnight 12 AM."""
    half = parts["half"].str.lower()
    hours, minutes, seconds = (
        pd.to_numeric(parts[name].str.replace(",", "."), errors="coerce").fillna(0.0).astype("float64")
        for name in ("hour", "minute", "second")
    )
    hours = hours + _HALF_DAY * (half.isin(noon["after"]) & (hours < _HALF_DAY))
    hours = hours - _HALF_DAY * (half.isin(noon["before"]) & (hours == _HALF_DAY))
    return pd.to_timedelta((hours * 3600 + minutes * 60 + seconds).round(6), unit="s").astype("timedelta64[us]")


def _english(day: str, how: Recipe) -> str:
    """``пн, 20 марта 2023 г.`` -> ``20 Mar 2023``."""

    def short(match: re.Match[str]) -> str:
        word = match[0].lower()
        if word in how["months"]:
            return _MONTHS[how["months"][word] - 1]
        return "" if word in how["idle"] else match[0]

    named = re.sub(r"[^\W\d_]+", short, re.sub(_ORDINAL, "", day)).replace(",", " ")
    return " ".join(re.sub(r"(?<=[A-Z][a-z]{2})\.", "", named).split()).strip(". ")


def _strptime(text: pd.Series, form: str, century: int) -> pd.Series:
    """What the form reads to its end; a week is its Monday, a year of two digits one of the hundred around 2000."""
    if form == "%G-W%V":
        text, form = text.str.upper() + "-1", "%G-W%V-%u"
    try:
        moments = pd.to_datetime(text, errors="coerce", format=form)
    except ValueError:  # offsets that differ: each cell has the clock's own time
        moments = pd.to_datetime(text.map(lambda cell: _own_clock(cell, form), na_action="ignore"))
    moments = (moments.dt.tz_localize(None) if moments.dt.tz is not None else moments).astype("datetime64[us]")
    late = moments.dt.year >= _THIS_CENTURY + century
    return moments.mask(late, moments - pd.DateOffset(years=100)) if "%y" in form and late.any() else moments


def _own_clock(cell: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(cell, form).replace(tzinfo=None)
    except ValueError:
        return None


def _text(series: pd.Series) -> pd.Series:
    if pd.api.types.is_float_dtype(series) and (series.dropna() % 1 == 0).all():
        series = series.astype("Int64")  # 7.0 is written 7
    return series.astype(object).where(series.notna(), None).astype("str").str.strip()


def _ruled(frame: pd.DataFrame, rules: list[Recipe]) -> pd.DataFrame:
    """The spec's replacements and limits, in its order."""
    columns = {str(name): frame[name] for name in frame}
    for rule in rules:
        series = columns[rule["column"]]
        columns[rule["column"]] = _replaced(series, rule["values"]) if "values" in rule else _limited(series, rule)
    return pd.DataFrame(columns, index=frame.index)


def _replaced(series: pd.Series, values: Mapping[str, str]) -> pd.Series:
    words = _text(series)
    put = words.map({old: new or None for old, new in values.items()})
    return series.mask(words.isin(list(values)), pd.to_numeric(put) if pd.api.types.is_numeric_dtype(series) else put)


def _limited(series: pd.Series, rule: Recipe) -> pd.Series:
    least = -np.inf if rule["min"] is None else rule["min"]
    most = np.inf if rule["max"] is None else rule["max"]
    return series.clip(least, most) if rule["clip"] else series.where(series.between(least, most))


def _derived(frame: pd.DataFrame, recipe: Recipe) -> pd.DataFrame:
    """SQL over the columns of the same row; later expressions may use earlier ones."""
    if not recipe["derived"]:
        return frame
    import duckdb

    as_of = f"DATE '{recipe['as_of']}'" if recipe["as_of"] else "CAST(NULL AS DATE)"
    view = f"SELECT *, {as_of} AS as_of FROM frame"
    for name, sql in recipe["derived"].items():
        view = f"SELECT *, ({sql}\n) AS {_quoted(name)} FROM ({view}) AS customers"
    names = ", ".join(map(_quoted, recipe["derived"]))
    with duckdb.connect() as connection:
        connection.execute("SET autoinstall_known_extensions = false")
        connection.execute("SET autoload_known_extensions = false")
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("frame", frame.assign(_position=np.arange(len(frame))))
        connection.execute("SET enable_external_access = false")
        made = connection.execute(f"SELECT {names} FROM ({view}) ORDER BY _position").df()
    return frame.assign(**{name: _number(made[name]).set_axis(frame.index) for name in recipe["derived"]})


def _number(series: pd.Series) -> pd.Series:
    values = pd.to_numeric(series, errors="coerce").astype("float64")
    return values.where(np.isfinite(values))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
