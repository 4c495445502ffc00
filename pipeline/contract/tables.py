"""The tables: names and types of their columns, the artifact files, and the check applied on both sides."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import pandas as pd

from pipeline.contract.campaign_plan import CAMPAIGN_TABLES
from pipeline.contract.messages import Message
from pipeline.contract.population import POPULATION_TABLES
from pipeline.contract.record_types import SCHEMA_VERSION
from pipeline.contract.segment_findings import RFM_TABLES
from pipeline.errors import ContractError

_TRAIN_AGAIN = Message.of("train again with this version of Korzina")


class Customers:
    """``customers``: one row a customer in canonical order; the key, the id if kept, then the data set's columns.

    The key is the first column whatever its name: ``KEY`` gives way to a column of the data that is called so.
    """

    KEY = "customer"  # int64, 0..n-1

    @classmethod
    def key_beside(cls, names: Collection[str]) -> str:
        """A name for the key that none of the data set's columns has, also where capitals do not count."""
        taken, key = {name.casefold() for name in names}, cls.KEY
        while key in taken:
            key = f"({key})"
        return key

    @staticmethod
    def keys(customers: pd.DataFrame) -> pd.Series:
        """The key of each customer."""
        return customers.iloc[:, 0]


class Projection:
    """``projection``: two principal components of the clustered space, for the map only."""

    KEY, X, Y = Customers.KEY, "x", "y"


class Loadings:
    """``loadings``: weight of each feature on the map's two axes, and the share of variance each axis explains."""

    FEATURE, X, Y = "feature", "x", "y"
    EXPLAINED = "explained variance"  # the row that holds the axes' shares of variance


class Assignments:
    """``assignments`` of one k: who belongs where. Segments are numbered 0..k-1 by falling size."""

    KEY, SEGMENT, SECOND = Customers.KEY, "segment", "second_segment"
    DISTANCE, SECOND_DISTANCE, SILHOUETTE = "distance", "second_distance", "silhouette"


class Profiles:
    """``profiles`` of one k: segment x numeric column (active, passive, and share columns), original units."""

    SEGMENT, COLUMN, N, MEAN, MEDIAN, STD, Q25, Q75 = ("segment", "column", "n", "mean", "median", "std", "q25", "q75")
    EFFECT, INDEX, OVERALL_MEAN, OVERALL_MEDIAN = "effect", "index", "overall_mean", "overall_median"


class CategoryProfiles:
    """``category_profiles`` of one k: segment x category of each categorical or flag column."""

    SEGMENT, COLUMN, CATEGORY, N, SHARE, OVERALL_SHARE = (
        "segment",
        "column",
        "category",
        "n",
        "share",
        "overall_share",
    )


class Typical:
    """``typical`` of one k: the customers nearest to each segment's centre, ``RANK`` 1 the nearest; keys only."""

    SEGMENT, RANK, KEY = "segment", "rank", Customers.KEY


class Passive:
    """``passive`` of one k: mean or share of each passive column in each segment, with its 95 % interval.

    ``CATEGORY`` is empty for means and for the share of a flag. ``N`` customers of the segment have a value, the share
    ``COVERAGE`` of it; under 30 of them ``VALUE`` and what follows from it are not given. ``EFFECT`` against all other
    customers is Cohen's d for means and Cohen's h for shares; ``OVERALL`` is everybody's value. ``TEXT`` says it.
    """

    SEGMENT, COLUMN, CATEGORY, N, COVERAGE = "segment", "column", "category", "n", "coverage"
    VALUE, LOW, HIGH, EFFECT, OVERALL, TEXT = "value", "low", "high", "effect", "overall", "text"


class Affinities:
    """``affinities`` of the recommended k: pairs of categories that go together, the highest leverage first.

    ``SEGMENT`` is ``EVERYBODY`` for all customers. ``CONFIDENCE`` is the share of those with the left category that
    have the right one too, ``REVERSE`` the other way round. ``DIFFERENCE`` is the lift less everybody's.
    """

    EVERYBODY = -1
    SEGMENT, LEFT, RIGHT, COUNT, SUPPORT = "segment", "left", "right", "count", "support"
    CONFIDENCE, REVERSE, LIFT, LEVERAGE, Q = "confidence", "reverse_confidence", "lift", "leverage", "q_value"
    OVERALL_LIFT, DIFFERENCE = "overall_lift", "difference"


