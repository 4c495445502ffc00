"""What a data set's columns mean: roles, labels, units, rules. Read from one TOML file, checked, frozen."""

from __future__ import annotations

import hashlib
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.contract import Campaign, Column, Dataset, Group, GroupMeaning, Kind, Meaning, Role
from pipeline.errors import SpecError

SPECS_FOLDER = Path(__file__).parent / "specs"
TRANSFORMS = ("log1p", "winsorize", "standardize", "robust")
Action = Literal["quarantine", "drop", "null", "clip"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Part):
    """Where rows come from and how text is written. What is left out is detected."""

    package: str | None = None  # an installed Python package whose Parquet files are the tables
    tables: dict[str, str] = {}  # table name -> file, relative to the package or to the spec
    query: str | None = None  # SQL over the tables (or over a database); one row a customer
    query_file: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    decimal: Literal[".", ","] | None = None
    date_format: str | None = None  # strptime form, e.g. %d-%m-%Y


class IdColumn(_Part):
    """The column that identifies a customer; ``keep`` stores it beside the segments (needed for exports)."""

    column: str
    keep: bool = True


class ColumnSpec(_Part):
    """One column; with ``sql`` it is derived from the cleaned columns of the same row."""

    role: Role
    kind: Kind = "number"
    sql: str | None = None
    label: str = ""
    unit: str = ""
    format: str = ",.3~r"
    meaning: Meaning | None = None
    transform: tuple[Literal["log1p", "winsorize", "standardize", "robust"], ...] | None = None
    order: tuple[str, ...] = ()
    high: str = ""
    low: str = ""


class GroupSpec(_Part):
    """Columns that add up to a total; ``shares`` derives each member's share with that role."""

    label: str
    meaning: GroupMeaning = "other"
    members: dict[str, str]  # column -> label
    shares: Literal["active", "passive", "ignored"] = "passive"
    member_role: Literal["passive", "ignored"] = "passive"
    transform: tuple[Literal["log1p", "winsorize", "standardize", "robust"], ...] | None = None
    unit: str = ""
    high: str = "much {label}"
    low: str = "little {label}"


class ReplaceRule(_Part):
    """Repair misspelt or meaningless categories; an empty replacement means unknown."""

    rule: Literal["replace"]
    column: str
    values: dict[str, str]


class RangeRule(_Part):
    """Values outside [min, max] are impossible and lead to ``action``."""

    rule: Literal["range"]
    column: str
    min: float | None = None
    max: float | None = None
    action: Action = "null"


class WhereRule(_Part):
    """Rows for which the SQL condition holds lead to ``action``."""

    rule: Literal["where"]
    name: str
    sql: str
    action: Literal["quarantine", "drop", "flag"] = "quarantine"


class LookalikeRule(_Part):
    """What to do with rows that equal another one in everything but the id; the default is to flag them."""

    rule: Literal["lookalikes"]
    action: Literal["drop", "flag"] = "flag"


class DuplicateIdRule(_Part):
    """What to do with several different rows of one id; the most complete row stays, the others go."""

    rule: Literal["duplicate_ids"]
    action: Literal["drop", "quarantine"] = "quarantine"


Rule = Annotated[
    ReplaceRule | RangeRule | WhereRule | LookalikeRule | DuplicateIdRule, Field(discriminator="rule")
]


class SegmentsSpec(_Part):
    """How many segments a team can work with."""

    min: int = Field(2, ge=2)
    max: int = Field(12, ge=2)


