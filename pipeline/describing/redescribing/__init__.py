"""Describing a stored run again."""
