"""A run's files: staged and checked before they are saved, found and checked before they are read."""

from pipeline.store.artifacts.checked import TRAIN_AGAIN, RunFiles
from pipeline.store.artifacts.places import cache_of, download, drop_outdated, folder_at, folder_below, local_folder
from pipeline.store.artifacts.staging import attach, manifest, stage

__all__ = [
    "TRAIN_AGAIN",
    "RunFiles",
    "attach",
    "cache_of",
    "download",
    "drop_outdated",
    "folder_at",
    "folder_below",
    "local_folder",
    "manifest",
    "stage",
]
