"""Further families of generated customers, kept back until 2026-11-30: 29 with groups, 26 without any.

The right numbers were written down before any rule was run on them. They are unlike those of ``families``: groups with
covariances of their own, few and many customers, amounts with zeros, purchases that are summed up, answers of people
who agree to everything, values that are missing, curves. A number is right where it can be told from the values: who
lacks what all others of their kind have is a group as well where a gap lies between nothing and the least amount.
"""

from __future__ import annotations

import numpy as np
from families import N, _centres, _labels, blobs, hierarchy
from sklearn.datasets import make_s_curve, make_swiss_roll

ALONG = 2001  # places along a bend from which customers are drawn


# ------------------------------------------------------------------ with groups


def turned(rng, lengths):
    """A covariance with these lengths along axes drawn at random."""
    axes = np.linalg.qr(rng.normal(size=(len(lengths), len(lengths))))[0]
    return (axes * np.array(lengths) ** 2) @ axes.T


def crossed(rng, k=4, apart=6.0):
    """Groups up to three times as long as wide, each in directions of its own (Mahalanobis distances)."""
    groups: list[tuple[np.ndarray, np.ndarray]] = []
    while len(groups) < k:
        centre, covariance = rng.normal(size=4) * apart, turned(rng, [2.0, 1.2, 0.8, 0.6])
        gaps = [(centre - other, (covariance + its) / 2) for other, its in groups]
        if all(np.sqrt(gap @ np.linalg.solve(both, gap)) >= apart for gap, both in gaps):
            groups.append((centre, covariance))
    return np.array([rng.multivariate_normal(*groups[kind]) for kind in _labels(rng, k, N)])


def pair_that_overlaps(rng):
    """Two of three groups are two deviations apart: together they have one mode, so that two are right as well."""
    centres = np.zeros((3, 4))
    centres[1, 0], centres[2, 1] = 2.0, 7.0
    return centres[_labels(rng, 3, N)] + rng.normal(size=(N, 4))


def in_logarithms(rng):
    centres = _centres(rng, 3, 4, 5.0)
    return np.exp(4 + 0.6 * (centres[_labels(rng, 3, N)] + rng.standard_t(5, size=(N, 4))))


def small_on_many(rng, n=300, p=16):
    return np.where(rng.random(n) < 0.5, 0.7, -0.7)[:, None] + rng.normal(size=(n, p))


def flag_and_one(rng):
    kind = rng.random(N) < 0.5
    feature = rng.normal(size=N) + 4 * kind
    return np.column_stack([feature, rng.random(N) < np.where(kind, 0.95, 0.05), rng.normal(size=(N, 3))]).astype(float)


def category_and_two(rng):
    kind = _labels(rng, 3, N)
    category = np.where(rng.random(N) < 0.92, kind, rng.integers(0, 3, N))
    centres = np.array([[0, 0], [4, 0], [0, 4]])
    return np.column_stack([np.eye(3)[category], centres[kind] + rng.normal(size=(N, 2))])


def amounts_with_zeros(rng):
    """Two kinds by what they buy; a few of each lack the one thing that nearly all have, and lie apart: 2 or 4."""
    chances = np.array([[0.92, 0.92, 0.92, 0.1, 0.1], [0.1, 0.1, 0.92, 0.92, 0.92]])[_labels(rng, 2, N)]
    return np.where(rng.random((N, 5)) < chances, np.exp(3 + 0.6 * rng.normal(size=(N, 5))), 0.0)


def line_disc_ball(rng):
    n = N // 3
    line, disc = np.zeros((n, 5)), np.zeros((n, 5))
    line[:, 0] = rng.normal(size=n)
    line[:, 1] += 7
    disc[:, 2:4] = rng.normal(size=(n, 2))
    disc[:, 0] += 7
    ball = rng.normal(size=(n, 5))
    ball[:, 4] += 7
    values = np.vstack([line, disc, ball])
    return values + 0.25 * rng.normal(size=values.shape)


