"""Charts of the Compare page, drawn without Dash: one run's segments, and two runs side by side."""

from dashapp.pages.compare.figures.flows import flow, lineage, movers
from dashapp.pages.compare.figures.matrices import deltas, overlap
from dashapp.pages.compare.figures.recurrence import bands, returns
from dashapp.pages.compare.figures.silhouettes import blades
from dashapp.pages.compare.figures.titles import height_of

__all__ = ["bands", "blades", "deltas", "flow", "height_of", "lineage", "movers", "overlap", "returns"]
