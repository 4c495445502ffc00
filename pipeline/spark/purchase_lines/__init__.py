"""Lines of purchases on Spark: which are used and which are set aside, by the rules of the local engine."""

from pipeline.spark.purchase_lines.judged_purchases import JudgedPurchases, judge_purchases
from pipeline.spark.purchase_lines.line_places import NUMBER, POSITION, line_of, numbered, places_of, with_numbers
from pipeline.spark.purchase_lines.line_sql import refuse_untyped

__all__ = [
    "NUMBER",
    "POSITION",
    "JudgedPurchases",
    "judge_purchases",
    "line_of",
    "numbered",
    "places_of",
    "refuse_untyped",
    "with_numbers",
]
