"""Names and notes that people give to segments: append-only, one identity through re-trains, nothing lost."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pipeline.contract import SavedSweep
from pipeline.errors import KorzinaError, StoreError, UsageError
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.tracking.client_index import ClientIndex
from pipeline.train import Request, train


def test_a_given_name_is_read_back_and_the_generated_one_stays_reachable(store: Store, saved: SavedSweep) -> None:
    run, before = saved.run_ids[3], store.load(saved.run_ids[3]).cards[0]

    written = store.annotate(run, before.key, who="anna", name=" Our  best people ", note="They come at weekends.")

    after = store.load(run).cards[0]
    assert (after.name, after.generated) == ("Our best people", before.name)
    assert store.placement(run).cards[0].name == "Our best people"
    assert store.annotations("sample") == (written,)
    assert (written.who, written.note, written.origin) == ("anna", "They come at weekends.", run)


def test_the_last_name_holds_an_empty_one_takes_it_back_and_every_entry_stays(store: Store, saved: SavedSweep) -> None:
    run, before = saved.run_ids[3], store.load(saved.run_ids[3]).cards[1]
    store.annotate(run, before.key, who="anna", name="First")
    early = store.annotations("sample")
    store.annotate(run, before.key, who="boris", name="Second")
    store.annotate(run, before.key, who="boris", note="A note leaves the name.")
    assert store.load(run).cards[1].name == "Second"

    store.annotate(run, before.key, who="anna", name="")

    assert (store.load(run).cards[1].name, store.load(run).cards[1].generated) == (before.name, "")
    assert store.annotations("sample")[:1] == early
    assert [(one.who, one.name) for one in store.annotations("sample")] == [
        ("anna", "First"),
        ("boris", "Second"),
        ("boris", None),
        ("anna", ""),
    ]


def test_another_run_with_the_same_key_is_another_segment(store: Store, saved: SavedSweep) -> None:
    card = store.load(saved.run_ids[3]).cards[0]
    store.annotate(saved.run_ids[3], card.key, who="anna", name="Only here")

    assert card.key in {one.key for one in store.load(saved.run_ids[4]).cards}
    assert "Only here" not in {one.name for one in store.load(saved.run_ids[4]).cards}


@pytest.mark.parametrize(
    ("said", "error", "words"),
    [
        ({"name": None, "note": " \x00 "}, UsageError, "nothing was written"),
        ({"name": "x" * 81}, UsageError, "81 characters"),
        ({"note": "x" * 2001}, UsageError, "2,001 characters"),
        ({"note": "x", "who": "  "}, UsageError, "nobody has signed"),
        ({"key": "s99", "note": "x"}, StoreError, "no segment 's99'"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(
    store: Store, saved: SavedSweep, said: dict[str, str], error: type[KorzinaError], words: str
) -> None:
    with pytest.raises(error, match=words):
        store.annotate(saved.run_ids[3], said.pop("key", "sample-0"), who=said.pop("who", "anna"), **said)
    assert store.annotations() == ()


def test_a_name_of_another_segment_is_refused(store: Store, saved: SavedSweep) -> None:
    other = store.load(saved.run_ids[3]).cards[1]

    with pytest.raises(UsageError, match=r"called .* already"):
        store.annotate(saved.run_ids[3], "sample-0", who="anna", name=other.name.upper())


def test_two_analysts_at_once_lose_nothing(settings: Settings, saved: SavedSweep) -> None:
    def write(who: str) -> None:
        for place in range(3):
            Store.open(settings).annotate(saved.run_ids[3], "sample-0", who=who, note=f"{who} {place}")

    both = [threading.Thread(target=write, args=(who,)) for who in ("anna", "boris")]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert sorted(one.note for one in Store.open(settings).annotations("sample")) == [
        "anna 0",
        "anna 1",
        "anna 2",
        "boris 0",
        "boris 1",
        "boris 2",
    ]


def test_a_damaged_entry_costs_the_names_and_not_the_run(store: Store, saved: SavedSweep) -> None:
    store.annotate(saved.run_ids[3], "sample-0", who="anna", name="Mine")
    store._client.set_registered_model_tag("sample", "korzina.segment.2020", "no JSON")

    assert store.load(saved.run_ids[3]).cards[0].name != "Mine"
    with pytest.raises(StoreError, match=r"damaged at korzina\.segment\.2020"):
        store.annotations("sample")


def test_notes_are_no_moves_of_the_champion_and_both_indexes_agree(
    store: Store, saved: SavedSweep, settings: Settings
) -> None:
    store.promote(saved.run_ids[3], reason="clearest", who="anna")
    store.annotate(saved.run_ids[3], "sample-0", who="anna", note="A note.")

    assert [move.reason for move in store.history("sample")] == ["clearest"]
    assert ClientIndex(store._client, settings).models("sample") == store._index.models("sample")


def test_reading_names_imports_no_mlflow(store: Store, saved: SavedSweep, settings: Settings) -> None:
    store.annotate(saved.run_ids[3], "sample-0", who="anna", name="Mine")
    program = (
        f"import sys; from pathlib import Path; from pipeline.settings import Settings; "
        f"from pipeline.store import Store; store = Store.open(Settings(home=Path({str(settings.home)!r}))); "
        f"print(store.load({saved.run_ids[3]!r}).cards[0].name, len(store.annotations()), "
        f"'mlflow' in sys.modules)"
    )

    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert said.split() == ["Mine", "1", "False"]


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A spec and a file of three kinds of people, drafted and trained as a reader would."""
    import numpy as np
    import pandas as pd

    from pipeline.drafting import draft_spec

    folder = tmp_path_factory.mktemp("people")
    rng = np.random.default_rng(5)
    means = np.repeat([[100.0, 4.0, 30.0], [900.0, 25.0, 55.0], [300.0, 9.0, 80.0]], 120, axis=0)
    drawn = means * rng.normal(1, 0.08, means.shape)
    frame = pd.DataFrame(
        {
            "customer_id": [f"c{place}" for place in range(len(drawn))],
            "total_spend": drawn[:, 0].round(2),
            "visits": drawn[:, 1].round(1),
            "days_between": drawn[:, 2].round(1),
        }
    )
    frame.to_csv(folder / "people.csv", index=False)
    (folder / "people.toml").write_text(draft_spec(str(folder / "people.csv")), "utf-8")
    return folder / "people.toml", str(folder / "people.csv")


def test_name_and_note_survive_the_next_training(people: tuple[Path, str], tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "mlruns")
    request = Request(
        spec=str(people[0]),
        data=people[1],
        k_min=2,
        k_max=4,
        choose=3,
        choose_reason="three kinds",
        experiment="people",
    )
    first = train(request, settings)
    store = Store.open(settings)
    card = store.load(first.saved.run_ids[3]).cards[0]
    store.annotate(first.saved.run_ids[3], card.key, who="anna", name="The regulars", note="Ask them first.")

    second = train(Request(**{**request.__dict__, "seed": 1}), settings)

    assert second.saved.run_ids[3] != first.saved.run_ids[3]
    store.promote(second.saved.run_ids[3], reason="the next one", who="anna")
    again = next(one for one in store.load(second.saved.run_ids[3]).cards if one.key == card.key)
    assert (again.name, again.generated, again.origin) == ("The regulars", card.name, first.saved.run_ids[3])
    assert again.identity is not None
    assert again.identity.status == "same"
    store.annotate(second.saved.run_ids[3], card.key, who="anna", name="")
    assert store.load(first.saved.run_ids[3]).cards[0].name == card.name, "one identity: taken back everywhere"
