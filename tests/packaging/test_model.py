"""A champion in an environment that holds what its ``requirements.txt`` names and nothing else: no Korzina, no spec."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from pipeline.settings import Settings
from pipeline.store import Store
from tests.pipeline.test_train import korzina, russian_customers

SPEC = """
name = "покупатели"
as_of = 2026-06-30
transform = ["winsorize", "standardize"]
[source]
decimal = ","
[id]
column = "Код клиента"
[columns."Сумма покупок"]
role = "passive"
meaning = "spend"
[columns."Заказы"]
role = "active"
kind = "integer"
[columns."Средний чек"]
sql = '"Сумма покупок" / nullif("Заказы", 0)'
role = "active"
transform = ["log1p", "winsorize", "standardize"]
[columns."Доля скидок"]
role = "active"
"""
# what a data scientist would type, with nothing but the model's own requirements installed
PROGRAM = """
import importlib.util, json, sys
import mlflow, pandas as pd

assert not [name for name in ("pipeline", "dashapp", "korzina") if importlib.util.find_spec(name)]
mlflow.set_tracking_uri(sys.argv[1])
address = f"models:/{sys.argv[2]}@champion"
customers = pd.read_csv(sys.argv[3], sep=";", decimal=",")
model = mlflow.pyfunc.load_model(address)
placed = model.predict(customers)
features = model.get_raw_model().features(customers)
labels = mlflow.sklearn.load_model(address).predict(features)
print(json.dumps({
    "segment": placed["segment"].tolist(),
    "name": placed["segment_name"].tolist(),
    "sklearn": labels.tolist(),
    "features": list(features.columns),
    "example": model.predict(model.input_example)["segment"].tolist(),
}))
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained store, its customers, and where ``korzina score`` places them."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "spec.toml").write_text(SPEC, "utf-8")
    russian_customers().to_csv(folder / "customers.csv", sep=";", index=False)
    data = ("--data", str(folder / "customers.csv"))
    korzina("train", "--spec", str(folder / "spec.toml"), *data, "--k-max", "4", home=folder / "mlruns")
    korzina("score", *data, "--output", str(folder / "scored.csv"), home=folder / "mlruns")
    return folder


@pytest.fixture(scope="module")
def python(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python of a new environment with the model's requirements alone, installed as MLflow wrote them."""
    [champion] = Store.open(Settings(home=shop / "mlruns")).champions()
    requirements = next(
        file
        for file in shop.glob("mlruns/artifacts/*/models/*/artifacts/requirements.txt")
        if champion.run_id in (file.parent / "MLmodel").read_text("utf-8")
    )
    home = tmp_path_factory.mktemp("fresh") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    install = [sys.executable, "-m", "pip", "--python", str(home / "bin/python"), "install", "--quiet"]
    done = subprocess.run(
        [*install, "--disable-pip-version-check", "--requirement", str(requirements)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return home / "bin/python"


def test_a_champion_predicts_raw_columns_with_its_own_requirements_only(shop: Path, python: Path) -> None:
    [champion] = Store.open(Settings(home=shop / "mlruns")).champions()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [
            *(str(python), "-I", "-c", PROGRAM, f"sqlite:///{shop / 'mlruns/mlflow.db'}", champion.experiment),
            str(shop / "customers.csv"),
        ],
        cwd=shop,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr

    found = json.loads(done.stdout.splitlines()[-1])
    scored = pd.read_csv(shop / "scored.csv").set_index("Код клиента")
    scored = scored.reindex(pd.read_csv(shop / "customers.csv", sep=";")["Код клиента"])
    assert found["segment"] == scored["segment"].tolist()
    assert found["name"] == scored["segment_name"].tolist()
    assert [label + 1 for label in found["sklearn"]] == found["segment"]
    assert found["features"] == ["Заказы", "Средний чек", "Доля скидок"]
    assert set(found["example"]) <= set(found["segment"])
