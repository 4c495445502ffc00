"""A file nobody has described yet to a draft of its spec, and what must still be asked about it."""

from pipeline.drafting.draft import Draft, draft, draft_spec, write_draft

__all__ = ["Draft", "draft", "draft_spec", "write_draft"]
