"""The browser that watches for complaints, as in the journeys."""

from tests.e2e.conftest import browser, watch

__all__ = ["browser", "watch"]
