"""Where parts of SQL mean the same on both engines only with care: letters, types of columns."""
