"""Short rules that pick a segment out: searched, cut at round numbers, in words and as SQL."""

from pipeline.describing.rules.phrasing import rule_in_words
from pipeline.describing.rules.search import Codes, as_plain, as_sql, encode, find_rules, friendly_thresholds, selects

__all__ = ["Codes", "as_plain", "as_sql", "encode", "find_rules", "friendly_thresholds", "rule_in_words", "selects"]
