"""What stands around every page: navigation, banners, the selection in words, and the foot with the run's origin."""

from dashapp.frame.banners import newer_banner
from dashapp.frame.chips import chip_bar
from dashapp.frame.header import data_sets
from dashapp.frame.shell import around, page, run_query
from dashapp.frame.site import PAGES, SHORT, TEMPLATES, apart_of

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
