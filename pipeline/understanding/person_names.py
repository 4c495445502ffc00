"""First and last names in columns of their own, in a table where nothing else says who bought: together a customer."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.reading import quote
from pipeline.understanding.evidence import Profile, fits, is_email, names_customer
from pipeline.understanding.purchases import worded

TOGETHER = "customer name"
_FIRST = (
    r"\b(first|given|fore) ?name\b|\bfirstname\b|\bvorname\b|\bprenom\b|\bnombres?\b|\bimie\b|"
    r"^имя\b|имя$|\bnome\b|\bad[iı]?\b"
)
_LAST = (
    r"\b(last|sur|family) ?name\b|\blastname\b|\bnachname\b|\bfamilienname\b|^nom( de famille)?$|\bapellidos?\b|"
    r"\bnazwisko\b|фамил|\bcognome\b|\bsobrenome\b|\bsoyad[iı]?\b"
)
_REPEATED = 0.2  # share of the cells of either part that repeat an earlier one


def parts_of_a_name(table: Sequence[Profile]) -> tuple[str, ...]:
    """First and last name, where they repeat and no other column says who bought; () elsewhere."""
    texts = [profile for profile in table if profile.kind in ("text", "category") and profile.repeats > _REPEATED]
    first = [profile for profile in texts if fits(_FIRST, profile.name) and not fits(_LAST, profile.name)]
    last = [profile for profile in texts if fits(_LAST, profile.name)]
    if len(first) != 1 or len(last) != 1:
        return ()
    parts = (first[0], last[0])
    others = [profile for profile in table if profile not in parts]
    known = any(
        names_customer(other.name) or is_email(other) or worded(other) >= 2.0 for other in others if not other.empty
    )
    if known or any(profile.name == TOGETHER for profile in others):
        return ()
    return tuple(profile.name for profile in parts)


def lines_with_name(parts: Sequence[str], table: str) -> str:
    """SQL that puts one column in the place of the parts of a name; blank where all of them are."""
    whole = " || ' ' || ".join(f"coalesce(trim(CAST({quote(part)} AS VARCHAR)), '')" for part in parts)
    return (
        f"SELECT * EXCLUDE ({', '.join(map(quote, parts))}), nullif(trim({whole}), '') AS {quote(TOGETHER)} "
        f"FROM {quote(table)}"
    )