def chain(rng, p, hang):
    """Columns each of which hangs on the one before."""
    values = rng.normal(size=(N, p))
    for place in range(1, p):
        values[:, place] = hang * values[:, place - 1] + np.sqrt(1 - hang**2) * values[:, place]
    return values


def in_few_directions(rng):
    groups = blobs(rng, 4, p=3, apart=6.0, spread=0.8)
    directions = np.linalg.qr(rng.normal(size=(15, 15)))[0][:3] * 2.0
    return groups @ directions + chain(rng, 15, 0.5)


def two_of_twelve(rng):
    values = rng.normal(size=(N, 1)) * np.sqrt(0.5) + rng.normal(size=(N, 12)) * np.sqrt(0.5)
    values[:, :2] += np.array([[0, 0], [6, 0], [3, 5.2]])[_labels(rng, 3, N)]
    return values


def bought_by_three(rng):
    """Days since the last, orders, spend and average: regulars, who buys much at a time, and who stayed away."""
    kind = _labels(rng, 3, N)
    orders = 1 + rng.poisson(np.array([60, 14, 3])[kind])
    usual = np.array([2.5, 4.6, 3.2])[kind] + 0.25 * rng.normal(size=N)
    amounts = [np.exp(size + 0.4 * rng.normal(size=count)).sum() for size, count in zip(usual, orders, strict=True)]
    since, away = rng.exponential(np.array([6, 25, 0])[kind] + 1), rng.uniform(150, 350, N)
    spend = np.array(amounts)
    return np.column_stack([np.ceil(since + np.where(kind == 2, away, 0)), orders, spend, spend / orders])


def seasons(rng):
    mixes = np.array([[1, 1, 1, 9], [1, 9, 1.5, 1], [3, 3, 3, 3]], float)[_labels(rng, 3, N)]
    mixes /= mixes.sum(axis=1, keepdims=True)
    orders = np.array([rng.multinomial(14 + rng.poisson(10), mix) for mix in mixes])
    total = orders.sum(axis=1)
    return np.column_stack([orders / total[:, None], np.log(total) + 0.3 * rng.normal(size=N)])


def sizes_and_spreads(rng):
    kind, centres = _labels(rng, 3, N, [10, 3, 1]), _centres(rng, 3, 4, 8.0)
    return centres[kind] + rng.normal(size=(N, 4)) * np.array([0.6, 1.0, 1.6])[kind][:, None]


def skewed_groups(rng):
    return _centres(rng, 3, 4, 7.0)[_labels(rng, 3, N)] + rng.exponential(size=(N, 4)) - 1


def boxes(rng):
    corners = np.array([[0, 0, 0], [1.5, 0, 0], [0, 1.5, 0], [0, 0, 1.5]])
    return corners[_labels(rng, 4, N)] + rng.uniform(size=(N, 3))


def between_groups(rng):
    values = blobs(rng, 3, p=4, apart=7.0)
    far = rng.random(N) < 0.10
    values[far] = rng.uniform(values.min(axis=0), values.max(axis=0), size=(far.sum(), 4))
    return values


def agreeing(rng, answers):
    """Answers from 1 to 7 of kinds of people, some of whom agree more than others whatever is asked."""
    kind = _labels(rng, len(answers), N)
    leaning = 0.7 * rng.normal(size=(N, 1)) + 0.8 * rng.normal(size=(N, 7))
    return np.clip(np.rint(np.array(answers)[kind] + leaning), 1, 7)


def on_a_ring(rng):
    angle = 2 * np.pi * rng.integers(0, 6, N) / 6
    return 6 * np.column_stack([np.cos(angle), np.sin(angle)]) + rng.normal(size=(N, 2))


def on_an_arc(rng):
    angle = np.pi * rng.integers(0, 4, N) / 3
    places = 7 * np.column_stack([np.cos(angle), np.sin(angle)])
    return np.hstack([places, np.zeros((N, 2))]) + rng.normal(size=(N, 4))


