"""Raw columns to segments without Korzina: the code that travels with each model, as ``korzina_placing.py``.

MLflow's ``pyfunc`` flavour imports it from the model's own folder, where Korzina is not installed. So it imports NumPy
and pandas, DuckDB where the spec derives columns by SQL, and nothing of Korzina. What to do stands in ``placing.json``
beside the model, made by ``pipeline.recording.recipe``. Tests hold it to what ``korzina score`` says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Recipe = Mapping[str, Any]
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
        return pd.to_datetime(series, errors="coerce", format=how["format"]).astype("datetime64[us]")
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
    view = f"SELECT *, {as_of} AS as_of FROM frame"  # noqa: S608 (the spec's own SQL, checked when it was trained)
    for name, sql in recipe["derived"].items():
        view = f"SELECT *, ({sql}\n) AS {_quoted(name)} FROM ({view}) AS customers"  # noqa: S608
    names = ", ".join(map(_quoted, recipe["derived"]))
    with duckdb.connect() as connection:
        connection.execute("SET autoinstall_known_extensions = false")
        connection.execute("SET autoload_known_extensions = false")
        connection.register("frame", frame.assign(_position=np.arange(len(frame))))
        connection.execute("SET enable_external_access = false")
        made = connection.execute(f"SELECT {names} FROM ({view}) ORDER BY _position").df()  # noqa: S608
    return frame.assign(**{name: _number(made[name]).set_axis(frame.index) for name in recipe["derived"]})


def _number(series: pd.Series) -> pd.Series:
    values = pd.to_numeric(series, errors="coerce").astype("float64")
    return values.where(np.isfinite(values))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
