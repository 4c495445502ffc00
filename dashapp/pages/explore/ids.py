"""Ids of the Explore page."""

LEGEND, FINDING = "explore-legend", "explore-finding"
TABLE, TABLE_TITLE, TABLE_BODY, TABLE_CHART = (
    "explore-table",
    "explore-table-title",
    "explore-table-body",
    "explore-table-chart",
)
DOWNLOAD, DOWNLOAD_BUTTON = "explore-download", "explore-download-button"
FILTER_BY, FILTER_CONTROL = "explore-filter-by", "explore-filter-control"
ACROSS, UP, PAIR_SUMMARY, PAIR = "explore-across", "explore-up", "explore-pair-summary", "explore"
RESPONSES, RESPONSES_SUMMARY, RESPONSES_TABLE = "responses", "explore-responses-summary", "explore-responses-table"