def in_a_row(rng, k, *, bent, apart=4.5):
    """Groups one behind the other, on a straight line or on half a circle, each ``apart`` from the next."""
    kind = _labels(rng, k, N)
    angle = np.pi * kind / (k - 1)
    radius = apart / (2 * np.sin(np.pi / (k - 1) / 2))
    line = apart * kind[:, None] * np.array([[0.8, 0.6]])
    places = radius * np.column_stack([np.cos(angle), np.sin(angle)]) if bent else line
    return places + rng.normal(size=(N, 2))


def some_missing(rng):
    values = blobs(rng, 3, apart=7.0)
    values[rng.random(values.shape) < 0.10] = np.nan
    return values


def poisson_groups(rng):
    rates = np.array([[1, 8, 1, 3], [8, 1, 3, 1], [8, 8, 3, 10], [1, 1, 10, 10]])
    return rng.poisson(rates[_labels(rng, 4, N)]).astype(float)


def bundles(rng):
    """Which of eight services one has: three bundles, of which few are lacking and to which few others come."""
    own = np.array([[1, 1, 1, 0, 0, 0, 0, 0], [0, 0, 0, 1, 1, 1, 0, 0], [0, 1, 0, 0, 1, 0, 1, 1]])[_labels(rng, 3, N)]
    return (rng.random((N, 8)) < np.where(own, 0.92, 0.07)).astype(float)


ANSWERS = [[2, 2, 5, 5, 2, 5, 3], [5, 5, 2, 2, 5, 2, 3], [2, 5, 2, 5, 5, 5, 5]]

STRUCTURED = {  # name -> (generator, the numbers of groups that are right)
    "crossed covariances, k = 4": (crossed, {4}),
    "200 customers, k = 3": (lambda rng: blobs(rng, 3, n=200, apart=5.0), {3}),
    "300 customers, k = 5": (lambda rng: blobs(rng, 5, n=300, apart=5.0), {5}),
    "300 customers, two on 16 features": (small_on_many, {2}),
    "5,000 customers, k = 6": (lambda rng: blobs(rng, 6, n=5000), {6}),
    "pair that overlaps by 30 %, k = 3": (pair_that_overlaps, {2, 3}),
    "groups in logarithms, t with 5": (in_logarithms, {3}),
    "a flag and one feature, k = 2": (flag_and_one, {2}),
    "category and two features, k = 3": (category_and_two, {3}),
    "zero-inflated amounts, k = 2": (amounts_with_zeros, {2, 4}),
    "line, disc and ball": (line_disc_ball, {3}),
    "4 groups in 3 of 15 directions": (in_few_directions, {4}),
    "2 features of 12 correlated, k = 3": (two_of_twelve, {3}),
    "hierarchy 2 x 4": (lambda rng: hierarchy(rng, 2, 4), {2, 8}),
    "RFM of 3 kinds": (bought_by_three, {3}),
    "seasonal buyers, k = 3": (seasons, {3}),
    "10:3:1 with spreads, k = 3": (sizes_and_spreads, {3}),
    "skewed groups, k = 3": (skewed_groups, {3}),
    "boxes with gaps, k = 4": (boxes, {4}),
    "10 % between groups, k = 3": (between_groups, {3}),
    "2 directions in 8 copies, k = 4": (
        lambda rng: np.hstack([blobs(rng, 4, p=2, apart=6.0)] * 4) + 1.2 * rng.normal(size=(N, 8)),
        {4},
    ),
    "agreeing answers 1 to 7, k = 3": (lambda rng: agreeing(rng, ANSWERS), {3}),
    "six on a ring": (on_a_ring, {6}),
    "four on an arc": (on_an_arc, {4}),
    "five on an arc, 2 features": (lambda rng: in_a_row(rng, 5, bent=True), {5}),
    "six in a row, 2 features": (lambda rng: in_a_row(rng, 6, bent=False), {6}),
    "10 % missing, k = 3": (some_missing, {3}),
    "Poisson, k = 4": (poisson_groups, {4}),
    "bundles of services, k = 3": (bundles, {3}),
}


