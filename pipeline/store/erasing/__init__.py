"""Removing runs and rows for good: from the database, from the artifacts, and from what is kept beside them."""

from pipeline.store.erasing.eraser import Eraser
from pipeline.store.erasing.stored_run import StoredRun

__all__ = ["Eraser", "StoredRun"]
