"""The target list to take along, with the run, prices and filters it belongs to."""

from __future__ import annotations

from dashapp.i18n import _
from dashapp.pages.campaigns import plan_sentences, prospects
from dashapp.pages.campaigns.address import CampaignsRequest
from dashapp.pricing import ListNumbers
from dashapp.telling import TRUST_WORDS, Export, day, moment, told_apart


def export(asked: CampaignsRequest, segment: int | None, *, marked: bool) -> Export:
    """One line a customer worth a contact, the best first; ``marked`` adds who is to be left uncontacted."""
    it, found = asked.run.segmentation, asked.of_segment(segment)
    ours = [
        _("Segment"),
        _("Trust"),
        _("Probability of a response"),
        _("Expected profit"),
        _("Reasons"),
    ]
    rows = [
        [
            one.name or one.rank,
            one.card.name,
            _(TRUST_WORDS[one.card.trust]),
            round(one.probability, 6),
            round(one.profit, 4),
            plan_sentences.reasons(asked, one),
            *([_("hold out: do not contact") if one.held else _("contact")] if marked else []),
        ]
        for one in prospects.people(asked, found)
    ]
    id_column = str(it.dataset.id_column) if prospects.has_ids(asked) else _("Place in the ranking")
    *added, first = told_apart([*ours, *([_("Group")] if marked else [])], [id_column])
    return Export(
        f"korzina-{it.run_id[:8]}-k{it.k}-targets",
        _("Customers"),
        [first, *added],
        rows,
        _about(asked, segment, found.numbers, marked=marked),
    )


def _about(
    asked: CampaignsRequest, segment: int | None, found: ListNumbers, *, marked: bool
) -> list[tuple[str, object]]:
    it, summary = asked.run.segmentation, asked.summary
    name = next((card.name for card in it.cards if card.segment == segment), _("All segments"))
    return [
        (_("Run"), it.run_id),
        (_("Trained"), moment(it.started)),
        (_("Data"), it.dataset.title),
        (_("Data as of"), day(it.dataset.as_of)),
        (_("Segments"), it.k),
        (_("For"), asked.run.tell(summary.about)),
        (_("Cost of a contact"), summary.cost or 0),
        (_("Revenue of a response"), summary.revenue or 0),
        (_("Break-even"), round(summary.break_even or 0, 6)),
        (_("Selection"), plan_sentences.filters(asked)),
        (_("Segment"), name),
        (_("Customers covered"), found.customers),
        (_("Customers of the run"), len(asked.plan.targets)),
        (_("Customers on the list"), found.listed),
        *(
            [
                (_("To contact"), found.contacts),
                (_("To hold out"), found.held),
                (_("Expected profit"), round(found.expected.value, 2)),
                (_("Expected profit with nobody held out"), round(found.whole, 2)),
            ]
            if marked
            else [(_("Expected profit"), round(found.whole, 2))]
        ),
        *([(_("Why nobody"), asked.run.tell(summary.nobody))] if summary.nobody and not found.listed else []),
        (_("Please note"), _(plan_sentences.NOT_UPLIFT)),
    ]
