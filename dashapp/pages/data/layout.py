"""Data: the account of every row, rule by rule, what is missing, and the main columns before and after cleaning."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from dash import dcc, html
from dash.development.base_component import Component

from dashapp.data import Run, SegmentationData, View
from dashapp.i18n import N_, _, plural
from dashapp.pages.data import cleaning_account, figures, ids
from dashapp.pages.data.cleaning_account import TakenOut
from dashapp.pages.data.lines_card import lines_card
from dashapp.selecting import Dimension
from dashapp.telling import bin_label, customers, day, moment, number, of_column, percent, summary_of_number
from dashapp.widgets import as_table, card, chart_card, graph, take_along
from pipeline.contract import Ledger, LedgerEntry

_DONE = (
    ("dropped", N_("{n} dropped")),
    ("repaired", N_("{n} repaired")),
    ("quarantined", N_("{n} set aside")),
    ("flagged", N_("{n} flagged")),
)


def layout(_data: SegmentationData, view: View, /, **_address: object) -> list[Component | None]:
    """The page's content; all parts of the address belong to the selection."""
    run = view.run
    ledger = run.segmentation.ledger if run else None
    return [
        html.P(finding(ledger) if ledger else "", className="k-finding"),
        html.P(chain(ledger), className="k-lead") if ledger and len(ledger.tables) > 1 else None,
        lines_card(run.segmentation) if run else None,
        html.Div([_account(ledger), _origin(run) if run else None], className="k-grid k-grid-2"),
        _rules(run),
        _missing(run),
        html.H2(_("The main columns before and after cleaning")),
        html.Div(
            [_distribution(run, dimension) for dimension in cleaning_account.main_columns(run)] if run else [],
            className="k-grid k-grid-charts",
        ),
    ]


def finding(ledger: Ledger) -> str:
    """What the ledger says, in one or two sentences."""
    read, lines = number(ledger.rows_in), ledger.lines
    aside = sum(rule.lines for rule in lines.aside) if lines is not None else 0
    if lines is not None and aside:
        return plural(
            "{n} of {all} lines read is set aside, by a rule named below; the others make {customers} customers.",
            "{n} of {all} lines read are set aside, each by a rule named below; the others make {customers} customers.",
            aside,
            all=number(lines.lines),
            customers=number(ledger.rows_out),
        )
    if not ledger.dropped + ledger.quarantined:
        return _("All {n} rows that were read became customers; none was dropped or set aside.", n=read)
    parts = [
        _(words, n=number(count))
        for count, words in ((ledger.dropped, N_("{n} dropped")), (ledger.quarantined, N_("{n} set aside")))
        if count
    ]
    return _(
        "Of {n} rows read, {customers} became customers; {rest}, each by a rule named below.",
        n=read,
        customers=number(ledger.rows_out),
        rest=_(" and ").join(parts),
    )


def chain(ledger: Ledger) -> str:
    """From the longest of several tables to the customers: what the rows of the account were made of."""
    table, rows = max(ledger.tables.items(), key=lambda table_rows: table_rows[1])
    return _(
        "{rows} rows of “{table}” → {read} customers in the data → {kept} customers in the segments.",
        rows=number(rows),
        table=table.replace("_", " "),
        read=number(ledger.rows_in),
        kept=number(ledger.rows_out),
    )


def _account(ledger: Ledger | None) -> Component:
    title = _("What became of the rows?")
    words, below = "", None
    if ledger:
        words = _(
            "{read} rows in = {kept} customers + {dropped} dropped + {aside} set aside.",
            read=number(ledger.rows_in),
            kept=number(ledger.rows_out),
            dropped=number(ledger.dropped),
            aside=number(ledger.quarantined),
        )
        below = as_table(
            ["", _("Rows")],
            [
                [_("Read"), number(ledger.rows_in)],
                [_("Customers"), number(ledger.rows_out)],
                [_("Dropped"), number(ledger.dropped)],
                [_("Set aside"), number(ledger.quarantined)],
            ],
            caption=title,
        )
    buttons = html.Div(
        take_along(ids.DOWNLOAD_BUTTON, _("Download the rows set aside (CSV)"), title=_("the rows set aside")),
        hidden=not (ledger and ledger.quarantined),
    )
    return chart_card(
        title,
        graph(ids.ACCOUNT, title, height=figures.ACCOUNT),
        summary=words,
        below=html.Div([below, buttons, dcc.Download(id=ids.DOWNLOAD)]),
        note=_(
            "Dropped: repeats, rows that say nothing, and customers beyond a sample. Set aside: rows that "
            "contradict a rule; they are kept, so that somebody can look at them."
        ),
    )


def _origin(run: Run) -> Component:
    segmentation, title = run.segmentation, _("Where do the data come from?")
    facts = [
        (_("Data"), segmentation.dataset.title),
        (_("Read from"), PurePath(segmentation.ledger.source).name or segmentation.ledger.source),
        (_("As of"), day(segmentation.dataset.as_of)),
        (_("Fingerprint"), segmentation.ledger.fingerprint),
        (_("Trained"), moment(segmentation.started)),
    ]
    if len(segmentation.ledger.tables) > 1:
        facts += [
            (_("Table {name}", name=name), plural("{n} row", "{n} rows", rows))
            for name, rows in segmentation.ledger.tables.items()
        ]
    notes = [html.Li(note) for note in segmentation.ledger.notes]
    return card(
        [
            html.H3(title, className="k-chart-title"),
            html.Dl([part for name, words in facts for part in (html.Dt(name), html.Dd(words))], className="k-facts"),
            html.P(
                _("The fingerprint is the same for the same customers, in whatever order or format they come."),
                className="k-note",
            ),
            html.Ul(notes, className="k-ledger-notes") if notes else None,
        ],
        label=title,
    )


