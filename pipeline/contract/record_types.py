"""The records: what a data set means, what cleaning did, what a segment is, what a run says of itself."""

from __future__ import annotations

from datetime import date
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict

from pipeline.contract.messages import Words
from pipeline.errors import ContractError

SCHEMA_VERSION = 1

Role = Literal["id", "active", "passive", "outcome", "ignored"]
Kind = Literal["number", "integer", "flag", "category", "ordered", "date", "text"]
Meaning = Literal[
    "age",
    "income",
    "spend",
    "orders",
    "average_cheque",
    "recency",
    "tenure",
    "household",
    "marital_status",
    "children",
    "education",
    "region",
    "gender",
]
GroupMeaning = Literal["categories", "channels", "other"]
Verdict = Literal["strong", "weak", "none"]
Variation = Literal["features", "scaler", "outliers", "seed"]  # what is done otherwise to see what hangs on it
Trust = Literal["solid", "usable", "fragile"]

NUMERIC_KINDS: frozenset[str] = frozenset({"number", "integer"})
CATEGORY_KINDS: frozenset[str] = frozenset({"category", "ordered"})


class Record(BaseModel):
    """An immutable value that travels through the store as JSON; an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


# ------------------------------------------------------------------ what the columns mean


class Column(Record):
    """One column of the customers table, with what a reader needs to understand it."""

    name: str
    role: Role
    kind: Kind
    label: Words
    unit: Words = ""
    format: str = ",.3~r"  # d3-format, as Plotly takes it
    meaning: Meaning | None = None
    group: str | None = None
    transform: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    high: Words = ""  # how a segment above the others is called: "big spenders"
    low: Words = ""

    @property
    def axis_title(self) -> str:
        """Label with its unit: ``Total spend, $``."""
        return f"{self.label}, {self.unit}" if self.unit else self.label


class Group(Record):
    """Columns that add up to one total: spend by category, orders by channel."""

    key: str
    label: Words
    meaning: GroupMeaning
    members: tuple[str, ...]
    member_labels: tuple[Words, ...]
    shares: tuple[str, ...] = ()  # the derived share of each member in the total, same order; may be empty
    unit: Words = ""


class Campaign(Record):
    """One campaign and the outcome column that holds the reactions (null: not contacted)."""

    column: str
    label: Words
    start: date | None = None
    end: date | None = None
    cost: float | None = None
    revenue: float | None = None
    kind: str = ""  # of the data set; a code too, since campaigns are told apart by it


class Dataset(Record):
    """What was analysed: the spec's description of a data set, resolved against the data."""

    spec: str
    title: Words
    spec_hash: str
    as_of: date | None
    currency: str
    columns: tuple[Column, ...]
    groups: tuple[Group, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    id_column: str | None = None  # name of the id in the customers table; None where it is not stored

    def column(self, name: str) -> Column:
        """The column called ``name``; raises ``ContractError`` where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise ContractError.because(f"data set {self.spec}: no column {name!r}")

    def with_role(self, role: Role) -> tuple[Column, ...]:
        """Columns of one role, in the spec's order."""
        return tuple(column for column in self.columns if column.role == role)

    def meaning(self, meaning: Meaning) -> Column | None:
        """The column that plays a known part (age, income, spend ...), if the data set has one."""
        return next((column for column in self.columns if column.meaning == meaning), None)

    def group(self, meaning: GroupMeaning) -> Group | None:
        """The group of a known meaning, if the data set has one."""
        return next((group for group in self.groups if group.meaning == meaning), None)


# ------------------------------------------------------------------ features


class FeatureTransform(Record):
    """How original units become the clustered space; one entry a feature, applied in the order of the fields.

    ``z = (clip(log1p?(x or fill), lower, upper) - centre) / scale``
    """

    names: tuple[str, ...]
    fill: tuple[float, ...]  # stands in for a missing value, original units
    log1p: tuple[bool, ...]
    lower: tuple[float | None, ...]  # winsorizing bounds, after the logarithm
    upper: tuple[float | None, ...]
    centre: tuple[float, ...]
    scale: tuple[float, ...]


# ------------------------------------------------------------------ segments


class Difference(Record):
    """How far one segment stands from everybody else in one column."""

    column: str
    effect: float  # standardised mean difference from all other customers (Cohen's d with the pooled deviation)
    median: float
    overall_median: float
    index: float | None  # segment mean / overall mean x 100; None where the overall mean is not positive
    phrase: Words  # in words, without the segment's name: "big spenders"


class Identity(Record):
    """How a segment relates to the champion's at the time of training."""

    status: Literal["same", "changed", "new"]
    overlap: float  # Jaccard overlap of members with the previous segment
    previous: Words | None = None  # its name
    previous_key: str | None = None


class SegmentCard(Record):
    """One segment as a reader meets it."""

    segment: int
    key: str  # identity that survives a re-train; colour, notes and name follow it
    colour: int  # place in the palette, follows the key
    name: Words
    portrait: Words
    size: int
    share: float
    revenue_share: float | None
    trust: Trust
    trust_reason: Words
    silhouette: float | None
    jaccard: float | None
    differences: tuple[Difference, ...]
    identity: Identity | None = None  # None: there was no champion to compare with
    origin: str = ""  # the run where this segment first appeared; empty: the card's own run
    generated: Words = ""  # the name in the pipeline's words, where ``name`` is one that a person gave


class CandidateRecord(Record):
    """Quality of one k, without the tables."""

    k: int
    inertia: float
    silhouette: float
    silhouette_se: float | None
    calinski_harabasz: float
    davies_bouldin: float
    stability: float | None  # prediction strength (Tibshirani and Walther 2005)
    null_silhouette: float | None  # mean over structure-free data of the same covariance, clustered alike
    seed_spread: float | None  # relative standard deviation of inertia over the search's restarts
    sizes: tuple[int, ...]
    silhouette_by_segment: tuple[float | None, ...]
    seconds: float
    silhouette_se_by_segment: tuple[float | None, ...] = ()  # None where every customer was measured
    silhouette_by_seed: tuple[float, ...] = ()  # what one k-means++ start alone would reach, one a start
    heaps: float | None = None  # mean number of groups with a valley between them; None where that was not looked at
    elongation: float | None = None  # times that its longest segment is as long as wide; None where not measured
    dissolved: tuple[Words, ...] = ()  # names of the champion's segments that none of these continues
    run_id: str = ""


class Decision(Record):
    """Which k, why, and how far to trust it."""

    k: int
    verdict: Verdict
    reason: Words
    elbow_k: int | None
    silhouette_k: int
    supported_k: int | None  # what the data support without any bound; None: no structure found
    disagreements: tuple[Words, ...] = ()
    bounds: tuple[int, int]
    chosen_by: Literal["rule", "person"] = "rule"


# ------------------------------------------------------------------ what the store hands out


class RunSummary(Record):
    """One completed candidate run, as lists and grids show it."""

    run_id: str
    sweep_run_id: str
    experiment: str
    sweep_name: str
    started: float  # seconds since the epoch, UTC
    k: int
    recommended: bool
    inertia: float
    silhouette: float
    calinski_harabasz: float
    davies_bouldin: float
    stability: float | None
    verdict: Verdict
    rows: int
    params: dict[str, str]
    champion_version: int | None = None  # version in the registry, where this run is the champion


class Champion(Record):
    """The promoted run of one experiment."""

    experiment: str
    run_id: str
    k: int
    version: int


class Promotion(Record):
    """One line of the append-only history of champions."""

    when: float
    who: str
    reason: str
    action: Literal["promote", "rollback"]
    from_run: str | None
    to_run: str
    version: int
    k: int


def _inside(name: str) -> str:
    """A file's name below the run's folder; raises ``ValueError`` for one that leads out of it."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or not name.isprintable() or set(name) & set(":\\"):
        raise ValueError(f"{name!r} is no file of the run's own folder")
    return name


class RunIndex(Record):
    """What a run's manifest says: enough to check and find every file of it."""

    schema_version: int
    files: dict[Annotated[str, AfterValidator(_inside)], str]  # artifact name -> sha256
