"""Ids of the Overview page."""

SHARES, BUBBLES, PROFILE = "shares", "bubbles", "profile"  # places of charts whose marks are segments
RFM, RFM_TABLE, RFM_SUMMARY = "rfm", "rfm-table", "rfm-summary"
SCOPE = "overview-scope"
