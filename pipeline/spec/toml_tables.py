"""The parts of a spec, as TOML holds them: frozen, and an unknown key is an error."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from pipeline.contract import Campaign, GroupMeaning, Kind, Meaning, Role
from pipeline.spec.engines import EngineSpec, Part, SparkQuery, SparkSource
from pipeline.spec.rfm_section import RfmSpec

Transform = Literal["log1p", "winsorize", "standardize", "robust", "binary"]
Action = Literal["quarantine", "drop", "null", "clip"]
Form = Annotated[str, Field(pattern=r"%|^(excel|unix|unix_ms|unix_us|number|text)$")]


class _TomlTable(BaseModel):
    model_config = Part.model_config


class Source(_TomlTable):
    """Where rows come from and how text is written. What is left out is detected."""

    package: str | None = None
    """An installed Python package whose Parquet files are the tables."""
    tables: dict[str, str] = {}
    """Table name -> file, relative to the package or to the spec."""
    load: dict[str, tuple[str, ...]] = {}
    """Table name -> columns to load from a database, so that view and query are SQL of the embedded engine."""
    view: str | None = None
    """SQL over the tables that makes one table of them, called data: the query then reads from it."""
    grain: str | None = None
    """The table whose rows the view keeps, one for one; a view that repeats or loses any is refused."""
    query: str | None = None
    """SQL over the tables (or over a database); one row a customer."""
    query_file: str | None = None
    """The same, in a file beside the spec."""
    encoding: str | None = None
    """Of text files; left out: detected."""
    delimiter: str | None = None
    """Of text files; left out: detected."""
    decimal: Literal[".", ","] | None = None
    """The decimal sign; left out: detected."""
    date_format: str | None = None
    """Strptime form, e.g. %d-%m-%Y."""
    sheet: str | None = None
    """Of a workbook: the sheet that is the table, several parted by " | "; left out: the one that holds a table."""
    records: str | None = None
    """Of JSON: the list inside the records whose entries are the rows; "none": the records are; left out: detected."""
    header: int | None = Field(None, ge=0)
    """Line of the header in a text file or a sheet; 0: there is none, columns are called "column 1", "column 2" ..."""
    fill_down: tuple[str, ...] = ()
    """Of a text file or a sheet: columns whose blank cells mean what stands above them, as merged cells come out."""
    formats: dict[str, Form] = {}
    """Column -> form in which its cells are read: a strptime form, excel, unix, unix_ms, unix_us, number or text."""
    spark: SparkSource = SparkSource()
    """What Spark reads otherwise than the embedded engine."""

    def day_form(self, column: str) -> str | None:
        """In which form the days of a column are written, where the spec says it."""
        form = self.formats.get(column)
        return self.date_format if form in (None, "number", "text") else form


class LineRule(_TomlTable):
    """Lines for which ``sql`` holds are set aside, counted with their money, and told with their places."""

    name: str
    """A part of a sentence: "no customer"."""
    sql: str
    """A condition over the columns of one line, line_number and $as_of; unknown counts as no."""
    counts: Literal["aside", "cancelled"] = "aside"
    """Under which heading of the account the lines stand."""
    whole_order: bool = False
    """Set aside every line of an order in which the condition holds for one: a status that stands on the first only."""


class LinesSpec(_TomlTable):
    """For data in which a row is a line of a purchase: what a line brought, and which lines do not count."""

    customer: str
    """Column of the customer on a line."""
    customer_form: Literal["email", "phone", "code", "name", "number"] | None = None
    """How spellings of one customer compare: e-mail in small letters, phones by ten digits, numbers without zeros."""
    query: str | None = None
    """SQL over several tables that makes one table of their lines; left out: the only table, or ``data``."""
    order: str | None = None
    """Column of the order's number."""
    day: str | None = None
    """Column of the day of the purchase."""
    money: str | None = None
    """SQL over one line: what it brought."""
    once_an_order: bool = False
    """The money stands once an order, on its first line or on each: only its first known amount counts."""
    returns: str | None = None
    """SQL over one line: holds for a return, which lowers the money and is neither an order nor a last purchase."""
    aside: tuple[LineRule, ...] = ()
    """Which lines are set aside; the first rule that holds takes the line."""


class IdColumn(_TomlTable):
    """The column that identifies a customer; ``keep`` stores it beside the segments (needed for exports)."""

    column: str
    """The column that tells customers apart; "(row)" for a table without one."""
    keep: bool = True
    """Whether the id is stored beside the segments, which exports need; false for what names a person."""


class ColumnSpec(_TomlTable):
    """One column; with ``sql`` it is derived from the cleaned columns of the same row."""

    role: Role
    """Active (clustered on), passive (describes), outcome (reaction to a campaign) or ignored."""
    kind: Kind = "number"
    """How its values are read."""
    sql: str | None = None
    """Makes it a derived column: an expression over the cleaned columns of the same row, and as_of."""
    label: str = ""
    """How readers meet it."""
    unit: str = ""
    format: str = ",.3~r"
    """A d3-format such as ,.0f or .0%."""
    meaning: Meaning | None = None
    """The known part it plays; one column each."""
    transform: tuple[Transform, ...] | None = None
    """Active columns only, in this order; left out: the spec's own."""
    order: tuple[str, ...] = ()
    """The categories of an ordered column from low to high; any other value becomes unknown."""
    high: str = ""
    """What a segment above the others is called: "big spenders"."""
    low: str = ""
    """What a segment below the others is called: "light spenders"."""


