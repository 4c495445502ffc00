"""Who should have been contacted: profit of every rule on contacts it had not seen, with bootstrap intervals.

Run: ``python benchmarks/campaigns.py [--data ../shared/data/marketing_campaign.csv] [--draws 2000]``. Writes the tables
into ``docs/benchmarks.md``. The rows are the product's own offers, folds and time split; gradient boosting, the tree
and plain logistic regression get the same columns. Boosting is given with the best of three settings on the test
itself, a head start that the product does not get.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np
import pandas as pd
from report import machine_line, write_section
from sklearn.cluster import KMeans
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier
from sklearn.tree import DecisionTreeClassifier

from pipeline.campaigns import PAST, RECEIVED, known_of_customers, place, predict, read_history
from pipeline.campaigns.learning.cross_fitting import FOLDS, REPEATS, folds
from pipeline.campaigns.learning.held_out import SegmentedCustomers, _segments_at_test
from pipeline.campaigns.learning.offers import RESPONDED, Offers, last_campaign, offers_of_last, offers_over_time
from pipeline.campaigns.learning.response_model import learn
from pipeline.campaigns.learning.rivals import predict_by_cells, rfm_cells, with_past
from pipeline.cleaning import clean
from pipeline.reading import read_source
from pipeline.segmenting import fit_features
from pipeline.spec import load_spec, outcome_derived
from pipeline.stages import Features

BOOSTING = {
    "gradient boosting (150 trees of depth 3)": lambda seed: GradientBoostingClassifier(
        n_estimators=150, learning_rate=0.05, max_depth=3, subsample=0.7, min_samples_leaf=20, random_state=seed
    ),
    "histogram boosting (100 trees of 8 leaves)": lambda seed: HistGradientBoostingClassifier(
        max_iter=100,
        learning_rate=0.06,
        max_leaf_nodes=8,
        min_samples_leaf=20,
        l2_regularization=1.0,
        random_state=seed,
    ),
    "histogram boosting (defaults)": lambda seed: HistGradientBoostingClassifier(random_state=seed),
}
TREE = {
    "decision tree, depth 4": lambda seed: DecisionTreeClassifier(max_depth=4, min_samples_leaf=20, random_state=seed)
}


AVERAGED = ", the 5 predictions averaged"


@dataclass
class Measured:
    """Predictions of one rule, (repeats, rows)."""

    label: str
    probability: np.ndarray


def numbers(offers: Offers) -> np.ndarray:
    """Everything the response model knows, as trees take it: categories one-hot, ordered ones ranked."""
    frame = offers.known.copy()
    made = {}
    for column in offers.columns:
        if column.name == PAST:
            continue
        series = frame[column.name]
        if column.order:
            made[column.name] = series.map({name: at for at, name in enumerate(column.order)})
        elif column.kind == "category":
            made |= {f"{column.name}={one}": (series == one) for one in sorted(series.dropna().astype(str).unique())}
        else:
            made[column.name] = series
    for name in (RECEIVED, RESPONDED):
        if name in frame:
            made[name] = frame[name]
    table = pd.DataFrame({name: np.asarray(pd.to_numeric(values), dtype=float) for name, values in made.items()})
    return table.to_numpy()


def filled(matrix: np.ndarray, train: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(matrix), np.nanmedian(matrix[train], axis=0), matrix)


def splits(offers: Offers, seed: int):
    """(train, test) masks of each repeat: the product's folds, or the one split by time."""
    if offers.test is not None:
        yield [(~offers.test, offers.test)]
        return
    for repeat in range(REPEATS):
        fold = folds(len(offers.outcome), seed + repeat)
        yield [(fold != one, fold == one) for one in range(FOLDS)]


def over_splits(offers: Offers, rule, seed: int = 0) -> np.ndarray:
    """Held-out predictions, (repeats, rows); nan for rows that never test."""
    made = []
    for repeat in splits(offers, seed):
        one = np.full(len(offers.outcome), np.nan)
        for train, test in repeat:
            one[test] = rule(train, test)
        made.append(one)
    return np.array(made)


