"""Campaigns: whom should we contact next?"""

from dashapp.pages.campaigns.callbacks import register
from dashapp.pages.campaigns.layout import layout

__all__ = ["layout", "register"]
