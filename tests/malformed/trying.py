"""A malformed file through everything that reads files: each answers with a result or says in words what is wrong."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.analyse import analyse
from pipeline.cleaning import clean
from pipeline.contract import Segmentation
from pipeline.drafting import draft
from pipeline.errors import KorzinaError
from pipeline.reading import read_source
from pipeline.scoring import score_upload
from pipeline.spec import load_spec
from pipeline.stages import Options
from pipeline.stopwatch import Stopwatch
from tests.malformed.measuring import memory
from tests.pipeline.sources_support import tiny_spec
from tests.support import as_stored

SECONDS = 20.0  # of a processor; most take a tenth of one
MOST = 300 << 20
SPEC = tiny_spec(columns={"spend": {"role": "active"}, "orders": {"role": "active"}})


def small_run(folder: Path) -> Segmentation:
    """A run of customers with an id, spend and orders, as a store hands it out: what uploads are scored by."""
    rng = np.random.default_rng(7)
    kind = rng.integers(0, 2, 90)
    frame = pd.DataFrame({"id": [f"t{n}" for n in range(90)], "spend": kind * 400 + rng.uniform(5, 50, 90)})
    frame.assign(orders=1 + kind * 12 + rng.integers(0, 4, 90)).to_csv(folder / "trained.csv", index=False)
    cleaned = clean(read_source(SPEC, str(folder / "trained.csv")), SPEC)
    options = Options(k_min=2, k_max=3, bounds=(2, 2))
    return as_stored(analyse(cleaned, options, Stopwatch(), spec=SPEC.model_dump_json()), k=2)


def tried(name: str, data: bytes, stored: Segmentation, folder: Path) -> dict[str, str]:
    """What each way says of the file; an error that is none of ours, a hang or a heap of memory raises."""
    file = folder / name
    file.write_bytes(data)
    where = f"sqlite:///{file}" if name.endswith(".db") else str(file)
    ways = {
        "init": lambda: draft(where),
        "train": lambda: clean(read_source(SPEC, where), SPEC),
        "score": lambda: score_upload(stored, name, data),
    }
    if name.endswith(".toml"):
        ways = {"spec": lambda: load_spec(str(file))}
    said = {}
    for way, read in ways.items():
        started = time.process_time()
        with memory() as taken:
            try:
                read()
                said[way] = ""
            except KorzinaError as error:
                said[way] = str(error)
        assert time.process_time() - started < SECONDS, (name, way)
        assert taken.most < MOST, (name, way, taken.most >> 20)
        assert "Traceback" not in said[way]
        assert len(said[way]) < 5_000, (name, way, said[way][:500])
    return said
