"""A trained run grown to any number of customers, of the shape of the real data, in a real store.

Training on a million customers is ``sweep.py``'s subject; here the segments of Complete Journey's households are kept
and the households themselves drawn again with a little noise, so that every page has what it has in earnest.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.contract import Assignments, Projection, RfmScores, Targets
from pipeline.settings import Settings
from pipeline.stages import Candidate, Tabled, Training

SPEC = "complete_journey"
MEASURED = 20_000  # silhouettes, at most
NOISE = 0.05


def train_base(home: Path) -> Training:
    """The real training, on the real purchases."""
    from pipeline.train import Request, train

    return train(Request(spec=SPEC), Settings(home=home)).training


def grow(base: Training, n: int, seed: int = 0) -> Training:
    """``n`` customers drawn from those of ``base``; three values of k are kept, the recommended one among them."""
    rng = np.random.default_rng([seed, n])
    rows = rng.integers(0, len(base.customers), n)
    near = sorted(base.candidates, key=lambda one: abs(one.record.k - base.decision.k))[:3]
    candidates = tuple(_grow_candidate(one, rows) for one in sorted(near, key=lambda one: one.record.k))
    return replace(
        base,
        customers=_grow_customers(base, rows, rng),
        projection=_grow_projection(base.projection, rows, rng),
        candidates=candidates,
        rfm_scores=base.rfm_scores.take(rows).reset_index(drop=True).assign(**{RfmScores.KEY: np.arange(n)})
        if base.rfm
        else base.rfm_scores,
        plans={base.decision.k: _grow_plan(base, rows)} if base.campaigns else {},
        ledger=base.ledger.model_copy(update={"rows_in": n, "rows_out": n, "dropped": 0, "quarantined": 0}),
    )


def save(training: Training, home: Path) -> str:
    """Into a new store, promoted; returns the run's id."""
    from pipeline.recording import record_training
    from pipeline.store import Store

    store = Store.open(Settings(home=home), create=True)
    saved = store.save(record_training(training), experiment=SPEC)
    store.promote(saved.run_ids[training.decision.k], reason="benchmark", who="benchmark")
    return saved.run_ids[training.decision.k]


def _grow_customers(base: Training, rows: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    grown = base.customers.take(rows).reset_index(drop=True)
    numbers = [column.name for column in base.dataset.columns if column.kind == "number" and column.name in grown]
    for name in numbers:
        grown[name] *= rng.lognormal(sigma=NOISE, size=len(rows))
    grown[grown.columns[0]] = np.arange(len(rows))
    if base.dataset.id_column in grown:
        grown[base.dataset.id_column] = np.arange(len(rows)).astype(str)
    return grown


def _grow_projection(base: pd.DataFrame, rows: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    grown = base.take(rows).reset_index(drop=True)
    for axis in (Projection.X, Projection.Y):
        grown[axis] += rng.normal(scale=NOISE * grown[axis].std(), size=len(rows))
    return grown.assign(**{Projection.KEY: np.arange(len(rows))})


def _grow_candidate(one: Candidate, rows: np.ndarray) -> Candidate:
    grown = one.assignments.take(rows).reset_index(drop=True).assign(**{Assignments.KEY: np.arange(len(rows))})
    grown.loc[MEASURED:, Assignments.SILHOUETTE] = np.nan
    sizes = np.bincount(grown[Assignments.SEGMENT], minlength=one.record.k)
    cards = tuple(
        card.model_copy(update={"size": int(size), "share": float(size / len(rows))})
        for card, size in zip(one.cards, sizes, strict=True)
    )
    return replace(
        one, placed=Tabled(grown), cards=cards, record=one.record.model_copy(update={"sizes": tuple(map(int, sizes))})
    )


def _grow_plan(base: Training, rows: np.ndarray):
    plan = base.campaigns
    if plan is None or not len(plan.targets):
        return plan
    grown = plan.targets.take(rows).reset_index(drop=True).assign(**{Targets.KEY: np.arange(len(rows))})
    best = np.argsort(-grown[Targets.EXPECTED].to_numpy(), kind="stable")
    grown.loc[best, Targets.RANK] = np.arange(1, len(rows) + 1)
    contacts = int(grown[Targets.CONTACT].sum())
    return replace(plan, targets=grown, summary=plan.summary.model_copy(update={"contacts": contacts}))
