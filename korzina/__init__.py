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

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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

# loaded when first asked for: `python -m korzina` runs this file too, and a help text needs no scikit-learn
_MODULES = {
    "korzina.run_store": ("LoggedSweep", "RunStore", "open"),
    "korzina.segmentation": ("segment",),
    "korzina.spec_draft": ("SpecDraft", "draft"),
    "korzina.sweep_result": ("Figures", "SweepResult"),
    "pipeline.errors": ("InputError", "KorzinaError", "SpecError", "StoreError", "UsageError"),
}

if not TYPE_CHECKING:  # a type checker would take any name for one of these

    def __getattr__(name: str) -> object:
        """One of ``__all__`` (PEP 562); raises ``AttributeError`` for any other name."""
        for module, names in _MODULES.items():
            if name in names:
                globals()[name] = value = getattr(import_module(module), name)
                return value
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