class Sensitivity:
    """``sensitivity`` of a sweep: what the rule says where one choice of preparing the data is made otherwise.

    ``ASPECT`` is which choice (features, scaler, outliers, seed), ``CHANGE`` says it. ``AGREEMENT`` is the adjusted
    Rand index of the segments at the recommended k with the recommended ones. ``K`` is looked for up to two above that.
    """

    ASPECT, CHANGE, K, VERDICT, AGREEMENT = "aspect", "change", "k", "verdict", "agreement"


TABLES: Mapping[str, Mapping[str, str]] = {
    "customers": {},  # its key is known by its place
    "projection": {Projection.KEY: "int", Projection.X: "float", Projection.Y: "float"},
    "loadings": {Loadings.FEATURE: "text", Loadings.X: "float", Loadings.Y: "float"},
    "quarantine": {},
    "assignments": {
        Assignments.KEY: "int",
        Assignments.SEGMENT: "int",
        Assignments.SECOND: "int",
        Assignments.DISTANCE: "float",
        Assignments.SECOND_DISTANCE: "float",
        Assignments.SILHOUETTE: "float",
    },
    "profiles": {
        Profiles.SEGMENT: "int",
        Profiles.COLUMN: "text",
        Profiles.N: "int",
        **dict.fromkeys((Profiles.MEAN, Profiles.MEDIAN, Profiles.STD, Profiles.Q25, Profiles.Q75), "float"),
        **dict.fromkeys((Profiles.EFFECT, Profiles.INDEX), "float"),
        **dict.fromkeys((Profiles.OVERALL_MEAN, Profiles.OVERALL_MEDIAN), "float"),
    },
    "category_profiles": {
        CategoryProfiles.SEGMENT: "int",
        CategoryProfiles.COLUMN: "text",
        CategoryProfiles.CATEGORY: "text",
        CategoryProfiles.N: "int",
        CategoryProfiles.SHARE: "float",
        CategoryProfiles.OVERALL_SHARE: "float",
    },
    "typical": {Typical.SEGMENT: "int", Typical.RANK: "int", Typical.KEY: "int"},
    "passive": {
        Passive.SEGMENT: "int",
        Passive.COLUMN: "text",
        Passive.CATEGORY: "text",
        Passive.N: "int",
        **dict.fromkeys((Passive.COVERAGE, Passive.VALUE, Passive.LOW, Passive.HIGH), "float"),
        **dict.fromkeys((Passive.EFFECT, Passive.OVERALL), "float"),
        Passive.TEXT: "text",
    },
    "affinities": {
        Affinities.SEGMENT: "int",
        Affinities.LEFT: "text",
        Affinities.RIGHT: "text",
        Affinities.COUNT: "int",
        **dict.fromkeys((Affinities.SUPPORT, Affinities.CONFIDENCE, Affinities.REVERSE, Affinities.LIFT), "float"),
        **dict.fromkeys((Affinities.LEVERAGE, Affinities.Q, Affinities.OVERALL_LIFT, Affinities.DIFFERENCE), "float"),
    },
    "sensitivity": {
        Sensitivity.ASPECT: "text",
        Sensitivity.CHANGE: "text",
        Sensitivity.K: "int",
        Sensitivity.VERDICT: "text",
        Sensitivity.AGREEMENT: "float",
    },
    **CAMPAIGN_TABLES,
    **RFM_TABLES,
    **POPULATION_TABLES,
}

_BY_CUSTOMER = {"customers", "projection", "assignments", "rfm_scores", "weights"}  # the key comes first

_DTYPES = {"int": "int64", "float": "float64", "text": "str"}


def empty_table(name: str) -> pd.DataFrame:
    """Table ``name`` without rows, for runs that have none."""
    return pd.DataFrame({column: pd.Series(dtype=_DTYPES[kind]) for column, kind in TABLES[name].items()})


_KINDS = {"i": "int", "u": "int", "f": "float", "O": "text", "T": "text"}


def _kind(series: pd.Series) -> str:
    if pd.api.types.is_string_dtype(series):
        return "text"
    return _KINDS.get(series.dtype.kind, "other")


