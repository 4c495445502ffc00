"""Five thousand callbacks while the champion changes two hundred times and more: no answer mixes two runs.

Once over SQLite and once over PostgreSQL.
"""

from __future__ import annotations

import itertools
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass

import dash
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from dashapp.app import create_app
from dashapp.data import Keeping, PunctualStore, SegmentationData
from pipeline.contract import SavedSweep
from pipeline.errors import UnreadableError
from pipeline.settings import Settings
from pipeline.store import LastGood, Store
from tests.pipeline.sources_support import postgres_server
from tests.soak.test_redeploy import page_of
from tests.support import make_training, save_training

PARTS, CALLS, FLIPS, CLIENTS = 5, 1000, 60, 4  # calls and flips of each part
JSON = {"Content-Type": "application/json"}


@dataclass
class Flipping:
    """A store of three runs, who promotes them, and a dashboard that shows it."""

    saved: SavedSweep
    promoter: Store
    server: Flask
    flips: int = 0

    def flip(self) -> None:
        """Once more; where so much is asked of the server that it does not answer in time, until it does."""
        while True:
            with suppress(UnreadableError):
                self.promoter.promote(self.saved.run_ids[2 + self.flips % 3], reason=str(self.flips), who="test")
                self.flips += 1
                return


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def flipping(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flipping]:
    with ExitStack() as stack:
        uri = ""
        if request.param == "postgresql":
            uri = stack.enter_context(postgres_server()).replace("postgresql://", "postgresql+psycopg://")
        home = tmp_path_factory.mktemp("flips") / "store"
        yield from dashboard(Settings(home=home, tracking_uri=uri, poll_seconds=0.01))


def dashboard(settings: Settings) -> Iterator[Flipping]:
    saved = save_training(make_training(60), settings)
    store = PunctualStore(lambda: Store.open(settings), files_at_hand=settings.database_file is not None)
    data = SegmentationData(lambda: store, settings, keeping=Keeping(lambda: LastGood(settings)))
    dash.page_registry.clear()
    flipping = Flipping(saved, Store.open(settings), create_app(data).server)
    flipping.flip()
    LastGood(settings).keep()  # as a worker does before it is asked
    assert draw(flipping).status_code == 200
    yield flipping
    dash.page_registry.clear()


def draw(flipping: Flipping) -> TestResponse:
    return flipping.server.test_client().post("/_dash-update-component", data=page_of(), headers=JSON)


@pytest.mark.parametrize("part", range(PARTS))
def test_no_answer_mixes_two_runs(part: int, flipping: Flipping, tell: Callable[[str], None]) -> None:
    before, asked, turn = flipping.flips, itertools.count(1), threading.Semaphore(0)

    def flip() -> None:
        for _ in range(FLIPS):
            turn.acquire()  # spread over the calls
            flipping.flip()

    def ask(_number: int) -> str:
        if next(asked) % (CALLS // FLIPS) == 0:
            turn.release()
        answer = draw(flipping)
        content = answer.get_data(as_text=True)
        return verdict(content, flipping.saved) if answer.status_code == 200 else str(answer.status_code)

    flipper = threading.Thread(target=flip)
    flipper.start()
    with ThreadPoolExecutor(CLIENTS) as pool:
        counts = Counter(pool.map(ask, range(CALLS)))
    flipper.join()

    flips = flipping.flips - before
    tell(f"{CALLS} callbacks, {flips} flips: {dict(counts)}")
    assert set(counts) == {"k = 2", "k = 3", "k = 4"}
    assert flips == FLIPS


def verdict(content: str, saved: SavedSweep) -> str:
    """Which run the answer is about by all that it says: its id, its number of cards."""
    named = [k for k, run_id in saved.run_ids.items() if f'"run": "{run_id}"' in spaced(content)]
    cards = content.count("k-segment-card")
    return f"k = {cards}" if named == [cards] else f"{cards} cards of {named}"


def spaced(content: str) -> str:
    return json.dumps(json.loads(content))
