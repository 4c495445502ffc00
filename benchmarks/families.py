"""Families of generated customers whose number of groups is known: 34 with groups, 23 without any.

A family takes a random generator and gives (n, p) values as a file would hold them, before any transform. Groups are
told by position alone, so whoever reads the values can know no more than the rule.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.contract import Column, Dataset
from pipeline.segmenting import fit_features
from pipeline.stages import Features

N = 800
STEPS = ("winsorize", "standardize")


def blobs(rng, k, *, n=N, p=6, spread=1.0, apart=4.5, weights=None):
    """k Gaussian groups whose centres are at least ``apart`` standard deviations from each other."""
    return (centres := _centres(rng, k, p, apart))[_labels(rng, k, n, weights)] + rng.normal(
        size=(n, centres.shape[1])
    ) * spread


def _centres(rng, k, p, apart, scale=None):
    centres = [rng.normal(size=p) * (scale or apart)]
    while len(centres) < k:
        drawn = rng.normal(size=p) * (scale or apart)
        if min(np.linalg.norm(drawn - other) for other in centres) >= apart:
            centres.append(drawn)
    return np.array(centres)


def _labels(rng, k, n, weights=None):
    shares = np.ones(k) if weights is None else np.asarray(weights, dtype=float)
    return rng.choice(k, n, p=shares / shares.sum())


# ------------------------------------------------------------------ with groups


def anisotropic(rng):
    return blobs(rng, 4, apart=7.0) @ (np.eye(6) + 0.35 * rng.normal(size=(6, 6)))


def elongated(rng):
    """Three parallel groups, each twice as long as wide, side by side."""
    values = np.array([[0.0, 0.0], [0.0, 7.0], [0.0, 14.0]])[_labels(rng, 3, N)]
    values = values + rng.normal(size=(N, 2)) * [2.0, 1.0]
    turn = rng.uniform(0, np.pi)
    return np.hstack([values @ [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]], rng.normal(size=(N, 2))])


def with_noise(rng, k, noise, *, apart=6.0):
    return np.hstack([blobs(rng, k, apart=apart), rng.normal(size=(N, noise))])


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


def heavy_tails(rng, k=4):
    return _centres(rng, k, 6, 7.0)[_labels(rng, k, N)] + rng.standard_t(4, size=(N, 6))


def lognormal_groups(rng, k=3):
    return np.exp(0.5 * blobs(rng, k, p=5, apart=4.5))


def many_features(rng, p=24, gap=1.1):
    """Two groups that differ by about one standard deviation in each of many features."""
    return np.where(rng.random(N) < 0.5, 0.5, -0.5)[:, None] * gap + rng.normal(size=(N, p))


def bimodal_in_one(rng, p=5, gap=5.0, share=0.5):
    values = rng.normal(size=(N, p))
    values[:, 0] += gap * (rng.random(N) < share)
    return values


def bimodal_in_two(rng):
    values = rng.normal(size=(N, 4))
    return values + 6.0 * np.hstack([rng.random((N, 2)) < 0.5, np.zeros((N, 2))])


def hierarchy(rng, coarse, fine, *, p=5, far=16.0, near=5.0):
    """Groups of groups: ``coarse`` far apart, each of ``fine`` that are still clear."""
    middles = _centres(rng, coarse, p, far)
    centres = np.vstack([middle + _centres(rng, fine, p, near, scale=near / 2) for middle in middles])
    return centres[_labels(rng, coarse * fine, N)] + rng.normal(size=(N, p))


def counts(rng):
    """Orders in six categories: counts about each group's own rates."""
    rates = np.array([[2, 2, 12, 1, 6, 3], [9, 1, 2, 5, 1, 3], [1, 8, 3, 14, 2, 3]])
    return rng.poisson(rates[_labels(rng, 3, N)]).astype(float)


def by_size(rng):
    """Three kinds of customers beside how much they buy at all, which moves every feature."""
    return blobs(rng, 3, apart=6.0) + rng.normal(size=(N, 1)) * 1.5


def grid(rng):
    places = np.array([[x, y] for x in range(3) for y in range(2)]) * 5.0
    return places[_labels(rng, 6, N)] + rng.normal(size=(N, 2))


def on_a_line(rng):
    values = 5.0 * rng.integers(0, 3, N)[:, None] * np.array([[1.0, 0.5, -0.5, 0.2]])
    return values + rng.normal(size=(N, 4))


