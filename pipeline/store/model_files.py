"""A model's files in MLflow's layout: skops, explicit requirements, declared signature, invented example."""

from __future__ import annotations

from pathlib import Path

import mlflow.sklearn
import numpy as np
from mlflow.entities import LoggedModel
from mlflow.models import Model, ModelSignature
from mlflow.types import ColSpec, Schema, TensorSpec

from pipeline.contract import ModelRecord
from pipeline.model import TRUSTED_TYPES


def write_model(folder: Path, record: ModelRecord, model: LoggedModel, run_id: str) -> None:
    """Write the model to ``folder``, which must not exist. Nothing is inferred, which would take seconds."""
    mlflow.sklearn.save_model(
        record.pipeline, str(folder), serialization_format=mlflow.sklearn.SERIALIZATION_FORMAT_SKOPS,
        mlflow_model=Model(artifact_path=model.artifact_location, model_uuid=model.model_id, run_id=run_id,
                           model_id=model.model_id),
        signature=ModelSignature(
            inputs=Schema([ColSpec("double", name) for name in record.example.columns]),
            outputs=Schema([TensorSpec(np.dtype(np.int32), (-1,))])),
        pip_requirements=list(record.requirements), skops_trusted_types=list(TRUSTED_TYPES))
