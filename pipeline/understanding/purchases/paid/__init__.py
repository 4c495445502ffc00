"""What was paid: which columns are the money of a line, and what is taken off it."""
