"""How often what Korzina promises of campaigns comes true, on generated customers whose truth is known.

Run: ``python benchmarks/promises.py [--sets 1000] [--quick] [--only lists|rates|model] [--world NAME]
[--size 500] [--seed 0]``.
Prints Markdown tables and writes them into ``docs/benchmarks.md``; a run of some parts only prints. Every set is made
anew from its world, its size and its number; nothing is tuned here. Long runs can be cut in pieces: ``--keep FILE``
appends what each set gave and leaves out what is there already (of several ``--seed`` all add up), ``--minutes 5``
stops in time.

Three parts. **Lists**: the whole plan (``plan_campaigns``) of one earlier campaign at one cost and revenue; the truth
is what a second campaign to the same list brings, drawn from the true probabilities. **Rates**: shrunken intervals of
segments, and the word "act" where nothing pays and where everything pays twice. **Model**: what the plan's model earns
beside tuned boosting on random halves. LightGBM and CatBoost take part where they are installed.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
import promise_rivals
from joblib import Parallel, delayed
from promise_worlds import GROUPS, LATER_WORLDS, WORLDS, Customers, customers_of, rates_of
from report import machine_line, write_section
from threadpoolctl import threadpool_limits

from pipeline.campaigns.answers import respond_by_segment
from pipeline.campaigns.learning.held_out import SegmentedCustomers
from pipeline.campaigns.plan import plan_campaigns
from pipeline.campaigns.profit import measured_profit
from pipeline.contract import Campaign, CampaignSummary, Column, Dataset, Responses, SegmentCard, Targets
from pipeline.statistics import wilson

SIZES = (500, 2240, 8000)
EVERY = {8000: 10}  # of the sets one in so many: large ones are slow and say the least new
LISTS = {**WORLDS, **LATER_WORLDS}
Row = dict[str, float | str]


# ------------------------------------------------------------------ lists


def subject_of(made: Customers) -> SegmentedCustomers:
    """The generated customers as the pipeline hands them to a plan; segments are fifths of a sum of columns."""
    columns = [Column(name="id", role="id", kind="text", label="Id")]
    columns += [
        Column(name=name, role="active" if at < 6 else "passive", kind=kind, label=name)
        for at, (name, kind) in enumerate(made.kinds.items())
    ]
    columns += [Column(name=name, role="outcome", kind="flag", label=name) for name in made.outcomes]
    campaigns = tuple(Campaign(column=name, label=name, cost=made.cost, revenue=made.revenue) for name in made.outcomes)
    dataset = Dataset(
        spec="promises",
        title="promises",
        spec_hash="0",
        as_of=None,
        currency="$",
        columns=tuple(columns),
        campaigns=campaigns,
        id_column="id",
    )
    score = made.frame["x0"].rank(pct=True) + made.frame["x1"].rank(pct=True)
    segments = np.minimum((score.rank(pct=True) * 4).astype(int), 3).to_numpy(np.int64)
    return SegmentedCustomers(made.frame, dataset, segments, tuple(card(at, segments) for at in range(4)))


def card(at: int, segments: np.ndarray) -> SegmentCard:
    inside = segments == at
    return SegmentCard(
        segment=at, key=f"k{at}", colour=at, name=f"segment {at}", portrait="", size=int(inside.sum()),
        share=float(inside.mean()), revenue_share=None, trust="solid", trust_reason="", silhouette=None, jaccard=None,
        differences=(),
    )  # fmt: skip


def one_list(world: str, n: int, number: int, seed: int) -> Row:
    """Promise and truth of one set, before and after the gate that empties lists."""
    rng = np.random.default_rng([seed, number, n, *world.encode()])
    made = customers_of(world, n, rng)
    plan = plan_campaigns(subject_of(made), seed=number)
    summary, truth = plan.summary, made.truth
    if summary.method == "none":
        return {"world": world, "n": n, "number": number, "seed": seed, "planned": 0}
    before = getattr(summary, "before", None)
    low, high, value = (
        (before.low, before.high, before.expected_profit)
        if before
        else (summary.expected_low, summary.expected_high, summary.expected_profit)
    )
    probability = plan.targets[Targets.PROBABILITY].to_numpy()
    wanted = probability * made.revenue > made.cost
    contact = plan.targets[Targets.CONTACT].to_numpy() == 1
    again = rng.binomial(1, truth)
    earned = measured_profit(again.astype(float), wanted, made.cost, made.revenue).value
    expected = truth * made.revenue - made.cost
    return {
        "world": world,
        "n": n,
        "number": number,
        "seed": seed,
        "planned": 1,
        "wanted": int(wanted.sum()),
        "squares": float(probability[wanted] @ probability[wanted]),
        "printed": int(contact.sum()),
        "value": float(value or 0.0),
        "low": float(low or 0.0),
        "high": float(high or 0.0),
        "true": float(expected[wanted].sum()),
        "again": float(earned),
        "promised": float(summary.expected_profit or 0.0),
        "brought": float(expected[contact].sum()),
        "best": float(np.maximum(expected, 0.0).sum()),
        "known": held_by_truth(truth[wanted]),
        **evidence_of(summary),
    }


def held_by_truth(truth: np.ndarray) -> float:
    """What an interval of 2.5 % on each side holds that knows each contact's probability: responses are whole.

    Of a list of ten contacts no interval holds .95: one response more or less is several hundredths.
    """
    parts = [np.array([1 - p, p]) for p in truth] or [np.ones(1)]
    while len(parts) > 1:  # the distribution of a sum of unequal coins, halves put together
        parts = [
            np.convolve(*parts[at : at + 2]) if at + 1 < len(parts) else parts[at] for at in range(0, len(parts), 2)
        ]
    below = np.cumsum(parts[0])
    low, high = np.searchsorted(below, [0.025, 0.975])
    return float(below[high] - (below[low - 1] if low else 0.0))


def evidence_of(summary: CampaignSummary) -> Row:
    """What the promise rests on, kept so that another way to make one can be tried without fitting again."""
    judged = getattr(summary, "judged", None)
    if judged is None:
        return {}
    names = ("contacts", "expected", "squares", "responses", "inflation", "profit", "low", "high")
    return {f"judged_{name}": float(getattr(judged, name)) for name in names}


def lists_table(rows: list[Row]) -> str:
    """One line a world and size."""
    lines = [
        "| world | customers | sets | a list before the gate | promised / true of those | a list printed | "
        "promised / true | mean promised | mean true | 95 % interval before the gate holds what a second campaign "
        "brings | one that knows each probability holds | holds what it brings on average |",
        "|:--|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    frame = pd.DataFrame([row for row in rows if row["planned"]])
    lines += [_list_line(str(world), int(n), part) for (world, n), part in frame.groupby(["world", "n"], sort=False)]
    signal = frame["world"].map(lambda name: LISTS[name].score is not None)
    for told, chosen in (("**all of noise**", ~signal), ("**all with signal**", signal)):
        lines += [_list_line(told, int(n), part) for n, part in frame[chosen].groupby("n")]
    return "\n".join(lines)


def _list_line(world: str, n: int, part: pd.DataFrame) -> str:
    wanted, printed = part[part["wanted"] > 0], part[part["printed"] > 0]
    ratio = printed["promised"].sum() / printed["brought"].sum() if len(printed) else float("nan")
    inside = ((wanted["low"] <= wanted["again"]) & (wanted["again"] <= wanted["high"])).sum()
    average = ((wanted["low"] <= wanted["true"]) & (wanted["true"] <= wanted["high"])).sum()
    money = (
        f"{ratio:.2f} | {printed['promised'].mean():,.0f} | {printed['brought'].mean():,.0f}" if len(printed) else "| |"
    )
    true = wanted["true"].sum()
    before = f"{wanted['value'].sum() / true:.2f}" if true > 0 else ""
    known = wanted["known"].mean() if "known" in wanted else float("nan")
    told = f"{known:.3f}".removeprefix("0") if len(wanted) >= 20 and known == known else ""
    shown = f"{len(printed)} ({len(printed) / len(part):.1%})"
    return (
        f"| {world} | {n:,} | {len(part)} | {len(wanted)} | {before} | {shown} | {money} | "
        f"{told_share(float(inside), len(wanted))} | {told} | {told_share(float(average), len(wanted))} |"
    )


def told_share(held: float, of: int) -> str:
    """``.950 of 60 (.864 to .983)``: a share with its 95 % binomial interval (Wilson's), from 20 on."""
    if of < 20:
        return f"({of} lists)"
    low, high = wilson([held], [of])
    share, least, most = (f"{value:.3f}".removeprefix("0") for value in (held / of, float(low[0]), float(high[0])))
    return f"{share} of {of} ({least} to {most})"


# ------------------------------------------------------------------ rates and words


def one_campaign(world: str, k: int, number: int, seed: int) -> Row:
    """Whether each segment's shrunken interval holds its true rate, and what the words say."""
    rng = np.random.default_rng([seed, number, k, *world.encode()])
    sizes, truth, even = rates_of(world, k, rng)
    labels = np.repeat(np.arange(k), sizes)
    frame = pd.DataFrame({"customer": np.arange(len(labels)), "c": rng.binomial(1, truth[labels]).astype(float)})
    dataset = Dataset(
        spec="promises", title="promises", spec_hash="0", as_of=None, currency="$",
        columns=(Column(name="c", role="outcome", kind="flag", label="c"),),
        campaigns=(Campaign(column="c", label="c", cost=even, revenue=1.0),), id_column=None,
    )  # fmt: skip
    table = respond_by_segment(frame, dataset, labels, k, {"c": (even, 1.0)}, {"c": labels}).iloc[1:]
    low, high = table[Responses.SHRUNKEN_LOW].to_numpy(), table[Responses.SHRUNKEN_HIGH].to_numpy()
    shown = ~np.isnan(low)
    act = (table[Responses.WORD] == "act").to_numpy()
    return {
        "world": world,
        "n": k,
        "number": number,
        "seed": seed,
        "planned": 1,
        "shown": int(shown.sum()),
        "held": int(((low <= truth) & (truth <= high))[shown].sum()),
        "width": float((high - low)[shown].sum()),
        "plain": float((table[Responses.HIGH] - table[Responses.LOW]).to_numpy()[shown].sum()),
        "false": int((act & (truth <= even)).any()),
        "paying": int((truth >= 1.99 * even).sum()),
        "found": int((act & (truth >= 1.99 * even)).sum()),
    }


def rates_table(rows: list[Row]) -> str:
    lines = [
        "| rates of the segments | segments | campaigns | shrunken 95 % interval holds the true rate | "
        "its width / Wilson's | campaigns with a false “act” | segments at twice break-even told to act |",
        "|:--|--:|--:|--:|--:|--:|--:|",
    ]
    for (world, k), part in pd.DataFrame(rows).groupby(["world", "n"], sort=False):
        sums = part.sum(numeric_only=True)
        found = f"{sums['found'] / sums['paying']:.1%} of {sums['paying']:.0f}" if sums["paying"] else ""
        lines.append(
            f"| {world} | {k} | {len(part)} | {told_share(float(sums['held']), int(sums['shown']))} | "
            f"{sums['width'] / sums['plain']:.2f} | {part['false'].mean():.1%} | {found} |"
        )
    return "\n".join(lines)


# ------------------------------------------------------------------ pieces


@dataclass(frozen=True)
class Part:
    """One table: what makes a row, of which worlds and sizes, and how it is told."""

    make: Callable[[str, int, int, int], Row]
    worlds: Iterable[str]
    sizes: tuple[int, ...]
    table: Callable[[list[Row]], str]
    title: str


PARTS = {
    "lists": Part(one_list, LISTS, SIZES, lists_table, "### Lists: what is promised, and what comes of it"),
    "rates": Part(one_campaign, GROUPS, (4, 10, 24), rates_table, "### Rates of segments, and the word “act”"),
}


def tasks_of(part: Part, sets: int, world: str | None, size: int | None) -> Iterator[tuple[str, int, int]]:
    """World, size and number of each set: one of every world first, so that a run cut short says a little of all."""
    for number in range(sets):
        for name in part.worlds:
            for n in (size,) if size else part.sizes:
                if world in (None, name) and number % EVERY.get(n, 1) == 0:
                    yield name, n, number


def limited(make: Callable[[str, int, int, int], Row], *given: object) -> Row:
    with threadpool_limits(1):
        return make(*given)  # type: ignore[arg-type]


def run(name: str, given: argparse.Namespace) -> list[Row]:
    """Rows of one part, of the sets that there was time for."""
    part, kept = PARTS[name], Path(f"{given.keep}.{name}.jsonl") if given.keep else None
    rows = [json.loads(line) for line in kept.read_text().splitlines()] if kept and kept.exists() else []
    there = {(row["world"], row["n"], row["number"]) for row in rows if row.get("seed", 0) == given.seed}
    left = [task for task in tasks_of(part, given.sets, given.world, given.size) if task not in there]
    end = time.monotonic() + 60 * given.minutes
    for start in range(0, len(left), 10):
        if time.monotonic() > end:
            print(f"{name}: {len(left) - start} sets are left; run again with --keep for them")
            break
        made = Parallel(given.workers)(
            delayed(limited)(part.make, *task, given.seed) for task in left[start : start + 10]
        )
        rows += made
        if kept:
            with kept.open("a") as file:
                file.writelines(json.dumps(row) + "\n" for row in made)
    places = [(world, size) for world in part.worlds for size in ((given.size,) if given.size else part.sizes)]
    wanted = [row for row in rows if given.world in (None, row["world"]) and given.size in (None, row["n"])]
    return sorted(wanted, key=lambda row: (places.index((str(row["world"]), int(row["n"]))), int(row["number"])))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=int, default=1000)
    parser.add_argument("--quick", action="store_true", help="40 sets a world")
    parser.add_argument("--only", choices=[*PARTS, "model"], help="this part alone; prints and writes nothing")
    parser.add_argument("--world", help="this world alone")
    parser.add_argument("--size", type=int, help="customers, or segments, of every set: this alone")
    parser.add_argument("--seed", type=int, default=0, help="of all sets: another one gives other customers")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", help="file that keeps what was made, for runs in pieces")
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after so long; needs --keep")
    parser.add_argument("--data", default="../shared/data/marketing_campaign.csv")
    given = parser.parse_args()
    given.sets = 40 if given.quick else given.sets
    told = []
    for name in PARTS:
        if given.only in (None, name):
            rows = run(name, given)
            told += [PARTS[name].title, PARTS[name].table(rows)]
            print("\n\n".join(told[-2:]), flush=True)
    if given.only in (None, "model"):
        kept = Path(f"{given.keep}.model.jsonl") if given.keep else None
        splits = 3 if given.quick else promise_rivals.SPLITS
        compared = promise_rivals.rows_of(given.data, given.workers, splits, kept, given.minutes)
        told.append(promise_rivals.told(compared))
        print(told[-1], flush=True)
    if given.only is None and given.world is None and given.size is None:
        write_section(
            "promises", "\n\n".join([machine_line(), f"{given.sets} sets a world (of 8,000 customers a tenth).", *told])
        )


if __name__ == "__main__":
    main()
