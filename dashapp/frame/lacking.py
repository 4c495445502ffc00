"""What a page says where the run in view does not hold what it needs."""

from __future__ import annotations

from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from dashapp.data import Run, SegmentationData
from dashapp.i18n import _
from dashapp.prefix import outer
from dashapp.widgets import message
from pipeline.errors import KorzinaError

SHORT = 12  # digits of a run id that stand in the address


@dataclass(frozen=True)
class Lack:
    """Why a run does not hold what a page needs, in the reader's language.

    ``elsewhere`` stands in place of ``words`` above a link to the recommended run of the same sweep, which holds it;
    empty where no run of these data can.
    """

    title: str
    words: str
    elsewhere: str = ""


def lacking(lack: Lack, data: SegmentationData, run: Run, path: str) -> Component:
    """The message of a page at ``path`` that cannot be drawn from ``run``."""
    segmentation = run.segmentation
    other = recommended_run(data, run) if lack.elsewhere and segmentation.k != segmentation.decision.k else ""
    if not other:
        return message(lack.title, lack.words)
    link = html.A(_("Open the recommended one"), href=outer(f"{path}?run={other[:SHORT]}"), className="k-button")
    return message(lack.title, lack.elsewhere, action=link)


def recommended_run(data: SegmentationData, run: Run) -> str:
    """The recommended run of the same sweep; empty where the store does not say."""
    try:
        listed = data.runs(run.segmentation.experiment)
    except KorzinaError:
        return ""
    sweep = run.segmentation.sweep_run_id
    return next((row.run_id for row in listed if row.recommended and row.sweep_run_id == sweep), "")
