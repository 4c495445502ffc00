"""What the plan's model earns beside tuned rivals: random halves of generated customers and of a real campaign."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from campaigns import filled, numbers
from joblib import Parallel, delayed
from promise_worlds import customers_of
from sklearn.cluster import KMeans
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegressionCV
from sklearn.model_selection import GridSearchCV
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
SIZE, SPLITS, LEARNED = 3200, 10, 0.7
HELD = ("linear", "linear, correlated and messy", "nonlinear", "tree", "interaction", "linear, rare: rate .03")


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


def one_split(where: str, split: int, data: str) -> dict[str, float]:
    """Profit of each model on the part that it did not learn from."""
    warnings.filterwarnings("ignore")
    with threadpool_limits(1):
        offers, truth, cost, revenue = real(data) if where == REAL else generated(where, split)
        n = len(truth)
        train = np.isin(np.arange(n), np.random.default_rng(split).permutation(n)[: round(LEARNED * n)])
        part, matrix = offers.where(train), filled(numbers(offers), train)
        predicted = {
            KORZINA: predict(learn(part.known, offers.columns, part.outcome, split).model, offers.known[~train])
        }
        for name, make in RIVALS.items():
            predicted[name] = make().fit(matrix[train], part.outcome.astype(int)).predict_proba(matrix[~train])[:, 1]
    gain = (truth * revenue - cost)[~train]
    return {name: float(gain[p * revenue > cost].sum()) for name, p in predicted.items()}


def told(data: str, workers: int, *, quick: bool) -> str:
    """A table of mean profits; and the model against the rival that is best on average."""
    splits = 3 if quick else SPLITS
    places = [*HELD, *([REAL] if Path(data).exists() else [])]
    names = [KORZINA, *RIVALS]
    lines = [
        "### The response model beside its rivals",
        "",
        f"{splits} random splits, {LEARNED:.0%} to learn from; generated worlds of {SIZE:,} customers, new ones for "
        "each split, profit by the true probabilities. Rivals are tuned by three-fold search on what they learn from.",
        "",
        f"| | {' | '.join(names)} | of the rival best on average | least of any split |",
        "|:--|" + "--:|" * (len(names) + 2),
    ]
    for place in places:
        made = Parallel(workers)(delayed(one_split)(place, split, data) for split in range(splits))
        table = np.array([[row[name] for name in names] for row in made])
        best = table[:, 1:][:, table[:, 1:].mean(axis=0).argmax()]
        lines.append(
            f"| {place} | {' | '.join(f'{value:,.0f}' for value in table.mean(axis=0))} | "
            f"{table[:, 0].sum() / best.sum():.1%} | {(table[:, 0] / best).min():.1%} |"
        )
        print(lines[-1], flush=True)
    if len(RIVALS) < 4:
        lines += ["", "LightGBM and CatBoost are not installed (`pip install lightgbm catboost`): two rivals only."]
    return "\n".join(lines)
