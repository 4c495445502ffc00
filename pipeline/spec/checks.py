"""What pydantic cannot see of a spec: references, leaks of outcomes, and complaints that name the nearest valid key."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise

from pydantic import BaseModel, ValidationError

from pipeline.contract import Campaign, Message, expected_of, unknown_name
from pipeline.errors import SpecError
from pipeline.spec.engines import EngineSpec, SparkQuery, SparkSource
from pipeline.spec.rfm_section import RfmCuts, RfmSpec
from pipeline.spec.toml_tables import (
    BasketsSpec,
    ColumnSpec,
    DuplicateIdRule,
    GroupSpec,
    HistorySpec,
    IdColumn,
    LineRule,
    LinesSpec,
    LookalikeRule,
    OpenQuestion,
    RangeRule,
    ReplaceRule,
    SegmentsSpec,
    Source,
    Spec,
    WhereRule,
)

PARTS: dict[str, type[BaseModel]] = {
    "columns": ColumnSpec,
    "groups": GroupSpec,
    "campaigns": Campaign,
    "source": Source,
    "lines": LinesSpec,
    "aside": LineRule,
    "questions": OpenQuestion,
    "id": IdColumn,
    "segments": SegmentsSpec,
    "baskets": BasketsSpec,
    "history": HistorySpec,
    "rfm": RfmSpec,
    "cuts": RfmCuts,
    "engine": EngineSpec,
    "spark": SparkQuery,
}
RULES: dict[str, type[BaseModel]] = {
    "replace": ReplaceRule,
    "range": RangeRule,
    "where": WhereRule,
    "lookalikes": LookalikeRule,
    "duplicate_ids": DuplicateIdRule,
}


_SHOWN = 120  # letters of what was found
_FORMS_OF_A_DAY = ("date", "literal['auto']")  # what pydantic calls the two forms of as_of


def explain(error: ValidationError, where: str) -> SpecError:
    """Turn pydantic's first complaint into one that names the key and the nearest valid one."""
    errors = error.errors(include_url=False)
    # a misspelt key also makes the right one "missing": speak of the misspelling
    first = next((error for error in errors if error["type"] == "extra_forbidden"), errors[0])
    key = ".".join(str(part) for part in first["loc"] if part not in (*RULES, *_FORMS_OF_A_DAY))
    if first["type"] == "extra_forbidden":
        *parents, name = (str(part) for part in first["loc"])
        return unknown_name(f"{where}: {'.'.join(parents) or 'top level'}", name, _valid_keys(first["loc"]))
    value = Message.of("nothing") if first["type"] == "missing" else repr(first["input"])[:_SHOWN]
    return SpecError.because(
        Message.of("{spec}: key {key} is wrong", spec=where, key=repr(key)),
        expected=Message.of('a day such as 2026-01-31, or "auto"') if key == "as_of" else expected_of(first),
        found=value,
        remedy=Message.of("mend this key; docs/spec.md lists them all ('korzina docs spec' prints it)"),
    )


def _valid_keys(location: tuple[int | str, ...]) -> list[str]:
    """Keys of the part of a spec in which ``location`` stands."""
    head = location[0] if len(location) > 1 else ""
    if head in ("lines", "rfm") and len(location) > 2:  # ("lines", "aside", 0, key), ("rfm", "cuts", key)
        head = location[1]
    if len(location) > 2 and location[1] == "spark":
        head = "spark"
        if location[0] == "source":
            return list(SparkSource.model_fields)
    model: type[BaseModel] = RULES[str(location[2])] if head == "rules" else PARTS.get(str(head), Spec)
    return [key for key in model.model_fields if key not in ("path", "hash")]


def refuse_open_questions(spec: Spec, data: str | None) -> None:
    """Raise ``SpecError`` while a draft's question is open, with the command that answers it."""
    if not spec.questions:
        return
    asked, file = spec.questions[0], data or "FILE"
    likely = next(iter(asked.choices), "VALUE")
    target = f" --output {shlex.quote(spec.path)}" if spec.path else ""
    command = f"korzina init {shlex.quote(file)} --answer {shlex.quote(f'{asked.key}={likely}')}{target} --force"
    raise SpecError.because(
        Message.of(
            "{spec}: question {key} is open: {ask}", spec=spec.path or spec.name, key=repr(asked.key), ask=asked.ask
        ),
        expected=Message.of("one of {values}", values=", ".join(asked.choices))
        if asked.choices
        else Message.of("an answer"),
        remedy=Message.of("{command} (or write the answer into the spec and take [[questions]] out)", command=command),
    )


