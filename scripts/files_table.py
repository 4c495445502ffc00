"""Writes ``docs/files.md``: which forms of files are recognised, what is asked, what is refused. Run by ``make files``.

Nothing in it is claimed: it is what drafting made of every file of ``tests/files`` when ``benchmarks/files.py`` last
ran over them all, which the tests repeat for one file of each form; and what the files of the known exports say.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pipeline.understanding.known_forms import FormFile, known_forms  # noqa: E402
from tests.files.answers import File  # noqa: E402
from tests.files.corpus import corpus  # noqa: E402
from tests.files.evaluation import Outcome, stored, tally  # noqa: E402

HEAD = """# Files: what is recognised, asked and refused

`korzina init` understands a file by what its columns hold; words in headers only propose. It takes a reading that
stands out, asks where two are nearly as good, and refuses where nobody buys. This page is made by `make files` from
{files} files of known content, in many delimiters, encodings, languages and forms of days and numbers (`tests/files`).
Each is drafted, read, cleaned, and compared with its customers, orders, money and last day.

"Not right" is a file whose customers, orders, money or last day came out otherwise, or that was refused though it holds
customers. What is asked is answered on a terminal by a number, elsewhere by `--answer KEY=VALUE`; a file counts as
asked where the first choice is the right one and gives exactly the right values.

## Forms

| form | files | taken without a question | asked about | refused | not right |
|:--|--:|--:|:--|--:|--:|
"""
EXPORTS = """
## Exports that are known by their headers

Headers propose, the values still have to agree: where one order has several customers or days, it is asked. Case, order
of columns and further columns do not matter.

| export | the customer | the day | the money | what to know | documented at |
|:--|:--|:--|:--|:--|:--|
"""
REFUSED = """
## Exports that are refused

| export | why | what to give instead | documented at |
|:--|:--|:--|:--|
"""


def page() -> str:
    """The page as it has to be."""
    found = stored()
    groups: dict[tuple[str, str], list[File]] = {}
    for file in corpus():
        if file.kind != "known exports":
            groups.setdefault((file.kind, file.form), []).append(file)
    rows = [
        _row(chapter, form, files, [found[file.name] for file in files]) for (chapter, form), files in groups.items()
    ]
    exports = [(name, form) for name, form in known_forms().items() if form.kind in ("purchases", "customers")]
    refused = [form for form in known_forms().values() if form.kind not in ("purchases", "customers")]
    known = {
        name: [found[file.name] for file in corpus() if re.fullmatch(rf"export_{name}_(\d+|folder)", file.name)]
        for name, _ in exports
    }
    return (
        HEAD.format(files=len(corpus()))
        + "\n".join(rows)
        + "\n"
        + EXPORTS
        + "\n".join(_export(form, known[name]) for name, form in exports)
        + "\n"
        + REFUSED
        + "\n".join(f"| {form.title} | {form.reason} | {form.remedy} | {form.source} |" for form in refused)
        + "\n"
    )


def _row(chapter: str, form: str, files: Sequence[File], outcomes: Sequence[Outcome]) -> str:
    counted = tally(outcomes)
    refused = counted["refused rightly"]
    wrong = sum(counted[name] for name in ("taken wrong", "asked, other first", "refused wrongly", "crash"))
    cells = (
        f"{chapter}: {form}",
        str(len(files)),
        str(counted["taken right"] or ""),
        _asked(outcomes),
        str(refused or ""),
        str(wrong or ""),
    )
    return f"| {' | '.join(cells)} |"


def _asked(outcomes: Sequence[Outcome]) -> str:
    """How many, and about what: ``2: date_format``."""
    asked = [outcome for outcome in outcomes if outcome.verdict == "asked, right first"]
    keys = dict.fromkeys(key for outcome in asked for key in outcome.asked)
    return f"{len(asked)}: {', '.join(f'`{key}`' for key in keys)}" if asked else ""


def _export(form: FormFile, outcomes: Sequence[Outcome]) -> str:
    money = form.money[0].sql if form.money else ""
    for role, columns in form.roles.items():
        money = money.replace(f"{{{role}}}", f"`{columns[0]}`")
    told = [*form.notes, *_about(form, outcomes)]
    cells = (
        form.title,
        _columns(form, "customer"),
        _columns(form, "day"),
        money or _columns(form, "spend"),
        "; ".join(told),
        form.source,
    )
    return f"| {' | '.join(cells)} |"


def _columns(form: FormFile, role: str) -> str:
    columns = next((names for key, names in form.roles.items() if key == role), [])
    return ", else ".join(f"`{name}`" for name in columns[:2])


def _about(form: FormFile, outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Statuses, questions, and whether its files came out right."""
    if form.status:
        for counts, words in (("cancelled", "cancelled"), ("aside", "set aside")):
            values = sorted(value for value, count in form.status.counts.items() if count == counts)
            if values:
                yield f"{words}: {', '.join(values)}"
    asked = dict.fromkeys(key for outcome in outcomes for key in outcome.asked)
    if asked:
        yield f"asked: {', '.join(f'`{key}`' for key in asked)}"
    wrong = sum(outcome.verdict not in ("taken right", "asked, right first") for outcome in outcomes)
    if wrong:
        yield f"**{wrong} of our {len(outcomes)} files of this form are not right**"


def main() -> None:
    """Write the page to ``--output``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "files.md")
    target = parser.parse_args().output
    target.write_text(page(), "utf-8")
    print(f"{target}: {len(page().splitlines())} lines")


if __name__ == "__main__":
    main()
