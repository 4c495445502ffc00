"""How often the words come true: a segment's grade on independent samples, and drift where there is some and none.

Run: ``python benchmarks/grades.py [--samples 20] [--first 0]``, with ``--keep FILE --minutes 5`` in pieces. Prints two
Markdown tables and writes them into ``docs/benchmarks.md``. A grade holds where an independent sample of the same
population, clustered alike, has a segment that shares three quarters (solid) or three fifths (usable) of the same
customers with it (Jaccard); the whole analysis of a sample is what ``korzina train`` makes of it, verdict and all.
``--kept`` takes the populations that were kept back (``populations_kept``), without drift, into a section of their own.
"""

from __future__ import annotations

import argparse
import pickle
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from populations import POPULATIONS
from populations_kept import KEPT
from report import machine_line, write_section

from pipeline.describing.cards import PATTERN, TRUSTED, Support, _trust
from pipeline.folding import by_place
from pipeline.scoring.drift import _compare, _level, _tenths_of, _word
from pipeline.segmenting import assess_stability, decide, judged, null_silhouettes, silhouettes, sweep
from pipeline.segmenting.distances import nearest
from pipeline.segmenting.stability import _halves, _jaccard

ALL = (*POPULATIONS, *KEPT)
N = 600
OTHERS = 6  # independent samples that each segment is looked for in
LARGEST = 8
BACK = 0.9  # share of the samples from which on a segment counts as one that comes back


@dataclass(frozen=True)
class Graded:
    """One segment of one sample: what is said of it, and in which shares of other samples it is found."""

    population: str
    structured: bool
    beside: int  # k less the true number
    grade: str
    before: str  # what was said until halves were compared with each other
    verdict: str
    found: float  # three quarters of it
    pattern: float  # three fifths of it


def grade_sample(place: int, sample: int) -> list[Graded]:
    """The segments of one sample at the true k and beside it."""
    population = ALL[place]
    values = population.sample(N, np.random.default_rng([place, sample]))
    matrix = _standardized(values, values)
    partitions = sweep(matrix, range(2, LARGEST + 1), seed=sample)
    measured = silhouettes(matrix, [one.labels for one in partitions], seed=sample)
    stability = assess_stability(matrix, partitions, seed=sample)
    nulls = null_silhouettes(matrix, list(range(2, LARGEST + 1)), seed=sample)
    decision = decide(judged(matrix, partitions, measured, stability, nulls), bounds=(2, LARGEST))
    wanted = [k for k in (population.k - 1, population.k, population.k + 1) if k >= 2]
    others = [_other(population, values, wanted, [place, sample, other]) for other in range(OTHERS)]
    graded = []
    for partition in (one for one in partitions if one.k in wanted):
        k, of_k = partition.k, stability[partition.k]
        finer = k > (decision.supported_k or k)
        before = _before(matrix, partition, sample)
        best = np.array([_jaccard(partition.labels, labels[k], k).max(axis=1) for labels in others])
        for segment, size in enumerate(np.bincount(partition.labels)):
            jaccard = (of_k.least if finer else of_k.jaccard)[segment]
            grade, _ = _trust(jaccard, int(size), Support(decision.verdict == "strong", finer))
            earlier = "fragile" if size < 60 else _word_before(before[segment])
            found, pattern = ((best[:, segment] >= bound).mean() for bound in (TRUSTED, PATTERN))
            graded.append(
                Graded(
                    population.name,
                    population.structured,
                    k - population.k,
                    grade,
                    earlier,
                    decision.verdict,
                    float(found),
                    float(pattern),
                )
            )
    return graded


def _other(population, values, ks, seed) -> dict[int, np.ndarray]:
    """Where the solutions of an independent sample place the customers of ``values``, by k."""
    drawn = population.sample(N, np.random.default_rng(seed))
    there = _standardized(values, drawn)
    return {one.k: nearest(there, one.centres) for one in sweep(_standardized(drawn, drawn), ks, seed=seed[-1])}


def _standardized(values, by):
    return (values - by.mean(axis=0)) / by.std(axis=0)


def _before(matrix, partition, seed) -> np.ndarray:
    """Mean Jaccard of each segment with the solutions of half the customers, as grades rested on before."""
    from pipeline.segmenting.stability import _fit_light

    best = []
    for split, pair in enumerate(_halves(by_place(len(matrix)), seed, 8), start=1):
        for rows in pair:
            (half,) = _fit_light(matrix[rows], [partition.k], seed + split)
            best.append(_jaccard(partition.labels[rows], half.labels, partition.k).max(axis=1))
    return np.mean(best, axis=0)


def _word_before(jaccard: float) -> str:
    return "solid" if jaccard >= TRUSTED else "usable" if jaccard >= PATTERN else "fragile"


# ------------------------------------------------------------------ drift


def drift_told(n: int, shift: float, sample: int) -> tuple[bool, bool]:
    """Whether any of 20 features is told to have moved, and whether the one that did, is."""
    rng = np.random.default_rng([n, sample, 11])
    trained, new, place = _features(rng, 2240), _features(rng, n), sample % 20
    if shift:
        if place % 5 == 3:  # a flag: as many more of those who have it
            share = trained[place].mean() + shift * trained[place].std()
            new[place] = (rng.random(n) < share).astype(float)
        else:
            new[place] = new[place] + shift * np.nanstd(trained[place])
    compared = [_compare(*_tenths_of(now, before), 2_100) for now, before in zip(new, trained, strict=True)]
    level = _level(compared)
    words = [_word(one, level) for one in compared]
    return any(word != "stable" for word in words), words[place] != "stable"


