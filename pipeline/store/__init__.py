"""The MLflow store: save, list, load, promote, roll back, remove. The only package that imports MLflow."""

from pipeline.store.artifacts import RunFiles
from pipeline.store.erasing import Eraser, StoredRun
from pipeline.store.last_good import LastGood
from pipeline.store.mlflow_store import Store
from pipeline.store.store_faults import Fault

__all__ = ["Eraser", "Fault", "LastGood", "RunFiles", "Store", "StoredRun"]
