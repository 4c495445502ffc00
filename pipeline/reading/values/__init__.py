"""Cells as people write them: what is unknown, numbers, money, days and the forms that they are written in."""
