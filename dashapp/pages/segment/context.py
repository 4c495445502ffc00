"""Sections of the Segment page that hold words and links: what to do next, what is bought together, what was before."""

from __future__ import annotations

from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from dashapp import frame, pricing
from dashapp import ids as shared
from dashapp.data import View
from dashapp.findings import advice, affinity, segment_words, traits
from dashapp.i18n import N_, _
from dashapp.prefix import outer
from dashapp.pricing import ListNumbers
from dashapp.telling import money, number, percent, rate
from dashapp.widgets import aria, as_table, card, kpi, segment_with_badge, trust_badge
from pipeline.contract import Segmentation, SegmentCard

PATH = "/segment/{}"
_CHANGES = {"same": N_("Same segment as before"), "changed": N_("Changed since last time"), "new": N_("New segment")}


def address(path: str, view: View, query: dict[str, object], **own: str) -> str:
    """A link to another page that keeps the run and the selection."""
    run = frame.run_query(view)
    kept = {name: value for name, value in query.items() if isinstance(value, str | list)}
    pairs = {**({"run": run} if run else {}), **kept, **own}
    return outer(f"{path}?{urlencode(pairs, doseq=True, safe='~,:')}" if pairs else path)


def neighbours(segmentation: Segmentation, place: int) -> Component | None:
    """The segments before and after this one; as links of the navigation they keep the run and the selection."""
    if segmentation.k < 2:
        return None
    before, after = (place - 1) % segmentation.k, (place + 1) % segmentation.k
    links = [
        html.Li(
            dcc.Link(
                ["← ", segment_with_badge(segmentation.cards[before], segmentation.cards)],
                href=outer(PATH.format(before + 1)),
                id=shared.nav("segment-before"),
                className="k-nav-link",
            )
        ),
        html.Li(
            dcc.Link(
                [segment_with_badge(segmentation.cards[after], segmentation.cards), " →"],
                href=outer(PATH.format(after + 1)),
                id=shared.nav("segment-after"),
                className="k-nav-link",
            )
        ),
    ]
    return html.Nav(html.Ul(links), className="k-segment-neighbours", **aria(label=_("Previous and next segment")))


def picker(segmentation: Segmentation) -> Component:
    """Links to every segment; as links of the navigation they keep the run and the selection."""
    links = [
        html.Li(
            dcc.Link(
                segment_with_badge(card, segmentation.cards),
                href=outer(PATH.format(place)),
                id=shared.nav(f"segment-{place}"),
                className="k-nav-link",
            )
        )
        for place, card in enumerate(segmentation.cards, start=1)
    ]
    return html.Nav(html.Ul(links), className="k-segment-picker", **aria(label=_("Segments")))


def action(view: View, segmentation: Segmentation, segment_card: SegmentCard, query: dict[str, object]) -> Component:
    """What the plan of the next campaign says of this segment, with the trust that the segment deserves."""
    title = _("What to do next?")
    said = advice.advised(segment_card, segmentation)
    plan = pricing.own_plan((view.run.original or view.run).segmentation) if view.run else None
    if said is None or plan is None or view.run is None:
        return card([html.H3(title, className="k-chart-title"), html.P(no_plan(segmentation))], label=title)
    word, numbers = said[0].word, said[1]
    told = next((row.sentence for row in plan.summary.segments if row.segment == segment_card.segment), "")
    return card(
        [
            html.Div(
                [html.H3(title, className="k-chart-title"), trust_badge(segment_card.trust)], className="k-segment-head"
            ),
            html.P(advice.action(segment_card, segmentation), className="k-finding k-rule"),
            html.Div(_plan_tiles(numbers, segmentation.dataset.currency), className="k-kpis")
            if numbers.pays(plan.summary.revenue or 0.0)
            else None,
            html.P([html.Strong(_("If everybody in the segment were contacted:")), " ", _(segment_words.ADVICE[word])])
            if word in segment_words.ADVICE
            else None,
            html.P(
                _("About {campaign}. Why: {why}", campaign=view.run.tell(plan.summary.about), why=view.run.tell(told)),
                className="k-note",
            ),
            html.P(
                _("This is response, not uplift: without a control group nobody knows who would have bought anyway."),
                className="k-note",
            ),
            html.P(
                dcc.Link(
                    _("Whom exactly, and at which cost"), href=address("/campaigns", view, query), className="k-button"
                ),
                className="k-actions",
            ),
        ],
        label=title,
    )


def _plan_tiles(numbers: ListNumbers, currency: str) -> list[Component]:
    """The list of this segment: every number is that of those who are really contacted."""
    tiles = [kpi(number(numbers.contacts), _("to contact"))]
    if numbers.held:
        tiles.append(kpi(number(numbers.held), _("to hold out as a test")))
    return [
        *tiles,
        kpi(money(numbers.expected.value, currency), _("expected profit")),
        kpi(rate(numbers.probability), _("of those to contact are expected to respond")),
    ]


