"""Environment -> Settings -> SegmentationData -> app -> ``server``, for gunicorn; the only work done at import."""

from __future__ import annotations

from dashapp.app import create_app
from dashapp.data import SegmentationData
from dashapp.readable import ReadableStore
from dashapp.report import log_later
from pipeline.settings import Settings


def _open_store() -> ReadableStore:
    from pipeline.store import Store  # late: after the fork, and off the start of the process

    return Store.open(settings)


settings = Settings()
data = SegmentationData(_open_store, settings, promoted=log_later)
app = create_app(data)
server = app.server
