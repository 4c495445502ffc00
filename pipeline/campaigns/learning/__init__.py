"""What earlier campaigns teach: who was asked what, what was known then, and a model judged on others than it saw."""
