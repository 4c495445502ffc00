"""Makers of the corpus's files, a module a chapter."""
