"""The segmentation as a stock scikit-learn pipeline, built from its numbers and safe to read back.

Korzina itself scores with the numbers alone. The pipeline is for those who take the model from MLflow: it maps
features in original units to segments, holds no customer, and its skops file needs no type outside
``TRUSTED_TYPES``. ``placing`` and its recipe go with it and lead from raw columns to those features.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pipeline.contract import TRUSTED_TYPES, FeatureTransform, Matrix, ModelRecord
from pipeline.recording import placing
from pipeline.recording.recipe import Recipe, example_rows, recipe_of, recipe_of_features
from pipeline.stages import Training

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

REQUIREMENTS = ("scikit-learn", "numpy", "pandas", "scipy", "skops")


def as_sklearn(transform: FeatureTransform, centres: Matrix) -> Pipeline:
    """Feature transform and centres (k, p) as ``impute -> logarithm -> clip -> scale -> kmeans``.

    ``predict`` takes a frame with the columns ``transform.names`` in original units (missing values allowed) and
    returns the segment of each row. Columns under the logarithm go first inside, so the steps after it hold
    their numbers in that order.
    """
    from sklearn.pipeline import Pipeline

    order = np.argsort(~np.array(transform.log1p, dtype=bool), kind="stable")
    logs = int(np.sum(transform.log1p))
    return Pipeline(
        [
            ("impute", _imputer(transform)),
            ("logarithm", _logarithm(transform, order, logs)),
            ("clip", _clip(transform, order)),
            ("scale", _scaler(transform, order)),
            ("kmeans", _kmeans(centres[:, order])),
        ]
    )


def model_record(
    transform: FeatureTransform, centres: Matrix, recipe: Recipe | None = None, example: pd.DataFrame | None = None
) -> ModelRecord:
    """What the store needs to log the model.

    ``recipe`` leads from raw columns to its features (left out: those are the raw columns), and ``example`` holds rows
    of them that are nobody's (left out: rows around the fill-in values).
    """
    from skops.io import dumps

    recipe = recipe or recipe_of_features(transform, centres)
    return ModelRecord(
        skops=dumps(as_sklearn(transform, centres), compression=zipfile.ZIP_DEFLATED),
        example=example_rows(recipe) if example is None else example,
        requirements=_requirements(with_sql=bool(recipe["derived"])),
        recipe=json.dumps(recipe, ensure_ascii=False, allow_nan=False),
        code=_placing_code(),
    )


@dataclass(frozen=True)
class UnwrittenModels:
    """What the models of a training are made of, without its customers."""

    transform: FeatureTransform
    centres: Mapping[int, Matrix]  # (k, p) by k
    recipes: Mapping[int, Recipe]  # by k
    example: pd.DataFrame  # of the raw columns, which are the same for every k


def unwritten_models(training: Training) -> UnwrittenModels:
    """What ``write_models`` takes, so that another process may do it: loading skops alone takes a third of a second."""
    recipes = {candidate.record.k: recipe_of(training, candidate) for candidate in training.candidates}
    return UnwrittenModels(
        training.features.transform,
        {candidate.record.k: candidate.centres for candidate in training.candidates},
        recipes,
        example_rows(next(iter(recipes.values())), training),
    )


def write_models(of: UnwrittenModels) -> dict[int, ModelRecord]:
    """The scikit-learn pipeline of every k, as a file, with what leads to it from raw columns."""
    return {k: model_record(of.transform, of.centres[k], recipe, of.example) for k, recipe in of.recipes.items()}


def load_model(data: bytes) -> Pipeline:
    """Read a skops file, refusing every type that is neither a skops default nor in ``TRUSTED_TYPES``.

    Raises
    ------
    StoreError
        Naming the types that are not trusted, or saying that the file is damaged.

    """
    from skops.io import get_untrusted_types, loads

    from pipeline.errors import StoreError

    try:
        unknown = sorted(set(get_untrusted_types(data=data)) - set(TRUSTED_TYPES))
        if unknown:
            raise StoreError.because(
                "the model file holds types that are not trusted",
                found=", ".join(unknown),
                remedy="do not open it; train again and promote the new run",
            )
        return loads(data, trusted=list(TRUSTED_TYPES))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise StoreError.because("the model file is damaged", remedy="train again") from error


@cache
def _requirements(*, with_sql: bool) -> tuple[str, ...]:
    from importlib.metadata import version

    return tuple(f"{package}=={version(package)}" for package in (*REQUIREMENTS, *(["duckdb"] if with_sql else [])))


@cache
def _placing_code() -> str:
    return Path(placing.__file__).read_text("utf-8")


def _imputer(transform: FeatureTransform) -> Any:
    from sklearn.impute import SimpleImputer

    # the median of one row is that row: the statistics are the recorded values to the last bit
    row = pd.DataFrame([transform.fill], columns=list(transform.names), dtype=np.float64)
    return SimpleImputer(strategy="median").fit(row)


def _logarithm(transform: FeatureTransform, order: Any, logs: int) -> Any:
    from sklearn.compose import ColumnTransformer
    from sklearn.preprocessing import FunctionTransformer

    row = np.array([transform.fill], dtype=np.float64)
    parts = [
        ("log1p", FunctionTransformer(np.log1p), order[:logs].tolist()),
        ("as_is", FunctionTransformer(), order[logs:].tolist()),
    ]
    return ColumnTransformer([part for part in parts if part[2]]).fit(row)


def _clip(transform: FeatureTransform, order: Any) -> Any:
    from sklearn.preprocessing import FunctionTransformer

    lower = np.array([-np.inf if bound is None else bound for bound in transform.lower])
    upper = np.array([np.inf if bound is None else bound for bound in transform.upper])
    return FunctionTransformer(np.clip, kw_args={"a_min": lower[order], "a_max": upper[order]}).fit(lower[None])


def _scaler(transform: FeatureTransform, order: Any) -> Any:
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler()
    scaler.mean_ = np.array(transform.centre, dtype=np.float64)[order]
    scaler.scale_ = np.array(transform.scale, dtype=np.float64)[order]
    scaler.var_ = scaler.scale_**2
    scaler.n_features_in_ = len(order)
    scaler.n_samples_seen_ = 0
    return scaler


def _kmeans(centres: Matrix) -> Any:
    from sklearn.cluster import KMeans

    model = KMeans(n_clusters=len(centres))
    model.cluster_centers_ = np.ascontiguousarray(centres, dtype=np.float64)
    model.n_features_in_ = centres.shape[1]
    model._n_threads = 1  # what fit() would set; no labels_: they are one entry a customer
    return model
