"""What the plan's model earns beside tuned rivals: random parts of generated customers and of a real campaign.

On a real campaign a split is judged by a few hundred answers, by chance of which any two models differ: a second table
holds each against each. The same customers, with answers drawn anew from probabilities that are known, are judged by
these, so that what is left is the models.
"""

from __future__ import annotations

import importlib.util
import json
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from campaigns import filled, numbers
from joblib import Parallel, delayed
from promise_worlds import MODEL_WORLDS, at_rate, customers_of
from sklearn.cluster import KMeans
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegressionCV
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from pipeline.campaigns.learning.offers import Offers, last_campaign, offers_of_last
from pipeline.campaigns.learning.response_model import learn, predict
from pipeline.cleaning import clean
from pipeline.contract import Column
from pipeline.reading import read_source
from pipeline.segmenting import fit_features
from pipeline.spec import load_spec, outcome_derived

KORZINA = "**Korzina's response model**"
REAL = "marketing_campaign, last campaign"
REDRAWN = f"{REAL}, answers drawn anew"
SIZE, SPLITS, LEARNED = 3200, 10, 0.7
HELD = (
    "linear",
    "linear, correlated and messy",
    "linear, rare: rate .03",
    "nonlinear",
    "tree",
    "interaction",
    *MODEL_WORLDS,
)
Row = dict[str, float | str]


def tuned(model, grid):
    """Three-fold search by log loss, as a careful analyst would do."""
    return GridSearchCV(model, grid, scoring="neg_log_loss", cv=3, n_jobs=1)


def logistic():
    return make_pipeline(
        StandardScaler(),
        LogisticRegressionCV(
            Cs=[0.01, 0.1, 1.0], cv=3, scoring="neg_log_loss", l1_ratios=(0,), use_legacy_attributes=False
        ),
    )


def histogram():
    model = HistGradientBoostingClassifier(max_iter=120, min_samples_leaf=20, l2_regularization=1.0, random_state=0)
    return tuned(model, {"learning_rate": [0.03, 0.08], "max_leaf_nodes": [6, 12]})


def lightgbm():
    import lightgbm as library

    model = library.LGBMClassifier(
        n_estimators=120, min_child_samples=20, reg_lambda=1.0, n_jobs=1, verbose=-1, random_state=0
    )
    return tuned(model, {"learning_rate": [0.03, 0.08], "num_leaves": [6, 12]})


def catboost():
    import catboost as library

    model = library.CatBoostClassifier(
        iterations=250, thread_count=1, verbose=0, random_seed=0, allow_writing_files=False
    )
    return tuned(model, {"learning_rate": [0.03, 0.08], "depth": [4]})


RIVALS: dict[str, Callable[[], object]] = {"logistic regression": logistic, "HistGradientBoosting": histogram}
RIVALS |= {
    name: make
    for name, library, make in (("LightGBM", "lightgbm", lightgbm), ("CatBoost", "catboost", catboost))
    if importlib.util.find_spec(library)
}


def generated(world: str, split: int) -> tuple[Offers, np.ndarray, float, float]:
    made = customers_of(world, SIZE, np.random.default_rng([split, 99, *world.encode()]))
    columns = tuple(Column(name=name, role="active", kind=kind, label=name) for name, kind in made.kinds.items())
    rows = np.arange(SIZE)
    known = made.frame[list(made.kinds)]
    offers = Offers(
        rows, np.full(SIZE, "last"), made.frame["last"].to_numpy(), known, columns, np.zeros(SIZE, np.int64)
    )
    return offers, made.truth, made.cost, made.revenue


def real(data: str) -> tuple[Offers, np.ndarray, float, float]:
    """The shipped data set's last campaign; the truth is what its customers answered."""
    spec = load_spec("marketing_campaign")
    cleaned = clean(read_source(spec, data), spec)
    features = fit_features(cleaned.customers, cleaned.dataset)
    segments = KMeans(4, n_init=10, random_state=0).fit_predict(features.matrix).astype(np.int64)
    campaign = last_campaign(cleaned.customers, cleaned.dataset)
    offers = offers_of_last(cleaned.customers, cleaned.dataset, segments, (), campaign, outcome_derived(spec))
    return offers, offers.outcome, campaign.cost, campaign.revenue


@cache
def _foreseen(data: str) -> np.ndarray:
    """Probabilities like those of the real campaign: of two rivals, no part of the product, as sharp as unseen ones."""
    offers, outcome, _, _ = real(data)
    matrix, answers = filled(numbers(offers), np.ones(len(outcome), dtype=bool)), outcome.astype(int)
    models = logistic(), histogram()
    fitted = np.mean([_log_odds(model.fit(matrix, answers).predict_proba(matrix)[:, 1]) for model in models], axis=0)
    unseen = np.mean(
        [
            _log_odds(cross_val_predict(make, matrix, answers, cv=5, method="predict_proba")[:, 1])
            for make in (logistic(), histogram())
        ],
        axis=0,
    )
    slope = unseen.std() / fitted.std()
    return at_rate(slope * (fitted - fitted.mean()), float(answers.mean()))


def _log_odds(probability: np.ndarray) -> np.ndarray:
    bounded = np.clip(probability, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(bounded / (1 - bounded)))


