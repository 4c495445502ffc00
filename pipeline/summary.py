"""The result of a training: as one JSON object, which ``korzina train --json`` promises, and as lines to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.contract import CampaignPlan, Ledger, RunSummary, account_in_words

if TYPE_CHECKING:
    from pipeline.train import Result


def summarise(result: Result) -> dict[str, Any]:
    """Everything that a script needs to know of a training."""
    training = result.training
    return {
        "experiment_id": result.saved.experiment_id,
        "sweep_run_id": result.saved.sweep_run_id,
        "recommended_k": training.decision.k,
        "verdict": training.decision.verdict,
        "reason": training.decision.reason,
        "disagreements": list(training.decision.disagreements),
        "sensitivity": training.sensitivity.to_dict("records"),
        "champion": None
        if result.champion is None
        else {"run_id": result.champion.run_id, "k": result.champion.k, "version": result.champion.version},
        "promotion": result.note,
        "runs": [
            {
                "run_id": result.saved.run_ids[candidate.record.k],
                "k": candidate.record.k,
                "inertia": candidate.record.inertia,
                "silhouette": candidate.record.silhouette,
                "calinski_harabasz": candidate.record.calinski_harabasz,
                "davies_bouldin": candidate.record.davies_bouldin,
                "stability": candidate.record.stability,
            }
            for candidate in training.candidates
        ],
        "ledger": summarise_ledger(training.ledger),
        "seconds": {"total": sum(result.seconds.values()), **result.seconds},
    }


def summarise_ledger(ledger: Ledger) -> dict[str, Any]:
    """The account of the rows, rule by rule."""
    return {
        "rows_in": ledger.rows_in,
        "rows_out": ledger.rows_out,
        "dropped": ledger.dropped,
        "quarantined": ledger.quarantined,
        "beyond_sample": ledger.beyond_sample,
        "lines": None if ledger.lines is None else ledger.lines.model_dump(mode="json"),
        "rules": [
            {"rule": entry.rule, "column": entry.column, "rows": entry.rows, "detail": entry.detail}
            for entry in ledger.entries
        ],
    }


def told(result: Result) -> Iterator[str]:
    """The same for people, line by line."""
    from pipeline.segmenting import sensitivity_in_words

    training, decision = result.training, result.training.decision
    ledger = training.ledger
    yield from told_lines(ledger, training.dataset.currency)
    yield (
        f"{_counted(ledger.rows_in, 'row')} in, {_counted(ledger.rows_out, 'customer')} out "
        f"({ledger.dropped:,} dropped, {ledger.quarantined:,} quarantined)"
    )
    if ledger.beyond_sample:
        yield (
            f"  - {_counted(ledger.beyond_sample, 'row')} of customers beyond the sample; "
            "place them with: korzina score --data DATA --output segments.csv"
        )
    yield from text_table(
        ["", "k", "inertia", "silhouette", "stability"],
        [
            [
                "->" if candidate.record.k == decision.k else "",
                str(candidate.record.k),
                f"{candidate.record.inertia:,.1f}",
                f"{candidate.record.silhouette:.3f}",
                "" if candidate.record.stability is None else f"{candidate.record.stability:.2f}",
            ]
            for candidate in training.candidates
        ],
    )
    yield f"k = {decision.k}, verdict {decision.verdict}. {decision.reason}"
    yield from (f"  - {sentence}" for sentence in decision.disagreements)
    yield from (f"  - {sentence}" for sentence in sensitivity_in_words(training.sensitivity, decision))
    chosen = next(candidate for candidate in training.candidates if candidate.record.k == decision.k)
    yield from (f"  {card.segment + 1}. {card.name} [{card.trust}]: {card.portrait}" for card in chosen.cards)
    yield f"Sweep {result.saved.sweep_run_id}; {result.note}. {sum(result.seconds.values()):.1f} s"


def _counted(number: int, noun: str) -> str:
    """``1 row``, ``1,234 rows``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def told_lines(ledger: Ledger, currency: str) -> Iterator[str]:
    """The account of every line of purchases, where the data are such."""
    if ledger.lines is not None:
        first, *others = account_in_words(ledger.lines, currency)
        yield first
        yield from (f"  - {sentence}" for sentence in others)


def text_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines of plain columns: nothing is cut, neither on a narrow terminal nor in a pipe."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    for row in (header, *rows):
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def told_runs(runs: Sequence[RunSummary]) -> Iterator[str]:
    """The lines of a table of runs; the champion and what was recommended are marked."""
    header = ["", "run", "experiment", "k", "inertia", "silhouette", "stability", "verdict"]
    rows = [
        [
            "champion" if run.champion_version else "recommended" if run.recommended else "",
            run.run_id,
            run.experiment,
            str(run.k),
            f"{run.inertia:,.1f}",
            f"{run.silhouette:.3f}",
            "" if run.stability is None else f"{run.stability:.2f}",
            run.verdict,
        ]
        for run in runs
    ]
    yield from text_table(header, rows)


def told_plan(plan: CampaignPlan, currency: str, assumed: Sequence[str] = ()) -> Iterator[str]:
    """The plan in sentences, and the table of what each rule earned where it was judged.

    ``assumed`` names those of cost and revenue that are only the spec's.
    """
    from pipeline.campaigns import plan_in_words, strategy_rows

    yield from plan_in_words(plan, currency, assumed)
    if plan.summary.evaluation:
        rows = strategy_rows(plan.summary.evaluation, currency)
        yield from text_table(["who is contacted", "contacts", "profit", "95 %"], rows)