def _rules(run: Run | None) -> Component:
    entries = run.segmentation.ledger.entries if run else ()
    stored = (run.original or run).segmentation.ledger.entries if run else ()
    noted = [
        (told, entry)
        for told, entry in zip(entries, stored, strict=True)
        if entry.rows or entry.rule == "constant columns"
    ]
    quiet = [entry for entry in entries if all(entry != told for told, _stored in noted)]
    touched = cleaning_account.merged(run, noted) if run else []
    return card(
        [
            html.H2(_("What did cleaning do, rule by rule?")),
            html.P(_("Nothing had to be cleaned."))
            if not touched
            else html.Ul([_rule(entry, entry.examples) for entry in touched], className="k-ledger"),
            html.Details(
                [
                    html.Summary(plural("{n} check that found nothing", "{n} checks that found nothing", len(quiet))),
                    html.Ul(
                        [
                            html.Li(
                                f"{_title(entry)}: {cleaning_account.labelled(run, entry) if run else entry.detail}"
                            )
                            for entry in quiet
                        ]
                    ),
                ],
                className="k-details",
            )
            if quiet
            else None,
        ],
        label=_("What did cleaning do?"),
        class_name="k-origin",
    )


def _rule(entry: LedgerEntry, examples: Sequence[str]) -> Component:
    done = [_(words, n=number(getattr(entry, field))) for field, words in _DONE if getattr(entry, field)]
    return html.Li(
        [
            html.Div(
                [html.Strong(_title(entry)), html.Span(", ".join(done) or _("noted"), className="k-ledger-count")],
                className="k-ledger-head",
            ),
            html.P(_sentence(entry)),
            html.P(_("For example: {examples}", examples="; ".join(examples)), className="k-note")
            if examples
            else None,
        ]
    )


def _sentence(entry: LedgerEntry) -> str:
    """With a capital in front."""
    return f"{entry.detail[:1].upper()}{entry.detail[1:]}."


def _title(entry: LedgerEntry) -> str:
    return entry.rule[:1].upper() + entry.rule[1:]


def _missing(run: Run | None) -> Component:
    title = _("Which values are missing?")
    gaps = cleaning_account.missing_values(run) if run else []
    total = run.cube.n if run else 0
    words = _("Every customer has every value.")
    if gaps:
        words = plural(
            "“{name}” is missing most often: for {customers} ({share}). {n} column has gaps.",
            "“{name}” is missing most often: for {customers} ({share}). {n} columns have gaps.",
            len(gaps),
            name=gaps[0][0],
            customers=customers(gaps[0][1]),
            share=percent(gaps[0][1] / total),
        )
    rows = [[name, number(count), percent(count / total)] for name, count in gaps]
    return html.Div(
        chart_card(
            title,
            graph(ids.MISSING, title, height=figures.height_of_missing(len(gaps))),
            summary=words,
            below=as_table([_("Column"), _("Customers without a value"), _("Share")], rows, caption=title)
            if rows
            else None,
            note=_(
                "Charts leave out who is not known and say how many; when segments are found, the median stands in."
            ),
        ),
        className="k-block",
    )


def _distribution(run: Run, dimension: Dimension) -> Component:
    part, title = run.cube.everyone.slice(dimension.name), dimension.label
    counts, gone = cleaning_account.counts_of(run, dimension), cleaning_account.taken_out(run, dimension)
    header = (
        [dimension.axis_title, _("Before cleaning"), _("After")]
        if gone.values
        else [dimension.axis_title, _("Customers")]
    )
    rows = [
        [bin_label(dimension, place), *([number(float(count + out))] if gone.values else []), number(float(count))]
        for place, (count, out) in enumerate(zip(counts, gone.by_bin(dimension), strict=True))
    ]
    return chart_card(
        title,
        graph(ids.distribution(dimension.name), title, height=figures.HISTOGRAM),
        summary=f"{summary_of_number(dimension, part.middle, None)} {change(run, dimension, gone)}",
        below=as_table(header, rows, caption=title),
    )


def change(run: Run, dimension: Dimension, gone: TakenOut) -> str:
    """What cleaning took out of a column, in a sentence."""
    if gone.because:
        return _(
            "Computed from a column that was cleaned: {what}.", what="; ".join(reason.detail for reason in gone.because)
        )
    if not gone.count:
        return _("Cleaning took nothing out.")
    column = run.segmentation.dataset.column(dimension.column)
    shown = "; ".join(of_column(value, column) for value in sorted(gone.values)[: figures.MOST_NAMED])
    return plural(
        "Cleaning took out {n} value ({examples}).",
        "Cleaning took out {n} values (such as {examples}).",
        gone.count,
        examples=shown or _("not kept"),
    )
