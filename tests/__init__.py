"""Tests mirror the packages; contract, architecture and e2e stand beside them."""
