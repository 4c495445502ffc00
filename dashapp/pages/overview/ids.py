"""Ids of the Overview page."""

SHARES, BUBBLES, PROFILE = "shares", "bubbles", "profile"  # places of charts whose marks are segments
