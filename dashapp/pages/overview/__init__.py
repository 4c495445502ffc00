"""Overview: who are our customers?"""

from dashapp.pages.overview.callbacks import register
from dashapp.pages.overview.layout import layout

__all__ = ["layout", "register"]
