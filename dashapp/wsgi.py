"""Environment -> Settings -> SegmentationData -> app -> ``server``, for gunicorn; the only work done at import."""

from __future__ import annotations

from dashapp.app import create_app
from dashapp.data import Keeping, KeepsLastGood, PunctualStore, SegmentationData
from dashapp.readable import ReadableStore
from dashapp.report import log_later
from pipeline.settings import Settings


def _open_store() -> ReadableStore:
    from pipeline.store import Store  # late: after the fork, and off the start of the process

    return Store.open(settings, most=settings.customers_in_memory)


def _last_good() -> KeepsLastGood:
    from pipeline.store import LastGood

    return LastGood(settings, settings.customers_in_memory)


settings = Settings()
store = PunctualStore(_open_store, files_at_hand=settings.database_file is not None)
data = SegmentationData(lambda: store, settings, promoted=log_later, keeping=Keeping(_last_good))
app = create_app(data)
server = app.server
