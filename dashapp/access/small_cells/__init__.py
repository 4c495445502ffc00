"""A run as a viewer sees it: nothing of fewer than ten customers is left in it."""

from dashapp.access.small_cells.coarse import coarse
from dashapp.access.small_cells.groups import LEAST, rounded

__all__ = ["LEAST", "coarse", "rounded"]
