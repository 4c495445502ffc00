"""The MLflow store: save, list, load, promote, roll back. The only package that imports MLflow."""

from pipeline.store.facade import Store
from pipeline.store.faults import Fault
from pipeline.store.last_good import LastGood

__all__ = ["Fault", "LastGood", "Store"]
