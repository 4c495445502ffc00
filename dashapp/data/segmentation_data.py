"""``SegmentationData``: the read-only view of the store that every page is drawn from.

Completed runs never change, so they are kept by run id. What does change (the champions, the list of runs) is asked
for anew; when the store does not answer, the last good answer stands with its time on it: that of this process, else
the one that is kept on disk.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from dashapp.data.last_answer import Keeping
from dashapp.data.page_view import Champions, View
from dashapp.data.punctual import APART, late, seconds_left
from dashapp.data.run import Run
from dashapp.data.showable import Preparing
from dashapp.i18n import _, language, titled
from dashapp.lru import LruCache
from dashapp.readable import ReadableStore, plain
from pipeline.contract import (
    Annotation,
    Champion,
    Dataset,
    Placement,
    Promotion,
    RunSummary,
    given_names,
    reviewed_run,
)
from pipeline.errors import KorzinaError, StoreError, UnpreparedError, UnreadableError
from pipeline.settings import Settings

_RUNS_KEPT = 4
_PLACEMENTS_KEPT = 40
_FRESH_SECONDS = 0.5  # page loads within this time share one look at the store
_READY_SECONDS = 5.0
PREPARING = "A segmentation of very many customers is being prepared. It is shown as soon as that is done."
NOTHING_PROMOTED = "No segmentation has been promoted yet. Run 'korzina train' or 'make demo'."
_log = logging.getLogger(__name__)
Told = TypeVar("Told", Champion, Annotation)
Answer = TypeVar("Answer")


class SegmentationData:
    """Read-only view of the store; opened on first use, so that it may be made before a fork."""

    def __init__(
        self,
        open_store: Callable[[], ReadableStore],
        settings: Settings,
        promoted: Callable[[str], None] = lambda _run_id: None,
        keeping: Keeping | None = None,
    ) -> None:
        """``promoted`` is told the id of each run that becomes the champion here; ``keeping`` has the last good one."""
        self.settings = settings
        self._reserved: frozenset[str] = frozenset()
        self._promoted = promoted
        self._open_store = open_store
        self._store: ReadableStore | None = None
        self._keeping = keeping or Keeping()
        self._opening, self._looking, self._loading = threading.Lock(), threading.Lock(), threading.Lock()
        self._preparing = Preparing()
        self._runs: LruCache[str, Run] = LruCache(_RUNS_KEPT)
        self._substitutes: LruCache[str, Run] = LruCache(_RUNS_KEPT)  # shown while the store cannot give these
        self._placements: LruCache[str, Placement] = LruCache(_PLACEMENTS_KEPT)
        self._about: dict[str, tuple[Dataset, str]] = {}  # a champion's data: small, and never changing
        self._written: tuple[dict[tuple[str, str], str], str] = ({}, "")  # names of segments; when rows were removed
        self._champions = Champions()
        self._looked = self._checked = float("-inf")
        self._reasons: tuple[str, ...] = ()

    def reserve(self, names: frozenset[str]) -> None:
        """Keep these names in the address for pages: a column called so is filtered on as ``column.<name>``."""
        with self._loading:
            self._reserved = names
            self._runs.clear()

    def view(self, run_id: object = None) -> View:
        """The run that a page names, else the newest champion; never raises on what a browser sends."""
        champions = self.champions(max_age=_FRESH_SECONDS)
        notice = ""
        if run_id:
            try:
                return View(self.run(run_id), champions)
            except KorzinaError:
                notice = _("The link names a segmentation that is not in the store. This is the current one.")
        chosen = self._opening_champion(champions.found)
        if chosen is None:
            return View(None, champions, notice)
        try:
            run = self.run(chosen.run_id)
        except KorzinaError as error:
            if not isinstance(error, UnpreparedError):
                _log.warning("champion %s cannot be read: %s", chosen.run_id, error)
            return self._last_good(replace(champions, problem=error), notice)
        if run.problem and not champions.problem:
            champions = replace(champions, problem=run.problem, seen=self._keeping.seen)
        return View(run, champions, notice)

    def run(self, run_id: object) -> Run:
        """One run by its id or the start of it, in the reader's language; raises ``StoreError`` for what is none."""
        if not isinstance(run_id, str):
            raise StoreError.because("a run id is a text", found=type(run_id).__name__)
        if not self._champions.problem:
            self.champions(max_age=_FRESH_SECONDS)  # a segment may have been renamed, perhaps in another process
        run = self._held(run_id)
        if run is not None:  # nobody who asks for what is at hand waits for a run that is being read
            return self._runs.of(run.run_id, lambda: run).retold(language())
        limit = APART if self.settings.database_file else seconds_left()  # a large run at hand is worth waiting for
        if not self._loading.acquire(timeout=limit):
            return self._kept(run_id, late(limit)).retold(language())
        try:
            return (self._held(run_id) or self._loaded(run_id)).retold(language())
        finally:
            self._loading.release()

    def asked(self, named: str) -> Run | None:
        """The run that the address of a file names, the one in use where it names none; None for no such run."""
        try:
            return self.run(named) if named else self.view().run
        except KorzinaError:
            return None

    def runs(self, experiment: str) -> tuple[RunSummary, ...]:
        """Completed runs of a data set, asked for anew; raises ``StoreError``."""
        return self._ask(lambda store: store.runs(experiment))

    def champions(self, *, max_age: float | None = None) -> Champions:
        """The champions, at most ``max_age`` (else the polling interval's) seconds old."""
        age = self.settings.poll_seconds if max_age is None else min(max_age, self.settings.poll_seconds)
        limit = seconds_left()
        if not self._looking.acquire(timeout=limit):  # somebody who may wait longer is being kept waiting
            return self._last_seen(late(limit))
        try:
            if time.monotonic() - self._looked >= age:
                try:
                    self._champions = Champions(self._opened().champions(), time.time())
                    self._follow_changes()
                    self._keeping.note(self._champions.found)
                except KorzinaError as error:
                    self._champions = self._last_seen(error)
                self._looked = time.monotonic()
            return self._champions
        finally:
            self._looking.release()

    def placement(self, run_id: str) -> Placement:
        """Who is where in one run, without its customers; raises ``StoreError``."""
        with self._loading:
            return self._placements.of(run_id, lambda: self._ask(lambda store: store.placement(run_id)))

    def title(self, champion: Champion) -> str:
        """What the champion's data are called, in the reader's language; their short name where the store is silent."""
        if champion.run_id not in self._about:
            try:
                self._about[champion.run_id] = self._ask(lambda store: store.about(champion.run_id))
            except KorzinaError as error:
                _log.warning("the title of run %s cannot be read: %s", champion.run_id, error)
                return champion.experiment.replace("_", " ")
        dataset, spec = self._about[champion.run_id]
        return titled(dataset.title, spec, language())

    def history(self, experiment: str) -> tuple[Promotion, ...]:
        """Every move of a data set's champion, oldest first, as the store has it now; raises ``StoreError``."""
        return self._ask(lambda store: store.history(experiment))

    def annotations(self, experiment: str) -> tuple[Annotation, ...]:
        """Names and notes of a data set's segments, oldest first, as the store has them now; raises ``StoreError``."""
        return self._ask(lambda store: store.annotations(experiment))

    def promote(self, run_id: str, *, reason: str, who: str) -> Champion:
        """Make a run the champion; whoever calls has asked ``curation`` before. Raises ``KorzinaError``."""
        champion = self._changed(self._opened().promote(run_id, reason=reason, who=who))
        self._promoted(champion.run_id)
        return champion

    def rollback(self, experiment: str, *, reason: str, who: str) -> Champion:
        """Go back to the champion before, likewise."""
        champion = self._changed(self._opened().rollback(experiment, reason=reason, who=who))
        self._promoted(champion.run_id)
        return champion

    def annotate(self, run_id: str, key: str, *, who: str, name: str | None = None, note: str = "") -> Annotation:
        """Name a segment or write a note on it, likewise."""
        return self._changed(self._opened().annotate(run_id, key, who=who, name=name, note=note))

    def not_ready(self) -> tuple[str, ...]:
        """Why the dashboard could not show a segmentation now, in words; empty when it could."""
        if time.monotonic() - self._checked >= _READY_SECONDS:
            before, self._reasons = self._reasons, tuple(self._obstacles())
            if self._reasons and self._reasons != before:
                _log.warning("not ready: %s", "; ".join(self._reasons))
            self._checked = time.monotonic()
        return self._reasons

    def warm_up(self) -> None:
        """Open the store and code the champion's customers, so that no reader waits for it."""
        run = self.view().run
        if run is not None:
            _ = run.cube.everyone

    # ------------------------------------------------------------------ within

    def _ask(self, question: Callable[[ReadableStore], Answer]) -> Answer:
        """The store's answer, else that of what was kept of it; raises ``StoreError``."""
        try:
            return question(self._opened())
        except UnreadableError:
            kept = self._keeping.store()
            if kept is None:
                raise
            return question(kept)

    def _loaded(self, run_id: str) -> Run:
        """The run from the store, else from what was kept of it, which holds until the store gives it again."""
        try:
            run = Run(plain(reviewed_run(self._opened().load(run_id))), reserved=self._reserved)
        except UnpreparedError as error:
            raise self._preparing.begin(run_id, self._opened().prepare_run, error) from None
        except UnreadableError as error:
            return self._kept(run_id, error)
        return self._runs.of(run.run_id, lambda: run)

    def _kept(self, run_id: str, error: UnreadableError) -> Run:
        kept = self._keeping.store()
        if kept is None:
            raise error
        return self._substitutes.of(run_id, lambda: self._substitute(kept, run_id, error))

    def _substitute(self, kept: ReadableStore, run_id: str, error: KorzinaError) -> Run:
        try:
            stored = kept.load(run_id)
        except KorzinaError:
            raise error from None
        return Run(plain(reviewed_run(stored)), reserved=self._reserved, problem=error)

    def _last_seen(self, error: KorzinaError) -> Champions:
        before = self._champions if self._champions.seen else Champions(*self._keeping.champions())
        return replace(before, problem=error)

    def _changed(self, entry: Told) -> Told:
        self._looked = float("-inf")  # the next look is a fresh one
        return entry

    def _follow_changes(self) -> None:
        """Forget what was read under other names, and what may hold rows that were removed for good since."""
        try:
            written = given_names(self._opened().annotations()), self._opened().purged()
        except KorzinaError as error:
            _log.warning("names of segments cannot be read: %s", error)
            return
        if written != self._written:
            with self._loading:
                self._runs.clear()
                self._substitutes.clear()
                self._placements.clear()
                self._written = written

    def _obstacles(self) -> list[str]:
        champions = self.champions(max_age=0.0)
        if champions.problem:
            return [str(champions.problem)]
        chosen = self._opening_champion(champions.found)
        if chosen is None:
            return [NOTHING_PROMOTED]
        try:
            self.run(chosen.run_id)  # kept: it is what a page would show, and large
        except UnpreparedError:
            return [PREPARING]
        except KorzinaError as error:
            return [str(error)]
        return []

    def _opening_champion(self, champions: tuple[Champion, ...]) -> Champion | None:
        wanted = self.settings.experiment
        return next((champion for champion in champions if not wanted or champion.experiment == wanted), None)

    def _last_good(self, champions: Champions, notice: str) -> View:
        last = self._runs.values()[-1:]
        return View(last[0].retold(language()) if last else None, champions, notice)

    def _held(self, run_id: str) -> Run | None:
        """The one run at hand whose id starts so."""
        alike = [run for run in self._runs.values() if run.run_id.startswith(run_id)] if len(run_id) >= 6 else []
        return alike[0] if len(alike) == 1 else None

    def _opened(self) -> ReadableStore:
        with self._opening:
            if self._store is None:
                self._store = self._open_store()
            return self._store
