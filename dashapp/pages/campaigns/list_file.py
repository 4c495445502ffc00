"""The target list to take along, with the run, prices and filters it belongs to."""

from __future__ import annotations

from dashapp.i18n import _
from dashapp.pages.campaigns import plan_sentences, prospects
from dashapp.pages.campaigns.address import CampaignsRequest
from dashapp.pricing import ListNumbers
from dashapp.telling import TRUST_WORDS, Export, day, moment, told_apart


def export(asked: CampaignsRequest, segment: int | None, *, marked: bool) -> Export:
    """One line a customer worth a contact, the best first; ``marked`` adds who is to be left uncontacted."""
    segmentation, selected = asked.run.segmentation, asked.of_segment(segment)
    ours = [
        _("Segment"),
        _("Trust"),
        _("Probability of a response"),
        _("Expected profit"),
        _("Reasons"),
    ]
    rows = [
        [
            person.name or person.rank,
            person.card.name,
            _(TRUST_WORDS[person.card.trust]),
            round(person.probability, 6),
            round(person.profit, 4),
            plan_sentences.reasons_in_a_file(asked, person),
            *([_("hold out: do not contact") if person.held else _("contact")] if marked else []),
        ]
        for person in prospects.people(asked, selected)
    ]
    id_column = str(segmentation.dataset.id_column) if prospects.has_ids(asked) else _("Place in the ranking")
    *added, first = told_apart([*ours, *([_("Group")] if marked else [])], [id_column])
    return Export(
        f"korzina-{segmentation.run_id[:8]}-k{segmentation.k}-targets",
        _("Customers"),
        [first, *added],
        rows,
        _about(asked, segment, selected.numbers, marked=marked),
    )


def _about(
    asked: CampaignsRequest, segment: int | None, numbers: ListNumbers, *, marked: bool
) -> list[tuple[str, object]]:
    segmentation, summary = asked.run.segmentation, asked.summary
    name = next((card.name for card in segmentation.cards if card.segment == segment), _("All segments"))
    return [
        (_("Run"), segmentation.run_id),
        (_("Trained"), moment(segmentation.started)),
        (_("Data"), segmentation.dataset.title),
        (_("Data as of"), day(segmentation.dataset.as_of)),
        (_("Segments"), segmentation.k),
        (_("For"), asked.run.tell(summary.about)),
        (_("Cost of a contact"), summary.cost or 0),
        (_("Revenue of a response"), summary.revenue or 0),
        (_("Break-even"), round(summary.break_even or 0, 6)),
        (_("Selection"), plan_sentences.filters(asked)),
        (_("Segment"), name),
        (_("Customers covered"), numbers.customers),
        (_("Customers of the run"), len(asked.plan.targets)),
        (_("Customers on the list"), numbers.listed),
        *(
            [
                (_("To contact"), numbers.contacts),
                (_("To hold out"), numbers.held),
                (_("Expected profit"), round(numbers.expected.value, 2)),
                (_("Expected profit with nobody held out"), round(numbers.whole, 2)),
            ]
            if marked
            else [(_("Expected profit"), round(numbers.whole, 2))]
        ),
        *([(_("Why nobody"), asked.run.tell(summary.nobody))] if summary.nobody and not numbers.listed else []),
        (_("Please note"), _(plan_sentences.NOT_UPLIFT)),
    ]
