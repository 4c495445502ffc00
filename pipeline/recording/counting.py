"""All customers where they are, counted for charts: the tallies that local runs get from rows, from two folds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd

from pipeline.contract import CATEGORY_KINDS, NUMERIC_KINDS, Column
from pipeline.contract import population as told
from pipeline.folding import (
    Bins,
    Categories,
    Charted,
    ColumnMoments,
    ColumnRanges,
    Known,
    NumberColumns,
    Parts,
    Placed,
    Population,
    Quantile,
    Several,
    exponents,
    moments,
    order_statistics,
    ranges,
    total,
)
from pipeline.segmenting import as_kernel
from pipeline.stages import Elsewhere, Training
from pipeline.tallying import (
    MOST_WORDS,
    BinnedColumn,
    ByTwo,
    TallyPlan,
    add_member,
    answers_of,
    pairs_of,
    rows_of,
    tally_table,
)

_NOBODY = np.empty(0)


def placed_by(training: Training) -> Placed:
    """Who is in which segment, for every k; of a training of whose customers a sample is at hand."""
    guides = {
        candidate.record.k: candidate.centres if candidate.guide is None else candidate.guide
        for candidate in training.candidates
    }
    centres = {candidate.record.k: candidate.centres for candidate in training.candidates}
    middle = training.features.matrix.mean(axis=0)
    return Placed(as_kernel(training.features.transform), guides, centres, tuple(middle.tolist()))


def count_everybody(training: Training, population: Population) -> Training:
    """The training with exact counts of all customers for charts, of whom its own are a sample.

    The sample was drawn of all alike; its strata are the segments of the recommended k, to whose sizes it is weighed.
    """
    names = [str(name) for name in training.customers.columns[1:]]
    asked = TallyPlan.of(population.dataset, names)
    known = population.fold(Known(tuple(names)))
    missing = dict(zip(names, known["missing"].tolist(), strict=True))
    whole = {name for name, broken in zip(names, known["broken"].tolist(), strict=True) if not broken}
    spreads = _spreads(population, asked, whole)
    counted = list(_counted(population, asked, spreads, missing))
    tallies, pairs = _charted(population, placed_by(training), counted, spreads, asked)
    chosen = training.candidate(training.decision.k)
    drawn = np.bincount(chosen.labels, minlength=chosen.record.k).tolist()
    record = told.PopulationRecord(
        rows=population.n,
        salt="sample",
        strata=tuple(told.Stratum(rows=n, sampled=m) for n, m in zip(chosen.record.sizes, drawn, strict=True)),
        spreads=spreads,
        missing={name: n for name, n in missing.items() if n},
    )
    return replace(training, elsewhere=Elsewhere(record, tallies, pairs))


def _spreads(population: Population, asked: TallyPlan, whole: set[str]) -> dict[str, told.Spread]:
    """Of every column of numbers, exact: what its bins follow from."""
    columns = [column for column in (*asked.columns, *asked.members) if column.kind in NUMERIC_KINDS]
    if not columns:
        return {}
    every = NumberColumns(tuple(column.name for column in columns))
    reach = ranges(population.fold, every)
    kept = [(column, place) for place, column in enumerate(columns) if reach.known[place]]
    shares = {column.name: _quantiles(int(reach.known[place])) for column, place in kept}
    ranks = [
        np.array([rank for quantile in own for rank in (quantile.below, quantile.above)]) for own in shares.values()
    ]
    values = order_statistics(population, list(shares), ranks) if kept else []
    middles = np.zeros(len(columns))
    known_quantiles = {}
    for (column, place), ordered in zip(kept, values, strict=True):
        pairs = zip(shares[column.name], ordered.reshape(-1, 2).tolist(), strict=True)
        known_quantiles[column.name] = [quantile.between(*pair) for quantile, pair in pairs]
        middles[place] = known_quantiles[column.name][1]
    measured = moments(population.fold, every, reach, middles)
    return {
        column.name: _spread(column, place, reach, measured, known_quantiles[column.name], column.name in whole)
        for column, place in kept
    }


def _quantiles(n: int) -> tuple[Quantile, Quantile, Quantile]:
    return Quantile.of(told.TAIL, n), Quantile.of(0.5, n), Quantile.of(1 - told.TAIL, n)


def _spread(
    column: Column, place: int, reach: ColumnRanges, measured: ColumnMoments, quantiles: Sequence[float], is_whole: bool
) -> told.Spread:
    n, (low, middle, high) = int(reach.known[place]), quantiles
    return told.Spread(
        known=n,
        least=float(reach.least[place]),
        low=low,
        middle=middle,
        high=high,
        most=float(reach.largest[place]),
        deviation=float(measured.deviation[place] * np.sqrt(n / (n - 1))) if n > 1 else None,  # that of a sample
        whole=column.kind == "integer" and is_whole,
    )


def _counted(
    population: Population, asked: TallyPlan, spreads: Mapping[str, told.Spread], missing: Mapping[str, int]
) -> list[tuple[BinnedColumn, Bins]]:
    """Everything to count by, under the names of the tallies and as executors count it."""
    words = _words(population, [column.name for column in asked.columns if column.kind in CATEGORY_KINDS])
    binned = []
    for column in asked.columns:
        name = column.name
        if name in spreads:
            edges = spreads[name].edges
            counted = BinnedColumn("number", name, len(edges) - 1, _NOBODY)
            binned.append((counted, Bins("number", (name,), edges=edges[1:-1])))
        elif words.get(name):
            binned.append(
                (BinnedColumn("category", name, len(words[name]), _NOBODY, words[name]), _categories(name, words))
            )
        elif column.kind == "flag" and missing[name] < population.n:
            binned.append((BinnedColumn("category", name, 2, _NOBODY, ("yes", "no")), Bins("flag", (name,))))
    for group in asked.mixes:
        members = tuple(group.members)
        binned.append((BinnedColumn("mix", group.key, len(members) + 1, _NOBODY), Bins("mix", members)))
    return binned


def _categories(name: str, words: Mapping[str, tuple[str, ...]]) -> Bins:
    return Bins("category", (name,), words=words[name])


def _words(population: Population, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Every category that occurs, by column, in one pass."""
    if not names:
        return {}
    kernel = Several(tuple(Categories(name) for name in names))
    parts = kernel.split(population.fold(kernel))
    return {name: tuple(map(str, part["names"].tolist())) for name, part in zip(names, parts, strict=True)}


