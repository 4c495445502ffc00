"""What is bought together: pairs of categories over baskets, or over customers where only totals are known.

All pairs of all baskets are one product of a sparse 0/1 matrix with itself. A pair is compared with chance: lift is
how many times as often the two meet as if they were independent, leverage how much larger a share of the baskets that
is (Piatetsky-Shapiro 1991). Milk is in every other basket and has a lift near 1 with everything, a rare pair may have
any lift; so pairs are ranked by leverage, with a floor on the count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array
from scipy.special import chdtrc

from pipeline.contract import TABLES, Affinities, AffinityBasis, Dataset, Labels, Matrix, Message, Quantity
from pipeline.describing.basket_lines import Baskets
from pipeline.describing.pair_counts import APART, LEFT_OUT, count_pairs, count_pairs_of, frequencies
from pipeline.stages import BoughtTogether, Training
from pipeline.statistics import benjamini_hochberg

LEAST_COUNT = 50
MOST_ITEMS = 1_000  # whose pairs are counted: each k holds a table of items by items for every segment
LISTED = 300  # pairs kept of each segment: so many by leverage, and so many by lift
_LEAST_EXPECTED = 5.0  # below that in any cell of the fourfold table: Fisher's exact test


def with_affinities(training: Training, baskets: Baskets | None) -> Training:
    """``training`` with the affinities of each k: from baskets, or from the mix where there are none or too few."""
    by_k: dict[int, BoughtTogether] = {}
    for k in training.described_ks():
        labels = training.candidate(k).labels
        bought = _of_mix(training, labels, k) if baskets is None else _of_baskets(baskets, training, labels, k)
        if bought is not None and bought.affinities.empty and baskets is not None:
            bought = _instead(bought, _of_mix(training, labels, k))
        if bought is None:
            return training
        by_k[k] = bought
    return replace(training, bought=by_k)


def affinities(
    items: csr_array, names: Sequence[str], segments: Labels, k: int, *, least: int = LEAST_COUNT
) -> tuple[pd.DataFrame, int]:
    """The ``affinities`` table and the number of pairs tested, for which its q values are corrected.

    Parameters
    ----------
    items
        0/1, one row a basket and one column a category of ``names``, whose order is the order within a pair.
    segments
        (baskets,) from 0; -1 for baskets that count for everybody only.

    """
    return _tabulated(*count_pairs(items, segments, k), names, least)


def _tabulated(counts: Matrix, totals: Matrix, names: Sequence[str], least: int) -> tuple[pd.DataFrame, int]:
    k = len(totals) - 1
    overall, n = counts.sum(axis=0), int(totals.sum())
    groups = [
        (Affinities.EVERYBODY, overall, n),
        *((segment, counts[segment], int(totals[segment])) for segment in range(k)),
    ]
    with np.errstate(invalid="ignore", divide="ignore"):
        lift = overall * n / np.outer(np.diag(overall), np.diag(overall))
    parts = [_measure(segment, matrix, total, lift, least) for segment, matrix, total in groups]
    table = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    table[Affinities.Q] = benjamini_hochberg(table.pop("p_value"))
    frame = pd.DataFrame(table)
    kept = _ranked(frame)
    words = np.array(names, dtype=object)
    kept = kept.assign(
        **{side: words[kept[side].to_numpy(dtype=np.int64)] for side in (Affinities.LEFT, Affinities.RIGHT)}
    ).astype({Affinities.LEFT: "str", Affinities.RIGHT: "str"})
    return kept[list(TABLES["affinities"])].reset_index(drop=True), len(frame)


def _measure(segment: int, counts: Matrix, n: int, overall_lift: Matrix, least: int) -> dict[str, Any]:
    left, right = np.nonzero(np.triu(counts >= least, k=1))
    together, lefts, rights = counts[left, right], np.diag(counts)[left], np.diag(counts)[right]
    lift = together * n / (lefts * rights)
    return {
        Affinities.SEGMENT: np.full(len(left), segment, dtype=np.int64),
        Affinities.LEFT: left,
        Affinities.RIGHT: right,
        Affinities.COUNT: together.astype(np.int64),
        Affinities.SUPPORT: together / max(n, 1),
        Affinities.CONFIDENCE: together / lefts,
        Affinities.REVERSE: together / rights,
        Affinities.LIFT: lift,
        Affinities.LEVERAGE: together / max(n, 1) - lefts / max(n, 1) * (rights / max(n, 1)),
        Affinities.OVERALL_LIFT: overall_lift[left, right],
        Affinities.DIFFERENCE: lift - overall_lift[left, right],
        "p_value": independence(together, lefts, rights, n),
    }


def independence(together: Matrix, left: Matrix, right: Matrix, n: int) -> Matrix:
    """Two-sided p values of fourfold tables: chi-square, or Fisher's exact test where a cell expects under 5."""
    p = np.ones(len(together))
    if not n:
        return p
    with np.errstate(invalid="ignore", divide="ignore"):
        square = n * (together * n - left * right) ** 2 / (left * right * (n - left) * (n - right))
    varies = np.isfinite(square)
    p[varies] = chdtrc(1, square[varies])
    least = np.minimum(left, n - left) * np.minimum(right, n - right) / n
    few = varies & (least < _LEAST_EXPECTED)
    if few.any():
        from scipy.stats import hypergeom

        more = hypergeom.sf(together[few] - 1, n, left[few], right[few])
        less = hypergeom.cdf(together[few], n, left[few], right[few])
        p[few] = np.minimum(1.0, 2 * np.minimum(more, less))
    return p