def redrawn(data: str, split: int) -> tuple[Offers, np.ndarray, float, float]:
    """The real customers with answers of a campaign whose probabilities are known, other ones for each split."""
    offers, _, cost, revenue = real(data)
    truth = _foreseen(data)
    answers = np.random.default_rng([split, 98]).binomial(1, truth).astype(float)
    return replace(offers, outcome=answers), truth, cost, revenue


def _customers(where: str, split: int, data: str) -> tuple[Offers, np.ndarray, float, float]:
    if where == REAL:
        return real(data)
    return redrawn(data, split) if where == REDRAWN else generated(where, split)


def one_split(where: str, split: int, data: str) -> Row:
    """Profit of each model on the part that it did not learn from, each with its standard error."""
    warnings.filterwarnings("ignore")
    with threadpool_limits(1):
        offers, truth, cost, revenue = _customers(where, split, data)
        n = len(truth)
        train = np.isin(np.arange(n), np.random.default_rng(split).permutation(n)[: round(LEARNED * n)])
        part, matrix = offers.where(train), filled(numbers(offers), train)
        predicted = {
            KORZINA: predict(learn(part.known, offers.columns, part.outcome, split).model, offers.known[~train])
        }
        for name, make in RIVALS.items():
            predicted[name] = make().fit(matrix[train], part.outcome.astype(int)).predict_proba(matrix[~train])[:, 1]
    chance = truth[~train]
    gain = chance * revenue - cost
    squares = gain**2 + chance * (1 - chance) * revenue**2  # expected, of one customer's gain
    made: Row = {"where": where, "split": split}
    for name, p in predicted.items():
        listed = p * revenue > cost
        made[name] = float(gain[listed].sum())
        made[f"{name}, error"] = float(np.sqrt(max(squares[listed].sum() - gain[listed].sum() ** 2 / len(gain), 0.0)))
    return made


def rows_of(data: str, workers: int, splits: int, kept: Path | None, minutes: float) -> list[Row]:
    """One row a place and split, of those that there was time for; ``kept`` holds what an earlier run made."""
    places = [*HELD, *((REAL, REDRAWN) if Path(data).exists() else ())]
    rows = [json.loads(line) for line in kept.read_text().splitlines()] if kept and kept.exists() else []
    there = {(row["where"], row["split"]) for row in rows}
    left = [(place, split) for split in range(splits) for place in places if (place, split) not in there]
    end = time.monotonic() + 60 * minutes
    for start in range(0, len(left), workers):
        if time.monotonic() > end:
            print(f"model: {len(left) - start} splits are left; run again with --keep for them")
            break
        made = Parallel(workers)(delayed(one_split)(*task, data) for task in left[start : start + workers])
        rows += made
        if kept:
            with kept.open("a") as file:
                file.writelines(json.dumps(row) + "\n" for row in made)
    return [row for place in places for row in rows if row["where"] == place and int(row["split"]) < splits]


def each_against_each(profits: pd.DataFrame) -> list[str]:
    """The least that each model earns of each other one on any split of the real campaign."""
    return [
        f"On the splits of {REAL}, the least share of each other model's profit:",
        "",
        f"| | of {' | of '.join(profits)} |",
        "|:--|" + "--:|" * profits.shape[1],
        *(
            f"| {one} | " + " | ".join(f"{(profits[one] / profits[other]).min():.0%}" for other in profits) + " |"
            for one in profits
        ),
    ]


def told(rows: list[Row]) -> str:
    """A table of mean profits; and the model against the rival that is best on average.

    Where that rival earns less than two standard errors a share of it means nothing: differences in its place.
    """
    names = [KORZINA, *RIVALS]
    lines = [
        "### The response model beside its rivals",
        "",
        f"Random splits, {LEARNED:.0%} to learn from; generated worlds of {SIZE:,} customers, new ones for each split, "
        "profit by the true probabilities. Rivals are tuned by three-fold search on what they learn from.",
        "",
        f"| | splits | {' | '.join(names)} | of the rival best on average | least of a split |",
        "|:--|--:|" + "--:|" * (len(names) + 2),
    ]
    for place in dict.fromkeys(str(row["where"]) for row in rows):
        part = pd.DataFrame([row for row in rows if row["where"] == place])
        best = part[list(RIVALS)].mean().idxmax()
        own, theirs, error = (part[name].to_numpy(float) for name in (KORZINA, best, f"{best}, error"))
        sure = theirs >= 2 * error
        whole = f"{own.sum() / theirs.sum():.1%}" if theirs.mean() >= 2 * error.mean() else ""
        lines.append(
            f"| {place} | {len(part)} | {' | '.join(f'{part[name].mean():,.0f}' for name in names)} | "
            + (whole or f"{(own - theirs).mean():+,.0f} ± {2 * (own - theirs).std(ddof=1) / np.sqrt(len(part)):,.0f}")
            + " | "
            + (f"{(own / theirs)[sure].min():.1%}" if sure.any() else "")
            + (f" of {sure.sum()}; " if sure.any() and not sure.all() else "")
            + (f"{(own - theirs)[~sure].min():+,.0f}" if not sure.all() else "")
            + " |"
        )
    lines += ["", "Where the best rival earns under two standard errors, the difference stands in place of the share."]
    if held := [row for row in rows if row["where"] == REAL]:
        lines += ["", *each_against_each(pd.DataFrame(held)[names])]
    if len(RIVALS) < 4:
        lines += ["", "LightGBM and CatBoost are not installed (`pip install lightgbm catboost`): two rivals only."]
    return "\n".join(lines)
