"""The path, top to bottom: source, clean, analyse, record, save, promote."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from threading import Event
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from pipeline.contract import (
    Champion,
    Dataset,
    SavedSweep,
    verdicts,
)
from pipeline.errors import StarvedError
from pipeline.gathering import LOCAL, ChosenEngine, Gathered, gather
from pipeline.helper_tasks import (
    close_unfinished,
    open_store,
    prepare_store,
    promote_recommended,
    save_sweep,
)
from pipeline.settings import Settings
from pipeline.spec import Spec, load_spec, refuse_open_questions, stored_text
from pipeline.stages import Candidate, Options, Training
from pipeline.stopwatch import Progress, Stopwatch

if TYPE_CHECKING:
    from pipeline.describing import Predecessor
    from pipeline.processors import Helper
    from pipeline.reading import Data
    from pipeline.spark import Staying


@dataclass(frozen=True)
class Request:
    """What to train on and how."""

    spec: str
    data: str | None = None
    k_min: int = 2
    k_max: int | None = None  # None: to 12, and on to 20 where the best k is the last
    seed: int = 0
    experiment: str | None = None
    promote: Literal["auto", "never"] = "auto"
    choose: int | None = None
    choose_reason: str = ""
    engine: str | None = None  # "local" or "spark"; None: what the environment says, else the spec
    master: str | None = None  # of Spark
    sample: int | None = None  # train on so many customers, drawn by their ids; None: on all


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


def train(request: Request, settings: Settings, progress: Progress | None = None, early: Any = None) -> Result:
    """Run the whole path; ``early`` as ``process_helper`` takes it.

    Raises
    ------
    InputError, UsageError, StoreError
        Before anything is visible in the store.

    """
    from pipeline.processors import process_helper

    spec, saving, watch = load_spec(request.spec), Event(), Stopwatch(progress)
    refuse_open_questions(spec, request.data)
    options, experiment = options_of(request, spec), request.experiment or spec.name
    engine = engine_of(spec, settings, request.engine, request.master)
    images: dict[int, Future[dict[str, bytes]]] = {}
    try:
        with process_helper(early) as helper:
            before = helper.submit(open_store, settings, experiment)
            helper.submit(prepare_store, settings)  # seconds of imports, while the data are read and clustered

            def have_drawn(candidate: Candidate, dataset: Dataset) -> None:
                images[candidate.record.k] = _draw(helper, candidate, dataset)

            analysis = analyse_source(
                spec,
                request.data,
                options,
                helper=helper,
                watch=watch,
                engine=engine,
                before=before,
                described=have_drawn,
            )
            return record_and_promote(
                analysis.training, settings, experiment, request.promote, helper, watch, images, saving
            )
    except (KeyboardInterrupt, StarvedError):
        if saving.is_set():  # the helper was stopped in the middle of it
            close_unfinished(settings, experiment)
        raise


def engine_of(spec: Spec, settings: Settings, name: str | None = None, master: str | None = None) -> ChosenEngine:
    """The engine that is asked for, else the one of the settings, else the spec's; see ``ChosenEngine.chosen``."""
    return ChosenEngine.chosen(
        spec,
        name=name or settings.engine or None,
        master=master or settings.spark_master or None,
        log=settings.home / "logs" / "spark.log",
        address=settings.spark_address or None,
    )


def options_of(request: Request, spec: Spec) -> Options:
    """The request as the analysis takes it; raises ``UsageError`` for a range that holds no k."""
    return Options(
        k_min=request.k_min,
        k_max=request.k_max,
        seed=request.seed,
        choose=request.choose,
        choose_reason=request.choose_reason,
        bounds=(spec.segments.min, spec.segments.max),
        sample=request.sample,
    )


def analyse_source(
    spec: Spec,
    data: Data | None,
    options: Options,
    *,
    helper: Helper,
    watch: Stopwatch,
    engine: ChosenEngine = LOCAL,
    before: Future[Predecessor | None] | None = None,
    described: Callable[[Candidate, Dataset], None] | None = None,
) -> Analysis:
    """All that is computed of a source, in order, and nothing written anywhere; raises ``InputError``, ``UsageError``.

    ``before`` is the champion to follow, and ``described`` is handed each candidate as soon as it has its tables.
    """
    from pipeline.analyse import analyse
    from pipeline.segmenting import Variations, with_sensitivity

    refuse_open_questions(spec, data if isinstance(data, str) else None)
    with gather(spec, data, engine, helper, watch, options.sample) as gathered:
        cleaned, staying = gathered.cleaned, gathered.staying
        begun: list[Variations] = []

        def begin(variations: Variations) -> None:  # while segments are described and plans made
            variations.tasks.begin()
            begun.append(variations)

        training = analyse(
            cleaned,
            options,
            watch,
            spec=stored_text(spec),
            population=staying.population if staying else None,
            helper=helper,
            before=before.result() if before else None,
            described=(lambda candidate: described(candidate, cleaned.dataset)) if described else None,
            decided=begin,
        )
        training = replace(training, params={**training.params, **gathered.params})
        history = None
        if staying is None:
            training, history = _with_single_customers(training, gathered, helper, watch)
        with watch.stage("sensitivity") as tick:
            training = with_sensitivity(training, helper, tick, *begun)
        if staying:
            training = _written(training, staying, watch)
    return Analysis(_reviewed(training), spec, history)


