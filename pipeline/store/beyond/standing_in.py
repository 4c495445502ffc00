"""The files that stand in for a run's tables by customer: of the run itself, or prepared on this machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.contract import (
    Artifacts,
    Assignments,
    Everybody,
    Ledger,
    Message,
    PopulationRecord,
    SegmentCard,
    Tallies,
    Weights,
    of_sample,
    population,
)
from pipeline.errors import ContractError, UnpreparedError
from pipeline.settings import Settings
from pipeline.store.artifacts import TRAIN_AGAIN, RunFiles, cache_of
from pipeline.store.tracking.index import RunRow

_BY_CUSTOMER = (Artifacts.CUSTOMERS, Artifacts.PROJECTION, Artifacts.RFM_SCORES)


@dataclass(frozen=True)
class StandIn:
    """Where the sample and the tallies of one run are."""

    run_id: str
    record: PopulationRecord
    sweep: RunFiles
    own: RunFiles
    files: Mapping[str, Path]  # everybody's tables, where they can be read
    planned: bool  # whether the run has a campaign plan with a row a customer

    def table(self, name: str) -> pd.DataFrame:
        """The sample's rows of a table by customer."""
        files = self.own if name == Artifacts.ASSIGNMENTS else self.sweep
        return files.table_or_empty(of_sample(name) if self.record.address is None else name)

    def everybody(self, cards: Sequence[SegmentCard], assignments: pd.DataFrame) -> Everybody:
        """What is known of everybody beside the sample; raises ``ContractError`` where it does not fit the run."""
        tallies, weights = self.own.table(Artifacts.TALLIES), self.sweep.table(Artifacts.WEIGHTS)
        sizes = _sizes(tallies, len(cards))
        expected = {card.segment: card.size for card in cards}
        if dict(enumerate(sizes)) != expected:
            raise self._unfit("tallies")
        if not np.array_equal(weights[Weights.KEY], assignments[Assignments.KEY]):
            raise self._unfit("weights")
        return Everybody(
            rows=self.record.rows,
            sampled=self.record.sampled,
            weights=population.stand_in_weights(
                weights[Weights.WEIGHT].to_numpy(np.float64),
                assignments[Assignments.SEGMENT].to_numpy(np.int64),
                np.array(sizes, dtype=np.int64),
            ),
            population=self.record,
            tallies=tallies,
            pairs=self.sweep.table(Artifacts.PAIRS),
            files=self.files,
            planned=self.planned,
        )

    def _unfit(self, table: str) -> ContractError:
        return ContractError.because(
            Message.of("run {run}: {table} do not fit the other tables of the run", run=self.run_id, table=table),
            remedy=TRAIN_AGAIN,
        )


def stand_in(row: RunRow, sweep: RunFiles, own: RunFiles, settings: Settings, most: int | None) -> StandIn | None:
    """What stands in for the customers of a run, where there are more than ``most`` or their rows are elsewhere.

    Raises ``UnpreparedError`` where the run has no such files and none were made yet.
    """
    record = sweep.record(Artifacts.POPULATION, PopulationRecord) if sweep.has(Artifacts.POPULATION) else None
    few = most is None or sweep.record(Artifacts.LEDGER, Ledger).rows_out <= most
    if few and (record is None or record.address is None):
        return None
    planned = own.has(Artifacts.TARGETS)
    if record is not None and own.has(Artifacts.TALLIES):
        files = _everybodys(sweep, own) if record.address is None else {}
        return StandIn(row.run_id, record, sweep, own, files, planned)
    folder = prepared_at(settings, row)
    if not (folder / Artifacts.MANIFEST).is_file():
        raise UnpreparedError.because(
            Message.of("run {run} holds very many customers and is being prepared to be shown", run=row.run_id[:12]),
            remedy=Message.of("wait a minute; it is done once, and nothing here needs a restart"),
        )
    made = RunFiles(row.run_id, folder)
    record = made.record(Artifacts.POPULATION, PopulationRecord)
    return StandIn(row.run_id, record, made, made, _everybodys(sweep, own), planned)


def prepared_at(settings: Settings, row: RunRow) -> Path:
    """Where what stands in for a run is kept that has none of its own."""
    return cache_of(settings) / "prepared" / row.run_id


def _everybodys(sweep: RunFiles, own: RunFiles) -> dict[str, Path]:
    held = {name: sweep.path(name) for name in _BY_CUSTOMER if sweep.has(name)}
    return held | {Artifacts.ASSIGNMENTS: own.path(Artifacts.ASSIGNMENTS)}


def _sizes(tallies: pd.DataFrame, k: int) -> list[int]:
    """Customers of each segment: everybody is in one bin of whatever is counted, known or not."""
    counted = tallies[tallies[Tallies.SOURCE] != "answers"]
    first = counted[[Tallies.SOURCE, Tallies.NAME]].drop_duplicates().head(1).itertuples(index=False, name=None)
    for source, name in first:
        mine = counted[(counted[Tallies.SOURCE] == source) & (counted[Tallies.NAME] == name)]
        sizes = mine.groupby(Tallies.SEGMENT)[Tallies.N].sum()
        return [int(sizes.get(segment, 0)) for segment in range(k)]
    return [0] * k
