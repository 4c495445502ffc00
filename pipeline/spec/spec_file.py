"""What a data set's columns mean: roles, labels, units, rules. Read from one TOML file, checked, frozen."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from pipeline.contract import Column, Dataset, Group, Kind, Message, expected_of, share_label, unknown_name, with_label
from pipeline.errors import SpecError
from pipeline.spec.checks import check_references, explain
from pipeline.spec.engines import SparkQuery, SparkSource
from pipeline.spec.toml_tables import (
    BasketsSpec,
    ColumnSpec,
    GroupSpec,
    HistorySpec,
    Source,
    Spec,
)
from pipeline.spec.trust import leads_out, named

_Queried = TypeVar("_Queried", Source, HistorySpec, BasketsSpec)
SPECS_FOLDER = Path(__file__).parents[1] / "specs"

_MOST_PARTS = 100  # of a key; ours have three
_DEEP = re.compile(rf"""(?<![\w-])(?:(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{_MOST_PARTS}}}""")


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
    except OSError as error:
        raise SpecError.because(
            Message.of("{file}: cannot be read ({why})", file=str(path), why=str(error.strerror))
        ) from error
    return named(read_spec(raw, where=str(path), path=path))


def read_spec(raw: bytes, *, where: str, path: Path | None = None) -> Spec:
    """A spec from the bytes of a TOML file, whose queries in other files are found beside ``path``.

    Raises
    ------
    SpecError
        As ``load_spec`` does; ``where`` opens each message.

    """
    try:
        text = raw.decode("utf-8-sig")
        if _DEEP.search(text):  # which takes the parser the square of its parts
            raise ValueError(f"a key of {_MOST_PARTS} parts and more")
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also numbers of thousands of digits, and lists in lists
        raise SpecError.because(
            Message.of("{spec}: not valid TOML", spec=where),
            found=str(error).splitlines()[0][:300],
            remedy=Message.of("mend the line named"),
        ) from error
    spec = parse_spec(data, where=where)
    beside = path or Path(where)
    source = _with_queries("source", spec.source, beside)
    history = _with_queries("history", spec.history, beside) if spec.history else None
    baskets = _with_queries("baskets", spec.baskets, beside) if spec.baskets else None
    texts = "".join(part.query or "" for part in (source, history, baskets) if part)
    digest = hashlib.sha256(raw + texts.encode()).hexdigest()[:16]
    return spec.model_copy(
        update={
            "path": str(path) if path else "",
            "hash": digest,
            "source": source,
            "history": history,
            "baskets": baskets,
        }
    )


def parse_spec(data: dict[str, Any], *, where: str) -> Spec:
    """Check the parsed TOML; ``where`` opens each message. Raises ``SpecError``."""
    try:
        spec = Spec.model_validate(data)
    except ValidationError as error:
        raise explain(error, where) from error
    check_references(spec, set(raw_columns(spec)) | set(spec.columns), where)
    return spec


def restore_spec(text: str) -> Spec:
    """The spec that a run was trained with, from the JSON stored beside it; raises ``SpecError``."""
    try:
        return Spec.model_validate_json(text)
    except ValidationError as error:
        raise SpecError.because(
            Message.of("the spec stored with the run cannot be read"),
            expected=expected_of(error.errors()[0]),
            remedy=Message.of("train again with this version of Korzina"),
        ) from error


def shipped_specs() -> tuple[str, ...]:
    """Names of the specs that come with Korzina."""
    return tuple(sorted(path.stem for path in SPECS_FOLDER.glob("*.toml")))


def describe_dataset(spec: Spec) -> Dataset:
    """The spec as a reader needs it: every column of the customers table with its meaning."""
    columns = [_column(spec, name, column) for name, column in spec.columns.items()]
    groups = []
    for key, group in spec.groups.items():
        columns += _group_columns(spec, key, group)
        groups.append(
            Group(
                key=key,
                label=group.label,
                meaning=group.meaning,
                members=tuple(group.members),
                member_labels=tuple(group.members.values()),
                unit=group.unit or spec.currency,
                shares=tuple(map(share_name, group.members)),
            )
        )
    return Dataset(
        spec=spec.name,
        title=spec.title or spec.name,
        spec_hash=spec.hash,
        as_of=spec.day,
        currency=spec.currency,
        columns=tuple(columns),
        groups=tuple(groups),
        campaigns=spec.campaigns,
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
            made.append(
                Column(
                    name=member,
                    role=group.member_role,
                    kind="number",
                    label=label,
                    group=key,
                    unit=group.unit or spec.currency,
                    format=",.0f",
                )
            )
        made.append(
            Column(
                name=share_name(member),
                role=group.shares,
                kind="number",
                label=share_label(label),
                format=".0%",
                group=key,
                transform=transform if group.shares == "active" else (),
                high=with_label(group.high, label, more=True),
                low=with_label(group.low, label, more=False),
            )
        )
    return made


def _find(name_or_file: str) -> Path:
    path = Path(name_or_file)
    if path.suffix == ".toml":
        if not path.is_file():
            raise SpecError.because(
                Message.of("{file}: no such spec file", file=str(path)),
                remedy=Message.of("give the path of a TOML file, or make one with 'korzina init FILE'"),
            )
        return path
    if name_or_file not in shipped_specs():
        raise unknown_name("--spec", name_or_file, shipped_specs())
    return SPECS_FOLDER / f"{name_or_file}.toml"


def _with_queries(key: str, part: _Queried, path: Path) -> _Queried:
    """The part with its queries in other files read, that for Spark too."""
    spark = part.spark.model_copy(update={"query": _query(f"{key}.spark", part.spark, path)})
    return part.model_copy(update={"query": _query(key, part, path), "spark": spark})


def _query(key: str, part: Source | HistorySpec | BasketsSpec | SparkQuery | SparkSource, path: Path) -> str | None:
    if part.query_file is None:
        return part.query
    if leads_out(part.query_file):  # tables may lie elsewhere, but a query is a part of the spec
        raise SpecError.because(
            Message.of("{spec}: {key}.query_file leads out of the spec's folder", spec=str(path), key=key),
            found=part.query_file,
            expected=Message.of("a file beside the spec, or in a folder below it"),
            remedy=Message.of("put the query there, or write it into the spec"),
        )
    file = path.parent / part.query_file
    try:
        return file.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise SpecError.because(
            Message.of(
                "{spec}: {key}.query_file: {file} cannot be read ({why})",
                spec=str(path),
                key=key,
                file=str(file),
                why=str(error.strerror) if isinstance(error, OSError) else Message.of("no UTF-8 text"),
            )
        ) from error
