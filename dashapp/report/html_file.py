"""The report to take away: one HTML file with everything in it, drawn by what draws the pages.

``python -m dashapp.report --log RUN_ID`` renders it and puts it beside the run's files in the store.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextvars import copy_context
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from dashapp.charts import FONT_FAMILY, bundle, embedded_font
from dashapp.data import Run
from dashapp.i18n import _, language, plural, speak
from dashapp.report.front import cover, glance, profile
from dashapp.report.method import choice, data_account, reading
from dashapp.report.next_campaign import campaign_plan, together
from dashapp.report.portrait import portrait
from dashapp.report.rfm_sheet import rfm
from dashapp.report.sheet import caption
from dashapp.widgets import markup
from pipeline.contract import Annotation

# nothing is loaded from anywhere: the browser itself sees to it
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:; font-src data:"
)
_DRAW = """
function draw() {
  document.querySelectorAll(".chart").forEach(function (place) {
    var figure = JSON.parse(place.nextElementSibling.textContent);
    Plotly.newPlot(place, figure.data, figure.layout, {staticPlot: true, responsive: true, typesetMath: false});
  });
}
function fit() {  // each segment has one page to itself, printed smaller where it is longer; others at most by a fifth
  var paper = document.getElementById("paper"), body = document.body;
  paper.media = "all";
  body.style.width = "180mm";
  var room = 264 / 25.4 * 96;  // A4 less its margins, and a little for rounding
  document.querySelectorAll(".sheet").forEach(function (sheet) {
    var least = sheet.classList.contains("segment") ? 0.4 : 0.8, size = 1;
    function high() { return sheet.getBoundingClientRect().height > room; }
    while (size > least && high()) sheet.style.setProperty("--fit", (size -= 0.02).toFixed(2));
    if (least > 0.5 && high()) sheet.style.removeProperty("--fit");
  });
  body.style.width = "";
  paper.media = "print";
}
function start() { draw(); fit(); }
document.fonts.load('12px "FAMILY"').then(start, start);  // names are measured in the face that they are shown in
""".replace("FAMILY", FONT_FAMILY)


def report(run: Run, code: str, notes: Sequence[Annotation] = ()) -> str:
    """The whole report in the language ``code``, as one HTML document of about 2 MB (Plotly's script is most of it).

    ``notes`` are the data set's; each stands with the segment that it is about.
    """
    return copy_context().run(_spoken, run, code, notes)  # whoever asks keeps the language that they speak


def file_name(run: Run) -> str:
    """``korzina-complete_journey-k5-20261124-86085a44.html``: data set, segments, date and run."""
    segmentation = run.segmentation
    when = datetime.fromtimestamp(segmentation.started, UTC).strftime("%Y%m%d")
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", segmentation.experiment).strip("-")
    return "-".join(filter(None, ("korzina", name, f"k{segmentation.k}", when, segmentation.run_id[:8]))) + ".html"


def _spoken(run: Run, code: str, notes: Sequence[Annotation]) -> str:
    told = (run.original or run).retold(speak(code))
    segmentation = told.segmentation
    title = plural("{title}: {n} segment", "{title}: {n} segments", segmentation.k, title=segmentation.dataset.title)
    return "\n".join(
        [
            f'<!DOCTYPE html>\n<html lang="{language()}">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{markup(title)}</title>\n<style>{embedded_font()}\n{_style('report.css')}</style>",
            f'<style id="paper" media="print">{_style("paper.css")}{_foot(caption(segmentation))}</style>',
            "</head>\n<body>\n<main>",
            *(markup(part) for part in _sheets(told, notes)),
            "</main>",
            f"<noscript><p>{markup(_('The charts need JavaScript; the tables do not.'))}</p></noscript>",
            f"<script>{bundle.script()}</script>\n<script>{_DRAW}</script>\n</body>\n</html>\n",
        ]
    )


def _sheets(run: Run, notes: Sequence[Annotation]) -> list[Any]:
    """All sheets in their order."""
    segmentation = run.segmentation
    sheets = [
        cover(run),
        glance(run),
        profile(run),
        *(portrait(segmentation, card, notes) for card in segmentation.cards),
        rfm(run),
        campaign_plan(run),
        together(run),
        choice(segmentation),
        data_account(segmentation),
        reading(segmentation),
    ]
    return [part for part in sheets if part is not None]


def _foot(words: str) -> str:
    """The run and its date at the foot of every printed page."""
    safe = "".join(sign if sign.isalnum() or sign == " " else f"\\{ord(sign):x} " for sign in words)
    face = f'font: 9px "{FONT_FAMILY}", sans-serif; color: #5a6475;'
    return f'\n@page {{ @bottom-left {{ content: "{safe}"; {face} }} }}\n'


@cache
def _style(name: str) -> str:
    return Path(__file__).with_name(name).read_text("utf-8")
