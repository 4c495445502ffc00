"""Compare: why this segmentation and not another?"""

from dashapp.pages.compare.callbacks import register
from dashapp.pages.compare.layout import layout

__all__ = ["layout", "register"]
