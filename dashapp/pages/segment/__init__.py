"""Segment: what makes this one different?"""

from dashapp.pages.segment.callbacks import register
from dashapp.pages.segment.layout import layout

__all__ = ["layout", "register"]
