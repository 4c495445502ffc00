"""A model's files in MLflow's layout: skops, explicit requirements, declared signature.

``mlflow.sklearn.save_model`` would write the same files, but spends up to a second on comparing every installed
package with the requirements, which are read from those packages, and reads each model back. The requirement files are
the same for all runs of a sweep and are made once.
"""

from __future__ import annotations

import platform
from functools import cache
from pathlib import Path

import numpy as np
import yaml  # type: ignore[import-untyped]  # its stubs are a package of their own
from mlflow.entities import LoggedModel
from mlflow.models import Model, ModelSignature
from mlflow.types import ColSpec, Schema, TensorSpec
from mlflow.utils.environment import _mlflow_conda_env, _PythonEnv
from mlflow.version import VERSION

from pipeline.contract import MODEL_FILE, TRUSTED_TYPES, ModelRecord

_CONDA, _PYTHON, _REQUIREMENTS = "conda.yaml", "python_env.yaml", "requirements.txt"


def write_model(folder: Path, record: ModelRecord, model: LoggedModel, run_id: str) -> None:
    """Write the model to ``folder``, which must not exist."""
    folder.mkdir(parents=True)
    (folder / MODEL_FILE).write_bytes(record.skops)
    for name, text in _environment(record.requirements).items():
        (folder / name).write_text(text, "utf-8")
    described = Model(
        artifact_path=model.artifact_location,
        model_uuid=model.model_id,
        run_id=run_id,
        model_id=model.model_id,
        model_size_bytes=(folder / MODEL_FILE).stat().st_size,
        signature=ModelSignature(
            inputs=Schema([ColSpec("double", name, required=False) for name in record.example.columns]),
            outputs=Schema([TensorSpec(np.dtype(np.int32), (-1,))]),
        ),
    )
    described.add_flavor(
        "python_function",
        loader_module="mlflow.sklearn",
        model_path=MODEL_FILE,
        predict_fn="predict",
        python_version=platform.python_version(),
        env={"conda": _CONDA, "virtualenv": _PYTHON},
    )
    described.add_flavor(
        "sklearn",
        pickled_model=MODEL_FILE,
        sklearn_version=_version(record.requirements, "scikit-learn"),
        serialization_format="skops",
        code=None,
        skops_trusted_types=list(TRUSTED_TYPES),
    )
    described.save(str(folder / "MLmodel"))


@cache
def _environment(requirements: tuple[str, ...]) -> dict[str, str]:
    pinned = [f"mlflow=={VERSION}", *requirements]
    conda = _mlflow_conda_env(additional_pip_deps=pinned, install_mlflow=False)  # type: ignore[no-untyped-call]
    python = _PythonEnv.current().to_dict()  # type: ignore[no-untyped-call]
    return {
        _CONDA: yaml.safe_dump(conda, default_flow_style=False),
        _PYTHON: yaml.safe_dump(python),
        _REQUIREMENTS: "\n".join(pinned) + "\n",
    }


def _version(requirements: tuple[str, ...], package: str) -> str:
    pins = dict(requirement.split("==", 1) for requirement in requirements)
    return pins[package]
