"""Five thousand callbacks while the champion changes two hundred times: no answer mixes two runs."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dash

from dashapp.app import create_app
from dashapp.data import Keeping, PunctualStore, SegmentationData
from pipeline.contract import SavedSweep
from pipeline.settings import Settings
from pipeline.store import LastGood, Store
from tests.soak.test_redeploy import page_of
from tests.support import make_training, save_training

CALLS, FLIPS, CLIENTS = 5000, 200, 4
JSON = {"Content-Type": "application/json"}


def test_no_answer_mixes_two_runs(tmp_path: Path, tell: Callable[[str], None]) -> None:
    settings = Settings(home=tmp_path / "store", tracking_uri="", poll_seconds=0.01)
    saved = save_training(make_training(60), settings)
    promoter = Store.open(settings)
    promoter.promote(saved.run_ids[2], reason="0", who="test")
    store = PunctualStore(lambda: Store.open(settings), files_at_hand=True)
    data = SegmentationData(lambda: store, settings, keeping=Keeping(lambda: LastGood(settings)))
    dash.page_registry.clear()
    server = create_app(data).server
    server.test_client().get("/")
    done, flips = threading.Event(), 0

    def flip() -> None:
        nonlocal flips
        while flips < FLIPS or not done.is_set():
            flips += 1
            promoter.promote(saved.run_ids[2 + flips % 3], reason=str(flips), who="test")

    def ask(_number: int) -> str:
        answer = server.test_client().post("/_dash-update-component", data=page_of(), headers=JSON)
        return verdict(answer.get_data(as_text=True), saved) if answer.status_code == 200 else str(answer.status_code)

    flipper = threading.Thread(target=flip)
    flipper.start()
    with ThreadPoolExecutor(CLIENTS) as pool:
        counts = Counter(pool.map(ask, range(CALLS)))
    done.set()
    flipper.join()
    dash.page_registry.clear()

    tell(f"{CALLS} callbacks, {flips} flips: {dict(counts)}")
    assert set(counts) == {"k = 2", "k = 3", "k = 4"}
    assert flips >= FLIPS


def verdict(content: str, saved: SavedSweep) -> str:
    """Which run the answer is about by all that it says: its id, its number of cards."""
    named = [k for k, run_id in saved.run_ids.items() if f'"run": "{run_id}"' in spaced(content)]
    cards = content.count("k-segment-card")
    return f"k = {cards}" if named == [cards] else f"{cards} cards of {named}"


def spaced(content: str) -> str:
    return json.dumps(json.loads(content))
