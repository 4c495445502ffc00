"""A run as a viewer sees it: nothing of fewer than ten customers is left in it."""

from dashapp.access.small_cells.coarse import coarse, rounded
from dashapp.access.small_cells.groups import LEAST

__all__ = ["LEAST", "coarse", "rounded"]
