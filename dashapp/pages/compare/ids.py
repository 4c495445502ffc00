"""Ids of the Compare page."""

INERTIA, SILHOUETTE, GRID, DIFFERENCES = "compare-inertia", "compare-silhouette", "compare-grid", "compare-differences"