def by_trees(make, matrix, outcome):
    def rule(train, test):
        values = filled(matrix, train)
        return make(0).fit(values[train], outcome[train]).predict_proba(values[test])[:, 1]

    return rule


def rules(offers: Offers, segmentations: dict[int, np.ndarray], k: int) -> list[Measured]:
    y, matrix = offers.outcome, numbers(offers)

    def cells(make):
        return over_splits(offers, lambda train, test: predict_by_cells(make(train), y, train, test))

    made = [
        Measured(
            f"KMeans segments alone, k = {one}{' (recommended)' if one == k else ''}",
            cells(lambda _train, labels=labels: labels),
        )
        for one, labels in segmentations.items()
    ]
    made.append(Measured("recency-frequency-money cells", cells(lambda train: rfm_cells(offers, train))))
    past = with_past(offers, segmentations[k])
    made.append(Measured("segments x earlier answers x kind", cells(lambda _train: past)))
    for label, make in {**TREE, **BOOSTING}.items():
        made.append(Measured(label, over_splits(offers, by_trees(make, matrix, y))))
        if label in BOOSTING and offers.test is None:
            made.append(Measured(f"{label}{AVERAGED}", made[-1].probability.mean(axis=0, keepdims=True)))

    if offers.test is None:

        def own(train, test):
            part = offers.where(train)
            return predict(learn(part.known, offers.columns, part.outcome, 0).model, offers.known[test])

        model = over_splits(offers, own)
        made.append(Measured("**Korzina's response model**", model))
        made.append(Measured(f"**Korzina's response model**{AVERAGED}", model.mean(axis=0, keepdims=True)))
        plan = learn(offers.known, offers.columns, y, 0).probability
        made.append(Measured(f"**Korzina's plan**{AVERAGED}", plan[None, :]))
    else:

        def rule(train, test):
            part = offers.where(train)
            learned = learn(part.known, offers.columns, part.outcome, 0, customer=part.customer)
            return predict(learned.model, offers.known[test])

        made.append(Measured("**Korzina's plan**", over_splits(offers, rule)))
    return made


def earned(probability: np.ndarray, outcome: np.ndarray, cost: float, revenue: float) -> np.ndarray:
    """Gain of each row, averaged over the repeats."""
    return np.where(probability * revenue > cost, outcome * revenue - cost, 0.0).mean(axis=0)


def bootstrap(gains: np.ndarray, customer: np.ndarray, draws: int, seed: int = 0) -> np.ndarray:
    """Totals of ``draws`` resamples of customers, (rules, draws); the same resamples for every rule."""
    _, who = np.unique(customer, return_inverse=True)
    each = np.array([np.bincount(who, weights=row) for row in gains])
    rng = np.random.default_rng(seed)
    n = each.shape[1]
    return np.array([each @ rng.multinomial(n, np.full(n, 1 / n)) for _ in range(draws)]).T


def report(title: str, offers: Offers, segmentations, k: int, cost: float, revenue: float, draws: int) -> str:
    test = np.ones(len(offers.outcome), bool) if offers.test is None else offers.test
    y, customer = offers.outcome[test], offers.customer[test]
    measured = [Measured(one.label, one.probability[:, test]) for one in rules(offers, segmentations, k)]
    everybody = Measured("everybody", np.ones((1, len(y))))
    nobody = Measured("nobody", np.zeros((1, len(y))))
    measured = [everybody, nobody, *measured, Measured("perfect foresight", y[None, :].astype(float))]
    gains = np.array([earned(one.probability, y, cost, revenue) for one in measured])
    totals = bootstrap(gains, customer, draws)
    low, high = np.quantile(totals, [0.025, 0.975], axis=1)
    lines = [
        f"### {title}",
        "",
        f"{len(y):,} contacts of {len(np.unique(customer)):,} customers, {int(y.sum())} "
        f"responses, cost {cost:g}, revenue {revenue:g}.",
        "",
        "| who is contacted | contacts | profit | 95 % | predicted / observed |",
        "|:--|--:|--:|--:|--:|",
    ]
    for at, one in enumerate(measured):
        contacts = (one.probability * revenue > cost).sum(axis=1).mean()
        level = "" if at < 2 or at == len(measured) - 1 else f"{one.probability.mean() / y.mean():.3f}"
        lines.append(
            f"| {one.label} | {contacts:,.0f} | {gains[at].sum():,.0f} | {low[at]:,.0f} to {high[at]:,.0f} | {level} |"
        )
    lines += [
        "",
        *against_boosting([one.label for one in measured], gains, totals),
        "Target: at least 95 % of boosting's profit, and predicted within 10 % of observed.",
    ]
    print("\n".join(lines), flush=True)
    return "\n".join(lines)


