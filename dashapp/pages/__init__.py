"""The pages, one folder each, whose face is one ``Page`` value. No page imports another."""

from importlib import import_module

from dashapp.frame import Page

# their folders, in the order of the navigation
FOLDERS = (
    "overview",
    "explore",
    "segment",
    "baskets",
    "campaigns",
    "compare",
    "data",
    "score",
    "audit",
)
PAGES: tuple[Page, ...] = tuple(import_module(f"{__name__}.{folder}").PAGE for folder in FOLDERS)

__all__ = ["PAGES"]
