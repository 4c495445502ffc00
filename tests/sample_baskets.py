"""Invented baskets for the sample training: tea and milk go together, beer and crisps in the first segment only."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from pipeline.contract import Assignments, Segmentation
from pipeline.describing import with_affinities
from pipeline.describing.basket_lines import as_baskets
from pipeline.stages import Training


def with_sample_baskets(training: Training, *, each: int = 12, seed: int = 0) -> Training:
    """The training with affinities counted over ``each`` baskets a customer."""
    return with_affinities(training, as_baskets(_lines(training, each, seed)))


def with_affinities_of(it: Segmentation, training: Training) -> Segmentation:
    """What the store would hand out for the recommended run."""
    bought = training.bought[training.decision.k]
    return replace(it, affinities=bought.affinities, affinity_basis=bought.basis)


def _lines(training: Training, each: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    chosen = next(one for one in training.candidates if one.record.k == training.decision.k)
    first = np.repeat(chosen.assignments[Assignments.SEGMENT].to_numpy() == 0, each)
    n = len(first)
    tea, beer = rng.random(n) < 0.3, rng.random(n) < 0.25
    held = {
        "Tea": tea,
        "Milk": rng.random(n) < np.where(tea, 0.8, 0.2),
        "Beer": beer,
        "Crisps": rng.random(n) < np.where(beer & first, 0.8, 0.25),
        "Bread": rng.random(n) < 0.5,
    }
    identity = str(training.dataset.id_column)
    frame = pd.DataFrame({"customer": np.repeat(training.customers[identity].to_numpy(), each), "basket": np.arange(n)})
    return pd.concat([frame[inside].assign(item=name) for name, inside in held.items()], ignore_index=True)
