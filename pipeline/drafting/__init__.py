"""A file nobody has described yet to a draft of its spec."""

from pipeline.drafting.draft import draft_spec, write_draft

__all__ = ["draft_spec", "write_draft"]
