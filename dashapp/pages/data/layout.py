"""Data: the account of every row, rule by rule, what is missing, and what the cleaned columns look like."""

from __future__ import annotations

from pathlib import PurePath

from dash import dcc, html
from dash.development.base_component import Component

from dashapp import shell
from dashapp.data import Run, SegmentationData, View
from dashapp.dimensions import Array, Dimension
from dashapp.pages.data import figures, ids
from dashapp.widgets import as_table, card, chart_card, graph
from dashapp.words import bin_label, customers, day, moment, number, percent, summary_of_number
from pipeline.contract import Ledger, LedgerEntry, Meaning

_MAIN: tuple[Meaning, ...] = ("age", "income", "spend", "average_cheque", "orders", "recency")
_DONE = (("dropped", "dropped"), ("repaired", "repaired"), ("quarantined", "set aside"), ("flagged", "flagged"))


def layout(data: SegmentationData, /, run: object = None, **_query: object) -> Component:
    """The page; other parts of the address belong to the selection."""
    view = data.view(run)
    return shell.page(view, "Data", "Can I trust the data?", _content(view), data.settings)


def _content(view: View) -> list[Component | None]:
    run = view.run
    ledger = run.segmentation.ledger if run else None
    return [
        html.P(finding(ledger) if ledger else "", className="k-finding"),
        html.Div([_account(ledger), _origin(run) if run else None], className="k-grid k-grid-2"),
        _rules(ledger),
        _missing(run),
        html.H2("The main columns after cleaning"),
        html.Div([_distribution(run, one) for one in main_columns(run)] if run else [],
                 className="k-grid k-grid-charts"),
    ]


def finding(ledger: Ledger) -> str:
    """What the ledger says, in one or two sentences."""
    lost = ledger.dropped + ledger.quarantined
    if not lost:
        return f"All {ledger.rows_in:,} rows that were read became customers; none was dropped or set aside."
    parts = [f"{count:,} {what}" for count, what in ((ledger.dropped, "dropped"), (ledger.quarantined, "set aside"))
             if count]
    return (f"Of {ledger.rows_in:,} rows read, {percent(ledger.rows_out / ledger.rows_in)} became customers "
            f"({ledger.rows_out:,}); {' and '.join(parts)}, each by a rule named below.")


def missing_values(run: Run) -> list[tuple[str, int]]:
    """Label and number of customers without a value of each described column that has gaps, the most first."""
    it = run.segmentation
    named = [(one.label, one.name) for one in it.dataset.columns if one.role not in ("id", "ignored")]
    gaps = [(label, int(it.customers[name].isna().sum())) for label, name in named if name in it.customers]
    return sorted([one for one in gaps if one[1]], key=lambda one: (-one[1], one[0]))


def main_columns(run: Run) -> list[Dimension]:
    """Columns of known meaning that hold numbers, in a fixed order."""
    found = [run.segmentation.dataset.meaning(one) for one in _MAIN]
    return [run.cube.dimensions[one.name] for one in found
            if one and one.name in run.cube.dimensions and run.cube.dimensions[one.name].kind == "number"]


def counts_of(run: Run, dimension: Dimension) -> Array:
    """All customers by the bins of a dimension."""
    counts: Array = run.cube.everyone.slice(dimension.name).everyone.sum(axis=0)
    return counts


def _account(ledger: Ledger | None) -> Component:
    title = "What became of the rows?"
    words, below = "", None
    if ledger:
        words = (f"{ledger.rows_in:,} rows in = {ledger.rows_out:,} customers + {ledger.dropped:,} dropped + "
                 f"{ledger.quarantined:,} set aside.")
        below = as_table(["", "Rows"], [["Read", number(ledger.rows_in)], ["Customers", number(ledger.rows_out)],
                                        ["Dropped", number(ledger.dropped)],
                                        ["Set aside", number(ledger.quarantined)]], caption=title)
    button = html.Button("Download the rows set aside (CSV)", id=ids.DOWNLOAD_BUTTON, className="k-button",
                         type="button", hidden=not (ledger and ledger.quarantined))
    return chart_card(title, graph(ids.ACCOUNT, title, height=figures.ACCOUNT), summary=words,
                      below=html.Div([below, button, dcc.Download(id=ids.DOWNLOAD)]),
                      note="Dropped: repeats and rows that say nothing. Set aside: rows that contradict a rule; they "
                           "are kept, so that somebody can look at them.")