_QUANTITIES = ("number", "integer", "flag")
_REMEDIES = {
    "category": Message.of(
        'set its role to "passive" (it describes the segments then), or make a flag of one value: a column of its own '
        "with {keys}",
        keys="""sql = "COLUMN = 'VALUE'", kind = "flag", role = "active" and transform = ["binary"]""",
    ),
    "date": Message.of(
        'set its role to "passive", or derive days from it: sql = {sql}', sql="\"date_diff('day', COLUMN, as_of)\""
    ),
}


def check_references(spec: Spec, known: set[str], where: str) -> None:
    """Refuse what would cluster on an outcome, and references to columns that do not exist."""
    outcomes = {name for name, column in spec.columns.items() if column.role == "outcome"}
    for rule in spec.rules:
        column = getattr(rule, "column", None)
        if column is not None and column not in known:
            raise unknown_name(f"{where}: rules ({rule.rule})", column, known)
    for campaign in spec.campaigns:
        if campaign.column not in outcomes:
            raise SpecError.because(
                Message.of(
                    "{spec}: campaigns: column {column} is not an outcome", spec=where, column=repr(campaign.column)
                ),
                expected=Message.of('a column with role = "outcome"'),
                found=campaign.column,
            )
    _check_view(spec.source, where)
    _check_rfm(spec, where)
    _refuse_leaks(spec, outcomes, where)
    _refuse_no_quantity(spec, where)
    if not any(part.role == "active" for part in spec.columns.values()) and not any(
        group.shares == "active" for group in spec.groups.values()
    ):
        raise SpecError.because(
            Message.of("{spec}: no active column", spec=where),
            expected=Message.of('at least one column (or group share) with role = "active"'),
            remedy=Message.of("mark the columns that describe behaviour as active"),
        )
    meanings = [column.meaning for column in spec.columns.values() if column.meaning]
    for meaning in meanings:
        if meanings.count(meaning) > 1:
            raise SpecError.because(
                Message.of("{spec}: two columns have meaning = {meaning}", spec=where, meaning=repr(meaning)),
                expected=Message.of("one column at most"),
            )
    if spec.history and not any(campaign.start for campaign in spec.campaigns):
        raise SpecError.because(
            Message.of("{spec}: [history] needs campaigns with a start", spec=where),
            remedy=Message.of("add start to [[campaigns]], or leave [history] out"),
        )
    if spec.segments.max is not None and spec.segments.min > spec.segments.max:
        raise SpecError.because(Message.of("{spec}: segments.min is above segments.max", spec=where))


def _check_view(source: Source, where: str) -> None:
    """A view is the table ``data`` and stands on others, of which the grain is one."""
    named = {**source.tables, **source.load}
    if source.grain and not source.view:
        raise SpecError.because(
            Message.of("{spec}: source.grain without source.view", spec=where),
            expected=Message.of("the view whose rows are those of the grain"),
            remedy=Message.of("add source.view, or leave source.grain out"),
        )
    if source.grain and named and source.grain not in named:
        raise unknown_name(f"{where}: source.grain", source.grain, named)
    if source.view and "data" in named:
        raise SpecError.because(
            Message.of("{spec}: a table of the source is called 'data'", spec=where),
            expected=Message.of("another name: 'data' is what source.view makes of the tables"),
            remedy=Message.of("rename it in source.tables, source.load and the view"),
        )
    unknown = sorted(set(source.tables) - set(source.load)) if source.load else []
    if unknown:
        raise SpecError.because(
            Message.of("{spec}: source.load has no columns for table {table}", spec=where, table=repr(unknown[0])),
            expected=Message.of("columns for every table of source.tables"),
            remedy=Message.of("add {table} to [source.load], or take it out of source.tables", table=unknown[0]),
        )