class GroupSpec(_TomlTable):
    """Columns that add up to a total; ``shares`` derives each member's share with that role."""

    label: str
    meaning: GroupMeaning = "other"
    members: dict[str, str]
    """Column -> label."""
    shares: Literal["active", "passive", "ignored"] = "passive"
    """Role of each member's share in the total."""
    member_role: Literal["passive", "ignored"] = "passive"
    """Role of the members themselves."""
    transform: tuple[Transform, ...] | None = None
    """Of active shares."""
    unit: str = ""
    high: str = "much {label}"
    """With {label} for the member's label."""
    low: str = "little {label}"


class ReplaceRule(_TomlTable):
    """Repair misspelt or meaningless categories; an empty replacement means unknown."""

    rule: Literal["replace"]
    column: str
    values: dict[str, str]


class RangeRule(_TomlTable):
    """Values outside [min, max] are impossible and lead to ``action``."""

    rule: Literal["range"]
    column: str
    min: float | None = None
    max: float | None = None
    action: Action = "null"


class WhereRule(_TomlTable):
    """Rows for which the SQL condition holds lead to ``action``."""

    rule: Literal["where"]
    name: str
    sql: str
    action: Literal["quarantine", "drop", "flag"] = "quarantine"


class LookalikeRule(_TomlTable):
    """What to do with rows that equal another one in everything but the id; the default is to flag them."""

    rule: Literal["lookalikes"]
    action: Literal["drop", "flag"] = "flag"


class DuplicateIdRule(_TomlTable):
    """What to do with several different rows of one id; the most complete row stays, the others go."""

    rule: Literal["duplicate_ids"]
    action: Literal["drop", "quarantine"] = "quarantine"


Rule = Annotated[ReplaceRule | RangeRule | WhereRule | LookalikeRule | DuplicateIdRule, Field(discriminator="rule")]


class HistoryColumn(_TomlTable):
    """One column of the history query: what was known of a customer when a campaign began."""

    label: str
    unit: str = ""
    format: str = ",.3~r"
    kind: Literal["number", "integer", "flag"] = "number"
    meaning: Meaning | None = None
    """Recency, orders and spend make the cells that the model is compared with."""
    log: bool = False
    high: str = ""
    low: str = ""


class HistorySpec(_TomlTable):
    """How to compute what was known at the start of each campaign, so that a response model sees no later thing."""

    query: str | None = None
    """SQL over the source's tables and ``moments(moment, as_of, campaign)``."""
    query_file: str | None = None
    received: str
    """Columns of the query: campaigns received before the moment, and answered before it."""
    responded: str
    test_from: date | None = None
    """Campaigns that begin on this day or later test a model fitted on those before."""
    columns: dict[str, HistoryColumn]
    spark: SparkQuery = SparkQuery()
    """The query in the SQL of Spark."""


class BasketsSpec(_TomlTable):
    """What is in each basket, for transaction data."""

    query: str | None = None
    """SQL over the source's tables: customer, basket, category; one row a line."""
    query_file: str | None = None
    spark: SparkQuery = SparkQuery()
    """The query in the SQL of Spark."""


class SegmentsSpec(_TomlTable):
    """How many segments a team can work with."""

    min: int = Field(2, ge=2)
    """The least number of segments that a team can work with."""
    max: int | None = Field(None, ge=2)
    """The largest; left out: any number."""


class OpenQuestion(_TomlTable):
    """What a draft could not decide; nothing is trained on the spec while it stands there."""

    key: str
    """What ``korzina init --answer KEY=VALUE`` calls it."""
    ask: str
    """The question, for people."""
    choices: dict[str, str] = {}
    """Answer -> what speaks for it, the likeliest first."""


class Spec(_TomlTable):
    """A whole spec."""

    name: str = Field(pattern=r"^[\w-]+$")
    """Letters, digits, _ and -; also the name of the experiment in MLflow."""
    title: str = ""
    """For readers."""
    description: str = ""
    as_of: date | Literal["auto"] | None = None
    """The day from which ages and recencies count; "auto": the last plausible day of the data. Never today's clock."""
    currency: str = ""
    """Shown beside the amounts of groups."""
    transform: tuple[Transform, ...] = ("standardize",)
    """For active columns that name none of their own."""
    source: Source = Source()
    lines: LinesSpec | None = None
    id: IdColumn
    columns: dict[str, ColumnSpec]
    groups: dict[str, GroupSpec] = {}
    rules: tuple[Rule, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    segments: SegmentsSpec = SegmentsSpec()
    engine: EngineSpec = EngineSpec()
    baskets: BasketsSpec | None = None
    rfm: RfmSpec | None = None
    history: HistorySpec | None = None
    questions: tuple[OpenQuestion, ...] = ()
    translations: dict[str, dict[str, str]] = {}
    """Language -> a label, phrase or category of this data set -> its own."""
    path: str = ""  # filled in by the loader, as is the hash
    hash: str = ""

    @property
    def day(self) -> date | None:
        """``as_of`` as a date; None where there is none, or where "auto" has not met its data yet."""
        return self.as_of if isinstance(self.as_of, date) else None

    def at(self, day: date | None) -> Spec:
        """The same spec with ages and recencies counted from ``day``, where that is known."""
        return self if day is None else self.model_copy(update={"as_of": day})
