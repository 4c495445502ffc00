"""How often each rule names the right number of clusters, on generated data whose truth is known.

Run: ``python benchmarks/truth.py [--seeds 10] [--workers 2]``. Prints a Markdown table and writes it into
``docs/benchmarks.md`` between its markers. Every family is generated anew from each seed; nothing is tuned here.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
from report import machine_line, write_section
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine

from pipeline.contract import CandidateRecord
from pipeline.segmenting import assess_stability, decide, null_silhouettes, silhouettes, sweep
from pipeline.segmenting.choose import elbow
from pipeline.segmenting.kmeans import LIGHT

K_MAX = 10
GAP_DRAWS = 10
N = 800


def blobs(rng, k, *, n=N, p=6, spread=1.0, apart=4.5, weights=None):
    """k Gaussian groups whose centres are at least ``apart`` standard deviations from each other."""
    centres = [rng.normal(size=p) * apart]
    while len(centres) < k:
        one = rng.normal(size=p) * apart
        if min(np.linalg.norm(one - other) for other in centres) >= apart:
            centres.append(one)
    shares = np.ones(k) if weights is None else np.asarray(weights, dtype=float)
    labels = rng.choice(k, n, p=shares / shares.sum())
    return np.array(centres)[labels] + rng.normal(size=(n, p)) * spread


def anisotropic(rng):
    return blobs(rng, 4, apart=7.0) @ (np.eye(6) + 0.35 * rng.normal(size=(6, 6)))


def with_noise_features(rng):
    return np.hstack([blobs(rng, 4, apart=6.0), rng.normal(size=(N, 10))])


def with_outliers(rng):
    data = blobs(rng, 4, apart=6.0)
    rows = rng.choice(N, N // 100, replace=False)
    data[rows] = rng.normal(size=(len(rows), 6)) * 25
    return data


def unequal_spread(rng):
    parts = [
        blobs(rng, 1, n=N // 3, spread=spread, apart=0.0) + shift
        for spread, shift in ((0.5, 0.0), (1.0, 5.0), (1.6, -6.0))
    ]
    return np.vstack(parts)


def spending_mixes(rng):
    """Shares of six categories from four Dirichlet profiles, as a shop's baskets would give them."""
    profiles = [np.where(np.arange(6) == place, 14.0, 2.0) for place in range(4)]
    return np.vstack([rng.dirichlet(profile, N // 4) for profile in profiles])


def overlapping(rng):
    return blobs(rng, 3, apart=3.2)


def correlated(rng):
    return rng.normal(size=(N, 6)) @ rng.normal(size=(6, 6))


def ramp(rng):
    """A continuum: everybody somewhere between two extremes, evenly."""
    return rng.uniform(0, 6, size=(N, 1)) * rng.normal(size=(1, 6)) + rng.normal(size=(N, 6))


FAMILIES = {  # name -> (generator, true k or None where there is no structure)
    "separated, k = 3": (lambda rng: blobs(rng, 3), 3),
    "separated, k = 5": (lambda rng: blobs(rng, 5), 5),
    "separated, k = 8": (lambda rng: blobs(rng, 8), 8),
    "overlapping, k = 3": (overlapping, 3),
    "unbalanced 20:5:3:1": (lambda rng: blobs(rng, 4, apart=6.0, weights=[20, 5, 3, 1]), 4),
    "anisotropic, k = 4": (anisotropic, 4),
    "10 noise features, k = 4": (with_noise_features, 4),
    "1 % outliers, k = 4": (with_outliers, 4),
    "unequal spread, k = 3": (unequal_spread, 3),
    "spending mixes, k = 4": (spending_mixes, 4),
    "null: Gaussian": (lambda rng: rng.normal(size=(N, 6)), None),
    "null: correlated Gaussian": (correlated, None),
    "null: uniform": (lambda rng: rng.uniform(size=(N, 6)), None),
    "null: lognormal": (lambda rng: rng.lognormal(size=(N, 6)), None),
    "null: ramp": (ramp, None),
}
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
    truth: int | None
    rule: int | None
    silhouette: int
    knee: int | None
    gap: int | None


def prepare(data):
    """The product's own default transforms: winsorize and standardise; a logarithm for skewed positive columns."""
    columns = []
    for column in data.T:
        skew = ((column - column.mean()) ** 3).mean() / column.std() ** 3
        if column.min() >= 0 and skew > 1:
            column = np.log1p(column)
        low, high = np.quantile(column, [0.005, 0.995])
        clipped = np.clip(column, low, high)
        columns.append((clipped - clipped.mean()) / (clipped.std() or 1.0))
    return np.column_stack(columns)


def judge(family: str, truth: int | None, data, seed: int) -> Verdicts:
    matrix = prepare(data)
    ks = range(2, K_MAX + 1)
    partitions = sweep(matrix, ks, seed=seed)
    measured = silhouettes(matrix, [one.labels for one in partitions], seed=seed)
    stability = assess_stability(matrix, partitions, seed=seed)
    nulls = null_silhouettes(matrix, list(ks), seed=seed)
    records = [
        CandidateRecord(
            k=one.k,
            inertia=one.inertia,
            silhouette=silhouette.overall,
            silhouette_se=None,
            calinski_harabasz=0.0,
            davies_bouldin=0.0,
            stability=stability[one.k].prediction_strength,
            null_silhouette=float(np.mean(nulls[one.k])),
            seed_spread=None,
            sizes=(1,) * one.k,
            silhouette_by_segment=(None,) * one.k,
            seconds=0.0,
        )
        for one, silhouette in zip(partitions, measured, strict=True)
    ]
    return Verdicts(
        family,
        truth,
        decide(records, bounds=(2, K_MAX)).supported_k,
        max(records, key=lambda one: one.silhouette).k,
        elbow(records),
        gap(matrix, partitions, seed),
    )


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
        fits = sweep(reference, range(2, K_MAX + 1), seed=seed + draw, effort=LIGHT)
        logs.append([total, *(np.log(one.inertia) for one in fits)])
    own = np.array([np.log((centred**2).sum()), *(np.log(one.inertia) for one in partitions)])
    gaps = np.mean(logs, axis=0) - own
    errors = np.std(logs, axis=0) * np.sqrt(1 + 1 / GAP_DRAWS)
    for place in range(len(gaps) - 1):
        if gaps[place] >= gaps[place + 1] - errors[place + 1]:
            return None if place == 0 else place + 1
    return K_MAX


def one_task(task):
    family, seed = task
    if family in FAMILIES:
        generator, truth = FAMILIES[family]
        return judge(family, truth, generator(np.random.default_rng([seed, 7])), seed)
    loader, truth = LABELLED[family]
    return judge(family, truth, loader().data, seed)


def table(results: list[Verdicts]) -> str:
    rules = ("rule", "silhouette", "knee", "gap")
    lines = ["| family | Korzina's rule | largest silhouette | knee | gap |", "|---|---|---|---|---|"]
    for family in FAMILIES:
        mine = [one for one in results if one.family == family]
        rates = [np.mean([getattr(one, rule) == one.truth for one in mine]) for rule in rules]
        lines.append(f"| {family} | " + " | ".join(f"{rate:.0%}" for rate in rates) + " |")
    for name, wanted in (("with structure", True), ("without structure", False)):
        mine = [one for one in results if one.family in FAMILIES and (one.truth is not None) == wanted]
        rates = [np.mean([getattr(one, rule) == one.truth for one in mine]) for rule in rules]
        lines.append(f"| **all {name}** ({len(mine)} sets) | " + " | ".join(f"**{rate:.0%}**" for rate in rates) + " |")
    lines += [
        "",
        "For information, labelled sets of scikit-learn (classes are not always clusters):",
        "",
        "| set | classes | Korzina's rule | largest silhouette | knee | gap |",
        "|---|---|---|---|---|---|",
    ]
    for family in LABELLED:
        one = next(one for one in results if one.family == family)
        named = " | ".join(str(getattr(one, rule) or "none") for rule in rules)
        lines.append(f"| {family} | {one.truth} | {named} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--family", action="append", help="only these")
    options = parser.parse_args()
    families = options.family or list(FAMILIES)
    tasks = [(family, seed) for family in families for seed in range(options.seeds)]
    if not options.family:
        tasks += [(family, 0) for family in LABELLED]
    with ProcessPoolExecutor(options.workers) as pool:
        results = list(pool.map(one_task, tasks))
    if options.family:
        for one in results:
            print(one)
        return
    text = f"{machine_line()}\n\n{options.seeds} seeds a family, {N} rows, k from 2 to {K_MAX}.\n\n{table(results)}"
    print(text)
    write_section("truth", text)


if __name__ == "__main__":
    main()
