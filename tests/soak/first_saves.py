"""One of several writers: makes the store of each round and saves into it, at the same moment as the others.

Called with the folder of the rounds and, where they are no SQLite files, an address that ends in the database's name;
each line that it reads names a round, and each that it writes says how the round went.
"""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

from pipeline.contract import SweepRecord
from pipeline.errors import KorzinaError
from pipeline.recording import record_training
from pipeline.settings import Settings
from pipeline.store import Store
from tests.support import make_training


def small_record() -> SweepRecord:
    """A sweep of one k: what races is the store, and not what is saved."""
    record = record_training(make_training(60))
    return dataclasses.replace(record, children=dict(list(record.children.items())[:1]))


def settings_of(folder: Path, server: str, name: str) -> Settings:
    """Of a round: a home folder of its own, and a database of its own where there is a server."""
    return Settings(home=folder / name, tracking_uri=f"{server}/{name}" if server else "")


def save(settings: Settings, record: SweepRecord) -> str:
    """How it went."""
    try:
        store = Store.open(settings, create=True)
        saved = store.save(record, experiment="sample")
        store.promote(next(iter(saved.run_ids.values())), reason="first", who="writer")
    except KorzinaError as error:
        return f"refused: {error}"
    return "saved"


def main() -> None:
    """Save once for each line."""
    folder, server, record = Path(sys.argv[1]), "".join(sys.argv[2:]), small_record()
    from pipeline.store import writer  # noqa: F401 - imports MLflow before the first round

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        sys.stdout.write(save(settings_of(folder, server, line.strip()), record) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
