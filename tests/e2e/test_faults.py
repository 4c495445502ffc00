"""A store that lost something: every page says what, nobody sees a traceback, and a mended store is shown again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from dashapp.pages import PAGES
from pipeline.settings import Settings
from pipeline.store import Store
from tests.e2e.conftest import Watched, settle, status, visit
from tests.support import make_training, save_training

pytestmark = [pytest.mark.e2e, pytest.mark.long]
PATHS = tuple(page.path for page in PAGES)


def test_a_champion_without_its_files_is_told_on_every_page_and_shown_once_they_are_back(
    serve: Callable[[Settings], str], watch: Callable[..., Watched], tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path / "store", poll_seconds=1.0, workers=1)
    sweep = save_training(make_training(200), settings)
    Store.open(settings).promote(sweep.run_ids[3], reason="test", who="test")
    [files] = [found.parent for found in settings.home.glob(f"artifacts/**/{sweep.run_ids[3]}/artifacts/korzina")]
    shutil.move(files, tmp_path / "elsewhere")
    url = serve(settings)
    window = watch(url)

    page = window.open("/")
    for path in PATHS:
        visit(page, path)
        expect(page.get_by_text("restore the run's folder from a backup, or train again")).to_be_visible()
        assert "Traceback" not in page.content()
        assert page.get_by_role("link", name="Show it").count() == 0, "there is nothing that could be shown"
    assert status(f"{url}/readyz") == 503
    other = window.open(f"/?run={sweep.run_ids[2][:12]}")  # what is whole can still be looked at
    expect(other.locator(".k-segment-card")).to_have_count(2)

    shutil.move(tmp_path / "elsewhere", files)
    page = window.open("/")
    settle(page)
    expect(page.locator(".k-segment-card")).to_have_count(3)
