"""A small real training for tests: invented customers, real KMeans, every table that the contract knows.

``make_training`` computes it in well under a second; ``save_training`` puts it into a real MLflow store,
``as_stored`` is what a store would hand out.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import (
    adjusted_rand_score,
    calinski_harabasz_score,
    davies_bouldin_score,
    silhouette_samples,
)

from pipeline.contract import (
    Campaign,
    CandidateRecord,
    Column,
    Dataset,
    Decision,
    Difference,
    FeatureTransform,
    Group,
    Labels,
    Ledger,
    LedgerEntry,
    Loadings,
    Matrix,
    Message,
    SavedSweep,
    Segmentation,
    SegmentCard,
    share_label,
)
from pipeline.describing import with_rfm
from pipeline.describing.describe import reaches
from pipeline.settings import Settings
from pipeline.spec import RfmSpec
from pipeline.stages import Candidate, Features, Tabled, Training

RUN = "0123456789abcdef0123456789abcdef"
KS = (2, 3, 4)
PASSIVE, ACTIVE = "passive", "active"
NAMES = ("Wine lovers in the store", "Young web shoppers", "Frequent families", "Quiet minority")


def sample_dataset() -> Dataset:
    """Columns of every role and kind, two groups, two campaigns."""
    categories = {"wine": "Wine", "meat": "Meat", "sweets": "Sweets"}
    channels = {"store_orders": "Store", "web_orders": "Web", "catalogue_orders": "Catalogue"}
    money: dict[str, Any] = {"unit": "$", "format": ",.0f"}
    columns = [
        Column(
            name="spend",
            role=ACTIVE,
            kind="number",
            label="Total spend",
            meaning="spend",
            transform=("log1p", "standardize"),
            high="big spenders",
            low="light spenders",
            **money,
        ),
        Column(
            name="orders",
            role=ACTIVE,
            kind="integer",
            label="Orders",
            format=",.0f",
            meaning="orders",
            transform=("standardize",),
            high="frequent buyers",
            low="occasional buyers",
        ),
        Column(
            name="average_cheque",
            role=ACTIVE,
            kind="number",
            label="Average cheque",
            meaning="average_cheque",
            transform=("log1p", "standardize"),
            high="large baskets",
            low="small baskets",
            **money,
        ),
        Column(
            name="recency",
            role=PASSIVE,
            kind="integer",
            label="Days since the last purchase",
            unit="days",
            format=",.0f",
            meaning="recency",
            high="bought long ago",
            low="bought recently",
        ),
        Column(
            name="age",
            role=PASSIVE,
            kind="integer",
            label="Age",
            unit="years",
            format=",.0f",
            meaning="age",
            high="older",
            low="younger",
        ),
        Column(
            name="income",
            role=PASSIVE,
            kind="number",
            label="Household income",
            unit="$ a year",
            format=",.0f",
            meaning="income",
            high="high income",
            low="low income",
        ),
        Column(name="marital_status", role=PASSIVE, kind="category", label="Marital status", meaning="marital_status"),
        Column(
            name="education",
            role=PASSIVE,
            kind="ordered",
            label="Education",
            meaning="education",
            order=("School", "Bachelor", "Master"),
        ),
        Column(name="complained", role=PASSIVE, kind="flag", label="Complained in two years"),
        Column(name="enrolled", role="ignored", kind="date", label="Enrolled"),
        Column(name="response_1", role="outcome", kind="flag", label="Accepted campaign 1"),
        Column(name="response_2", role="outcome", kind="flag", label="Accepted campaign 2"),
    ]
    for key, members, role, unit in (("categories", categories, ACTIVE, "$"), ("channels", channels, ACTIVE, "orders")):
        for member, label in members.items():
            columns.append(
                Column(name=member, role=PASSIVE, kind="number", label=label, unit=unit, format=",.0f", group=key)
            )
            columns.append(
                Column(
                    name=f"{member}_share",
                    role=role,
                    kind="number",
                    label=share_label(label),
                    format=".0%",
                    group=key,
                    transform=("standardize",),
                    high=f"much {label.lower()}",
                    low=f"little {label.lower()}",
                )
            )
    return Dataset(
        spec="sample",
        title="Corner shop",
        spec_hash=hashlib.sha256(b"sample").hexdigest()[:16],
        as_of=date(2026, 6, 30),
        currency="$",
        columns=tuple(columns),
        id_column="customer_id",
        groups=(
            Group(
                key="categories",
                label="Spend by category",
                meaning="categories",
                members=tuple(categories),
                member_labels=tuple(categories.values()),
                unit="$",
                shares=tuple(f"{member}_share" for member in categories),
            ),
            Group(
                key="channels",
                label="Orders by channel",
                meaning="channels",
                members=tuple(channels),
                member_labels=tuple(channels.values()),
                unit="orders",
                shares=tuple(f"{member}_share" for member in channels),
            ),
        ),
        campaigns=(
            Campaign(
                column="response_1",
                label="Spring leaflet",
                start=date(2026, 3, 1),
                end=date(2026, 3, 14),
                cost=3,
                revenue=11,
                kind="leaflet",
            ),
            Campaign(column="response_2", label="Wine evening", cost=5, revenue=24),
        ),
    )


def sample_customers(n: int, seed: int) -> pd.DataFrame:
    """Three kinds of shoppers and some noise; income, age and a reaction are missing here and there."""
    rng = np.random.default_rng(seed)
    kind = rng.choice(3, size=n, p=(0.5, 0.3, 0.2))
    orders = np.maximum(1, rng.poisson(np.array([6, 14, 24])[kind]))
    spend = np.round(orders * rng.gamma(6, np.array([4.0, 15.0, 5.0])[kind] / 6) + 5, 2)
    mix = _shares(rng, np.array([[2, 2, 6], [7, 3, 1], [3, 6, 2]])[kind])
    channel = _shares(rng, np.array([[2, 7, 1], [6, 2, 3], [7, 2, 1]])[kind])
    age = np.round(rng.normal(np.array([31, 57, 44])[kind], 7)).clip(18, 92)
    income = np.round(rng.normal(np.array([31e3, 78e3, 52e3])[kind], 9e3), -2).clip(8e3)
    response = rng.random(n) < np.array([0.05, 0.35, 0.12])[kind]
    frame = pd.DataFrame(
        {
            "customer": np.arange(n, dtype=np.int64),
            "customer_id": [f"C{number:05d}" for number in range(n)],
            "spend": spend,
            "orders": orders.astype(np.int64),
            "average_cheque": spend / orders,
            "recency": rng.integers(0, 100, n),
            "age": np.where(rng.random(n) < 0.02, np.nan, age),
            "income": np.where(rng.random(n) < 0.03, np.nan, income),
            "marital_status": rng.choice(["Married", "Together", "Single", "Widow"], n, p=(0.4, 0.3, 0.2, 0.1)),
            "education": rng.choice(["School", "Bachelor", "Master"], n, p=(0.3, 0.5, 0.2)),
            "complained": (rng.random(n) < 0.02).astype(np.int64),
            "enrolled": pd.Timestamp("2026-06-30") - pd.to_timedelta(rng.integers(10, 700, n), unit="D"),
            "response_1": response.astype(np.float64),
            "response_2": np.where(rng.random(n) < 0.3, np.nan, rng.random(n) < 0.2),
        }
    )
    for place, member in enumerate(("wine", "meat", "sweets")):
        frame[member], frame[f"{member}_share"] = np.round(spend * mix[:, place], 2), mix[:, place]
    for place, member in enumerate(("store_orders", "web_orders", "catalogue_orders")):
        frame[member], frame[f"{member}_share"] = orders * channel[:, place], channel[:, place]
    return frame


def make_training(n: int = 300, seed: int = 0) -> Training:
    """A sweep over k = 2, 3, 4 with everything that the store is to keep."""
    dataset, customers = sample_dataset(), sample_customers(n, seed)
    features = sample_features(dataset, customers)
    projection, loadings = _map(features)
    candidates = tuple(_candidate(dataset, customers, features, k, seed) for k in KS)
    best = max(candidates, key=lambda candidate: candidate.record.silhouette).record.k
    fingerprint = hashlib.sha256(customers.to_csv(index=False).encode()).hexdigest()[:16]
    return Training(
        dataset=dataset,
        customers=customers,
        features=features,
        projection=projection,
        loadings=loadings,
        ledger=Ledger(
            source="corner_shop.csv",
            fingerprint=fingerprint,
            rows_in=n + 3,
            rows_out=n,
            dropped=2,
            quarantined=1,
            entries=(
                LedgerEntry(
                    rule=Message.of("exact duplicates"),
                    detail="2 rows repeat an earlier one and were dropped",
                    dropped=2,
                ),
                LedgerEntry(
                    rule=Message.of("range"),
                    column="spend",
                    detail="1 row has a negative spend and was set aside",
                    quarantined=1,
                    examples=("-12.5",),
                ),
            ),
            notes=("recency counts from 30 June 2026",),
        ),
        quarantine=pd.DataFrame({"rule": ["range"], "row": ["17"], "customer_id": ["C99999"], "spend": ["-12.5"]}),
        candidates=candidates,
        decision=Decision(
            k=best,
            verdict="strong",
            reason=f"The silhouette is highest at k = {best}, where the elbow stands too.",
            elbow_k=3,
            silhouette_k=best,
            supported_k=best,
            bounds=(2, 4),
        ),
        params={
            "seed": str(seed),
            "restarts": "4",
            "algorithm": "lloyd",
            "spec": dataset.spec,
            "spec_hash": dataset.spec_hash,
            "features": ", ".join(features.transform.names),
            "fingerprint": fingerprint,
            "version_korzina": "0.1.0",
        },
        seconds={"clean": 0.01, "sweep": 0.1},
    )


def with_sample_rfm(training: Training) -> Training:
    """The sample training with RFM scores of its customers."""
    return with_rfm(training, RfmSpec(recency="recency", frequency="orders", monetary="spend"))


def save_training(training: Training, settings: Settings, experiment: str = "sample") -> SavedSweep:
    """Save into the store of ``settings``, which is created if there is none."""
    from pipeline.recording import record_training
    from pipeline.store import Store

    store = Store.open(settings, create=True)
    return store.save(record_training(training), experiment=experiment)


def as_stored(training: Training, run_id: str = RUN, k: int | None = None, experiment: str = "sample") -> Segmentation:
    """One candidate of a training as the store would hand it out; ``k`` left out: the recommended one."""
    wanted = training.decision.k if k is None else k
    candidate = next(candidate for candidate in training.candidates if candidate.record.k == wanted)
    return Segmentation(
        run_id=run_id,
        sweep_run_id="f" * 32,
        experiment=experiment,
        started=1_790_000_000.0,
        dataset=training.dataset,
        ledger=training.ledger,
        decision=training.decision,
        transform=training.features.transform,
        candidates=tuple(candidate.record for candidate in training.candidates),
        centres=candidate.centres,
        cards=candidate.cards,
        customers=training.customers,
        projection=training.projection,
        loadings=training.loadings,
        quarantine=training.quarantine,
        assignments=candidate.assignments,
        profiles=candidate.profiles,
        category_profiles=candidate.category_profiles,
        spec=training.spec,
        rules=candidate.rules,
        typical=candidate.typical,
        passive=candidate.passive,
        campaigns=training.campaigns if wanted == training.decision.k else None,
        rfm=training.rfm,
        rfm_scores=training.rfm_scores,
    )


def sample_features(dataset: Dataset, customers: pd.DataFrame) -> Features:
    """The active columns, logarithm where the column asks for it, winsorized, standardised."""
    active = dataset.with_role("active")
    logs = tuple("log1p" in column.transform for column in active)
    raw = customers[[column.name for column in active]].to_numpy(np.float64)
    moved = np.where(logs, np.log1p(raw), raw)
    lower, upper = np.quantile(moved, 0.005, axis=0), np.quantile(moved, 0.995, axis=0)
    moved = np.clip(moved, lower, upper)
    centre, scale = moved.mean(axis=0), moved.std(axis=0)
    return Features(
        matrix=(moved - centre) / scale,
        transform=FeatureTransform(
            names=tuple(column.name for column in active),
            fill=tuple(map(float, np.median(raw, axis=0))),
            log1p=logs,
            lower=tuple(map(float, lower)),
            upper=tuple(map(float, upper)),
            centre=tuple(map(float, centre)),
            scale=tuple(map(float, scale)),
        ),
    )


def _shares(rng: np.random.Generator, alpha: Matrix) -> Matrix:
    drawn: Matrix = rng.gamma(alpha)
    shares: Matrix = drawn / drawn.sum(axis=1, keepdims=True)
    return shares


def _map(features: Features) -> tuple[pd.DataFrame, pd.DataFrame]:
    left, strength, axes = np.linalg.svd(features.matrix - features.matrix.mean(axis=0), full_matrices=False)
    points, variance = left[:, :2] * strength[:2], strength**2 / np.sum(strength**2)
    names = [*features.transform.names, Loadings.EXPLAINED]
    weights = np.vstack([axes[:2].T, variance[:2]])
    return (
        pd.DataFrame({"customer": np.arange(len(points)), "x": points[:, 0], "y": points[:, 1]}),
        pd.DataFrame({"feature": names, "x": weights[:, 0], "y": weights[:, 1]}),
    )


def _candidate(dataset: Dataset, customers: pd.DataFrame, features: Features, k: int, seed: int) -> Candidate:
    matrix = features.matrix
    model = KMeans(k, n_init=4, random_state=seed).fit(matrix)
    order = np.argsort(-np.bincount(model.labels_, minlength=k), kind="stable")
    centres = model.cluster_centers_[order]
    distances = np.linalg.norm(matrix[:, None, :] - centres[None], axis=2)
    nearest = np.argsort(distances, axis=1, kind="stable")
    labels: Labels = nearest[:, 0].astype(np.int64)
    silhouettes = silhouette_samples(matrix, labels)
    sizes = np.bincount(labels, minlength=k)
    half = KMeans(k, n_init=4, random_state=seed).fit(matrix[::2]).predict(matrix)
    by_segment = tuple(float(silhouettes[labels == one].mean()) for one in range(k))
    profiles = _profiles(dataset, customers, labels)
    rows = np.arange(len(labels))
    return Candidate(
        record=CandidateRecord(
            k=k,
            inertia=float(model.inertia_),
            silhouette=float(silhouettes.mean()),
            silhouette_se=float(silhouettes.std() / np.sqrt(len(labels))),
            calinski_harabasz=float(calinski_harabasz_score(matrix, labels)),
            davies_bouldin=float(davies_bouldin_score(matrix, labels)),
            stability=float(adjusted_rand_score(labels, half)),
            null_silhouette=None,
            seed_spread=0.0,
            sizes=tuple(map(int, sizes)),
            silhouette_by_segment=by_segment,
            silhouette_by_seed=(float(silhouettes.mean()) - 0.02, float(silhouettes.mean())),
            seconds=0.02,
        ),
        centres=centres,
        placed=Tabled(
            pd.DataFrame(
                {
                    "customer": rows,
                    "segment": labels,
                    "second_segment": nearest[:, 1],
                    "distance": distances[rows, labels],
                    "second_distance": distances[rows, nearest[:, 1]],
                    "silhouette": silhouettes,
                }
            )
        ),
        reach=reaches(labels, distances[rows, labels], k),
        profiles=profiles,
        category_profiles=_category_profiles(dataset, customers, labels),
        cards=tuple(_card(dataset, customers, profiles, labels, one, by_segment[one]) for one in range(k)),
    )


def _profiles(dataset: Dataset, customers: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    rows = []
    for segment in range(labels.max() + 1):
        for column in dataset.columns:
            if column.kind not in ("number", "integer") or column.role not in ("active", "passive"):
                continue
            every = customers[column.name].astype(float)
            inside, outside = every[labels == segment].dropna(), every[labels != segment].dropna()
            pooled = np.sqrt(
                (inside.var() * (len(inside) - 1) + outside.var() * (len(outside) - 1))
                / (len(inside) + len(outside) - 2)
            )
            rows.append(
                {
                    "segment": segment,
                    "column": column.name,
                    "n": len(inside),
                    "mean": inside.mean(),
                    "median": inside.median(),
                    "std": inside.std(),
                    "q25": inside.quantile(0.25),
                    "q75": inside.quantile(0.75),
                    "effect": (inside.mean() - outside.mean()) / pooled,
                    "index": 100 * inside.mean() / every.mean(),
                    "overall_mean": every.mean(),
                    "overall_median": every.median(),
                }
            )
    return pd.DataFrame(rows)


def _category_profiles(dataset: Dataset, customers: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    rows = []
    for column in dataset.columns:
        if column.kind not in ("category", "ordered", "flag"):
            continue
        known = customers[column.name].dropna()
        values = known.map({0: "no", 1: "yes"}) if column.kind == "flag" else known.astype(str)
        segments = pd.Series(labels)[known.index]
        for segment in range(labels.max() + 1):
            inside = values[segments == segment]
            for category in column.order or sorted(values.unique()):
                count = int((inside == category).sum())
                rows.append(
                    {
                        "segment": segment,
                        "column": column.name,
                        "category": str(category),
                        "n": count,
                        "share": count / max(1, len(inside)),
                        "overall_share": float((values == category).mean()),
                    }
                )
    return pd.DataFrame(rows)


def _card(
    dataset: Dataset, customers: pd.DataFrame, profiles: pd.DataFrame, labels: Labels, segment: int, silhouette: float
) -> SegmentCard:
    mine = profiles[profiles["segment"] == segment]
    strongest = mine.loc[mine["effect"].abs().sort_values(ascending=False).index].head(6)
    differences = []
    for row in strongest.to_dict("records"):
        column = dataset.column(row["column"])
        high, low = column.high or f"high {column.label}", column.low or f"low {column.label}"
        differences.append(
            Difference(
                column=column.name,
                effect=row["effect"],
                median=row["median"],
                overall_median=row["overall_median"],
                index=row["index"],
                phrase=high if row["effect"] > 0 else low,
            )
        )
    size, spend = int((labels == segment).sum()), customers["spend"]
    return SegmentCard(
        segment=segment,
        key=f"sample-{segment}",
        colour=segment,
        name=NAMES[segment],
        portrait=f"{size} customers: {', '.join(one.phrase for one in differences[:3])}.",
        size=size,
        share=size / len(labels),
        revenue_share=float(spend[labels == segment].sum() / spend.sum()),
        trust=("solid", "usable", "fragile", "fragile")[segment],
        trust_reason="it came back in nearly every resample" if segment == 0 else "it came back in most resamples",
        silhouette=silhouette,
        jaccard=0.92 - 0.1 * segment,
        differences=tuple(differences),
    )
