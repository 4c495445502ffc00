"""Korzina from Python: customer segments from a DataFrame in three lines, the same to the last bit as the command line.

Examples
--------
>>> import korzina
>>> result = korzina.segment("customers.parquet", k=range(2, 6))
>>> result.decision.k, len(result.labels)
(3, 240)
>>> result.log("mlruns").note
'promoted as version 1'

``segment`` computes and writes nothing; ``SweepResult.log`` puts the sweep into an MLflow store, which ``open`` opens
again. ``draft`` is the spec that ``segment`` assumes of a table that comes without one. What goes wrong is a
``KorzinaError`` that says what was expected, what was found and what to do.
"""

from importlib.metadata import version

from korzina.run_store import LoggedSweep, RunStore, open
from korzina.segmentation import segment
from korzina.spec_draft import SpecDraft, draft
from korzina.sweep_result import Figures, SweepResult
from pipeline.errors import InputError, KorzinaError, SpecError, StoreError, UsageError

__version__ = version("korzina")

__all__ = [
    "Figures",
    "InputError",
    "KorzinaError",
    "LoggedSweep",
    "RunStore",
    "SpecDraft",
    "SpecError",
    "StoreError",
    "SweepResult",
    "UsageError",
    "__version__",
    "draft",
    "open",
    "segment",
]
