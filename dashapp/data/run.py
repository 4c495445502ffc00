"""One completed run, as pages see it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from dashapp.data.everyone import AllCustomers
from dashapp.i18n import Teller, retold, teller_of
from dashapp.reader import require
from dashapp.selecting import Count, Cube, Filtered
from pipeline.contract import ExpectedFile, Labels, Scored, Segmentation
from pipeline.errors import KorzinaError


@dataclass(frozen=True)
class Run:
    """One completed run, ready to be drawn."""

    segmentation: Segmentation
    teller: Teller | None = None  # in whose language; None: English, as stored
    original: Run | None = None  # as stored, where this one is told in another language
    reserved: frozenset[str] = frozenset()  # names in the address that no dimension may have
    problem: KorzinaError | None = None  # why the store could not give it now; None: it is from the store

    def tell(self, text: str) -> str:
        """A text of the stored run that is not part of the segmentation's records, in the language of this one."""
        return self.teller.words(text) if self.teller else str(text)

    def explain(self, error: KorzinaError) -> str:
        """Why something could not be done with this run, likewise."""
        return (self.teller or teller_of(self.segmentation, "en")).error(error)

    @property
    def run_id(self) -> str:
        """The run's full id."""
        return self.segmentation.run_id

    @cached_property
    def cube(self) -> Cube:
        """Its customers, coded for counting; once, in whatever languages they are told."""
        if self.original is not None:
            return self.original.cube.retold(self.tell)
        return Cube(self.segmentation, self.reserved)

    @cached_property
    def everyone(self) -> AllCustomers | None:
        """Its customers on disk, where they are not in memory."""
        if self.original is not None:
            return self.original.everyone
        return AllCustomers(self.segmentation) if self.segmentation.everybody is not None else None

    def count(self, filtered: Filtered, *, begin: bool = False) -> tuple[Count, bool]:
        """How many customers pass, as far as that is known, and whether they are still to be counted, or being so.

        ``begin`` says that somebody waits for the exact number.
        """
        return self.everyone.count(filtered, begin=begin) if self.everyone else (filtered.count, False)

    def counted_with(self, other: Run) -> Labels | None:
        """Customers by segment here and there, (k, k of ``other``), where both are on disk; None: not known.

        Only of runs of the same customers does it mean anything.
        """
        if self.everyone is None or other.everyone is None or not (self.everyone.readable and other.everyone.readable):
            return None
        k, other_k = self.segmentation.k, other.segmentation.k
        made = np.zeros(k * other_k, dtype=np.int64)
        for mine, theirs in zip(self.everyone.segments(), other.everyone.segments(), strict=True):
            made += np.bincount(mine * other_k + theirs, minlength=k * other_k)
        return made.reshape(k, other_k)

    @cached_property
    def expected_file(self) -> ExpectedFile:
        """What a file of new customers is to hold, with labels as the run tells them."""
        from pipeline.scoring import expected_file

        expected = expected_file((self.original or self).segmentation)
        return replace(
            expected, columns=tuple(replace(column, label=self.tell(column.label)) for column in expected.columns)
        )

    def score(self, name: str, content: bytes, as_of: date | None = None) -> Scored:
        """New customers from a file called ``name``, placed by the run as it was stored; raises ``InputError``."""
        from pipeline.scoring import score_apart

        require("score")
        return score_apart((self.original or self).segmentation.representative(), name, content, as_of)

    def retold(self, code: str) -> Run:
        """The same run in the language ``code``; kept, since every click asks for it."""
        if code not in self._retold:
            told, teller = retold(self.segmentation, code)
            self._retold[code] = Run(told, teller, self, problem=self.problem)
        return self._retold[code]

    @cached_property
    def _retold(self) -> dict[str, Run]:
        return {"en": self}
