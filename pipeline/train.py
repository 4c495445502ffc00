"""The path, top to bottom: source, clean, analyse, record, save, promote."""

from __future__ import annotations

import getpass
import logging
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Literal

from pipeline.contract import Champion, Decision, SavedSweep, SweepRecord, Verdict
from pipeline.settings import Settings
from pipeline.spec import Spec, load_spec
from pipeline.stages import Candidate, Training

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.analyse import Progress
    from pipeline.describing import Baskets, Predecessor
    from pipeline.processors import Helper

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
    """Run the whole path.

    Raises
    ------
    InputError, UsageError, StoreError
        Before anything is visible in the store.

    """
    from pipeline.processors import process_helper

    spec, saving = load_spec(request.spec), Event()
    try:
        with process_helper() as helper:
            before = helper.submit(_open_store, settings, request.experiment or spec.name)
            helper.submit(_prepare_store, settings)  # seconds of imports, while the data are read and clustered
            bought = helper.submit(_read_baskets, spec, request.data) if spec.baskets else None
            known = helper.submit(_read_history, spec, request.data) if spec.history else None
            return _train(request, spec, settings, helper, before, bought, known, progress, saving)
    except KeyboardInterrupt:
        if saving.is_set():  # the helper was stopped in the middle of it
            _close_unfinished(settings, request.experiment or spec.name)
        raise


def _train(
    request: Request,
    spec: Spec,
    settings: Settings,
    helper: Helper,
    before: Future[Predecessor | None],
    bought: Future[Baskets | None] | None,
    known: Future[pd.DataFrame | None] | None,
    progress: Progress | None,
    saving: Event,
) -> Result:
    from pipeline.analyse import Options, Stopwatch, analyse
    from pipeline.campaigns import with_campaigns
    from pipeline.cleaning import clean
    from pipeline.describing import with_affinities
    from pipeline.reading import read_source
    from pipeline.recording import draw, draw_curves, drawable, record_training, write_models
    from pipeline.segmenting import with_sensitivity

    watch = Stopwatch(progress)
    options = Options(
        k_min=request.k_min,
        k_max=request.k_max,
        seed=request.seed,
        choose=request.choose,
        choose_reason=request.choose_reason,
        bounds=(spec.segments.min, spec.segments.max),
    )
    with watch.stage("read"):
        raw = read_source(spec, request.data)
    with watch.stage("clean"):
        cleaned = clean(raw, spec)
    images: dict[int, Future[dict[str, bytes]]] = {}

    def have_drawn(candidate: Candidate) -> None:
        images[candidate.record.k] = helper.submit(draw, drawable(candidate), cleaned.dataset)

    training = analyse(
        cleaned,
        options,
        watch,
        spec=spec.model_dump_json(),
        helper=helper,
        before=before.result(),
        described=have_drawn,
    )
    with watch.stage("baskets"):
        training = with_affinities(training, bought.result() if bought else None)
    with watch.stage("campaigns"):
        training = with_campaigns(training, spec, known.result() if known else None, helper)
    with watch.stage("sensitivity") as tick:
        training = with_sensitivity(training, helper, tick)
    with watch.stage("record"):
        curves = helper.submit(draw_curves, [one.record for one in training.candidates], training.decision)
        models = write_models(training)  # while the helper is still drawing
        record = record_training(training, {k: image.result() for k, image in images.items()}, curves.result(), models)
    with watch.stage("store"):
        experiment = request.experiment or spec.name
        saving.set()
        saved = helper.submit(_save, record, settings, experiment).result()
    with watch.stage("promote"):
        champion, promoted, note = helper.submit(
            _promote, settings, experiment, saved.run_ids[training.decision.k], training.decision, request.promote
        ).result()
    return Result(training, saved, champion, promoted, note, dict(watch.seconds))


# ------------------------------------------------------------------ what the helper process does


def _read_history(spec: Spec, data: str | None) -> pd.DataFrame | None:
    from pipeline.campaigns import read_history

    return read_history(spec, data)


def _open_store(settings: Settings, experiment: str) -> Predecessor | None:
    """Make the store where there is none; returns the present champion's identity, if it can be read."""
    from pipeline.describing import Predecessor
    from pipeline.errors import StoreError
    from pipeline.store import Store

    store = Store.open(settings, create=True)
    champion = store.champion(experiment)
    if champion is None:
        return None
    try:
        return Predecessor.of(store.load(champion.run_id))
    except StoreError as error:  # a damaged champion must not stand in the way of its successor
        logging.getLogger(__name__).warning("the champion cannot be compared with: %s", error)
        return None


def _prepare_store(settings: Settings) -> None:
    from pipeline.recording import prepare_drawing
    from pipeline.store import Store

    Store.open(settings).prepare()
    prepare_drawing()


def _close_unfinished(settings: Settings, experiment: str) -> None:
    from pipeline.store import Store

    Store.open(settings).close_unfinished(experiment)


def _read_baskets(spec: Spec, data: str | None) -> Baskets | None:
    from pipeline.describing import read_baskets

    return read_baskets(spec, data)


def _save(record: SweepRecord, settings: Settings, experiment: str) -> SavedSweep:
    from pipeline.store import Store

    return Store.open(settings).save(record, experiment=experiment)


def _promote(
    settings: Settings, experiment: str, run_id: str, decision: Decision, when: str
) -> tuple[Champion | None, bool, str]:
    """Promote the recommended run unless the present champion stands on firmer ground."""
    from pipeline.store import Store

    store = Store.open(settings)
    current = store.champion(experiment)
    if when == "never":
        return current, False, "not promoted: --promote never"
    if current is not None and decision.chosen_by == "rule":
        held: Verdict = next((run.verdict for run in store.runs(experiment) if run.run_id == current.run_id), "none")
        if _RANK[decision.verdict] < _RANK[held]:
            return (
                current,
                False,
                (
                    f"not promoted: the champion's verdict is {held}, this one's {decision.verdict}; "
                    "'korzina promote RUN_ID --reason ...' does it all the same"
                ),
            )
    reason = f"recommended by the sweep, verdict {decision.verdict}"
    champion = store.promote(run_id, reason=reason, who=getpass.getuser())
    return champion, True, f"promoted as version {champion.version}"
