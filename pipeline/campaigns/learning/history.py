"""What was known of each customer when each campaign began, from the raw tables by the spec's own history query."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from pipeline.contract import Campaign, Message, no_column
from pipeline.errors import SpecError

if TYPE_CHECKING:
    from pipeline.reading import Data
    from pipeline.spec import Spec

MOMENT, AS_OF, CAMPAIGN = "moment", "as_of", "campaign"
ROW = "(row)"  # position of the customer in the customers table
TEST = "(test)"  # the moment from which campaigns test the model


def read_history(spec: Spec, data: Data | None) -> pd.DataFrame | None:
    """One row a customer and moment: the columns of ``[history]``; None where the spec has none or ``data`` is a URL.

    Moments are the starts of all campaigns, the day from which campaigns test the model, and ``as_of`` once a
    kind of campaign, with the latest campaign of that kind standing in for the next one's offer.

    Raises
    ------
    SpecError
        Where the query fails or does not yield what ``[history]`` says.
    """
    if spec.history is None or not spec.history.query or (isinstance(data, str) and "://" in data):
        return None
    from pipeline.reading import query_tables

    return checked_history(query_tables(spec, data, "history.query", spec.history.query, moments=moments(spec)), spec)


def checked_history(frame: pd.DataFrame, spec: Spec) -> pd.DataFrame:
    """The columns of ``[history]`` out of the answer to its query; raises ``SpecError`` where it has others."""
    if spec.history is None:
        return frame
    wanted = [MOMENT, spec.id.column, spec.history.received, spec.history.responded, *spec.history.columns]
    for name in wanted:
        if name not in frame:
            raise no_column(
                Message.of(
                    "{spec}: history.query yields no column '{column}'", spec=str(spec.path or spec.name), column=name
                ),
                name,
                map(str, frame.columns),
            )
    frame = frame[wanted]
    if frame.duplicated([MOMENT, spec.id.column]).any():
        raise SpecError.because(
            f"{spec.path or spec.name}: history.query yields several rows for one customer and moment",
            remedy="group by moment and the id",
        )
    return frame


def place(history: pd.DataFrame, customers: pd.DataFrame, id_column: str) -> dict[str, pd.DataFrame]:
    """The history of each moment, its index the customer's position; rows of customers set aside are left out."""
    ids, named = pd.factorize(history[id_column])
    position = pd.Index(customers[id_column].astype("str")).get_indexer(pd.Index(named).astype("str"))[ids]
    known = history.assign(**{ROW: position}).drop(columns=id_column)
    known = known[position >= 0]
    return {str(moment): part.set_index(ROW) for moment, part in known.groupby(MOMENT, sort=True)}


def moments(spec: Spec) -> pd.DataFrame:
    """Table ``moments`` of the history query: moment, as_of, campaign; dated campaigns only, by start."""
    dated = by_start(spec.campaigns)
    rows: list[tuple[str, date, str | None]] = [
        (campaign.column, campaign.start, campaign.column) for campaign in dated if campaign.start
    ]
    if spec.history and spec.history.test_from:
        rows.append((TEST, spec.history.test_from, None))
    if spec.day:
        rows += [(next_moment(campaign.kind), spec.day, campaign.column) for campaign in latest_by_kind(dated)]
    frame = pd.DataFrame(rows, columns=[MOMENT, AS_OF, CAMPAIGN])
    return frame.astype({MOMENT: "str", AS_OF: "datetime64[us]", CAMPAIGN: "str"})


def by_start(campaigns: Iterable[Campaign]) -> list[Campaign]:
    """Dated campaigns in the order of their starts."""
    return sorted(
        (campaign for campaign in campaigns if campaign.start), key=lambda campaign: (campaign.start, campaign.column)
    )


def latest_by_kind(campaigns: Iterable[Campaign]) -> list[Campaign]:
    """The last campaign of each kind, in the order of the kinds' names."""
    latest = {campaign.kind: campaign for campaign in campaigns}
    return [latest[kind] for kind in sorted(latest)]


def next_moment(kind: str) -> str:
    """Name of the moment at which the next campaign of ``kind`` would begin."""
    return f"(next) {kind}"
