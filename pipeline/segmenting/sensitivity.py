"""What the decision hangs on: the rule once more with other features, another scaler, outlier rule and seed.

Every variation is clustered and judged from scratch, on at most ``SAMPLE`` customers and for k up to two above the
recommended one, so that all of them together take a few seconds at any size.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipeline.contract import (
    Column,
    Customers,
    Dataset,
    Decision,
    Labels,
    Matrix,
    Message,
    Sensitivity,
    Variation,
    empty_table,
    own,
    verdicts,
)
from pipeline.errors import InputError
from pipeline.folding import LocalPopulation, Sample, drawn
from pipeline.processors import Helper, SharedTasks
from pipeline.segmenting.choose import decide
from pipeline.segmenting.features import fit_features
from pipeline.segmenting.judging import judged
from pipeline.segmenting.kmeans import LIGHT, sweep
from pipeline.segmenting.quality import silhouettes
from pipeline.segmenting.stability import SPLITS, Tick, assess_stability, null_silhouettes
from pipeline.segmenting.valleys import Lattice
from pipeline.stages import Training
from pipeline.statistics import adjusted_rand

SAMPLE = 2_500
DRAWS = 2  # of structure-free data a variation
FEW_SPLITS = 4  # half-splits a variation; where only the seed is another, as many as the decision itself rests on
ABOVE = 2  # how far above the recommended k a variation may go
MOST_LEFT_OUT = 3
_FEWEST_FEATURES = 2


@dataclass(frozen=True)
class _Variant:
    aspect: Variation
    change: Message
    dataset: Dataset
    seed: int


@dataclass(frozen=True)
class Decided:
    """What was decided of the customers at hand."""

    decision: Decision
    labels: Labels  # (n,) of the recommended k
    matrix: Matrix  # (n, p) the clustered space
    largest: int  # k that was tried


@dataclass(frozen=True)
class Variations:
    """What is judged in another way, and the judging, at which the helper may already be."""

    variants: Sequence[_Variant]
    tasks: SharedTasks[tuple[int, str, float] | None]

    @classmethod
    def of(
        cls, sample: Sample, dataset: Dataset, decided: Decided, seed: int, helper: Helper | None = None
    ) -> Variations:
        """The variations of what was decided; nothing is judged yet. ``sample`` is of the customers at hand."""
        places = drawn(sample.hashes, SAMPLE, f"variations {seed}")
        rows = Customers.keys(sample.customers).to_numpy()[places]
        labels = decided.labels[rows].astype(np.int64)
        customers, decision = sample.customers.iloc[places].reset_index(drop=True), decided.decision
        ks = tuple(range(2, min(decision.k + ABOVE, decided.largest) + 1))
        variants = list(_variants(dataset, decided.matrix[rows], labels, seed))
        tasks = [
            (
                customers,
                variant.dataset,
                ks,
                variant.seed,
                decision,
                labels,
                SPLITS if variant.aspect == "seed" else FEW_SPLITS,
            )
            for variant in variants
        ]
        return cls(variants, SharedTasks(_judge, tasks, helper))

    @classmethod
    def of_training(cls, training: Training, helper: Helper | None) -> Variations:
        """The same of a training that was made without."""
        chosen = training.candidate(training.decision.k)
        largest = max(candidate.record.k for candidate in training.candidates)
        decided = Decided(training.decision, chosen.labels, training.features.matrix, largest)
        sample = LocalPopulation(training.customers, training.dataset).sample()
        return cls.of(sample, training.dataset, decided, int(training.params.get("seed", "0")), helper)


def with_sensitivity(
    training: Training,
    helper: Helper | None = None,
    tick: Tick | None = None,
    begun: Variations | None = None,
) -> Training:
    """The training with the table of what other choices would have brought; ``begun``: of variations already begun."""
    variations = begun or Variations.of_training(training, helper)
    outcomes = [
        (variant.aspect, variant.change, *result)
        for variant, result in zip(variations.variants, variations.tasks.results(tick), strict=True)
        if result
    ]
    if not outcomes:
        return training
    table = pd.DataFrame(outcomes, columns=list(empty_table("sensitivity").columns))
    table[Sensitivity.CHANGE] = pd.Series([row[1] for row in outcomes], dtype=object)  # else plain text is made of it
    return replace(training, sensitivity=table)


def agreement(first: Labels, second: Labels) -> float:
    """Adjusted Rand index of two labellings, (n,) each."""
    columns = int(second.max()) + 1
    counts = np.bincount(first.astype(np.int64) * columns + second, minlength=(int(first.max()) + 1) * columns)
    return adjusted_rand(counts.reshape(-1, columns))


# ------------------------------------------------------------------ the variations


def _variants(dataset: Dataset, matrix: Matrix, labels: Labels, seed: int) -> Iterator[_Variant]:
    yield _Variant("seed", Message.of("another seed"), dataset, seed + 1)
    yield _Variant("scaler", *_rescaled(dataset), seed)
    yield _Variant("outliers", *_clipped(dataset), seed)
    for label, names in _deciding(dataset, matrix, labels):
        yield _Variant(
            "features",
            Message.of("without “{label}”", label=own(label)),
            _changed(dataset, names, role="passive"),
            seed,
        )


def _rescaled(dataset: Dataset) -> tuple[Message, Dataset]:
    """Robust scaling in place of standardizing, or the other way round."""
    active = dataset.with_role("active")
    robust = any("robust" in column.transform for column in active)
    new = "standardize" if robust else "robust"
    words = Message.of("scaled by mean and deviation" if robust else "scaled by the quartiles")
    changed = {
        column.name: (*(step for step in column.transform if step not in ("standardize", "robust")), new)
        for column in active
    }
    return words, _transformed(dataset, changed)


def _clipped(dataset: Dataset) -> tuple[Message, Dataset]:
    """Without clipping the extremes where the spec clips them, else with it."""
    active = dataset.with_role("active")
    if any("winsorize" in column.transform for column in active):
        changed = {column.name: tuple(step for step in column.transform if step != "winsorize") for column in active}
        return Message.of("extremes left as they are"), _transformed(dataset, changed)
    changed = {column.name: ("winsorize", *column.transform) for column in active}
    return Message.of("extremes clipped"), _transformed(dataset, changed)


def _deciding(dataset: Dataset, matrix: Matrix, labels: Labels) -> list[tuple[str, set[str]]]:
    """The features that the segments differ in most: all shares of a group together, any other column by itself."""
    active = dataset.with_role("active")
    between = _between(matrix, labels)
    blocks: dict[str, tuple[str, set[str], float]] = {}
    for column, weight in zip(active, between, strict=True):
        group = next((group for group in dataset.groups if group.key == column.group), None)
        key, label = (f"group {group.key}", group.label) if group else (column.name, column.label)
        _, names, so_far = blocks.get(key, (label, set(), 0.0))
        blocks[key] = label, names | {column.name}, so_far + float(weight)
    small_enough = [block for block in blocks.values() if len(active) - len(block[1]) >= _FEWEST_FEATURES]
    strongest = sorted(small_enough, key=lambda entry: -entry[2])[:MOST_LEFT_OUT]
    return [(label, names) for label, names, _ in strongest]


def _between(matrix: Matrix, labels: Labels) -> Matrix:
    """Sum of squares between the segments, by feature."""
    counts = np.bincount(labels)
    means = (
        np.stack([np.bincount(labels, weights=column) for column in matrix.T], axis=1) / np.maximum(counts, 1)[:, None]
    )
    spread: Matrix = (counts[:, None] * (means - matrix.mean(axis=0)) ** 2).sum(axis=0)
    return spread


def _transformed(dataset: Dataset, steps: dict[str, tuple[str, ...]]) -> Dataset:
    columns = tuple(
        column.model_copy(update={"transform": steps[column.name]}) if column.name in steps else column
        for column in dataset.columns
    )
    return dataset.model_copy(update={"columns": columns})


def _changed(dataset: Dataset, names: set[str], *, role: str) -> Dataset:
    columns: tuple[Column, ...] = tuple(
        column.model_copy(update={"role": role}) if column.name in names else column for column in dataset.columns
    )
    return dataset.model_copy(update={"columns": columns})


# ------------------------------------------------------------------ judging one


def _judge(
    customers: pd.DataFrame,
    dataset: Dataset,
    ks: Sequence[int],
    seed: int,
    decision: Decision,
    labels: Labels,
    splits: int,
) -> tuple[int, str, float] | None:
    """(k, verdict, agreement with the recommended segments at their own k); None where it cannot be clustered."""
    features = fit_features(customers, dataset)
    matrix, lattice = features.matrix, Lattice.of(features.matrix, features.transform, dataset.columns)
    try:
        partitions = sweep(matrix, ks, seed=seed, effort=LIGHT)
        stability = assess_stability(matrix, partitions, seed=seed, splits=splits, lattice=lattice)
        nulls = null_silhouettes(matrix, ks, seed=seed, draws=DRAWS)
    except InputError:  # fewer different customers than segments are left without this feature
        return None
    measured = silhouettes(matrix, [partition.labels for partition in partitions], seed=seed)
    decided = decide(judged(matrix, partitions, measured, stability, nulls), bounds=decision.bounds)
    same_k = next(partition for partition in partitions if partition.k == decision.k)
    return decided.k, decided.verdict, agreement(labels, same_k.labels)


# ------------------------------------------------------------------ in words


def sensitivity_in_words(table: pd.DataFrame, decision: Decision) -> tuple[str, ...]:
    """Two sentences: what becomes of the number, and of who belongs together.

    How many lead to the same number is not told again where the decision's doubts have told it.
    """
    if table.empty:
        return ()
    others = table[table[Sensitivity.K] != decision.k]
    changes = "; ".join(f"{row[Sensitivity.CHANGE]}: {row[Sensitivity.K]}" for row in others.to_dict("records"))
    same = len(table) - len(others)
    lead = "leads" if same == 1 else "lead"
    if any(isinstance(said, Message) and said.id in verdicts.TOLD_OF_OTHER_WAYS for said in decision.disagreements):
        number = "Prepared in other ways the data lead to other numbers"
    else:
        number = f"{same or 'None'} of {len(table)} other ways of preparing the data {lead} to {decision.k} too"
    least = table.iloc[int(table[Sensitivity.AGREEMENT].to_numpy().argmin())]
    return (
        f"{number} ({changes})." if changes else f"{number}.",
        f"Who belongs together agrees with these segments by {table[Sensitivity.AGREEMENT].min():z.2f} to "
        f"{table[Sensitivity.AGREEMENT].max():z.2f} (adjusted Rand index; 1 is the same, 0 is chance), least with: "
        f"{least[Sensitivity.CHANGE]}.",
    )
