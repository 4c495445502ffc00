"""What speaks for a reading: profiles of columns, dependencies between them, words in their headers."""

from pipeline.understanding.evidence import vocabulary, words
from pipeline.understanding.evidence.headers import fits, names_customer, plain_letters, plain_words
from pipeline.understanding.evidence.profiles import Profile, is_day, is_email, is_number, is_phone, profiles
from pipeline.understanding.evidence.relations import BROKEN, HOLDS, Relations

__all__ = [
    "BROKEN",
    "HOLDS",
    "Profile",
    "Relations",
    "fits",
    "is_day",
    "is_email",
    "is_number",
    "is_phone",
    "names_customer",
    "plain_letters",
    "plain_words",
    "profiles",
    "vocabulary",
    "words",
]