def _check_rfm(spec: Spec, where: str) -> None:
    """RFM scores are of three columns of numbers that a run keeps, and their cut points rise."""
    if spec.rfm is None:
        return
    named = {key: getattr(spec.rfm, key) for key in RfmCuts.model_fields}
    for key, name in named.items():
        if name not in spec.columns:
            raise unknown_name(f"{where}: rfm.{key}", name, spec.columns)
        column = spec.columns[name]
        if column.role not in ("active", "passive") or column.kind not in ("number", "integer"):
            raise SpecError.because(
                Message.of(
                    "{spec}: rfm.{key}: column {column} cannot be scored", spec=where, key=key, column=repr(name)
                ),
                expected=Message.of("an active or passive column of numbers"),
                found=Message.of("role = {role}, kind = {kind}", role=f'"{column.role}"', kind=f'"{column.kind}"'),
                remedy=Message.of("make days of a date: sql = {sql}", sql="\"date_diff('day', COLUMN, as_of)\"")
                if column.kind == "date"
                else "",
            )
        cuts = getattr(spec.rfm.cuts, key)
        if cuts and any(low >= high for low, high in pairwise(cuts)):
            raise SpecError.because(
                Message.of("{spec}: rfm.cuts.{key} does not rise", spec=where, key=key),
                expected=Message.of("four numbers, each above the one before"),
                found=", ".join(f"{cut:g}" for cut in cuts),
            )
    if len(set(named.values())) < len(named):
        raise SpecError.because(
            Message.of("{spec}: rfm names one column twice", spec=where),
            expected=Message.of("a column each for recency, frequency and monetary"),
            found=", ".join(named.values()),
        )


def _refuse_no_quantity(spec: Spec, where: str) -> None:
    """What is clustered on has distances: numbers and flags have, categories, days and texts have none."""
    if "binary" in spec.transform:
        raise SpecError.because(
            Message.of("{spec}: transform: 'binary' is for single flags", spec=where),
            remedy=Message.of("give it to their columns"),
        )
    for name, column in spec.columns.items():
        if column.role == "active" and column.kind not in _QUANTITIES:
            raise SpecError.because(
                Message.of(
                    "{spec}: columns.{column}: kind = {kind} cannot be active",
                    spec=where,
                    column=name,
                    kind=repr(column.kind),
                ),
                expected=Message.of(
                    "a number, an integer or a flag: between others there is no distance to cluster by"
                ),
                found=Message.of('role = "active" with kind = {kind}', kind=repr(column.kind)),
                remedy=_REMEDIES.get(
                    column.kind, Message.of('set its role to "passive": it describes the segments then')
                ),
            )
        if "binary" in (column.transform or ()) and (column.kind != "flag" or column.transform != ("binary",)):
            raise SpecError.because(
                Message.of(
                    "{spec}: columns.{column}: transform = {steps} does not fit",
                    spec=where,
                    column=name,
                    steps=str(list(column.transform or ())),
                ),
                expected=Message.of('"binary" alone, for a flag'),
                found=Message.of("kind = {kind}", kind=repr(column.kind)),
                remedy=Message.of('use "standardize" or "robust" for numbers'),
            )


def _refuse_leaks(spec: Spec, outcomes: set[str], where: str) -> None:
    """An active column must not be computed from an outcome, directly or through other derived columns."""
    tainted = _derived_from(spec, outcomes)
    for group in spec.groups.values():
        if group.shares == "active":
            tainted |= {f"share of {member}" for member in group.members if member in tainted}
    bad = sorted(
        name
        for name in tainted
        if name.startswith("share of ") or (name in spec.columns and spec.columns[name].role == "active")
    )
    if bad:
        raise SpecError.because(
            Message.of(
                "{spec}: column {column} is active but is computed from a campaign outcome",
                spec=where,
                column=repr(bad[0]),
            ),
            expected=Message.of("segments that know nothing of campaign responses"),
            remedy=Message.of("make it passive or ignored, or leave the outcome out of its SQL"),
        )


def outcome_derived(spec: Spec) -> frozenset[str]:
    """Outcomes, and every column and share that is computed from one, directly or through others."""
    tainted = _derived_from(spec, {name for name, column in spec.columns.items() if column.role == "outcome"})
    shares = {
        f"{member}_share" for group in spec.groups.values() for member in group.members if tainted & set(group.members)
    }  # a share's whole is the sum of all members
    return frozenset(tainted | shares)


def _derived_from(spec: Spec, names: set[str]) -> set[str]:
    tainted = set(names)
    for _ in spec.columns:
        tainted |= {name for name, column in spec.columns.items() if column.sql and identifiers(column.sql) & tainted}
    return tainted


_WORD = re.compile(r"""'(?:[^']|'')*'|"(?P<quoted>(?:[^"]|"")*)"|(?P<word>\b[^\W\d]\w*+(?!\s*\())""")


def identifiers(sql: str) -> set[str]:
    """Words of an SQL expression that can be column names; string literals are left out."""
    words = (match["quoted"] or match["word"] for match in _WORD.finditer(sql))
    return {word.replace('""', '"') for word in words if word}
