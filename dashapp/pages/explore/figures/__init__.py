"""Charts of the Explore page, drawn without Dash."""

from dashapp.pages.explore.figures import answer_rates, pairs
from dashapp.pages.explore.figures.cloud import MAP, axis_titles, customer_map
from dashapp.pages.explore.figures.distributions import NOBODY, draw, height

__all__ = ["MAP", "NOBODY", "answer_rates", "axis_titles", "customer_map", "draw", "height", "pairs"]
