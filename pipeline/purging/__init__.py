"""Removing people's rows for good: what a purge would remove, and doing it."""

from pipeline.purging.carry_out import carry_out, finish_pending
from pipeline.purging.purge_plan import PurgePlan, PurgeRequest, SweepRows, plan_purge

__all__ = ["PurgePlan", "PurgeRequest", "SweepRows", "carry_out", "finish_pending", "plan_purge"]
