"""What may be wrong in a store. Imports no MLflow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["unfinished", "orphaned", "damaged", "half purged", "lost champion"]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong."""

    kind: Kind
    experiment: str
    what: str  # a run's id, a folder below the artifacts, or a registered model's name
    told: str
    remedy: str
    mendable: bool  # by ``mend``; else by a person, as the remedy says
