"""What the helper process of a training does: read beside the clustering, and keep the store."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from pipeline.contract import (
    Champion,
    Decision,
    SavedSweep,
    SweepRecord,
    Verdict,
    verdicts,
)
from pipeline.settings import Settings, account_name
from pipeline.spec import Spec

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.describing import Baskets, Predecessor
    from pipeline.reading import Data


def prepare_analysis() -> None:
    """Import what a share of the analysis needs, while the data are read; ``prepare_store`` brings it along."""
    import sklearn.linear_model  # noqa: F401

    from pipeline import analyse, campaigns  # noqa: F401
    from pipeline.processors import keep_loaded

    keep_loaded()


def load_history(spec: Spec, data: Data | None) -> pd.DataFrame | None:
    """What was known before each campaign, where the spec says how to tell; see ``read_history``."""
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


def prepare_store(settings: Settings) -> None:
    """Import and open what saving needs, before it is needed."""
    from pipeline.processors import keep_loaded
    from pipeline.recording import prepare_drawing
    from pipeline.store import Store

    Store.open(settings).prepare()
    prepare_drawing()
    keep_loaded()


def close_unfinished(settings: Settings, experiment: str) -> None:
    """Mark as failed what a stopped saving left open."""
    from pipeline.store import Store

    Store.open(settings).close_unfinished(experiment)


def load_baskets(spec: Spec, data: Data | None) -> Baskets | None:
    """What is in each basket, where the spec says so; see ``read_baskets``."""
    from pipeline.describing import read_baskets

    return read_baskets(spec, data)


def save_sweep(record: SweepRecord, settings: Settings, experiment: str) -> SavedSweep:
    """Save a sweep whole."""
    from pipeline.store import Store

    return Store.open(settings).save(record, experiment=experiment)


def promote_recommended(
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
        if verdicts.weaker(decision.verdict, held) != held:
            return (
                current,
                False,
                (
                    f"not promoted: the champion's verdict is {held}, this one's {decision.verdict}; "
                    "'korzina promote RUN_ID --reason ...' does it all the same"
                ),
            )
    reason = verdicts.persons_reason(decision) or f"recommended by the sweep, verdict {decision.verdict}"
    champion = store.promote(run_id, reason=reason, who=account_name())
    return champion, True, f"promoted as version {champion.version}"
