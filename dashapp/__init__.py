"""The dashboard: what the pipeline found, linked and in plain words."""