def scale_answers(rng):
    """Answers from 1 to 5 to six questions: two kinds of people who answer about what their kind does."""
    kinds = np.array([[1, 2, 5, 4, 2, 3], [5, 4, 1, 2, 4, 3], [2, 5, 2, 5, 5, 1]])
    return np.clip(kinds[_labels(rng, 3, N)] + rng.choice([-1, 0, 0, 1], size=(N, 6)), 1, 5).astype(float)


def few_kinds(rng):
    """Tariffs: every customer is exactly one of four, in whatever is known of them."""
    return np.array([[1, 20, 2], [5, 200, 3], [12, 90, 40], [30, 900, 9]])[_labels(rng, 4, N)].astype(float)


def one_more_or_less(rng):
    """Three kinds far apart, within which every value is one of two neighbouring whole numbers."""
    kinds = np.array([[1, 2, 2], [5, 20, 3], [12, 9, 40]])
    return (kinds[_labels(rng, 3, N)] + rng.integers(0, 2, size=(N, 3))).astype(float)


def visits_and_flags(rng):
    """Two kinds by how often they come and by three of five flags that go with it."""
    kind = _labels(rng, 2, N)
    flags = rng.random((N, 5)) < np.where(
        kind[:, None] == 1, [0.95, 0.95, 0.95, 0.5, 0.3], [0.05, 0.05, 0.05, 0.5, 0.3]
    )
    return np.column_stack([rng.poisson(np.where(kind == 1, 30, 8)), flags]).astype(float)


STRUCTURED = {  # name -> (generator, the numbers of groups that are right)
    "separated, k = 2": (lambda rng: blobs(rng, 2), {2}),
    "separated, k = 3": (lambda rng: blobs(rng, 3), {3}),
    "separated, k = 5": (lambda rng: blobs(rng, 5), {5}),
    "separated, k = 8": (lambda rng: blobs(rng, 8), {8}),
    "separated, k = 12": (lambda rng: blobs(rng, 12, apart=6.0), {12}),
    "separated, k = 15": (lambda rng: blobs(rng, 15, n=1200, apart=6.0), {15}),
    "overlapping, k = 3": (lambda rng: blobs(rng, 3, apart=3.2), {3}),
    "overlapping, k = 5": (lambda rng: blobs(rng, 5, apart=3.6), {5}),
    "unbalanced 20:5:3:1": (lambda rng: blobs(rng, 4, apart=6.0, weights=[20, 5, 3, 1]), {4}),
    "unbalanced 9:1": (lambda rng: blobs(rng, 2, apart=5.0, weights=[9, 1]), {2}),
    "anisotropic, k = 4": (anisotropic, {4}),
    "elongated, k = 3": (elongated, {3}),
    "10 noise features, k = 4": (lambda rng: with_noise(rng, 4, 10), {4}),
    "25 noise features, k = 3": (lambda rng: with_noise(rng, 3, 25), {3}),
    "1 % outliers, k = 4": (with_outliers, {4}),
    "unequal spread, k = 3": (unequal_spread, {3}),
    "spending mixes, k = 4": (spending_mixes, {4}),
    "heavy tails, k = 4": (heavy_tails, {4}),
    "lognormal groups, k = 3": (lognormal_groups, {3}),
    "two groups on 24 features": (many_features, {2}),
    "two groups on 60 features": (lambda rng: many_features(rng, p=60, gap=0.8), {2}),
    "two modes in 1 of 5 features": (bimodal_in_one, {2}),
    "two modes in 1 of 5, 1 in 4": (lambda rng: bimodal_in_one(rng, share=0.25), {2}),
    "two modes in 2 of 4, k = 4": (bimodal_in_two, {4}),
    "hierarchy 3 x 3": (lambda rng: hierarchy(rng, 3, 3), {3, 9}),
    "hierarchy 4 x 3": (lambda rng: hierarchy(rng, 4, 3), {4, 12}),
    "counts, k = 3": (counts, {3}),
    "how much beside what, k = 3": (by_size, {3}),
    "answers 1 to 5, k = 3": (scale_answers, {3}),
    "one of four kinds exactly": (few_kinds, {4}),
    "whole numbers, one more or less": (one_more_or_less, {3}),
    "visits and flags, k = 2": (visits_and_flags, {2}),
    "grid of 3 x 2": (grid, {6}),
    "three on a line": (on_a_line, {3}),
}


# ------------------------------------------------------------------ without groups


def correlated(rng, p=6):
    return rng.normal(size=(N, p)) @ rng.normal(size=(p, p))


def ramp(rng):
    """A continuum: everybody somewhere between two extremes, evenly."""
    return rng.uniform(0, 6, size=(N, 1)) * rng.normal(size=(1, 6)) + rng.normal(size=(N, 6))


