"""Korzina's training pipeline: raw customer data in, a promoted segmentation in the MLflow store out."""

__version__ = "0.1.0"