def together(view: View, segment_card: SegmentCard, query: dict[str, object]) -> Component:
    """The pairs that matter most in this segment."""
    title = _("What do they buy together?")
    segmentation = view.run.segmentation if view.run else None
    basis = segmentation.affinity_basis if segmentation else None
    if segmentation is None or view.run is None or basis is None:
        words = (
            _not_recommended()
            if segmentation and affinity.is_counted_elsewhere(segmentation)
            else _("These data hold neither baskets nor what customers spent by category.")
        )
        return card(
            [html.H3(title, className="k-chart-title"), html.P(words)], label=title, class_name="k-segment-side"
        )
    unit = (
        _("Counted in real baskets.")
        if basis.kind == "baskets"
        else _("These data hold no baskets: customers are counted who spend a larger share than most on both.")
    )
    said = segment_words.together_words(affinity.rules(view.run, segment_card.segment), basis)
    return card(
        [
            html.H3(title, className="k-chart-title"),
            html.Ul([html.Li(words) for words in said], className="k-differences k-together"),
            html.P(unit, className="k-note"),
            html.P(
                dcc.Link(
                    _("All pairs of this segment"),
                    href=address("/baskets", view, query, of=segment_card.key),
                    className="k-button",
                ),
                className="k-actions",
            ),
        ],
        label=title,
        class_name="k-segment-side",
    )


def before(segmentation: Segmentation, segment_card: SegmentCard) -> Component:
    """The previous version of the segment: which it was, how much of it is left, and who has no successor."""
    title = _("What was it last time?")
    identity = segment_card.identity
    head = _(_CHANGES[identity.status]) if identity else _("First segmentation of these data")
    record = next((row for row in segmentation.candidates if row.k == segmentation.k), None)
    gone = segment_words.dissolved_words(record.dissolved if record else ())
    said = segment_words.identity_words(segment_card)
    rows = (
        [
            [_("Name now"), segment_card.name],
            [_("Name before"), identity.previous or "–"],
            [_("Members in common"), percent(identity.overlap)],
        ]
        if identity
        else []
    )
    return card(
        [
            html.H3(title, className="k-chart-title"),
            html.P(head, className="k-finding k-rule"),
            html.P(said[:1].upper() + said[1:]),
            html.Dl([part for name, words in rows for part in (html.Dt(name), html.Dd(words))], className="k-facts"),
            html.P(gone) if gone else None,
            html.P(
                _("Members in common: of all customers who are in one of the two, the share that is in both."),
                className="k-note",
            )
            if rows
            else None,
            html.P(
                dcc.Link(
                    _("Compare runs"), href=outer("/compare"), id=shared.nav("segment-compare"), className="k-nav-link"
                ),
                className="k-actions k-segment-compare",
            ),
        ],
        label=title,
        class_name="k-segment-side",
    )


def beside_all(segmentation: Segmentation, segment_card: SegmentCard) -> Component:
    """Every column of the segment beside all customers, as a table."""
    title = _("The whole segment beside all customers")
    header = [_("Trait"), _("Here"), _("All customers"), _("Known for")]
    rows = [
        [row.label, row.here, row.overall, number(row.known)]
        for row in traits.beside(segmentation, segment_card.segment)
    ]
    return card(
        [
            html.H2(title),
            html.P(
                _("All that is known of this segment: medians of numbers, shares of groups."),
                className="k-chart-summary",
            ),
            as_table(header, rows, caption=title),
        ],
        label=title,
        class_name="k-origin",
    )


def no_plan(segmentation: Segmentation) -> str:
    """Why the segment has no advice: no prices, no campaigns, or a version that planned for other runs only."""
    if segmentation.everybody is not None and segmentation.everybody.planned:
        return _("The plan of the next campaign is too long for a page; the command “korzina campaigns” tells it.")
    if segmentation.everybody is not None and segmentation.everybody.elsewhere:
        return _("Of customers that stayed on a cluster no campaign is planned: only a sample of them is here.")
    if segmentation.campaigns is not None and segmentation.campaigns.summary.method != "none":
        return _("Whom to contact follows from what a contact costs and a response brings: give both on Campaigns.")
    if segmentation.campaigns is None and segmentation.dataset.campaigns and segmentation.k != segmentation.decision.k:
        return _("The next campaign is planned for the recommended run and for those next to it.")
    return _("These data do not allow a plan for the next campaign, so there is nothing to recommend.")


def _not_recommended() -> str:
    return _("What is bought together is counted for the recommended run and for those next to it.")
