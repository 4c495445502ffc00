"""The result of a training as one JSON object: the form that ``korzina train --json`` promises."""

from __future__ import annotations

from typing import Any

from pipeline.contract import Ledger
from pipeline.train import Result


def summarise(result: Result) -> dict[str, Any]:
    """Everything that a script needs to know of a training."""
    training = result.training
    return {
        "experiment_id": result.saved.experiment_id,
        "sweep_run_id": result.saved.sweep_run_id,
        "recommended_k": training.decision.k,
        "verdict": training.decision.verdict,
        "reason": training.decision.reason,
        "disagreements": list(training.decision.disagreements),
        "sensitivity": training.sensitivity.to_dict("records"),
        "champion": None if result.champion is None else {
            "run_id": result.champion.run_id, "k": result.champion.k, "version": result.champion.version},
        "promotion": result.note,
        "runs": [
            {"run_id": result.saved.run_ids[one.record.k], "k": one.record.k, "inertia": one.record.inertia,
             "silhouette": one.record.silhouette, "calinski_harabasz": one.record.calinski_harabasz,
             "davies_bouldin": one.record.davies_bouldin, "stability": one.record.stability}
            for one in training.candidates
        ],
        "ledger": summarise_ledger(training.ledger),
        "seconds": {"total": sum(result.seconds.values()), **result.seconds},
    }


def summarise_ledger(ledger: Ledger) -> dict[str, Any]:
    """The account of the rows, rule by rule."""
    return {
        "rows_in": ledger.rows_in, "rows_out": ledger.rows_out, "dropped": ledger.dropped,
        "quarantined": ledger.quarantined,
        "rules": [{"rule": one.rule, "column": one.column, "rows": one.rows, "detail": one.detail}
                  for one in ledger.entries],
    }
