"""The pages, one folder each: ``ids``, ``layout``, ``figures`` and ``callbacks``. No page imports another."""
