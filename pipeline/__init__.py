"""Korzina's training pipeline: raw customer data in, a promoted segmentation in the MLflow store out."""

__version__ = "0.2.0.dev0"
