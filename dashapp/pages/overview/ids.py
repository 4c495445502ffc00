"""Ids of the Overview page."""

SHARES, BUBBLES = "overview-shares", "overview-bubbles"
