"""What the Overview page says in numbers; the report says the same with the same functions. No Dash here."""

from __future__ import annotations

from dashapp.data import Run
from dashapp.i18n import _, plural
from dashapp.words import amount, day, moment, number, of_column, percent
from pipeline.contract import Profiles, Segmentation, SegmentCard


def totals(run: Run) -> list[tuple[str, str]]:
    """The numbers at the top with what each one counts."""
    it = run.segmentation
    found = [(number(it.ledger.rows_out), _("customers")), (number(it.k), _("segments"))]
    for meaning in ("spend", "average_cheque"):
        column = it.dataset.meaning(meaning)
        middle = run.cube.everyone.slice(column.name).middle if column and column.name in run.cube.dimensions else None
        if column and middle is not None:
            found.append((of_column(middle, column), _("median {label}", label=column.label.lower())))
    return found


def worth(one: SegmentCard) -> str:
    """A segment's share of the customers and, where it is known, of the revenue."""
    size = _("{share} of customers", share=percent(one.share))
    if one.revenue_share is None:
        return size
    return " · ".join((size, _("{share} of revenue", share=percent(one.revenue_share))))


def action(one: SegmentCard, it: Segmentation) -> str:
    """What to do about the segment next, from the campaign plan; empty where the run has none."""
    plan = it.campaigns.summary.segments if it.campaigns else ()
    advice = next((found for found in plan if found.segment == one.segment), None)
    if advice is None:
        return ""
    if not advice.contacts:
        return _("Next campaign: leave them out, nobody here is worth a contact.")
    profit = amount(round(advice.expected_profit), it.dataset.currency)
    return plural("Next campaign: contact {n} of them, expected profit {profit}.",
                  "Next campaign: contact {n} of them, expected profit {profit}.", advice.contacts, profit=profit)


def share_cells(one: SegmentCard) -> list[str]:
    """Customers, share of customers, share of revenue."""
    return [number(one.size), percent(one.share),
            percent(one.revenue_share) if one.revenue_share is not None else _("not known")]


def medians(it: Segmentation) -> tuple[list[str], list[list[str]]]:
    """Header and cells of the medians behind the bubbles, a row a segment; nothing where the data have no such."""
    orders, cheque = it.dataset.meaning("orders"), it.dataset.meaning("average_cheque")
    if orders is None or cheque is None:
        return [], []
    known = it.profiles.set_index([Profiles.SEGMENT, Profiles.COLUMN])[Profiles.MEDIAN]
    rows = [[of_column(float(known[one.segment, orders.name]), orders),
             of_column(float(known[one.segment, cheque.name]), cheque), number(one.size)] for one in it.cards]
    return [_("Median {label}", label=orders.label.lower()), _("Median {label}", label=cheque.label.lower()),
            _("Customers")], rows


def origin(it: Segmentation) -> list[tuple[str, str]]:
    """Where it all comes from: data, rows, time and run."""
    return [
        (_("Data"), _("{title}, as of {day}", title=it.dataset.title, day=day(it.dataset.as_of))),
        (_("Rows"), _("{read} read, {kept} customers kept, {dropped} dropped, {aside} set aside",
                      read=number(it.ledger.rows_in), kept=number(it.ledger.rows_out),
                      dropped=number(it.ledger.dropped), aside=number(it.ledger.quarantined))),
        (_("Trained"), moment(it.started)), (_("Run"), it.run_id),
    ]
