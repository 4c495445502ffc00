"""Every malformed file, of the usual seed and of three others, through ``init``, ``train`` and an upload."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.contract import Segmentation
from tests.malformed.corpus import SEED, corpus
from tests.malformed.trying import small_run, tried

FILES = corpus()
OTHERS = {
    f"{seed}-{name}": data
    for seed in (1, 2, 3)
    for name, data in corpus(seed).items()
    if data != FILES[name] and name.startswith(("flipped", "changed", "noise", "ragged"))
}


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Segmentation:
    return small_run(tmp_path_factory.mktemp("run"))


@pytest.mark.parametrize("name", list(FILES))
def test_a_malformed_file_does_no_harm(name: str, stored: Segmentation, tmp_path: Path) -> None:
    tried(name, FILES[name], stored, tmp_path)


@pytest.mark.parametrize("name", list(OTHERS))
def test_nor_do_those_of_other_seeds(name: str, stored: Segmentation, tmp_path: Path) -> None:
    tried(name, OTHERS[name], stored, tmp_path)


def test_the_seed_is_the_one_of_the_suite() -> None:
    assert corpus(SEED) == FILES