def _with_single_customers(
    training: Training, gathered: Gathered, helper: Helper, watch: Stopwatch
) -> tuple[Training, pd.DataFrame | None]:
    """RFM scores, baskets and campaign plans, which are made of every single customer, and the past they rest on."""
    from pipeline.campaigns import with_campaigns
    from pipeline.describing import with_affinities, with_rfm

    training = with_rfm(training, gathered.spec.rfm)
    with watch.stage("baskets"):
        training = with_affinities(training, gathered.baskets())
    history = gathered.history()
    with watch.stage("campaigns"):
        return with_campaigns(training, gathered.spec, history, helper), history


def _written(training: Training, staying: Staying, watch: Stopwatch) -> Training:
    """What charts need of all customers, who are written where they are with their segments."""
    from pipeline.recording import count_everybody, placed_by

    with watch.stage("everybody") as tick:
        training = count_everybody(training, staying.population)
        tick(0.5)
        chosen = training.candidate(training.decision.k).record
        staying.write(placed_by(training), chosen.k, chosen.sizes)
    return training.written_at(staying.public)


def _reviewed(training: Training) -> Training:
    """The training with its verdict held against the variations, which come last, and its grades to the verdict."""
    orders, records = training.dataset.meaning("orders"), [candidate.record for candidate in training.candidates]
    name = orders.name if orders else None
    customers = training.customers
    if training.elsewhere is not None and name is not None:  # the median of all, who are not at hand
        spread = training.elsewhere.population.spreads.get(name)
        customers = pd.DataFrame({name: [spread.middle]} if spread else {})
    decision = verdicts.reviewed(training.decision, records, training.sensitivity, customers, name)
    candidates = tuple(
        replace(candidate, cards=verdicts.capped(candidate.cards, decision.verdict))
        for candidate in training.candidates
    )
    return replace(training, decision=decision, candidates=candidates)


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
    from pipeline import recording

    with recording.drafts(settings.home) as folder:
        with watch.stage("record"):
            curves = helper.submit(
                recording.draw_curves, [candidate.record for candidate in training.candidates], training.decision
            )
            unwritten = recording.unwritten_models(training)
            models = helper.submit(recording.write_models, unwritten)  # while the tables are written here
            drawn = {k: image.result() for k, image in images.items()}
            record = recording.record_training(training, drawn, curves.result(), models, folder)
            record = recording.with_everybody(record, training, folder, settings.customers_in_memory)
        with watch.stage("store"):
            saving.set()
            saved = helper.submit(save_sweep, record, settings, experiment).result()
    with watch.stage("promote"):
        champion, promoted, note = helper.submit(
            promote_recommended, settings, experiment, saved.run_ids[training.decision.k], training.decision, promote
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
            helper.submit(prepare_store, settings)
            training = _followed(analysis, before.result(), helper)
            images = {
                candidate.record.k: _draw(helper, candidate, training.dataset) for candidate in training.candidates
            }
            return record_and_promote(training, settings, name, promote, helper, watch, images, saving)
    except (KeyboardInterrupt, StarvedError):
        if saving.is_set():
            close_unfinished(settings, name)
        raise


def _followed(analysis: Analysis, before: Predecessor | None, helper: Helper) -> Training:
    """The training with its segments under the names of the champion's that they continue, in its plans too."""
    from pipeline.campaigns import with_campaigns
    from pipeline.describing import follow_in

    if before is None:
        return analysis.training
    followed = follow_in(analysis.training, before)
    if followed.elsewhere is not None:  # which has no plans
        return followed
    return with_campaigns(followed, analysis.spec, analysis.history, helper)


def _draw(helper: Helper, candidate: Candidate, dataset: Dataset) -> Future[dict[str, bytes]]:
    from pipeline.recording import draw, drawable

    return helper.submit(draw, drawable(candidate), dataset)
