"""A model's files in MLflow's layout: skops, raw columns to segments, explicit requirements, signature and example.

Two flavours: ``sklearn`` is the skops file, from features to segments; ``python_function`` is the code and the recipe
that lead from raw columns to segments.

``mlflow.sklearn.save_model`` would write the same files, but spends up to a second on comparing every installed
package with the requirements, which are read from those packages, and reads each model back. The requirement files are
the same for all runs of a sweep and are made once.
"""

from __future__ import annotations

import json
import platform
from functools import cache
from pathlib import Path

import pandas as pd
import yaml  # type: ignore[import-untyped]  # its stubs are a package of their own
from mlflow.entities import LoggedModel
from mlflow.models import Model, ModelSignature
from mlflow.types import ColSpec, Schema
from mlflow.types.schema import AnyType
from mlflow.utils.environment import _mlflow_conda_env, _PythonEnv
from mlflow.version import VERSION

from pipeline.contract import MODEL_FILE, TRUSTED_TYPES, ModelRecord

_CONDA, _PYTHON, _REQUIREMENTS = "conda.yaml", "python_env.yaml", "requirements.txt"
_CODE, _MODULE, _RECIPE = "code", "korzina_placing", "placing.json"
_EXAMPLE, _SERVING_EXAMPLE = "input_example.json", "serving_input_example.json"
_OUTPUTS = (
    ("long", "segment"),
    ("string", "segment_name"),
    ("double", "distance"),
    ("long", "second_segment"),
    ("double", "confidence"),
    ("boolean", "fits"),
)


def write_model(folder: Path, record: ModelRecord, model: LoggedModel, run_id: str) -> None:
    """Write the model to ``folder``, which must not exist."""
    (folder / _CODE).mkdir(parents=True)
    (folder / MODEL_FILE).write_bytes(record.skops)
    texts = {f"{_CODE}/{_MODULE}.py": record.code, _RECIPE: record.recipe}
    for name, text in (texts | _environment(record.requirements) | _example(record.example)).items():
        (folder / name).write_text(text, "utf-8")
    described = Model(
        artifact_path=model.artifact_location,
        model_uuid=model.model_id,
        run_id=run_id,
        model_id=model.model_id,
        model_size_bytes=(folder / MODEL_FILE).stat().st_size,
        signature=ModelSignature(
            # a file may hold a number as integer, float or text; MLflow would refuse all but one
            inputs=Schema(
                [
                    ColSpec(AnyType(), name, required=False)  # type: ignore[no-untyped-call]
                    for name in record.example.columns
                ]
            ),
            outputs=Schema([ColSpec(kind, name) for kind, name in _OUTPUTS]),
        ),
        saved_input_example_info={
            "artifact_path": _EXAMPLE,
            "type": "dataframe",
            "pandas_orient": "split",
            "serving_input_path": _SERVING_EXAMPLE,
        },
    )
    described.add_flavor(
        "python_function",
        loader_module=_MODULE,
        code=_CODE,
        data=_RECIPE,
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


def _example(rows: pd.DataFrame) -> dict[str, str]:
    """The rows as MLflow keeps them, and as its scoring server takes them."""
    split = json.loads(rows.to_json(orient="split", index=False))
    return {_EXAMPLE: json.dumps(split), _SERVING_EXAMPLE: json.dumps({"dataframe_split": split}, indent=1)}


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
