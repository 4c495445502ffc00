"""What is known of the columns of a draft so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from pipeline.contract import Kind, Meaning, Message, Role, Value
from pipeline.drafting.structure import ColumnProfile, Structure
from pipeline.understanding import Understanding

LOG, PLAIN = ("log1p", "standardize"), ("winsorize", "standardize")
MOST_NEGATIVE = 0.02  # share of customers; a few who returned more than they bought do not undo the logarithm


def because(profile: ColumnProfile, why: str, **values: Value) -> Message:
    """What a column holds, and why it plays the part that it plays."""
    return Message.of("{summary}: {why}", summary=profile.summary, why=Message.of(why, **values))


@dataclass
class Entry:
    """One [columns.NAME] to be written; ``role`` may still change."""

    name: str
    role: Role
    kind: Kind
    comment: Message
    sql: str = ""
    meaning: Meaning | None = None
    transform: tuple[str, ...] = ()
    unit: str = ""
    label: Message | None = None  # of a column that the draft makes; the file's own are called as the file calls them
    extra: tuple[str, ...] = ()  # further comment lines
    campaign: bool = False  # of an outcome: a reaction to something that was sent

    @property
    def money(self) -> bool:
        """Whether it is an amount in the currency of the purchases."""
        returned = self.label is not None and self.name == "returned"
        return self.kind in ("number", "integer") and (self.meaning in ("spend", "average_cheque") or returned)


@dataclass(frozen=True)
class Limits:
    """Values outside of them are impossible, and why."""

    column: str
    least: int
    most: int | None
    why: Message


@dataclass
class Parts:
    """What is known of the columns so far."""

    structure: Structure
    as_of: date | None
    reading: Understanding
    entries: list[Entry] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)
    limits: list[Limits] = field(default_factory=list)

    def has(self, meaning: Meaning) -> str | None:
        """The column that plays this part, if one does."""
        return next((entry.name for entry in self.entries if entry.meaning == meaning), None)

    def free_name(self, name: str) -> str:
        """``name``, lengthened until no column of the table or of the draft is called so."""
        taken = {profile.name for profile in self.structure.profiles} | {entry.name for entry in self.entries}
        while name.lower() in {other.lower() for other in taken}:
            name += "_derived"
        return name
