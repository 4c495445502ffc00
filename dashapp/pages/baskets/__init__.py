"""Baskets: what is bought together?"""

from dashapp.pages.baskets.callbacks import register
from dashapp.pages.baskets.layout import layout

__all__ = ["layout", "register"]
