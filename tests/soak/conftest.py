"""Figures for docs/reliability.md: what a test measured, told at the end whether it passed or not."""

from __future__ import annotations

from collections.abc import Callable, Generator

import pytest

_FIGURE = "figure"


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Say what was measured."""
    return lambda words: request.node.user_properties.append((_FIGURE, words))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What forged requests left in the log, as text that can be written: half a letter in it ended the whole soak."""
    report = yield
    report.sections = [(name, text.encode(errors="replace").decode()) for name, text in report.sections]
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The figures, one a line."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, words in report.user_properties:
                if name == _FIGURE and report.when == "call":
                    terminalreporter.write_line(f"{report.nodeid}: {words}")
