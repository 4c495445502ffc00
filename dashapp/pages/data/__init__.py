"""Data: can I trust the data?"""

from dashapp.pages.data.callbacks import register
from dashapp.pages.data.layout import layout

__all__ = ["layout", "register"]