class Artifacts:
    """File names below a run's artifact folder."""

    MANIFEST = "korzina/manifest.json"
    # on the parent run of a sweep
    SPEC = "korzina/spec.json"  # as the run was trained with, for scoring new customers alike
    DATASET = "korzina/dataset.json"
    LEDGER = "korzina/ledger.json"
    DECISION = "korzina/decision.json"
    CANDIDATES = "korzina/candidates.json"
    TRANSFORM = "korzina/transform.json"
    CUSTOMERS = "korzina/customers.parquet"
    PROJECTION = "korzina/projection.parquet"
    LOADINGS = "korzina/loadings.parquet"
    QUARANTINE = "korzina/quarantine.parquet"
    SENSITIVITY = "korzina/sensitivity.parquet"
    RFM = "korzina/rfm.json"  # this and the scores only where the spec has [rfm]
    RFM_SCORES = "korzina/rfm_scores.parquet"
    POPULATION = "korzina/population.json"  # this, pairs and weights of very many customers
    PAIRS = "korzina/pairs.parquet"
    WEIGHTS = "korzina/weights.parquet"
    DECISION_CARD, DECISION_PAGE = "decision_card.json", "decision_card.html"  # for people, in the MLflow UI
    # on the run of each k
    ASSIGNMENTS = "korzina/assignments.parquet"
    PROFILES = "korzina/profiles.parquet"
    CATEGORY_PROFILES = "korzina/category_profiles.parquet"
    SEGMENTS = "korzina/segments.json"
    CENTRES = "korzina/centres.json"
    RULES = "korzina/rules.json"
    MESSAGES = "korzina/messages.json"  # of either run: what its English sentences were made of; 0.1 stored none
    TYPICAL = "korzina/typical.parquet"
    PASSIVE = "korzina/passive.parquet"
    RFM_CELLS = "korzina/rfm_cells.parquet"
    TALLIES = "korzina/tallies.parquet"  # with ``POPULATION``
    # on the run of the recommended k
    AFFINITIES = "korzina/affinities.parquet"
    AFFINITY_BASIS = "korzina/affinity_basis.json"
    CAMPAIGNS = "korzina/campaigns.json"
    RESPONSES = "korzina/responses.parquet"
    TARGETS = "korzina/targets.parquet"
    HELD_OUT = "korzina/held_out.parquet"
    # beside everybody's tables of either run, where those are in the store: the rows of the sample
    SAMPLE = "korzina/sample"
    # for the eyes of the MLflow UI
    PROFILES_TABLE = "profiles.json"
    PLOTS = "plots"
    MODEL = "model"
    REPORT = "report.html"  # added to a champion when the run is complete, so the manifest does not know it


def of_sample(name: str) -> str:
    """Where the sample's rows of a table by customer lie, where everybody's are under ``name``."""
    return f"{Artifacts.SAMPLE}/{Path(name).name}"


def check_table(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return ``frame`` unchanged if it has the columns and types of table ``name``.

    Raises
    ------
    ContractError
        Naming the table, the column, what was expected and what was found.

    """
    if name == "customers" and (frame.columns.empty or _kind(Customers.keys(frame)) != "int"):
        raise ContractError.because(
            f"table {name}: its first column is no key",
            expected=f"{Customers.KEY}: int",
            found=", ".join(map(str, frame.columns[:1])) or "no column",
            remedy="train again with this version of Korzina",
        )
    for column, kind in TABLES[name].items():
        if column not in frame.columns:
            raise ContractError.because(
                Message.of("table {table}: column {column} is missing", table=name, column=repr(column)),
                expected=", ".join(TABLES[name]),
                found=", ".join(map(str, frame.columns)),
                remedy=_TRAIN_AGAIN,
            )
        if _kind(frame[column]) != kind:
            raise ContractError.because(
                Message.of("table {table}, column {column}: wrong type", table=name, column=repr(column)),
                expected=kind,
                found=str(frame[column].dtype),
                remedy=_TRAIN_AGAIN,
            )
    return frame


def write_table(name: str, frame: pd.DataFrame, path: Path) -> None:
    """Write table ``name`` as Parquet; raises ``ContractError`` as ``check_table`` does.

    Numbers hardly repeat, so that looking for what does costs more time than it saves space; keys count up.
    """
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]
    import pyarrow.parquet as pq  # type: ignore[import-untyped,unused-ignore]

    table = pa.Table.from_pandas(check_table(name, frame), preserve_index=False)
    floats = {field.name for field in table.schema if pa.types.is_floating(field.type)}
    counted = {table.column_names[0]} if name in _BY_CUSTOMER else set()
    pq.write_table(
        table,
        path,
        use_dictionary=[column for column in table.column_names if column not in floats | counted],
        column_encoding=dict.fromkeys(counted, "DELTA_BINARY_PACKED"),
    )


def check_schema_version(version: int) -> None:
    """Refuse a run that another version of the contract wrote; raises ``ContractError``."""
    if version != SCHEMA_VERSION:
        raise ContractError.because(
            Message.of("this run was written by another version of Korzina"),
            expected=Message.of("schema version {version}", version=str(SCHEMA_VERSION)),
            found=Message.of("schema version {version}", version=str(version)),
            remedy=Message.of("train again, or open it with the version that wrote it"),
        )