def _origin(run: Run) -> Component:
    it = run.segmentation
    facts = [("Data", it.dataset.title), ("Read from", PurePath(it.ledger.source).name or it.ledger.source),
             ("As of", day(it.dataset.as_of)), ("Fingerprint", it.ledger.fingerprint), ("Trained", moment(it.started))]
    if len(it.ledger.tables) > 1:
        facts += [(f"Table {name}", f"{rows:,} rows") for name, rows in it.ledger.tables.items()]
    notes = [html.Li(note) for note in it.ledger.notes]
    return card([
        html.H3("Where do the data come from?", className="k-chart-title"),
        html.Dl([part for name, words in facts for part in (html.Dt(name), html.Dd(words))], className="k-facts"),
        html.P("The fingerprint is the same for the same customers, in whatever order or format they come.",
               className="k-note"),
        html.Ul(notes, className="k-ledger-notes") if notes else None,
    ], label="Where do the data come from?")


def _rules(ledger: Ledger | None) -> Component:
    touched = [one for one in ledger.entries if one.rows or one.rule == "constant columns"] if ledger else []
    quiet = [one for one in ledger.entries if one not in touched] if ledger else []
    return card([
        html.H2("What did cleaning do, rule by rule?"),
        html.P("Nothing had to be cleaned.") if not touched else html.Ul([_rule(one) for one in touched],
                                                                         className="k-ledger"),
        html.Details([html.Summary(f"{len(quiet)} checks that found nothing"),
                      html.Ul([html.Li(f"{_title(one)}: {one.detail}") for one in quiet])],
                     className="k-details") if quiet else None,
    ], label="What did cleaning do?", class_name="k-origin")


def _rule(entry: LedgerEntry) -> Component:
    done = [f"{getattr(entry, field):,} {word}" for field, word in _DONE if getattr(entry, field)]
    return html.Li([
        html.Div([html.Strong(_title(entry)), html.Span(", ".join(done) or "noted", className="k-ledger-count")],
                 className="k-ledger-head"),
        html.P(f"{entry.detail[:1].upper()}{entry.detail[1:]}."),
        html.P(f"For example: {'; '.join(entry.examples)}", className="k-note") if entry.examples else None,
    ])


def _title(entry: LedgerEntry) -> str:
    return entry.rule[:1].upper() + entry.rule[1:]


def _missing(run: Run | None) -> Component:
    title = "Which values are missing?"
    gaps = missing_values(run) if run else []
    total = run.cube.n if run else 0
    words = "Every customer has every value." if not gaps else (
        f"“{gaps[0][0]}” is missing most often: for {customers(gaps[0][1])} ({percent(gaps[0][1] / total)}). "
        f"{len(gaps)} columns have gaps.".replace("1 columns have", "1 column has"))
    rows = [[name, number(count), percent(count / total)] for name, count in gaps]
    return html.Div(chart_card(
        title, graph(ids.MISSING, title, height=figures.height_of_missing(len(gaps))), summary=words,
        below=as_table(["Column", "Customers without a value", "Share"], rows, caption=title) if rows else None,
        note="Charts leave out who is not known and say how many; when segments are found, the median stands in."),
        className="k-block")


def _distribution(run: Run, dimension: Dimension) -> Component:
    part, title = run.cube.everyone.slice(dimension.name), dimension.label
    counts = counts_of(run, dimension)
    rows = [[bin_label(dimension, place), number(float(count))] for place, count in enumerate(counts)]
    return chart_card(title, graph(ids.distribution(dimension.name), title, height=figures.HISTOGRAM),
                      summary=summary_of_number(dimension, part.middle, None),
                      below=as_table([dimension.axis_title, "Customers"], rows, caption=title))
