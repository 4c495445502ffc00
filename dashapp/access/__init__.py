"""Who may change what the store holds."""

from dashapp.access.curation import reachable, refusal, signature, why_absent

__all__ = ["reachable", "refusal", "signature", "why_absent"]
