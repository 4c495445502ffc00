"""Shapes that tables come in: text and workbooks, packed and in parts, with lines around them that are no rows."""
