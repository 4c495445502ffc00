"""Ids of the Compare page."""

INERTIA, SILHOUETTE, GRID, DIFFERENCES = "compare-inertia", "compare-silhouette", "compare-grid", "compare-differences"
STABILITY, BLADES, RETURNS = "compare-stability", "compare-blades", "compare-returns"
LINEAGE, LINEAGE_WORDS, LINEAGE_BELOW = "compare-lineage", "compare-lineage-words", "compare-lineage-below"

LEFT, RIGHT = "compare-a", "compare-b"  # which two runs
PAIR, PAIR_WORDS, PAIR_CHARTS = "compare-pair", "compare-pair-words", "compare-pair-charts"
OVERLAP, MOVERS, DELTAS = "compare-overlap", "compare-movers", "compare-deltas"
OVERLAP_BELOW, MOVERS_BELOW, DELTAS_BELOW = "compare-overlap-below", "compare-movers-below", "compare-deltas-below"
OVERLAP_WORDS, MOVERS_WORDS, DELTAS_WORDS = "compare-overlap-words", "compare-movers-words", "compare-deltas-words"
PARAMETERS = "compare-parameters"

PROMOTED, WHO, REASON = "compare-promoted", "compare-who", "compare-reason"
PROMOTE, ROLLBACK, OUTCOME = "compare-promote", "compare-rollback", "compare-outcome"
HISTORY, CHANGED, BUSY = "compare-history", "compare-changed", "compare-busy"
CONFIRM, CONSEQUENCES, CONFIRMED = "compare-confirm", "compare-consequences", "compare-confirmed"
CANCEL, PENDING = "compare-cancel", "compare-pending"
SEEN_SEGMENTS, SEEN_RUNS, SEEN_PAIR = "compare-seen-segments", "compare-seen-runs", "compare-seen-pair"
