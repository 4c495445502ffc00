"""``/metrics``: counters for Prometheus; on this machine without a word, from elsewhere with the operator's token."""

from __future__ import annotations

import hmac
import time
from contextlib import suppress
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

from flask import Flask, Response, request

from dashapp.data import SegmentationData
from dashapp.observing import CONTENT_TYPE, State, scrape
from dashapp.reader import sentence
from pipeline.errors import StoreError
from pipeline.settings import Settings, is_loopback

PATH = "/metrics"
_KEPT_SECONDS = 30.0
_FORWARDED = ("forwarded", "x-forwarded-", "x-real-ip", "x-korzina-", "via")  # so begin headers of proxies


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
    if not _permitted(data.settings):
        return sentence(404, "not found")
    return Response(scrape(watched.state), content_type=CONTENT_TYPE)


def _permitted(settings: Settings) -> bool:
    if settings.metrics_token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), settings.metrics_token.encode())
    return is_loopback(request.remote_addr or "") and not _passed_on(settings)


def _passed_on(settings: Settings) -> bool:
    """Whether a proxy on this machine may have passed the request on, for somebody elsewhere."""
    own = (settings.proxy_user_header.lower(), settings.proxy_role_header.lower())
    names = [name.lower() for name, _value in request.headers]
    asked_here = is_loopback(urlsplit(f"//{request.host}").hostname or "")
    return not asked_here or any(name in own or name.startswith(_FORWARDED) for name in names)
