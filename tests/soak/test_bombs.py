"""Every file that unfolds to gigabytes through ``init``, ``train``, ``score`` and an upload: refused, under 300 MB."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.__main__ import app
from pipeline.contract import Segmentation
from pipeline.errors import InputError
from pipeline.scoring import score, score_apart
from tests.malformed.bombs import BOMBS
from tests.malformed.measuring import memory
from tests.support import as_stored, make_training

MOST = 300 << 20
SPEC = 'name = "tiny"\n[id]\ncolumn = "id"\n[columns.spend]\nrole = "active"\n[columns.orders]\nrole = "active"\n'


@pytest.fixture(scope="module")
def stored() -> Segmentation:
    return as_stored(make_training(60), k=2)


@pytest.mark.parametrize("name", list(BOMBS))
def test_no_command_opens_it(name: str, stored: Segmentation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KORZINA_HOME", str(tmp_path / "store"))
    file, spec, content = tmp_path / name, tmp_path / "tiny.toml", BOMBS[name]()
    file.write_bytes(content)
    spec.write_text(SPEC, "utf-8")
    commands = (
        ["init", str(file), "--output", str(tmp_path / "s.toml")],
        ["train", "--spec", str(spec), "--data", str(file)],
    )

    for words in commands:
        with memory() as taken:
            done = CliRunner().invoke(app, words)
        assert isinstance(done.exception, InputError), (words, done.exception, done.output)
        assert done.exception.exit_code == 1
        assert taken.most < MOST, (words, taken.most >> 20)

    with memory() as taken:
        with pytest.raises(InputError):
            score(stored, str(file))
        with pytest.raises(InputError) as caught:
            score_apart(stored, name, content)
    assert taken.most < MOST, taken.most >> 20
    assert f"{tmp_path}{os.sep}" not in str(caught.value)
