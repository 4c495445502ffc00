"""The MLflow store: save, list, load, promote, roll back, remove. The only package that imports MLflow."""

from pipeline.store.artifacts import RunFiles
from pipeline.store.erasing import Eraser, StoredRun
from pipeline.store.facade import Store
from pipeline.store.faults import Fault
from pipeline.store.last_good import LastGood

__all__ = ["Eraser", "Fault", "LastGood", "RunFiles", "Store", "StoredRun"]
