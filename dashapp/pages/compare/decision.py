"""Why this number of segments: the decision, what it hangs on, and the three curves over k."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashapp.charts import sweep_curves
from dashapp.findings import variations, verdict_words
from dashapp.i18n import _, decimal, plural
from dashapp.pages.compare import ids
from dashapp.telling import number
from dashapp.widgets import as_table, card, chart_card, graph
from pipeline.contract import CandidateRecord, Segmentation


def verdict(segmentation: Segmentation) -> Component:
    """The decision in words: how many segments, by whom, why, and what speaks against it."""
    decided = segmentation.decision
    chosen = (
        plural("{n} segment was chosen by a person.", "{n} segments were chosen by a person.", decided.k)
        if decided.chosen_by == "person"
        else plural("{n} segment was chosen.", "{n} segments were chosen.", decided.k)
    )
    chosen_words = [
        f"{chosen} {verdict_words.title_of_choice(segmentation)}.",
        _(verdict_words.WORDS[decided.verdict]),
    ]
    if segmentation.k == decided.k:
        head = [html.H2(chosen_words[0]), html.P(chosen_words[1])]
    else:  # what is in view comes first, and what follows is about another number
        shown = plural("This page shows {n} segment.", "This page shows {n} segments.", segmentation.k)
        head = [
            html.H2(f"{shown} {verdict_words.title_of(segmentation)}."),
            html.P(verdict_words.words_of(segmentation)),
            html.H3(_("What the analysis chose")),
            html.P([html.Strong(chosen_words[0]), " ", chosen_words[1]]),
        ]
    return card(
        [
            *head,
            html.P(decided.reason),
            _reconciled(segmentation),
            html.Ul([html.Li(disagreement) for disagreement in decided.disagreements]),
            _sensitivity(segmentation),
        ],
        label=_("The decision"),
        class_name="k-decision",
    )


def _reconciled(segmentation: Segmentation) -> Component | None:
    """Why segments can be solid where the data support fewer of them; nothing where that is no question."""
    solid, decided = sum(card.trust == "solid" for card in segmentation.cards), segmentation.decision
    if not solid or decided.verdict == "strong":
        return None
    grade = _(
        "“Solid” ({n} of {all} segments here) is no contradiction: it says that a segment is found in the same "
        "place again on other samples of customers, so that one can plan with it. It does not say that there is "
        "a gap around it.",
        n=number(solid),
        all=number(segmentation.k),
    )
    apart = decided.supported_k if decided.supported_k != segmentation.k else None
    return html.P(
        [
            grade,
            " ",
            plural(
                "With gaps between them there is {n} group only; the finer borders run through customers who differ "
                "little.",
                "With gaps between them there are {n} groups only; the finer borders run through customers who "
                "differ little.",
                apart,
            )
            if apart and apart < segmentation.k
            else "",
        ]
    )


def _sensitivity(segmentation: Segmentation) -> Component | None:
    """What other choices of preparing the data would have brought; nothing for runs that did not try them."""
    rows = variations.rows(segmentation)
    if not rows:
        return None
    return html.Div(
        [
            html.H3(variations.caption()),
            html.P(variations.sentence(segmentation)),
            as_table(variations.header(), rows, caption=variations.caption()),
        ]
    )


def inertia(candidates: tuple[CandidateRecord, ...]) -> Component:
    """The curve of the inertia over k, and its numbers."""
    title = _("How much closer together does one more segment bring them?")
    rows = [[number(candidate.k), number(candidate.inertia), _share(candidate.seed_spread)] for candidate in candidates]
    return chart_card(
        title,
        graph(ids.INERTIA, title, height=sweep_curves.HEIGHT),
        below=as_table([_("Segments"), _("Inertia"), _("Spread over restarts")], rows, caption=title),
        summary=_(
            "Inertia is the spread of customers around the middle of their segment: the lower, the more alike "
            "they are. It always falls; past the elbow it falls slowly."
        ),
    )


def silhouette(candidates: tuple[CandidateRecord, ...]) -> Component:
    """The curve of the silhouette over k beside data without structure, and its numbers."""
    title = _("How clearly are the segments apart?")
    rows = [
        [
            number(candidate.k),
            decimal(candidate.silhouette, 3),
            _from_to(candidate.silhouette_by_seed),
            or_dash(candidate.null_silhouette, 3),
            or_dash(candidate.stability, 2),
        ]
        for candidate in candidates
    ]
    return chart_card(
        title,
        graph(ids.SILHOUETTE, title, height=sweep_curves.HEIGHT),
        below=as_table(
            [_("Segments"), _("Silhouette"), _("Single starts, from to"), _("Without structure"), _("Stability")],
            rows,
            caption=title,
        ),
        summary=_(
            "The silhouette says how much nearer customers are to their own segment than to the next one: 1 is "
            "wholly apart, 0 is on the border. What counts is how far it lies above data without any groups."
        )
        + (
            " "
            + _(
                "The shaded band shows how much the answer depends on luck: what single starts of the search would "
                "have found."
            )
            if any(candidate.silhouette_by_seed for candidate in candidates)
            else ""
        ),
    )


def stability(candidates: tuple[CandidateRecord, ...]) -> Component:
    """The curve of the stability over k, and its numbers."""
    title = _("Do the segments come back on another sample?")
    rows = [[number(candidate.k), or_dash(candidate.stability, 2)] for candidate in candidates]
    return chart_card(
        title,
        graph(ids.STABILITY, title, height=sweep_curves.HEIGHT),
        below=as_table([_("Segments"), _("Stability")], rows, caption=title),
        summary=_(
            "Half of the customers are divided anew by what the other half taught: the share of pairs that stay "
            "together in the weakest segment. From 0.8 on the division is well supported."
        ),
    )


def _from_to(values: tuple[float, ...]) -> str:
    return f"{decimal(min(values), 3)} – {decimal(max(values), 3)}" if values else "–"


def _share(value: float | None) -> str:
    return "–" if value is None else f"± {decimal(100 * value, 1)} %"


def or_dash(value: float | None, places: int) -> str:
    """The number as it is written; a dash where it is not known."""
    return "–" if value is None else decimal(value, places)
