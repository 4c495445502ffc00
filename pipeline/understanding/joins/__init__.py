"""Several tables of a shop as one: its lines with what their orders, customers and products say of them."""

from pipeline.understanding.joins.joining import joined
from pipeline.understanding.joins.listing import Keys, likely
from pipeline.understanding.joins.view import JoinedTables

__all__ = ["JoinedTables", "Keys", "joined", "likely"]