# ------------------------------------------------------------------ without groups


def lognormal_correlated(rng, p=6):
    mixing = rng.normal(size=(p, p))
    covariance = mixing @ mixing.T
    deviations = np.sqrt(np.diag(covariance))
    return np.exp(3 + rng.multivariate_normal(np.zeros(p), covariance / np.outer(deviations, deviations), N))


def amounts_down_to_nothing(rng):
    return np.maximum(0, 0.4 + rng.normal(size=(N, 5)) + 0.5 * rng.normal(size=(N, 1))) * 40


def ranks(rng):
    """Uniform columns that hang together (a Gaussian copula)."""
    from scipy.special import ndtr

    return ndtr(np.sqrt(0.6) * rng.normal(size=(N, 1)) + np.sqrt(0.4) * rng.normal(size=(N, 5)))


def bought_by_one_kind(rng):
    """Days since the last, orders, spend and average of one population (BG/NBD; Fader, Hardie and Lee 2005)."""
    rates, leaving = rng.gamma(1.2, 1 / 18.0, N), rng.beta(1.0, 5.0, N)
    known, usual, rows = rng.uniform(90, 700, N), np.exp(3.3 + 0.45 * rng.normal(size=N)), []
    for place in range(N):
        day, last, orders, spend = 0.0, 0.0, 1, usual[place] * np.exp(0.4 * rng.normal())
        while rng.random() > leaving[place]:
            day += rng.exponential(1 / rates[place])
            if day > known[place]:
                break
            last, orders, spend = day, orders + 1, spend + usual[place] * np.exp(0.4 * rng.normal())
        rows.append([np.ceil(known[place] - last), orders, spend, spend / orders])
    return np.array(rows)


def even_bend(rng, p, thick=0.25):
    """Half of an ellipse in ``p`` features, evenly filled along its own length once these are standardized.

    A horseshoe filled evenly by its angle and seen nearly from the side has two modes, one at each end.
    """
    angle, mixing = np.linspace(0, np.pi, ALONG), rng.normal(size=(2, p))
    bend = np.column_stack([np.cos(angle), np.sin(angle)]) @ mixing
    speed = np.column_stack([-np.sin(angle), np.cos(angle)]) @ mixing
    weights = np.ones(ALONG)
    for _ in range(20):  # the deviations hang on the weights, and these on them
        shares = weights / weights.sum()
        deviations = np.sqrt(shares @ bend**2 - (shares @ bend) ** 2)
        weights = np.linalg.norm(speed / deviations, axis=1)
    values = bend[rng.choice(ALONG, N, p=weights / weights.sum())] / deviations
    return values + thick * rng.normal(size=values.shape)


def spiral(rng, p=None, thick=0.25):
    angle = np.sqrt(rng.uniform(0.05, 1, N)) * 3 * np.pi
    wound = np.column_stack([angle * np.cos(angle), angle * np.sin(angle)]) / 2
    values = wound if p is None else wound @ rng.normal(size=(2, p))
    return values + thick * rng.normal(size=values.shape)


def hollow_sphere(rng):
    ways = rng.normal(size=(N, 3))
    return ways / np.linalg.norm(ways, axis=1, keepdims=True) * 3 + 0.2 * rng.normal(size=(N, 3))


def heavy_factor(rng):
    wide = np.sqrt(3 / rng.chisquare(3, size=(N, 1)))
    return (rng.normal(size=(N, 1)) * 0.8 + 0.6 * rng.normal(size=(N, 6))) * wide


def star(rng):
    arm, far = rng.integers(0, 4, N), np.abs(rng.normal(size=N)) * 3
    ways = np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
    return ways[arm] * far[:, None] + 0.5 * rng.normal(size=(N, 2))


