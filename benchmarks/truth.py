"""How often each rule names the right number of clusters, on generated data whose truth is known.

Run: ``python benchmarks/truth.py [--seeds 10] [--workers 2]``, with ``--keep FILE --minutes 5`` in pieces. Prints a
Markdown table and writes it into ``docs/benchmarks.md`` between its markers. Every family is generated anew from each
seed; nothing is tuned here. Below it stands how many sets were told another number than is right, and of them what is
called strong although nothing said of its segments speaks against it. ``--kept`` takes the families that were kept back
(``families_kept``) in their place, and writes into a section of their own.
"""

from __future__ import annotations

import argparse
import pickle
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import families_kept
import numpy as np
from families import FAMILIES, N, drawn, prepare
from report import machine_line, write_section
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine

from pipeline.folding import by_place
from pipeline.segmenting import (
    Lattice,
    assess_stability,
    at_the_end,
    decide,
    doubted,
    doubted_for_zeros,
    judged,
    null_silhouettes,
    silhouettes,
    sweep,
)
from pipeline.segmenting.choose import elbow
from pipeline.segmenting.kmeans import LIGHT
from pipeline.segmenting.valleys import LONG
from pipeline.stages import LARGEST, WIDEST

KNOWN = {**FAMILIES, **families_kept.FAMILIES}
GAP_DRAWS = 10
QUICK = replace(LIGHT, again=0)

LABELLED = {
    "iris": (load_iris, 3),
    "wine": (load_wine, 3),
    "breast cancer": (load_breast_cancer, 2),
    "digits": (load_digits, 10),
}


@dataclass(frozen=True)
class Verdicts:
    """What each rule said of one data set."""

    family: str
    right: set[int | None]
    rule: int | None
    before: int | None  # what the rule said until it looked for valleys, within the 2 to 8 that were drafted then
    silhouette: int
    knee: int | None
    gap: int | None
    verdict: str  # of the rule's number, held against what its segments hold
    doubt: bool  # a segment is said to be long or to hold two groups, or the division to tell of zeros


def judge(family: str, right: set[int | None], data, seed: int, *, with_gap: bool) -> Verdicts:
    """The rules on one data set, as ``korzina train`` sweeps it: to 12, and on to 20 where the best k is the last."""
    features = prepare(data)
    matrix, lattice = features.matrix, Lattice.of(features.matrix, features.transform)
    kinds = len(np.unique(matrix, axis=0))
    for last in (min(LARGEST, kinds), min(WIDEST, kinds)):
        partitions = sweep(matrix, range(2, last + 1), seed=seed)
        measured = silhouettes(matrix, [partition.labels for partition in partitions], seed=seed)
        stability = assess_stability(matrix, partitions, seed=seed, lattice=lattice)
        nulls = null_silhouettes(matrix, list(range(2, last + 1)), seed=seed)
        records = judged(matrix, partitions, measured, stability, nulls)
        if not at_the_end(records):
            break
    decision = decide(records, bounds=(2, last))
    record, partition = next(pair for pair in zip(records, partitions, strict=True) if pair[0].k == decision.k)
    hashes = by_place(len(matrix))
    held = doubted(decision, record, matrix, partition, hashes, lattice)
    held = doubted_for_zeros(held, record, matrix, hashes, lattice, seed)
    return Verdicts(
        family,
        right,
        decision.supported_k,
        _before(records),
        max(records, key=lambda record: record.silhouette).k,
        elbow(records),
        gap(matrix, partitions, seed) if with_gap else None,
        held.verdict,
        (record.elongation or 0.0) >= LONG or len(held.disagreements) > len(decision.disagreements),
    )


def _before(records) -> int | None:
    straight = [record.model_copy(update={"heaps": None}) for record in records if record.k <= LARGEST]
    decision = decide(straight, bounds=(2, 8))
    return None if decision.verdict == "none" else decision.k


def gap(matrix, partitions, seed: int) -> int | None:
    """Tibshirani, Walther and Hastie 2001: uniform reference in the principal axes, one-standard-error rule."""
    centred = matrix - matrix.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    rotated = centred @ axes.T
    rng = np.random.default_rng(seed)
    logs = []
    for draw in range(GAP_DRAWS):
        reference = rng.uniform(rotated.min(axis=0), rotated.max(axis=0), size=rotated.shape)
        total = np.log((reference - reference.mean(axis=0)).ravel() @ (reference - reference.mean(axis=0)).ravel())
        fits = sweep(reference, [partition.k for partition in partitions], seed=seed + draw, effort=QUICK)
        logs.append([total, *(np.log(partition.inertia) for partition in fits)])
    own = np.array([np.log((centred**2).sum()), *(np.log(partition.inertia) for partition in partitions)])
    gaps = np.mean(logs, axis=0) - own
    errors = np.std(logs, axis=0) * np.sqrt(1 + 1 / GAP_DRAWS)
    for place in range(len(gaps) - 1):
        if gaps[place] >= gaps[place + 1] - errors[place + 1]:
            return None if place == 0 else place + 1
    return len(partitions) + 1


