"""The path, top to bottom: source, clean, analyse, record, save, promote."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipeline.contract import Champion, SavedSweep, Training, Verdict
from pipeline.settings import Settings
from pipeline.spec import load_spec

if TYPE_CHECKING:
    from pipeline.analyse import Options, Progress
    from pipeline.store import Store

_RANK: Mapping[Verdict, int] = {"none": 0, "weak": 1, "strong": 2}


@dataclass(frozen=True)
class Request:
    """What to train on and how."""

    spec: str
    data: str | None = None
    k_min: int = 2
    k_max: int = 12
    seed: int = 0
    experiment: str | None = None
    promote: Literal["auto", "never"] = "auto"
    choose: int | None = None
    choose_reason: str = ""


@dataclass(frozen=True)
class Result:
    """What one training brought."""

    training: Training
    saved: SavedSweep
    champion: Champion | None
    promoted: bool
    note: str  # what became of the champion, in words
    seconds: Mapping[str, float]


def train(request: Request, settings: Settings, progress: Progress | None = None) -> Result:
    """Run the whole path; raises ``InputError``, ``UsageError`` or ``StoreError`` before anything is visible."""
    with ThreadPoolExecutor(1) as background:
        # MLflow's import and the store's first migrations take seconds: they run while the data are read and clustered
        opening = background.submit(_open_store, settings)
        return _train(request, opening, progress)


def _train(request: Request, opening: Future[Store], progress: Progress | None) -> Result:
    from pipeline.analyse import Stopwatch, analyse
    from pipeline.clean import clean
    from pipeline.record import record_training
    from pipeline.sources import read_source

    watch = Stopwatch(progress)
    spec = load_spec(request.spec)
    with watch.stage("read"):
        raw = read_source(spec, request.data)
    with watch.stage("clean"):
        cleaned = clean(raw, spec)
    training = analyse(cleaned, _options(request, (spec.segments.min, spec.segments.max)), watch,
                       spec=spec.model_dump_json())
    with watch.stage("record"):
        record = record_training(training)
    experiment = request.experiment or spec.name
    with watch.stage("store") as tick:
        store = opening.result()
        tick(0.1)
        saved = store.save(record, experiment=experiment)
    with watch.stage("promote"):
        champion, promoted, note = _promote(store, request, training, saved, experiment)
    return Result(training, saved, champion, promoted, note, dict(watch.seconds))


def _options(request: Request, bounds: tuple[int, int]) -> Options:
    from pipeline.analyse import Options

    return Options(k_min=request.k_min, k_max=request.k_max, seed=request.seed, bounds=bounds,
                   choose=request.choose, choose_reason=request.choose_reason)


def _open_store(settings: Settings) -> Store:
    from pipeline.store import Store

    return Store.open(settings, create=True)


def _promote(store: Store, request: Request, training: Training, saved: SavedSweep, experiment: str
             ) -> tuple[Champion | None, bool, str]:
    """Promote the recommended run unless the present champion stands on firmer ground."""
    current: Champion | None = store.champion(experiment)
    if request.promote == "never":
        return current, False, "not promoted: --promote never"
    decision = training.decision
    if current is not None and decision.chosen_by == "rule":
        held: Verdict = next((run.verdict for run in store.runs(experiment) if run.run_id == current.run_id), "none")
        if _RANK[decision.verdict] < _RANK[held]:
            return current, False, (f"not promoted: the champion's verdict is {held}, this one's {decision.verdict}; "
                                    "'korzina promote RUN_ID --reason ...' does it all the same")
    reason = f"recommended by the sweep, verdict {decision.verdict}"
    champion = store.promote(saved.run_ids[decision.k], reason=reason, who=getpass.getuser())
    return champion, True, f"promoted as version {champion.version}"