def times_average(rng):
    orders, average = 1 + rng.poisson(rng.gamma(1.5, 5, N)), np.exp(3.3 + 0.5 * rng.normal(size=N))
    return np.column_stack([orders, orders * average, average, orders * rng.uniform(0.2, 0.6, N)])


def cut_off(rng):
    values = np.exp(10 + 0.5 * (rng.normal(size=(N, 4)) * 0.8 + 0.6 * rng.normal(size=(N, 1))))
    return np.minimum(values, np.quantile(values, 0.9, axis=0))


def banana(rng):
    along = rng.normal(size=(N, 1))
    return np.hstack([along * 2, along**2 + 0.6 * rng.normal(size=(N, 1)), rng.normal(size=(N, 2))])


def one_crowd(rng):
    """Ages, incomes, days since the last order, orders and the share of them online, as a shop's table has them."""
    age = np.clip(rng.normal(45, 14, N), 18, 90).round()
    income = np.exp(10.3 + 0.01 * (age - 45) + 0.45 * rng.normal(size=N)).round(-2)
    orders = (rng.integers(1, 366, N), 1 + rng.poisson(rng.gamma(2, 3, N)))
    return np.column_stack([age, income, *orders, rng.beta(2, 3, N)])


NULLS = {
    "null: lognormal, correlated": lognormal_correlated,
    "null: Gaussian, 200 customers": lambda rng: rng.normal(size=(200, 5)),
    "null: amounts down to 0": amounts_down_to_nothing,
    "null: rare counts": lambda rng: rng.poisson(rng.gamma(1.0, 0.8, size=(N, 6))).astype(float),
    "null: chain of 10 columns": lambda rng: chain(rng, 10, 0.9),
    "null: uniform ranks that hang together": ranks,
    "null: agreeing answers 1 to 7": lambda rng: agreeing(rng, [[4, 4, 3, 4, 3, 3, 4]]),
    "null: Pareto by fives": lambda rng: np.rint((rng.pareto(1.6, size=(N, 4)) + 1) * 20 / 5) * 5,
    "null: RFM of one kind": bought_by_one_kind,
    "null: even bend, 4 features": lambda rng: even_bend(rng, 4),
    "null: even bend, 8 features": lambda rng: even_bend(rng, 8),
    "null: even bend, 12 features": lambda rng: even_bend(rng, 12),
    "null: spiral": spiral,
    "null: spiral, 5 features": lambda rng: spiral(rng, 5, 0.6),
    "null: hollow sphere": hollow_sphere,
    "null: S-curve": lambda rng: make_s_curve(N, noise=0.12, random_state=int(rng.integers(1e6)))[0],
    "null: Swiss roll": lambda rng: make_swiss_roll(N, noise=0.6, random_state=int(rng.integers(1e6)))[0],
    "null: t with 3, one factor": heavy_factor,
    "null: exponential factor": lambda rng: (
        rng.exponential(size=(N, 1)) * rng.uniform(0.5, 2, size=(1, 6)) * 2 + rng.normal(size=(N, 6))
    ),
    "null: star of four arms": star,
    "null: orders times average": times_average,
    "null: cut off at the top": cut_off,
    "null: banana": banana,
    "null: evenly filled triangle": lambda rng: rng.dirichlet(np.ones(3), N),
    "null: independent flags": lambda rng: (rng.random((N, 6)) < [0.2, 0.3, 0.4, 0.5, 0.6, 0.7]).astype(float),
    "null: a shop's table of one crowd": one_crowd,
}

FAMILIES = {**STRUCTURED, **{name: (generator, {None}) for name, generator in NULLS.items()}}


def drawn(family, seed):
    """The values of one family and seed: the same wherever they are asked for."""
    return FAMILIES[family][0](np.random.default_rng([seed, 13, sum(map(ord, family))]))
