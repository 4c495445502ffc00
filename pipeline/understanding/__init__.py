"""What the columns of an unknown file mean: evidence, hypotheses, known forms, questions."""

from pipeline.understanding.known_forms import KnownForm, KnownTables, recognise, recognise_tables

__all__ = ["KnownForm", "KnownTables", "recognise", "recognise_tables"]