def _ranked(frame: pd.DataFrame) -> pd.DataFrame:
    """The best pairs of each segment by leverage and by lift, the highest leverage first."""
    by_leverage = frame.sort_values(
        [Affinities.SEGMENT, Affinities.LEVERAGE, Affinities.LEFT, Affinities.RIGHT],
        ascending=[True, False, True, True],
        kind="stable",
    )
    place = by_leverage.groupby(Affinities.SEGMENT).cumcount()
    lifted = by_leverage.groupby(Affinities.SEGMENT)[Affinities.LIFT].rank(method="first", ascending=False)
    return by_leverage[(place < LISTED) | (lifted <= LISTED)]


# ------------------------------------------------------------------ the two kinds of sources


def _of_baskets(baskets: Baskets, training: Training, labels: Labels, k: int) -> BoughtTogether:
    """Baskets of customers who were analysed; without stored ids nobody knows whose they are."""
    identity = training.dataset.id_column
    if identity is None:
        of_owner = np.full(len(baskets.owners), APART)
    else:
        places = pd.Index(training.customers[identity].astype("str")).get_indexer(pd.Index(baskets.owners))
        of_owner = np.where(places >= 0, labels[places].astype(np.int64), LEFT_OUT)
    often, units = frequencies(baskets, of_owner)
    able = _able(often)
    counted = np.sort(able[:MOST_ITEMS])
    counts, totals = count_pairs_of(baskets, counted, of_owner, k)
    table, tested = _tabulated(counts, totals, [baskets.names[place] for place in counted], LEAST_COUNT)
    categories = len(baskets.names)
    return BoughtTogether(
        table,
        AffinityBasis(
            kind="baskets",
            units=units,
            items=categories,
            least_count=LEAST_COUNT,
            tested=tested,
            sentence=_counted(units, categories, cut=len(able) > MOST_ITEMS, apart=identity is not None),
        ),
    )


def _able(often: Labels) -> Labels:
    """Categories whose pairs can reach the least count, the commonest first."""
    able = np.flatnonzero(often >= LEAST_COUNT)
    return able[np.argsort(-often[able], kind="stable")]


def _instead(bought: BoughtTogether, mix: BoughtTogether | None) -> BoughtTogether:
    """The mix in place of baskets of which no pair comes often enough; those where there is none of it either."""
    if mix is None or mix.affinities.empty:
        return bought
    told = Message.of(
        "No two categories are in {least} baskets or more together, too few to compare. Counted are instead those of "
        "{customers} customers who spend a larger share than the median customer on both categories. Shares add up to "
        "100 %, so more of one means less of the others: a lift under 1 need not be dislike.",
        least=Quantity(LEAST_COUNT),
        customers=Quantity(mix.basis.units),
    )
    return replace(mix, basis=mix.basis.model_copy(update={"sentence": told}))


def _counted(units: int, categories: int, *, cut: bool, apart: bool) -> Message:
    counted = Message.of(
        "Counted over {baskets} baskets and {categories} categories; pairs in fewer than {least} baskets are left out. "
        "Large baskets hold a little of everything, so most pairs lie above a lift of 1: compare pairs with each "
        "other. Baskets of one customer resemble each other, so pairs look somewhat surer than they are (their q "
        "values are too small).",
        baskets=Quantity(units),
        categories=Quantity(categories),
        least=Quantity(LEAST_COUNT),
    )
    if cut:
        counted = Message.of(
            "{counted} There are so many categories that only the pairs of the {most} commonest are counted.",
            counted=counted,
            most=Quantity(MOST_ITEMS),
        )
    if apart:
        return counted
    return Message.of(
        "{counted} The spec does not keep the id, so baskets cannot be told apart by segment.", counted=counted
    )


def _of_mix(training: Training, labels: Labels, k: int) -> BoughtTogether | None:
    """Customers who spend more than the median share on both categories, where baskets are not known."""
    flags = _above_median(training.dataset, training.customers)
    if flags is None:
        return None
    above, known, names = flags
    order = np.argsort(np.array(names, dtype=object), kind="stable")
    table, tested = affinities(
        csr_array(above[:, order].astype(np.int32)), [names[place] for place in order], labels[known], k
    )
    return BoughtTogether(
        table,
        AffinityBasis(
            kind="category_mix",
            units=len(above),
            items=len(names),
            least_count=LEAST_COUNT,
            tested=tested,
            sentence=Message.of(
                "Only totals by category are known, no baskets. Counted are those of {customers} customers who spend a "
                "larger share than the median customer on both categories. Shares add up to 100 %, so more of one "
                "means less of the others: a lift under 1 need not be dislike.",
                customers=Quantity(len(above)),
            ),
        ),
    )


def _above_median(
    dataset: Dataset, customers: pd.DataFrame
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_], tuple[str, ...]] | None:
    group = dataset.group("categories")
    if group is None or len(group.members) < 3 or not set(group.members) <= set(customers):
        return None
    spend = customers[list(group.members)].to_numpy(dtype=np.float64, na_value=np.nan)
    total = spend.sum(axis=1)
    known = np.isfinite(total) & (total > 0)
    if known.sum() < 2 * LEAST_COUNT:
        return None
    shares = spend[known] / total[known][:, None]
    return shares > np.median(shares, axis=0), known, group.member_labels
