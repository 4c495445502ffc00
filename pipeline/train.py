"""The path, top to bottom: source, clean, analyse, record, save, promote."""

from __future__ import annotations

import getpass
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Literal

from pipeline.contract import Champion, Dataset, Decision, SavedSweep, SweepRecord, Verdict
from pipeline.settings import Settings
from pipeline.spec import Spec, load_spec
from pipeline.stages import Candidate, Options, Training
from pipeline.stopwatch import Progress, Stopwatch

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.describing import Baskets, Predecessor
    from pipeline.processors import Helper
    from pipeline.reading import Data

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


@dataclass(frozen=True)
class Analysis:
    """A training that is in no store yet, with what its campaign plans were made from."""

    training: Training
    spec: Spec
    history: pd.DataFrame | None = None  # from ``read_history``


def train(request: Request, settings: Settings, progress: Progress | None = None) -> Result:
    """Run the whole path.

    Raises
    ------
    InputError, UsageError, StoreError
        Before anything is visible in the store.

    """
    from pipeline.processors import process_helper

    spec, saving, watch = load_spec(request.spec), Event(), Stopwatch(progress)
    options, experiment = options_of(request, spec), request.experiment or spec.name
    images: dict[int, Future[dict[str, bytes]]] = {}
    try:
        with process_helper() as helper:
            before = helper.submit(open_store, settings, experiment)
            helper.submit(_prepare_store, settings)  # seconds of imports, while the data are read and clustered

            def have_drawn(candidate: Candidate, dataset: Dataset) -> None:
                images[candidate.record.k] = _draw(helper, candidate, dataset)

            analysis = analyse_source(
                spec,
                request.data,
                options,
                helper=helper,
                watch=watch,
                before=before,
                described=have_drawn,
            )
            return record_and_promote(
                analysis.training, settings, experiment, request.promote, helper, watch, images, saving
            )
    except KeyboardInterrupt:
        if saving.is_set():  # the helper was stopped in the middle of it
            close_unfinished(settings, experiment)
        raise


def options_of(request: Request, spec: Spec) -> Options:
    """The request as the analysis takes it; raises ``UsageError`` for a range that holds no k."""
    return Options(
        k_min=request.k_min,
        k_max=request.k_max,
        seed=request.seed,
        choose=request.choose,
        choose_reason=request.choose_reason,
        bounds=(spec.segments.min, spec.segments.max),
    )


def analyse_source(
    spec: Spec,
    data: Data | None,
    options: Options,
    *,
    helper: Helper,
    watch: Stopwatch,
    before: Future[Predecessor | None] | None = None,
    described: Callable[[Candidate, Dataset], None] | None = None,
) -> Analysis:
    """All that is computed of a source, in order, and nothing written anywhere; raises ``InputError``, ``UsageError``.

    ``before`` is the champion to follow, and ``described`` is handed each candidate as soon as it has its tables.
    """
    from pipeline.analyse import analyse
    from pipeline.campaigns import with_campaigns
    from pipeline.cleaning import clean
    from pipeline.describing import with_affinities
    from pipeline.reading import read_source
    from pipeline.segmenting import with_sensitivity

    bought = helper.submit(_read_baskets, spec, data) if spec.baskets else None
    known = helper.submit(_read_history, spec, data) if spec.history else None
    with watch.stage("read"):
        raw = read_source(spec, data)
    with watch.stage("clean"):
        cleaned = clean(raw, spec)
    training = analyse(
        cleaned,
        options,
        watch,
        spec=spec.model_dump_json(),
        helper=helper,
        before=before.result() if before else None,
        described=(lambda candidate: described(candidate, cleaned.dataset)) if described else None,
    )
    with watch.stage("baskets"):
        training = with_affinities(training, bought.result() if bought else None)
    history = known.result() if known else None
    with watch.stage("campaigns"):
        training = with_campaigns(training, spec, history, helper)
    with watch.stage("sensitivity") as tick:
        training = with_sensitivity(training, helper, tick)
    return Analysis(training, spec, history)


def record_and_promote(
    training: Training,
    settings: Settings,
    experiment: str,
    promote: Literal["auto", "never"],
    helper: Helper,
    watch: Stopwatch,
    images: Mapping[int, Future[dict[str, bytes]]],
    saving: Event,
) -> Result:
    """Save a training and, unless ``promote`` is "never", make its recommended run the champion where that may be.

    ``images`` are those of each k, drawn meanwhile; ``saving`` is set when the store is about to change.
    """
    from pipeline.recording import draw_curves, record_training, write_models

    with watch.stage("record"):
        curves = helper.submit(draw_curves, [one.record for one in training.candidates], training.decision)
        models = write_models(training)  # while the helper is still drawing
        record = record_training(training, {k: image.result() for k, image in images.items()}, curves.result(), models)
    with watch.stage("store"):
        saving.set()
        saved = helper.submit(_save, record, settings, experiment).result()
    with watch.stage("promote"):
        champion, promoted, note = helper.submit(
            _promote, settings, experiment, saved.run_ids[training.decision.k], training.decision, promote
        ).result()
    return Result(training, saved, champion, promoted, note, dict(watch.seconds))


def log_analysis(
    analysis: Analysis,
    settings: Settings,
    *,
    experiment: str | None = None,
    promote: Literal["auto", "never"] = "auto",
    progress: Progress | None = None,
) -> Result:
    """Put an analysis into the store, as ``train`` would have; raises ``StoreError``, ``UsageError``."""
    from pipeline.processors import process_helper

    watch, saving, name = Stopwatch(progress), Event(), experiment or analysis.spec.name
    try:
        with process_helper() as helper:
            before = helper.submit(open_store, settings, name)
            helper.submit(_prepare_store, settings)
            training = _followed(analysis, before.result(), helper)
            images = {one.record.k: _draw(helper, one, training.dataset) for one in training.candidates}
            return record_and_promote(training, settings, name, promote, helper, watch, images, saving)
    except KeyboardInterrupt:
        if saving.is_set():
            close_unfinished(settings, name)
        raise


def _followed(analysis: Analysis, before: Predecessor | None, helper: Helper) -> Training:
    """The training with its segments under the names of the champion's that they continue, in its plans too."""
    from pipeline.campaigns import with_campaigns
    from pipeline.describing import follow_in

    if before is None:
        return analysis.training
    return with_campaigns(follow_in(analysis.training, before), analysis.spec, analysis.history, helper)


def _draw(helper: Helper, candidate: Candidate, dataset: Dataset) -> Future[dict[str, bytes]]:
    from pipeline.recording import draw, drawable

    return helper.submit(draw, drawable(candidate), dataset)


# ------------------------------------------------------------------ what the helper process does


def prepare_analysis() -> None:
    """Import what a share of the analysis needs, while the data are read; ``_prepare_store`` brings it along."""
    import sklearn.linear_model  # noqa: F401

    from pipeline import analyse, campaigns  # noqa: F401


def _read_history(spec: Spec, data: Data | None) -> pd.DataFrame | None:
    from pipeline.campaigns import read_history

    return read_history(spec, data)


def open_store(settings: Settings, experiment: str) -> Predecessor | None:
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


def close_unfinished(settings: Settings, experiment: str) -> None:
    """Mark as failed what a stopped saving left open."""
    from pipeline.store import Store

    Store.open(settings).close_unfinished(experiment)


def _read_baskets(spec: Spec, data: Data | None) -> Baskets | None:
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
