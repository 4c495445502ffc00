"""Who may change what the store holds."""

from dashapp.access.curation import refusal, signature, why_absent

__all__ = ["refusal", "signature", "why_absent"]
