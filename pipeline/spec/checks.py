"""What pydantic cannot see of a spec: references, leaks of outcomes, and complaints that name the nearest valid key."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise

from pydantic import BaseModel, ValidationError

from pipeline.contract import Campaign
from pipeline.errors import SpecError
from pipeline.spec.parts import (
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
    RfmCuts,
    RfmSpec,
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
}
RULES: dict[str, type[BaseModel]] = {
    "replace": ReplaceRule,
    "range": RangeRule,
    "where": WhereRule,
    "lookalikes": LookalikeRule,
    "duplicate_ids": DuplicateIdRule,
}


_FORMS_OF_A_DAY = ("date", "literal['auto']")  # what pydantic calls the two forms of as_of


def explain(error: ValidationError, where: str) -> SpecError:
    """Turn pydantic's first complaint into one that names the key and the nearest valid one."""
    errors = error.errors(include_url=False)
    # a misspelt key also makes the right one "missing": speak of the misspelling
    first = next((one for one in errors if one["type"] == "extra_forbidden"), errors[0])
    key = ".".join(str(part) for part in first["loc"] if part not in (*RULES, *_FORMS_OF_A_DAY))
    if first["type"] == "extra_forbidden":
        *parents, name = (str(part) for part in first["loc"])
        return SpecError.unknown_name(f"{where}: {'.'.join(parents) or 'top level'}", name, _valid_keys(first["loc"]))
    found = "nothing" if first["type"] == "missing" else repr(first["input"])
    return SpecError.because(
        f"{where}: key {key!r} is wrong",
        expected='a day such as 2026-01-31, or "auto"' if key == "as_of" else first["msg"],
        found=found[:120],
        remedy="mend this key; docs/spec.md lists them all ('korzina docs spec' prints it)",
    )


def _valid_keys(location: tuple[int | str, ...]) -> list[str]:
    """Keys of the part of a spec in which ``location`` stands."""
    head = location[0] if len(location) > 1 else ""
    if head in ("lines", "rfm") and len(location) > 2:  # ("lines", "aside", 0, key), ("rfm", "cuts", key)
        head = location[1]
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
        f"{spec.path or spec.name}: question {asked.key!r} is open: {asked.ask}",
        expected=f"one of {', '.join(asked.choices)}" if asked.choices else "an answer",
        remedy=f"{command} (or write the answer into the spec and take [[questions]] out)",
    )


_QUANTITIES = ("number", "integer", "flag")
_REMEDIES = {
    "category": 'set its role to "passive" (it describes the segments then), or make a flag of one value: a column of '
    """its own with sql = "COLUMN = 'VALUE'", kind = "flag", role = "active" and transform = ["binary"]""",
    "date": 'set its role to "passive", or derive days from it: sql = "date_diff(\'day\', COLUMN, as_of)"',
}


def check_references(spec: Spec, known: set[str], where: str) -> None:
    """Refuse what would cluster on an outcome, and references to columns that do not exist."""
    outcomes = {name for name, column in spec.columns.items() if column.role == "outcome"}
    for rule in spec.rules:
        column = getattr(rule, "column", None)
        if column is not None and column not in known:
            raise SpecError.unknown_name(f"{where}: rules ({rule.rule})", column, known)
    for campaign in spec.campaigns:
        if campaign.column not in outcomes:
            raise SpecError.because(
                f"{where}: campaigns: column {campaign.column!r} is not an outcome",
                expected='a column with role = "outcome"',
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
            f"{where}: no active column",
            expected='at least one column (or group share) with role = "active"',
            remedy="mark the columns that describe behaviour as active",
        )
    meanings = [column.meaning for column in spec.columns.values() if column.meaning]
    for meaning in meanings:
        if meanings.count(meaning) > 1:
            raise SpecError.because(f"{where}: two columns have meaning = {meaning!r}", expected="one column at most")
    if spec.history and not any(campaign.start for campaign in spec.campaigns):
        raise SpecError.because(
            f"{where}: [history] needs campaigns with a start",
            remedy="add start to [[campaigns]], or leave [history] out",
        )
    if spec.segments.max is not None and spec.segments.min > spec.segments.max:
        raise SpecError.because(f"{where}: segments.min is above segments.max")


