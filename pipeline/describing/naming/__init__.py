"""What segments are called, and by which of their differences."""

from pipeline.describing.naming.epithets import Naming
from pipeline.describing.naming.standing import NAMED_EFFECT, Standing, phrase, typical

__all__ = ["NAMED_EFFECT", "Naming", "Standing", "phrase", "typical"]
