"""Explore: what do they look like?"""

from dashapp.pages.explore.callbacks import register
from dashapp.pages.explore.layout import layout

__all__ = ["layout", "register"]