def against_boosting(labels: list[str], gains: np.ndarray, totals: np.ndarray) -> list[str]:
    """The product against the best boosting, like with like: single predictions, then averaged ones."""
    said = []
    for own in (at for at, label in enumerate(labels) if "Korzina" in label):
        alike = [
            at
            for at, label in enumerate(labels)
            if "boosting" in label and label.endswith(AVERAGED) == labels[own].endswith(AVERAGED)
        ]
        best = max(alike, key=lambda at: gains[at].sum())
        low, high = np.quantile(totals[own] - totals[best], [0.025, 0.975])
        mine, theirs = gains[own].sum(), gains[best].sum()
        said.append(
            f"{labels[own]} earns {mine / theirs:.1%} of {labels[best]}: {mine - theirs:+,.0f}, 95 % "
            f"{low:+,.0f} to {high:+,.0f} over the same resamples."
        )
    return said


def marketing(data: str, draws: int) -> str:
    spec = load_spec("marketing_campaign")
    cleaned = clean(read_source(spec, data), spec)
    features: Features = fit_features(cleaned.customers, cleaned.dataset)
    segmentations = {
        k: KMeans(k, n_init=10, random_state=0).fit_predict(features.matrix).astype(np.int64) for k in (4, 6, 8, 10)
    }
    campaign = last_campaign(cleaned.customers, cleaned.dataset)
    offers = offers_of_last(cleaned.customers, cleaned.dataset, segmentations[4], (), campaign, outcome_derived(spec))
    assert offers.known.equals(
        known_of_customers(cleaned.customers, cleaned.dataset, segmentations[4], (), campaign, outcome_derived(spec))[0]
    )
    return report("marketing_campaign: last campaign, 5 x 5 folds", offers, segmentations, 4, 3, 11, draws)


def journey(draws: int) -> str:
    spec = load_spec("complete_journey")
    cleaned = clean(read_source(spec, None), spec)
    history = place(read_history(spec, None), cleaned.customers, cleaned.dataset.id_column)
    today = np.zeros(len(cleaned.customers), dtype=np.int64)
    offers = offers_over_time(cleaned.customers, cleaned.dataset, today, history, spec.history)
    later = offers.where(offers.test)
    segmentations = {}
    for k in (4, 5, 6, 8, 10):
        subject = SegmentedCustomers(cleaned.customers, cleaned.dataset, today, (None,) * k)
        segmentations[k] = _segments_at_test(subject, history, spec.history, later, 0)[offers.customer]
    return report(
        "Complete Journey: fitted on campaigns before September 2017, tested on the later ones",
        offers,
        segmentations,
        5,
        1,
        6,
        draws,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="../shared/data/marketing_campaign.csv")
    parser.add_argument("--draws", type=int, default=2000)
    given = parser.parse_args()
    parts = [marketing(given.data, given.draws), journey(given.draws)]
    notes = (
        "Segments are made without outcomes; on Complete Journey of what was known on 1 September 2017, since "
        "segments of the whole year know what followed the campaigns. Rates of cells are shrunken "
        "(beta-binomial). Every rule contacts those whose predicted response is above break-even; no cut-off is "
        "tuned on outcomes. The intervals resample customers. This is response, not uplift."
    )
    write_section("campaigns", "\n\n".join([machine_line(), notes, *parts]))


if __name__ == "__main__":
    main()