def one_task(task):
    family, seed, with_gap = task
    if family in KNOWN:
        made = families_kept.drawn if family in families_kept.FAMILIES else drawn
        return judge(family, KNOWN[family][1], made(family, seed), seed, with_gap=with_gap)
    loader, truth = LABELLED[family]
    return judge(family, {truth}, loader().data, seed, with_gap=with_gap)


def table(results: list[Verdicts], families, *, with_gap: bool) -> str:
    rules = ("rule", "before", "silhouette", "knee", *(("gap",) if with_gap else ()))
    heads = " | ".join(["Korzina's rule", "before", "largest silhouette", "knee", *(["gap"] if with_gap else [])])
    lines = [f"| family | {heads} |", "|---" * (len(rules) + 1) + "|"]
    for family in families:
        mine = [told for told in results if told.family == family]
        rates = [np.mean([getattr(told, rule) in told.right for told in mine]) for rule in rules]
        lines.append(f"| {family} | " + " | ".join(f"{rate:.0%}" for rate in rates) + " |")
    for name, wanted in (("with structure", True), ("without structure", False)):
        mine = [told for told in results if told.family in families and (told.right != {None}) == wanted]
        rates = [np.mean([getattr(told, rule) in told.right for told in mine]) for rule in rules]
        lines.append(f"| **all {name}** ({len(mine)} sets) | " + " | ".join(f"**{rate:.0%}**" for rate in rates) + " |")
    if not any(told.family in LABELLED for told in results):
        return "\n".join(lines)
    lines += [
        "",
        "For information, labelled sets of scikit-learn (classes are not always clusters):",
        "",
        f"| set | classes | {heads} |",
        "|---" * (len(rules) + 2) + "|",
    ]
    for family in LABELLED:
        told = next(told for told in results if told.family == family)
        named = " | ".join(str(getattr(told, rule) or "none") for rule in rules)
        lines.append(f"| {family} | {min(told.right)} | {named} |")
    return "\n".join(lines)


def misses(results: list[Verdicts]) -> str:
    """The sets told another number than is right, with what is said of it."""
    made = [told for told in results if told.family in KNOWN]
    wrong = [told for told in made if told.rule not in told.right]
    told_of = {
        (told.family, told.rule, told.verdict, told.doubt): sum(
            (one.family, one.rule, one.verdict, one.doubt) == (told.family, told.rule, told.verdict, told.doubt)
            for one in wrong
        )
        for told in wrong
    }
    named = "; ".join(
        f"{family}: {number or 'none'}, {verdict}{', with a doubt' if doubt else ''} ({times})"
        for (family, number, verdict, doubt), times in told_of.items()
    )
    unsaid = sum(told.verdict == "strong" and not told.doubt for told in wrong)
    right = [told for told in made if told.rule in told.right and told.rule is not None]
    strong, doubts = sum(told.verdict == "strong" for told in right), sum(told.doubt for told in right)
    return (
        f"Another number than is right in {len(wrong)} of {len(made)} sets, {unsaid} of them strong without a doubt. "
        f"{named}.\n\nOf the {len(right)} sets with groups whose number is right, "
        f"{strong} are strong, {doubts} have a doubt."
    )


def run(tasks, kept: Path | None, minutes: float, workers: int) -> list[Verdicts] | None:
    """All tasks' results, those in ``kept`` among them; None where ``minutes`` were over before the last."""
    done = pickle.loads(kept.read_bytes()) if kept and kept.exists() else {}
    waiting, until = [task for task in tasks if task not in done], time.monotonic() + 60 * minutes
    with ProcessPoolExecutor(workers) as pool:
        for start in range(0, len(waiting), 4 * workers):
            if time.monotonic() > until:
                print(f"{len(done)} of {len(tasks)} done")
                return None
            part = waiting[start : start + 4 * workers]
            done |= dict(zip(part, pool.map(one_task, part), strict=True))
            if kept:
                kept.write_bytes(pickle.dumps(done))
    return [done[task] for task in tasks]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--family", action="append", help="only these")
    parser.add_argument("--kept", action="store_true", help="the families that were kept back")
    parser.add_argument("--gap", action="store_true", help="the gap statistic too, which takes as long as all else")
    parser.add_argument("--keep", type=Path, help="a file of results to go on from and to add to")
    parser.add_argument("--minutes", type=float, default=1e6, help="stop after these; needs --keep to go on later")
    options = parser.parse_args()
    families = options.family or list(families_kept.FAMILIES if options.kept else FAMILIES)
    tasks = [(family, options.first + seed, options.gap) for family in families for seed in range(options.seeds)]
    if not (options.family or options.kept):
        tasks += [(family, 0, options.gap) for family in LABELLED]
    results = run(tasks, options.keep, options.minutes, options.workers)
    if results is None:
        return
    if options.family:
        for told in results:
            print(told)
        return
    text = (
        f"{machine_line()}\n\n{options.seeds} seeds a family from {options.first} on, mostly {N} rows, k from 2 to "
        f"{LARGEST}, and to {WIDEST} where the best k is the last.\n\n"
        f"{table(results, families, with_gap=options.gap)}\n\n{misses(results)}"
    )
    print(text)
    write_section("kept" if options.kept else "truth", text)


if __name__ == "__main__":
    main()
