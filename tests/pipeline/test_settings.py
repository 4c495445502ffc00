"""Settings as an operator gives them: where they come from, what they refuse, and what a child process is told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from pipeline.settings import PACKAGES, Settings

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, without a setting."""
    monkeypatch.chdir(tmp_path)
    for name in ("PORT", "KORZINA_PORT"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_nothing_hangs_on_the_working_folder_any_more(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=Path("kept"), tracking_uri="sqlite:///kept/runs.db", artifact_root="files").absolute()
    monkeypatch.chdir("/")

    assert settings.home == folder / "kept"
    assert settings.store_uri == f"sqlite:///{folder}/kept/runs.db"
    assert settings.database_file == folder / "kept" / "runs.db"
    assert settings.artifacts == str(folder / "files")


@pytest.mark.parametrize(
    ("uri", "root"),
    [
        ("", ""),
        ("sqlite:////srv/runs.db", "/srv/files"),
        ("postgresql+psycopg://korzina@db/korzina", "s3://bucket/files"),
        ("http://127.0.0.1:5000", ""),
    ],
)
def test_what_is_absolute_stays(uri: str, root: str) -> None:
    settings = Settings(tracking_uri=uri, artifact_root=root).absolute()

    assert (settings.tracking_uri, settings.artifact_root) == (uri, root)


def test_a_child_in_another_folder_reads_the_same_settings_whatever_that_holds(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Settings(home=Path("kept"), experiment="my shop", url_prefix="korzina", access_log=True)
    other = folder / "other"
    other.mkdir()
    (other / ".env").write_text("KORZINA_EXPERIMENT=foreign\nKORZINA_PORT=1\nKORZINA_TRACKING_URI=foreign\n")
    for name, value in here.as_environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(other)

    assert Settings() == here.model_copy(update={"home": folder / "kept"})


def test_the_packages_lie_where_children_start() -> None:
    assert (PACKAGES / "pipeline" / "settings" / "environment.py").is_file()
    assert (PACKAGES / "dashapp" / "wsgi.py").is_file()


def test_the_port_of_a_platform_serves_where_there_is_none_of_our_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", "9001")
    assert Settings().port == 9001

    (folder / ".env").write_text("KORZINA_PORT=9002\n")
    assert Settings().port == 9002
    monkeypatch.setenv("KORZINA_PORT", "9003")
    assert Settings().port == 9003
    monkeypatch.setenv("PORT", "")
    assert Settings().port == 9003


def test_an_empty_or_absent_platform_port_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "")

    assert Settings().port == 8050


@pytest.mark.parametrize(
    ("given", "prefix"),
    [
        ("", ""),
        ("/", ""),
        ("korzina", "/korzina"),
        ("/korzina/", "/korzina"),
        ("/tools/korzina.v2", "/tools/korzina.v2"),
    ],
)
def test_a_prefix_has_one_form(given: str, prefix: str) -> None:
    assert Settings(url_prefix=given).url_prefix == prefix


@pytest.mark.parametrize(
    "given", ["a//b", "../up", "a/./b", "http://host/korzina", "a b", "корзина", "a?b", '"><x', "a%2f"]
)
def test_what_is_no_path_is_refused(given: str) -> None:
    with pytest.raises(ValidationError, match="expected a path"):
        Settings(url_prefix=given)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can take another account")
@pytest.mark.parametrize("who", ["pipeline.settings.account_name", "dashapp.access.curation.signature"])
def test_an_account_without_a_name_signs_with_its_number(who: str) -> None:
    module, _, name = who.rpartition(".")
    script = f"import os, pwd; from {module} import {name}; os.setuid(54321); print({name}())"
    nameless = {key: value for key, value in os.environ.items() if key not in {"LOGNAME", "USER", "LNAME", "USERNAME"}}

    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=nameless, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "uid 54321"
