"""The browser that watches for complaints, as in the journeys."""

from tests.e2e.conftest import browser, playwright, watch

__all__ = ["browser", "playwright", "watch"]
