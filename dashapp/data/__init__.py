"""``SegmentationData``: the read-only view of the store that every page is drawn from."""

from dashapp.data.last_answer import Keeping, KeepsLastGood
from dashapp.data.page_view import Champions, View
from dashapp.data.punctual import PunctualStore
from dashapp.data.run import Run
from dashapp.data.segmentation_data import NOTHING_PROMOTED, PREPARING, SegmentationData

__all__ = [
    "NOTHING_PROMOTED",
    "PREPARING",
    "Champions",
    "Keeping",
    "KeepsLastGood",
    "PunctualStore",
    "Run",
    "SegmentationData",
    "View",
]
