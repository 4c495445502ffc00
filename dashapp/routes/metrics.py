"""``/metrics``: counters for Prometheus; on this machine without a word, from elsewhere with the operator's token."""

from __future__ import annotations

import hmac
import time
from contextlib import suppress
from dataclasses import replace
from functools import partial

from flask import Flask, Response, request

from dashapp.data import SegmentationData
from dashapp.observing import CONTENT_TYPE, State, scrape
from dashapp.reader import sentence
from pipeline.errors import StoreError
from pipeline.settings import is_loopback

PATH = "/metrics"
_KEPT_SECONDS = 30.0
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")  # by these a proxy on this machine says that it is one


def register(server: Flask, data: SegmentationData) -> None:
    """Add the route; it answers before Dash's own catch-all."""
    server.add_url_rule(PATH, "metrics", partial(metrics, data, Watched(data)))


class Watched:
    """What the store holds, asked at most twice a minute: a scrape every second costs the store nothing."""

    def __init__(self, data: SegmentationData) -> None:
        self._data = data
        self._asked = float("-inf")
        self._state = State(store_up=False, champions=0, promoted=None, trained=None)

    def state(self) -> State:
        """As it is now; while the store does not answer, times are those that were last seen."""
        champions = self._data.champions()
        if champions.problem is None and time.monotonic() - self._asked >= _KEPT_SECONDS:
            with suppress(StoreError):
                self._state = self._as_now(tuple(champion.experiment for champion in champions.found))
                self._asked = time.monotonic()
        return replace(self._state, store_up=champions.problem is None, champions=len(champions.found))

    def _as_now(self, experiments: tuple[str, ...]) -> State:
        moves = [move.when for experiment in experiments for move in self._data.history(experiment)]
        runs = [run.started for experiment in experiments for run in self._data.runs(experiment)]
        return State(
            store_up=True,
            champions=len(experiments),
            promoted=max(moves, default=None),
            trained=max(runs, default=None),
        )


def metrics(data: SegmentationData, watched: Watched) -> Response:
    """The counters; 404 to whoever may not see them, as if there were nothing."""
    if not _permitted(data.settings.metrics_token):
        return sentence(404, "not found")
    return Response(scrape(watched.state), content_type=CONTENT_TYPE)


def _permitted(token: str) -> bool:
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    return is_loopback(request.remote_addr or "") and not any(name in request.headers for name in _FORWARDED)
