"""Ids of the Baskets page."""

OF, ITEM, CLEAR = "baskets-of", "baskets-item", "baskets-clear"
FINDING, PICKED, SHOWN = "baskets-finding", "baskets-picked", "baskets-shown"
HEAT, HEAT_WORDS, GRID = "baskets-heat", "baskets-heat-words", "baskets-grid"
LIST = "baskets-list"
DOWNLOAD, DOWNLOAD_BUTTON = "baskets-download", "baskets-download-button"