def horseshoe(rng, *, turn=np.pi, thick=0.25, p=None):
    """A bent continuum, evenly filled from end to end; in ``p`` features, each a mix of its two axes and noise."""
    angle = rng.uniform(0, turn, N)
    bent = np.column_stack([np.cos(angle), np.sin(angle)]) * 3.0
    mixed = bent if p is None else bent @ rng.normal(size=(2, p))
    return mixed + thick * rng.normal(size=mixed.shape)


def curve(rng):
    """A ramp that every feature follows at a bend of its own."""
    along = rng.uniform(-1, 1, size=(N, 1))
    bends = rng.normal(size=(3, 6))
    return 2.5 * np.hstack([along, along**2, along**3]) @ bends + rng.normal(size=(N, 6)) * 0.8


def one_factor(rng):
    return rng.normal(size=(N, 1)) * rng.uniform(0.5, 2.0, size=(1, 8)) + rng.normal(size=(N, 8))


def scale_mixture(rng):
    """One group, some of whose customers vary more than others in everything."""
    return rng.normal(size=(N, 6)) * np.exp(0.5 * rng.normal(size=(N, 1)))


def ball(rng):
    ways = rng.normal(size=(N, 3))
    return ways / np.linalg.norm(ways, axis=1, keepdims=True) * rng.random((N, 1)) ** (1 / 3)


def about_one_mood(rng):
    """Answers from 1 to 5 that all lean the same way, more or less."""
    return np.clip(np.rint(3 + rng.normal(size=(N, 1)) + rng.normal(size=(N, 5))), 1, 5)


NULLS = {
    "null: Gaussian": lambda rng: rng.normal(size=(N, 6)),
    "null: Gaussian, 2 features": lambda rng: rng.normal(size=(N, 2)),
    "null: Gaussian, 25 features": lambda rng: rng.normal(size=(N, 25)),
    "null: correlated Gaussian": correlated,
    "null: one factor": one_factor,
    "null: uniform": lambda rng: rng.uniform(size=(N, 6)),
    "null: uniform, 2 features": lambda rng: rng.uniform(size=(N, 2)),
    "null: uniform ball": ball,
    "null: lognormal": lambda rng: rng.lognormal(size=(N, 6)),
    "null: gamma": lambda rng: rng.gamma(2.0, size=(N, 5)),
    "null: t with 3 degrees": lambda rng: rng.standard_t(3, size=(N, 6)),
    "null: mixed scales": scale_mixture,
    "null: one spending mix": lambda rng: rng.dirichlet(np.full(6, 3.0), N),
    "null: answers 1 to 5": lambda rng: rng.integers(1, 6, size=(N, 6)).astype(float),
    "null: answers 1 to 3, 2 features": lambda rng: rng.integers(1, 4, size=(N, 2)).astype(float),
    "null: answers about one mood": about_one_mood,
    "null: counts": lambda rng: rng.poisson([2, 1, 4, 0.5, 8, 3], size=(N, 6)).astype(float),
    "null: counts of loyal and rare": lambda rng: rng.poisson(rng.gamma(0.8, size=(N, 1)) * [3, 1, 5, 2]).astype(float),
    "null: ramp": ramp,
    "null: horseshoe": horseshoe,
    "null: horseshoe, 6 features": lambda rng: horseshoe(rng, thick=0.6, p=6),
    "null: open ring": lambda rng: horseshoe(rng, turn=1.6 * np.pi, thick=0.4),
    "null: curve": curve,
}

FAMILIES = {**STRUCTURED, **{name: (generator, {None}) for name, generator in NULLS.items()}}


def drawn(family, seed):
    """The values of one family and seed: the same wherever they are asked for."""
    return FAMILIES[family][0](np.random.default_rng([seed, 7]))


def prepare(data) -> Features:
    """The product's own default transforms: winsorize and standardise; a logarithm for skewed positive columns."""
    columns, table = [], pd.DataFrame(data, columns=[f"x{place}" for place in range(data.shape[1])])
    for name, values in table.items():
        skew = ((values - values.mean()) ** 3).mean() / values.std(ddof=0) ** 3
        steps = ("log1p", *STEPS) if values.min() >= 0 and skew > 1 else STEPS
        columns.append(Column(name=str(name), role="active", kind="number", label=str(name), transform=steps))
    dataset = Dataset(spec="", title="", spec_hash="", as_of=None, currency="", columns=tuple(columns))
    return fit_features(table, dataset)