def _features(rng, n: int) -> list[np.ndarray]:
    """20 correlated features: normal, skewed, counts, flags, and some with missing values."""
    values = rng.normal(size=(n, 20)) * 0.8 + rng.normal(size=(n, 1)) * 0.6
    made = []
    for place, column in enumerate(values.T):
        kind = place % 5
        if kind == 1:
            column = np.exp(column)
        elif kind == 2:
            column = np.floor(np.exp(column * 0.8 + 1))
        elif kind == 3:
            column = (column > 1.2).astype(float)
        elif kind == 4:
            column = np.where(rng.random(n) < 0.02, np.nan, column)
        made.append(column)
    return made


DRIFT_CASES = ((30, 0.0), (100, 0.0), (300, 0.0), (1000, 0.0), (100, 0.5), (300, 0.5))


# ------------------------------------------------------------------ the tables


def one_task(task):
    kind, *rest = task
    return grade_sample(*rest) if kind == "grade" else drift_told(*rest)


def grade_table(results: list[Graded], populations) -> str:
    lines = [
        "| population | solid, hold | usable, hold | solid of those that come back | solid before | usable before |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    kinds = [(one.name, [graded for graded in results if graded.population == one.name]) for one in populations]
    kinds += [
        ("**all with groups**", [one for one in results if one.structured]),
        ("one segment less than true", [one for one in results if one.structured and one.beside == -1]),
        ("the true number", [one for one in results if one.structured and one.beside == 0]),
        ("one more", [one for one in results if one.structured and one.beside == 1]),
        ("**all without groups**", [one for one in results if not one.structured]),
    ]
    return "\n".join([*lines, *(f"| {label} | {_row(some)} |" for label, some in kinds)])


def _row(some: list[Graded]) -> str:
    back = [one for one in some if one.found >= BACK]
    kept = f"{np.mean([one.grade == 'solid' for one in back]):.0%} of {len(back)}" if back else "-"
    return " | ".join(
        (
            _holds([one.found for one in some if one.grade == "solid"]),
            _holds([one.pattern for one in some if one.grade == "usable"]),
            kept,
            _holds([one.found for one in some if one.before == "solid"]),
            _holds([one.pattern for one in some if one.before == "usable"]),
        )
    )


def _holds(shares: list[float]) -> str:
    return f"{np.mean(shares):.0%} of {len(shares)}" if shares else "none"


def drift_table(results: dict) -> str:
    lines = ["| new customers | shift of one feature | files told of drift | the shift told |", "|--:|--:|--:|--:|"]
    for n, shift in DRIFT_CASES:
        told = np.array([value for (kind, size, moved, _), value in results.items() if (size, moved) == (n, shift)])
        shown = f"{told[:, 1].mean():.0%}" if shift else ""
        lines.append(f"| {n:,} | {shift:g} sd | {told[:, 0].mean():.1%} of {len(told)} | {shown} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=20, help="of each population; 20 times as many of drift")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kept", action="store_true", help="the populations that were kept back, without drift")
    parser.add_argument("--keep", type=Path, help="a file of results to go on from and to add to")
    parser.add_argument("--minutes", type=float, default=1e6, help="stop after these; needs --keep to go on later")
    options = parser.parse_args()
    samples, files = range(options.first, options.first + options.samples), range(20 * options.samples)
    populations = KEPT if options.kept else POPULATIONS
    tasks = [("grade", ALL.index(one), sample) for sample in samples for one in populations]
    if not options.kept:
        tasks += [("drift", n, shift, 20 * options.first + file) for n, shift in DRIFT_CASES for file in files]
    done = pickle.loads(options.keep.read_bytes()) if options.keep and options.keep.exists() else {}
    waiting, until = [task for task in tasks if task not in done], time.monotonic() + 60 * options.minutes
    with ProcessPoolExecutor(options.workers) as pool:
        for start in range(0, len(waiting), 20):
            if time.monotonic() > until:
                print(f"{len(done)} of {len(tasks)} done")
                return
            part = waiting[start : start + 20]
            done |= dict(zip(part, pool.map(one_task, part), strict=True))
            if options.keep:
                options.keep.write_bytes(pickle.dumps(done))
    grades = [one for task in tasks if task[0] == "grade" for one in done[task]]
    drifts = {task: done[task] for task in tasks if task[0] == "drift"}
    text = (
        f"{machine_line()}\n\n{options.samples} samples of {N} customers a population, from {options.first} on, each "
        f"against {OTHERS} independent ones, at the true number of segments and one beside it. Solid holds where "
        f"{TRUSTED:.0%} of a segment is found again, usable where {PATTERN:.0%} is.\n\n"
        f"{grade_table(grades, populations)}"
    )
    if drifts:
        text += f"\n\nDrift, against 2,240 customers trained on, 20 features:\n\n{drift_table(drifts)}"
    print(text)
    write_section("grades-kept" if options.kept else "grades", text)


if __name__ == "__main__":
    main()
