"""What stands around every page: navigation, banners, the selection in words, and the foot with the run's origin."""

from dashapp.frame.banners import newer_banner
from dashapp.frame.chips import chip_bar
from dashapp.frame.lacking import SHORT, Lack
from dashapp.frame.navigation import data_sets
from dashapp.frame.page import Page, own_parameters, run_query
from dashapp.frame.shell import around, not_found

__all__ = [
    "SHORT",
    "Lack",
    "Page",
    "around",
    "chip_bar",
    "data_sets",
    "newer_banner",
    "not_found",
    "own_parameters",
    "run_query",
]
