"""What pages get for ``SegmentationData``: the same, as far as the present reader may see and do it.

It keeps no data of its own: a method that is not permitted here has nothing to answer from, so that what is added to
``SegmentationData`` stays closed until somebody has said here who may use it (a test walks its methods).
"""

from __future__ import annotations

from dataclasses import replace
from threading import Lock

from dashapp.access.curation import refusal
from dashapp.access.keeper import ForbiddenError, record
from dashapp.access.small_cells import coarse
from dashapp.data import Champions, Run, SegmentationData, View
from dashapp.i18n import _, language
from dashapp.lru import LruCache
from dashapp.reader import Right, reader
from pipeline.contract import Annotation, Champion, Placement, Promotion, RunSummary
from pipeline.errors import KorzinaError

_RUNS_KEPT = 4


class ReadersData(SegmentationData):
    """``SegmentationData`` for whoever asks; what each reader may is asked anew at every call."""

    def __init__(self, behind: SegmentationData) -> None:
        self._behind = behind
        self.settings = behind.settings
        self._viewed: LruCache[tuple[str, tuple[str, ...], int], Run] = LruCache(_RUNS_KEPT)
        self._making = Lock()

    def reserve(self, names: frozenset[str]) -> None:
        """As behind: the app's own, at its start."""
        self._behind.reserve(names)

    def warm_up(self) -> None:
        """As behind: nothing of it is shown."""
        self._behind.warm_up()

    def not_ready(self) -> tuple[str, ...]:
        """As behind: health is public."""
        return self._behind.not_ready()

    def champions(self, *, max_age: float | None = None) -> Champions:
        """The champions; none for nobody."""
        return self._behind.champions(max_age=max_age) if reader().may("look") else Champions()

    def view(self, run_id: object = None) -> View:
        """The run that a page names or the champion; nothing for nobody, so that an empty page can be drawn."""
        if not reader().may("look"):
            return View(None, Champions())
        view = self._behind.view(run_id)
        if reader().may("rows") or view.run is None:
            return view
        if not self._in_use(view.run):
            notice = _("The link names a segmentation that is not in use. This is the current one.")
            view = replace(self._behind.view(), notice=notice)
        return view if view.run is None else replace(view, run=self._coarse(view.run))

    def run(self, run_id: object) -> Run:
        """One run; raises ``StoreError``, ``ForbiddenError`` among them."""
        _need("look")
        run = self._behind.run(run_id)
        if reader().may("rows"):
            return run
        if not self._in_use(run):
            raise ForbiddenError(_("Your role does not include this."))
        return self._coarse(run)

    def asked(self, named: str) -> Run | None:
        """The run that the address of a file names; None for no such run, or none for this reader."""
        try:
            return self.run(named) if named else self.view().run
        except KorzinaError:
            return None

    def runs(self, experiment: str) -> tuple[RunSummary, ...]:
        """Completed runs of a data set; none for readers to whom only those in use are shown."""
        return self._behind.runs(experiment) if reader().may("rows") else ()

    def placement(self, run_id: str) -> Placement:
        """Who is where in one run; raises ``StoreError``."""
        _need("rows")
        return self._behind.placement(run_id)

    def title(self, champion: Champion) -> str:
        """What the champion's data are called."""
        _need("look")
        return self._behind.title(champion)

    def history(self, experiment: str) -> tuple[Promotion, ...]:
        """Every move of a data set's champion; raises ``StoreError``."""
        _need("rows")
        return self._behind.history(experiment)

    def annotations(self, experiment: str) -> tuple[Annotation, ...]:
        """Names and notes of a data set's segments; raises ``StoreError``."""
        _need("look")
        return self._behind.annotations(experiment)

    def promote(self, run_id: str, *, reason: str, who: str) -> Champion:
        """Make a run the champion; raises ``KorzinaError``."""
        signed = self._changer(who)
        record("promote", run=run_id)
        return self._behind.promote(run_id, reason=reason, who=signed)

    def rollback(self, experiment: str, *, reason: str, who: str) -> Champion:
        """Go back to the champion before; raises ``KorzinaError``."""
        signed = self._changer(who)
        record("rollback", told=experiment)
        return self._behind.rollback(experiment, reason=reason, who=signed)

    def annotate(self, run_id: str, key: str, *, who: str, name: str | None = None, note: str = "") -> Annotation:
        """Name a segment or write a note on it; raises ``KorzinaError``."""
        signed = self._changer(who)
        record("rename", run=run_id, told=f"{key}: {'a note' if name is None else 'a name'}")
        return self._behind.annotate(run_id, key, who=signed, name=name, note=note)

    def _in_use(self, run: Run) -> bool:
        """Whether a run is a champion: two segmentations of the same customers, subtracted, tell of single ones."""
        return any(champion.run_id == run.run_id for champion in self._behind.champions().found)

    def _coarse(self, run: Run) -> Run:
        """The run in groups of ten and more, in the reader's language; made once for such names and customers."""
        stored = run.original or run
        names = tuple(card.name for card in stored.segmentation.cards)
        key = run.run_id, names, len(stored.segmentation.customers)  # fewer after a purge
        with self._making:
            made = self._viewed.of(key, lambda: Run(coarse(stored.segmentation), reserved=stored.reserved))
        return made.retold(language())

    def _changer(self, who: str) -> str:
        """Under which name a change is kept: the one that was proven, where there is one. Raises ``ForbiddenError``."""
        _need("change")
        why_not = refusal(self.settings)
        if why_not:
            raise ForbiddenError(why_not)
        return reader().name if reader().signed_in else who


def _need(right: Right) -> None:
    if not reader().may(right):
        raise ForbiddenError(_("Your role does not include this."))
