"""What a store held when it last answered, kept on disk for when it does not."""

from pipeline.store.last_good.keeping import LastGood
from pipeline.store.last_good.kept_store import KeptStore

__all__ = ["KeptStore", "LastGood"]
