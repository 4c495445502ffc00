"""What the number of segments hangs on: the analysis repeated with one thing done otherwise."""

from __future__ import annotations

from dashapp.findings import verdict_words
from dashapp.i18n import _, plural
from dashapp.telling import number
from pipeline.contract import Segmentation, Sensitivity


def caption() -> str:
    """What the table answers."""
    return _("What does this choice hang on?")


def header() -> list[str]:
    """Columns of the table."""
    return [_("Done otherwise"), _("Segments"), _("Verdict"), _("Agreement with these segments (1: the same)")]


def rows(segmentation: Segmentation) -> list[list[str]]:
    """A row a variation; none for runs that did not try them."""
    return [
        [
            str(row[Sensitivity.CHANGE]),
            number(int(row[Sensitivity.K])),
            verdict_words.title(row[Sensitivity.VERDICT], None),
            number(float(row[Sensitivity.AGREEMENT]), 2),
        ]
        for row in segmentation.sensitivity.to_dict("records")
    ]


def sentence(segmentation: Segmentation) -> str:
    """How often the same number came out again."""
    same = sum(int(k) == segmentation.decision.k for k in segmentation.sensitivity[Sensitivity.K])
    return plural(
        "The analysis was repeated with one thing done otherwise: {n} of {all} times it came to {k} segments again.",
        "The analysis was repeated with one thing done otherwise: {n} of {all} times it came to {k} segments again.",
        same,
        all=number(len(segmentation.sensitivity)),
        k=number(segmentation.decision.k),
    )
