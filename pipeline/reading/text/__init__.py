"""Text tables: bytes to text, the sign between columns, records and their true lines."""