def _check_view(source: Source, where: str) -> None:
    """A view is the table ``data`` and stands on others, of which the grain is one."""
    named = {**source.tables, **source.load}
    if source.grain and not source.view:
        raise SpecError.because(
            f"{where}: source.grain without source.view",
            expected="the view whose rows are those of the grain",
            remedy="add source.view, or leave source.grain out",
        )
    if source.grain and named and source.grain not in named:
        raise SpecError.unknown_name(f"{where}: source.grain", source.grain, named)
    if source.view and "data" in named:
        raise SpecError.because(
            f"{where}: a table of the source is called 'data'",
            expected="another name: 'data' is what source.view makes of the tables",
            remedy="rename it in source.tables, source.load and the view",
        )
    unknown = sorted(set(source.tables) - set(source.load)) if source.load else []
    if unknown:
        raise SpecError.because(
            f"{where}: source.load has no columns for table {unknown[0]!r}",
            expected="columns for every table of source.tables",
            remedy=f"add {unknown[0]} to [source.load], or take it out of source.tables",
        )


def _check_rfm(spec: Spec, where: str) -> None:
    """RFM scores are of three columns of numbers that a run keeps, and their cut points rise."""
    if spec.rfm is None:
        return
    named = {key: getattr(spec.rfm, key) for key in RfmCuts.model_fields}
    for key, name in named.items():
        if name not in spec.columns:
            raise SpecError.unknown_name(f"{where}: rfm.{key}", name, spec.columns)
        column = spec.columns[name]
        if column.role not in ("active", "passive") or column.kind not in ("number", "integer"):
            raise SpecError.because(
                f"{where}: rfm.{key}: column {name!r} cannot be scored",
                expected="an active or passive column of numbers",
                found=f'role = "{column.role}", kind = "{column.kind}"',
                remedy="make days of a date: sql = \"date_diff('day', COLUMN, as_of)\""
                if column.kind == "date"
                else "",
            )
        cuts = getattr(spec.rfm.cuts, key)
        if cuts and any(low >= high for low, high in pairwise(cuts)):
            raise SpecError.because(
                f"{where}: rfm.cuts.{key} does not rise",
                expected="four numbers, each above the one before",
                found=", ".join(f"{cut:g}" for cut in cuts),
            )
    if len(set(named.values())) < len(named):
        raise SpecError.because(
            f"{where}: rfm names one column twice",
            expected="a column each for recency, frequency and monetary",
            found=", ".join(named.values()),
        )


def _refuse_no_quantity(spec: Spec, where: str) -> None:
    """What is clustered on has distances: numbers and flags have, categories, days and texts have none."""
    if "binary" in spec.transform:
        raise SpecError.because(f"{where}: transform: 'binary' is for single flags", remedy="give it to their columns")
    for name, column in spec.columns.items():
        if column.role == "active" and column.kind not in _QUANTITIES:
            raise SpecError.because(
                f"{where}: columns.{name}: kind = {column.kind!r} cannot be active",
                expected="a number, an integer or a flag: between others there is no distance to cluster by",
                found=f'role = "active" with kind = {column.kind!r}',
                remedy=_REMEDIES.get(column.kind, 'set its role to "passive": it describes the segments then'),
            )
        if "binary" in (column.transform or ()) and (column.kind != "flag" or column.transform != ("binary",)):
            raise SpecError.because(
                f"{where}: columns.{name}: transform = {list(column.transform or ())} does not fit",
                expected='"binary" alone, for a flag',
                found=f"kind = {column.kind!r}",
                remedy='use "standardize" or "robust" for numbers',
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
            f"{where}: column {bad[0]!r} is active but is computed from a campaign outcome",
            expected="segments that know nothing of campaign responses",
            remedy="make it passive or ignored, or leave the outcome out of its SQL",
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
