"""The account of every line of purchases on the Data page: lines and money, by what became of them, and what is odd."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashapp.i18n import _
from dashapp.telling import account_header, account_rows, account_sentences, finding_sentences
from dashapp.widgets import card, table
from pipeline.contract import Segmentation


def lines_card(segmentation: Segmentation) -> Component | None:
    """None where the customers were not made of lines, or a run of an older version says nothing of them."""
    account, currency = segmentation.ledger.lines, segmentation.dataset.currency
    if account is None:
        return None
    title = _("What became of every line?")
    first, *_others = account_sentences(account, currency)
    odd = finding_sentences(account, currency)
    return card(
        [
            html.H2(title),
            html.P(first),
            table(account_header(account), account_rows(account, currency), caption=title),
            html.P(
                _("Lines and money read are those used and set aside together; a line goes to the first rule it meets.")
                if account.declared
                else _("The spec's own query decides which lines count; known here is only who has no customer."),
                className="k-note",
            ),
            html.Ul([html.Li(sentence) for sentence in odd], className="k-ledger-notes") if odd else None,
        ],
        label=title,
        class_name="k-origin",
    )