class Spec(_Part):
    """A whole spec."""

    name: str = Field(pattern=r"^[\w-]+$")
    title: str = ""
    description: str = ""
    as_of: date | None = None
    currency: str = ""
    transform: tuple[Literal["log1p", "winsorize", "standardize", "robust"], ...] = ("standardize",)
    source: Source = Source()
    id: IdColumn
    columns: dict[str, ColumnSpec]
    groups: dict[str, GroupSpec] = {}
    rules: tuple[Rule, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    segments: SegmentsSpec = SegmentsSpec()

    # filled in by the loader
    path: str = ""
    hash: str = ""


def load_spec(name_or_file: str) -> Spec:
    """Read a shipped spec by name or a TOML file by path.

    Raises
    ------
    SpecError
        Naming the file, the key, what was expected and the nearest valid name.

    """
    path = _find(name_or_file)
    try:
        raw = path.read_bytes()
        data = tomllib.loads(raw.decode("utf-8-sig"))
    except OSError as error:
        raise SpecError.because(f"{path}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SpecError.because(f"{path}: not valid TOML", found=str(error), remedy="mend the line named") from error
    spec = parse_spec(data, where=str(path))
    query = _query(spec, path)
    digest = hashlib.sha256(raw + (query or "").encode()).hexdigest()[:16]
    source = spec.source.model_copy(update={"query": query})
    return spec.model_copy(update={"path": str(path), "hash": digest, "source": source})


def parse_spec(data: dict[str, Any], *, where: str) -> Spec:
    """Check the parsed TOML; ``where`` opens each message. Raises ``SpecError``."""
    try:
        spec = Spec.model_validate(data)
    except ValidationError as error:
        raise _explain(error, where) from error
    _check_references(spec, where)
    return spec


def shipped_specs() -> tuple[str, ...]:
    """Names of the specs that come with Korzina."""
    return tuple(sorted(path.stem for path in SPECS_FOLDER.glob("*.toml")))


def describe_dataset(spec: Spec) -> Dataset:
    """The spec as a reader needs it: every column of the customers table with its meaning."""
    columns = [_column(spec, name, column) for name, column in spec.columns.items()]
    groups = []
    for key, group in spec.groups.items():
        columns += _group_columns(spec, key, group)
        groups.append(Group(
            key=key, label=group.label, meaning=group.meaning, members=tuple(group.members),
            member_labels=tuple(group.members.values()), unit=group.unit or spec.currency,
            shares=tuple(map(share_name, group.members)),
        ))
    return Dataset(
        spec=spec.name, title=spec.title or spec.name, spec_hash=spec.hash, as_of=spec.as_of, currency=spec.currency,
        columns=tuple(columns), groups=tuple(groups), campaigns=spec.campaigns,
        id_column=spec.id.column if spec.id.keep else None,
    )


def share_name(member: str) -> str:
    """Name of the derived column that holds the share of a group's member in the group's total."""
    return f"{member}_share"


def raw_columns(spec: Spec) -> dict[str, Kind]:
    """Columns that the source must have, with the kind to read each as; the id comes first, as text."""
    kinds: dict[str, Kind] = {spec.id.column: "text"}
    kinds |= {name: column.kind for name, column in spec.columns.items() if column.sql is None}
    for group in spec.groups.values():
        kinds |= {member: "number" for member in group.members if member not in spec.columns}
    return kinds


def _column(spec: Spec, name: str, column: ColumnSpec) -> Column:
    fields = column.model_dump(exclude={"sql", "transform", "label"})
    transform = column.transform if column.transform is not None else spec.transform
    label = column.label or name.replace("_", " ").strip().capitalize()
    return Column(name=name, label=label, transform=transform if column.role == "active" else (), **fields)


def _group_columns(spec: Spec, key: str, group: GroupSpec) -> list[Column]:
    made: list[Column] = []
    transform = group.transform if group.transform is not None else spec.transform
    for member, label in group.members.items():
        if member not in spec.columns:
            made.append(Column(name=member, role=group.member_role, kind="number", label=label, group=key,
                               unit=group.unit or spec.currency, format=",.0f"))
        made.append(Column(
            name=share_name(member), role=group.shares, kind="number", label=f"{label}: share", format=".0%", group=key,
            transform=transform if group.shares == "active" else (),
            high=group.high.format(label=label.lower()), low=group.low.format(label=label.lower()),
        ))
    return made


def _find(name_or_file: str) -> Path:
    path = Path(name_or_file)
    if path.suffix == ".toml":
        if not path.is_file():
            raise SpecError.because(f"{path}: no such spec file", remedy="give the path of a TOML file, or make one "
                                    "with 'korzina init FILE'")
        return path
    if name_or_file not in shipped_specs():
        raise SpecError.unknown_name("--spec", name_or_file, shipped_specs())
    return SPECS_FOLDER / f"{name_or_file}.toml"


def _query(spec: Spec, path: Path) -> str | None:
    if spec.source.query_file is None:
        return spec.source.query
    file = path.parent / spec.source.query_file
    try:
        return file.read_text("utf-8")
    except OSError as error:
        raise SpecError.because(f"{path}: source.query_file: {file} cannot be read ({error.strerror})") from error


def _explain(error: ValidationError, where: str) -> SpecError:
    """Turn pydantic's first complaint into one that names the key and the nearest valid one."""
    errors = error.errors(include_url=False)
    # a misspelt key also makes the right one "missing": speak of the misspelling
    first = next((one for one in errors if one["type"] == "extra_forbidden"), errors[0])
    key = ".".join(str(part) for part in first["loc"] if not str(part).endswith("Rule"))
    if first["type"] == "extra_forbidden":
        *parents, name = (str(part) for part in first["loc"])
        return SpecError.unknown_name(f"{where}: {'.'.join(parents) or 'top level'}", name, _valid_keys(first["loc"]))
    found = "nothing" if first["type"] == "missing" else repr(first["input"])
    return SpecError.because(f"{where}: key {key!r} is wrong", expected=first["msg"], found=found[:120],
                             remedy="mend this key; docs/spec.md lists them all")


def _valid_keys(location: tuple[int | str, ...]) -> list[str]:
    model: Any = Spec
    for part in location[:-1]:
        if isinstance(part, str) and part in getattr(model, "model_fields", {}):
            model = model.model_fields[part].annotation
        candidates = [kind for kind in (model, *get_args(model)) if hasattr(kind, "model_fields")]
        named = [kind for kind in candidates if kind.__name__ == part]
        if named or candidates:
            model = (named or candidates)[0]
        else:
            nested = [inner for kind in get_args(model) for inner in get_args(kind) if hasattr(inner, "model_fields")]
            model = next((kind for kind in nested if kind.__name__ == part), nested[0] if nested else model)
    return [key for key in getattr(model, "model_fields", {}) if key not in ("path", "hash")]


def _check_references(spec: Spec, where: str) -> None:
    """Refuse what would cluster on an outcome, and references to columns that do not exist."""
    known = set(raw_columns(spec)) | set(spec.columns)
    outcomes = {name for name, column in spec.columns.items() if column.role == "outcome"}
    for rule in spec.rules:
        column = getattr(rule, "column", None)
        if column is not None and column not in known:
            raise SpecError.unknown_name(f"{where}: rules ({rule.rule})", column, known)
    for campaign in spec.campaigns:
        if campaign.column not in outcomes:
            raise SpecError.because(f"{where}: campaigns: column {campaign.column!r} is not an outcome",
                                    expected="a column with role = \"outcome\"", found=campaign.column)
    _refuse_leaks(spec, outcomes, where)
    if not any(column.role == "active" for column in describe_dataset(spec).columns):
        raise SpecError.because(f"{where}: no active column", expected="at least one column (or group share) with "
                                "role = \"active\"", remedy="mark the columns that describe behaviour as active")
    meanings = [column.meaning for column in spec.columns.values() if column.meaning]
    for meaning in meanings:
        if meanings.count(meaning) > 1:
            raise SpecError.because(f"{where}: two columns have meaning = {meaning!r}", expected="one column at most")
    if spec.segments.min > spec.segments.max:
        raise SpecError.because(f"{where}: segments.min is above segments.max")


def _refuse_leaks(spec: Spec, outcomes: set[str], where: str) -> None:
    """An active column must not be computed from an outcome, directly or through other derived columns."""
    tainted = set(outcomes)
    for _ in spec.columns:
        tainted |= {name for name, column in spec.columns.items() if column.sql and identifiers(column.sql) & tainted}
    for group in spec.groups.values():
        if group.shares == "active":
            tainted |= {f"share of {member}" for member in group.members if member in tainted}
    bad = sorted(name for name in tainted if name.startswith("share of ")
                 or (name in spec.columns and spec.columns[name].role == "active"))
    if bad:
        raise SpecError.because(
            f"{where}: column {bad[0]!r} is active but is computed from a campaign outcome",
            expected="segments that know nothing of campaign responses",
            remedy="make it passive or ignored, or leave the outcome out of its SQL",
        )


def identifiers(sql: str) -> set[str]:
    """Words of an SQL expression that can be column names; string literals are left out."""
    without_strings = re.sub(r"'(?:[^']|'')*'", " ", sql)
    quoted = set(re.findall(r'"([^"]+)"', without_strings))
    return quoted | set(re.findall(r"[^\W\d]\w*", re.sub(r'"[^"]*"', " ", without_strings)))
