"""What no test may hand on to the next one, wherever the two stand."""

from __future__ import annotations

import pytest

from dashapp.i18n import speak


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """A request answered in Russian leaves its language to whatever comes next on the same worker, fixtures too."""
    speak("en")
