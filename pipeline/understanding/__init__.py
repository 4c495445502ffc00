"""What a file is, by evidence of words and of values."""

from pipeline.understanding.joins import JoinedTables, joined

__all__ = ["JoinedTables", "joined"]