def _charted(
    population: Population,
    placed: Placed,
    counted: Sequence[tuple[BinnedColumn, Bins]],
    spreads: Mapping[str, told.Spread],
    asked: TallyPlan,
) -> tuple[dict[int, pd.DataFrame], pd.DataFrame]:
    """The tallies by k, and the pairs, in one pass."""
    scale = tuple(_scale(bins, spreads) for _, bins in counted)
    paired = tuple(place for place, (binned, _) in enumerate(counted) if len(binned.words) <= MOST_WORDS)
    kernel = Charted(placed, tuple(bins for _, bins in counted), scale, asked.answers, paired)
    parts = population.fold(kernel)
    tables = {}
    for k in placed.guides:
        rows: list[tuple[object, ...]] = []
        for place, (binned, _) in enumerate(counted):
            rows += _tallied(binned, k, place, parts, scale[place])
        for name, (of, yes) in zip(asked.answers, parts[f"answers {k}"], strict=True):
            rows += answers_of(name, of, yes)
        tables[k] = tally_table(rows)
    narrow = [counted[place][0] for place in paired]
    pairs = {
        (left, right): _by_two(parts[f"pair {paired[left]} {paired[right]}"])
        for left, right in combinations(range(len(paired)), 2)
    }
    return tables, pairs_of(narrow, pairs)


def _scale(bins: Bins, spreads: Mapping[str, told.Spread]) -> tuple[int, ...]:
    if bins.kind not in ("number", "mix"):
        return ()
    sizes = [max(abs(spreads[name].least), abs(spreads[name].most)) if name in spreads else 0 for name in bins.columns]
    return tuple(exponents(np.array(sizes, dtype=np.float64)).tolist())


def _tallied(
    counted: BinnedColumn, k: int, place: int, parts: Parts, scale: tuple[int, ...]
) -> list[tuple[object, ...]]:
    """Rows of the tallies of one k for one thing that is counted."""
    counts = parts[f"counts {k} {place}"]
    if not scale:
        return rows_of(counted, _by_two(counts))
    wide = np.array(scale)[:, None] if counted.source == "mix" else np.array(scale)
    sums = total(parts[f"upper {k} {place}"], parts[f"lower {k} {place}"], wide)
    if counted.source == "number":
        return rows_of(counted, _by_two(counts, sums))
    rows = rows_of(counted, _by_two(counts))
    for member, own in enumerate(sums):
        add_member(counted, member, own, rows)
    return rows


def _by_two(counts: np.ndarray, sums: np.ndarray | None = None) -> ByTwo:
    table = ByTwo(*counts.shape)
    table.counts, table.sums = counts.ravel(), None if sums is None else sums.ravel()
    return table
