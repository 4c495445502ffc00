"""One run's files without certain customers: rows gone, keys closed up, numbers of segments made anew."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from pipeline.contract import (
    Artifacts,
    CampaignSummary,
    CandidateRecord,
    Customers,
    Dataset,
    FeatureTransform,
    Ledger,
    LedgerEntry,
    Message,
    Record,
    RfmScale,
    SegmentCard,
    Targets,
    messages_of,
)
from pipeline.describing import cards_anew, described_anew, labels_of
from pipeline.purging.traces import Traces
from pipeline.recording import ui_profiles
from pipeline.store import RunFiles

RULE = Message.of("removed for good")
_OF_CUSTOMERS = (Artifacts.CUSTOMERS, Artifacts.PROJECTION, Artifacts.RFM_SCORES)
_OF_PLANS = (Artifacts.TARGETS, Artifacts.HELD_OUT)


@dataclass(frozen=True)
class Removal:
    """Whose rows go from one sweep, and what of it is needed to describe who is left."""

    files: RunFiles  # the parent's ``RunFiles``, as they were
    keys: tuple[int, ...]
    aside: tuple[int, ...]
    traces: Traces

    @cached_property
    def dataset(self) -> Dataset:
        """What the columns mean."""
        return self.files.record(Artifacts.DATASET, Dataset)

    @cached_property
    def customers(self) -> pd.DataFrame:
        """Who is left, with keys 0..n-1 again."""
        return self.left(self.files.table(Artifacts.CUSTOMERS))

    @cached_property
    def places(self) -> np.ndarray:
        """The new key of each customer of before, -1 for whoever goes."""
        kept = np.ones(len(self.files.table(Artifacts.CUSTOMERS)), dtype=bool)
        kept[list(self.keys)] = False
        return np.where(kept, np.cumsum(kept) - 1, -1)

    def left(self, table: pd.DataFrame) -> pd.DataFrame:
        """A table whose first column or ``customer`` is the key, without the rows of whoever goes."""
        key = Customers.KEY if Customers.KEY in table and table[Customers.KEY].dtype.kind == "i" else table.columns[0]
        kept: pd.DataFrame = table[self.places[table[key].to_numpy(dtype=np.int64)] >= 0].reset_index(drop=True)
        kept[key] = self.places[kept[key].to_numpy(dtype=np.int64)]
        for name in kept.select_dtypes("category"):
            kept[name] = kept[name].cat.remove_unused_categories()
        return kept

    # ------------------------------------------------------------------ the runs of a sweep

    def rewrite_parent(self, files: RunFiles, folder: Path) -> None:
        """The run that holds the customers."""
        for name in filter(files.has, _OF_CUSTOMERS):
            _write(folder, name, self.traces.redact_cells(self.left(files.table(name))))
        aside = files.table(Artifacts.QUARANTINE)
        aside = aside.drop(index=aside.index[list(self.aside)]).reset_index(drop=True)
        _write(folder, Artifacts.QUARANTINE, self.traces.redact_cells(aside))
        ledger = _without_examples(files.record(Artifacts.LEDGER, Ledger), len(self.keys))
        (folder / Artifacts.LEDGER).write_text(ledger.as_json(), "utf-8")
        self._finish(folder, {Artifacts.LEDGER: ledger})

    def rewrite_sizes(self, folder: Path, sizes: Mapping[int, tuple[int, ...]]) -> None:
        """The sizes of segments that the sweep tells of each k."""
        records = json.loads((folder / Artifacts.CANDIDATES).read_bytes())
        for record in records:
            record["sizes"] = sizes.get(record["k"], record["sizes"])
        _write_records(folder, Artifacts.CANDIDATES, [CandidateRecord.model_validate(record) for record in records])

    def rewrite_child(self, files: RunFiles, folder: Path) -> None:
        """The run of one number of segments."""
        assignments = self.left(files.table(Artifacts.ASSIGNMENTS))
        centres = np.array(files.json(Artifacts.CENTRES), dtype=np.float64)
        transform = self.files.record(Artifacts.TRANSFORM, FeatureTransform)
        rfm = self.files.record(Artifacts.RFM, RfmScale) if self.files.has(Artifacts.RFM) else None
        made = described_anew(self.customers, self.dataset, transform, assignments, centres, rfm)
        made[Artifacts.ASSIGNMENTS] = assignments
        cards = cards_anew(
            files.records(Artifacts.SEGMENTS, SegmentCard),
            self.customers,
            self.dataset,
            made[Artifacts.PROFILES],
            labels_of(assignments),
        )
        _write_records(folder, Artifacts.SEGMENTS, cards)
        medians = ui_profiles(self.dataset, cards, made[Artifacts.PROFILES])
        (folder / Artifacts.PROFILES_TABLE).write_text(medians.to_json(orient="split", index=False), "utf-8")
        told: dict[str, object] = {Artifacts.SEGMENTS: cards, Artifacts.PASSIVE: made[Artifacts.PASSIVE]}
        if files.has(Artifacts.CAMPAIGNS):
            made |= {name: self.left(files.table(name)) for name in filter(files.has, _OF_PLANS)}
            told[Artifacts.CAMPAIGNS] = self._plan(files, folder, made, cards)
        for name, table in made.items():
            if files.has(name):
                _write(folder, name, table)
        (folder / Artifacts.REPORT).unlink(missing_ok=True)  # drawn from all customers; it can be made again
        self._finish(folder, {name: value for name, value in told.items() if files.has(name)})

    def _plan(
        self, files: RunFiles, folder: Path, made: dict[str, pd.DataFrame], cards: Iterable[SegmentCard]
    ) -> CampaignSummary:
        """The plan with the contacts that are left; its ranks close up."""
        summary: CampaignSummary = files.record(Artifacts.CAMPAIGNS, CampaignSummary)
        targets, sizes = made.get(Artifacts.TARGETS), {card.segment: card.size for card in cards}
        if targets is not None and len(targets):
            targets[Targets.RANK] = targets[Targets.RANK].rank(method="first").astype("int64")
            contacts = targets[targets[Targets.CONTACT] == 1][Targets.SEGMENT].value_counts()
            segments = tuple(
                segment.model_copy(
                    update={
                        "customers": sizes.get(segment.segment, segment.customers),
                        "contacts": int(contacts.get(segment.segment, 0)),
                    }
                )
                for segment in summary.segments
            )
            summary = summary.model_copy(update={"contacts": int(contacts.sum()), "segments": segments})
        (folder / Artifacts.CAMPAIGNS).write_text(summary.model_dump_json(), "utf-8")
        return summary

    def _finish(self, folder: Path, told: Mapping[str, object]) -> None:
        """The sentences of what was made anew, then no trace in any text."""
        place = folder / Artifacts.MESSAGES
        if place.is_file():
            held = json.loads(place.read_bytes())
            for name, value in told.items():
                held[PurePosixPath(name).stem] = messages_of(value)
            text = json.dumps({name: tree for name, tree in held.items() if tree}, ensure_ascii=False)
            place.write_text(text, "utf-8")
        _forget_everybody(folder)
        self.traces.redact_files(folder)


def _forget_everybody(folder: Path) -> None:
    """Remove what was counted of all before somebody went; a dashboard that needs it counts again."""
    for name in (Artifacts.POPULATION, Artifacts.PAIRS, Artifacts.WEIGHTS, Artifacts.TALLIES):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / Artifacts.SAMPLE, ignore_errors=True)


def _without_examples(ledger: Ledger, removed: int) -> Ledger:
    """The account with whoever goes in it, and without the cells and places that it showed: they may be theirs."""
    before = sum(entry.dropped for entry in ledger.entries if entry.rule == RULE)
    entries = tuple(entry.model_copy(update={"examples": ()}) for entry in ledger.entries if entry.rule != RULE)
    number = before + removed
    detail = Message.counted(
        "{n} customer was removed for good after the training, at somebody's request",
        "{n} customers were removed for good after the training, at somebody's request",
        number,
    )
    gone = (LedgerEntry(rule=RULE, dropped=number, detail=detail),) if number else ()
    lines = ledger.lines
    if lines is not None:
        aside = tuple(rule.model_copy(update={"places": ()}) for rule in lines.aside)
        lines = lines.model_copy(update={"findings": (), "aside": aside})
    return ledger.model_copy(
        update={
            "entries": (*entries, *gone),
            "rows_out": ledger.rows_out - removed,
            "dropped": ledger.dropped + removed,
            "lines": lines,
        }
    )


def _write(folder: Path, name: str, table: pd.DataFrame) -> None:
    table.to_parquet(folder / name, index=False)


def _write_records(folder: Path, name: str, records: Iterable[Record]) -> None:
    text = "[" + ",".join(record.model_dump_json() for record in records) + "]"
    (folder / name).write_text(text, "utf-8")
