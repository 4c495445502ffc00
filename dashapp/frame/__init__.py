"""What stands around every page: navigation, banners, the selection in words, and the foot with the run's origin."""

from dashapp.frame.shell import (
    PAGES,
    SHORT,
    TEMPLATES,
    apart_of,
    around,
    chip_bar,
    data_sets,
    newer_banner,
    page,
    run_query,
)

__all__ = [
    "PAGES",
    "SHORT",
    "TEMPLATES",
    "apart_of",
    "around",
    "chip_bar",
    "data_sets",
    "newer_banner",
    "page",
    "run_query",
]
