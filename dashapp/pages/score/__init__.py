"""Score: where do new customers belong?"""

from dashapp.pages.score.callbacks import register
from dashapp.pages.score.layout import layout

__all__ = ["layout", "register"]
