"""The scikit-learn pipeline says what the stored labels say, and its file asks for no type that we do not trust."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.preprocessing import FunctionTransformer

from pipeline.contract import TRUSTED_TYPES, FeatureTransform
from pipeline.errors import StoreError
from pipeline.recording.model import as_sklearn, load_model, model_record
from pipeline.stages import Training

TRANSFORM = FeatureTransform(
    names=("a", "b", "c"),
    fill=(1.0, 10.0, 3.0),
    log1p=(False, True, False),
    lower=(None, 0.5, -1.0),
    upper=(5.0, 2.0, None),
    centre=(1.0, 1.0, 0.0),
    scale=(2.0, 0.5, 1.0),
)


def test_transform_is_fill_log_clip_scale() -> None:
    pipeline = as_sklearn(TRANSFORM, np.eye(3))
    frame = pd.DataFrame({"a": [3.0, np.nan, 99.0], "b": [np.nan, 0.0, 1.0], "c": [-5.0, 0.0, 7.0]})

    expected = pd.DataFrame(
        {
            "b": [(min(np.log(11), 2.0) - 1) / 0.5, (0.5 - 1) / 0.5, (np.log(2) - 1) / 0.5],
            "a": [1.0, 0.0, 2.0],
            "c": [-1.0, 0.0, 7.0],
        }
    )
    np.testing.assert_allclose(pipeline[:-1].transform(frame), expected.to_numpy())


@pytest.mark.parametrize("k", [2, 3, 4])
def test_model_file_predicts_the_stored_labels(training: Training, k: int) -> None:
    candidate = next(one for one in training.candidates if one.record.k == k)
    record = model_record(training.features.transform, candidate.centres)

    model = load_model(record.skops)

    customers = training.customers[list(training.features.transform.names)]
    assert model.predict(customers).tolist() == candidate.assignments["segment"].tolist()


def test_types_in_the_file_are_exactly_the_trusted_ones() -> None:
    data = skops.io.dumps(as_sklearn(TRANSFORM, np.eye(3)))
    assert sorted(skops.io.get_untrusted_types(data=data)) == sorted(TRUSTED_TYPES)


def test_model_holds_no_customer(training: Training) -> None:
    record = model_record(training.features.transform, training.candidates[0].centres)
    with zipfile.ZipFile(io.BytesIO(record.skops)) as archive:
        arrays = [np.load(archive.open(name)) for name in archive.namelist() if name.endswith(".npy")]
    assert not hasattr(load_model(record.skops)[-1], "labels_")
    assert max(array.size for array in arrays) < len(training.customers)


def test_requirements_are_pinned(training: Training) -> None:
    record = model_record(training.features.transform, training.candidates[0].centres)
    assert all("==" in requirement for requirement in record.requirements)
    assert any(requirement.startswith("scikit-learn==") for requirement in record.requirements)


def test_foreign_type_is_refused() -> None:
    data = skops.io.dumps(FunctionTransformer(np.fromfile))
    with pytest.raises(StoreError, match=r"types that are not trusted.*numpy.fromfile"):
        load_model(data)


def test_damaged_file_is_refused() -> None:
    data = skops.io.dumps(as_sklearn(TRANSFORM, np.eye(3)))
    with pytest.raises(StoreError, match="model file is damaged"):
        load_model(data[: len(data) // 2])
