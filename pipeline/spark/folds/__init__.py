"""Folds over all customers on executors, which have NumPy and pyarrow alone."""
