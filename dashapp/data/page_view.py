"""What a page is drawn from: a run, and the champions as they were last seen."""

from __future__ import annotations

from dataclasses import dataclass

from dashapp.data.run import Run
from pipeline.contract import Champion
from pipeline.errors import KorzinaError


@dataclass(frozen=True)
class Champions:
    """The champions as last seen, and since when the store has not answered (None: it answers)."""

    found: tuple[Champion, ...] = ()
    seen: float = 0.0  # wall clock, seconds since the epoch
    problem: KorzinaError | None = None


@dataclass(frozen=True)
class View:
    """What one page is drawn from. ``run`` is None where there is nothing to show yet; ``problem`` says why."""

    run: Run | None
    champions: Champions
    notice: str = ""

    @property
    def champion(self) -> Champion | None:
        """The champion of the data set in view."""
        if self.run is None:
            return None
        return next(
            (champion for champion in self.champions.found if champion.experiment == self.run.segmentation.experiment),
            None,
        )

    @property
    def is_champion(self) -> bool:
        """Whether the run in view is the promoted one."""
        return self.run is not None and self.champion is not None and self.champion.run_id == self.run.run_id
