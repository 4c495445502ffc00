"""What a file is: roles of its columns by evidence of words and of values, what is set aside, what must be asked."""

from pipeline.understanding.evidence import (
    Profile,
    Relations,
    fits,
    is_day,
    is_number,
    names_customer,
    profiles,
    vocabulary,
    words,
)
from pipeline.understanding.evidence.dated_documents import dated_documents, lines_of_documents
from pipeline.understanding.evidence.families import Family, families_of
from pipeline.understanding.joins import JoinedTables, Keys, joined, likely
from pipeline.understanding.known_forms import (
    AsideForm,
    KnownForm,
    MoneyForm,
    StatusForm,
    recognise,
)
from pipeline.understanding.merged import merged_columns
from pipeline.understanding.periods import (
    ask_year,
    lines_of_periods,
    lines_with_day,
    parts_of_a_day,
    periods_of,
)
from pipeline.understanding.person_names import lines_with_name, parts_of_a_name
from pipeline.understanding.roles import Aside, Money, Understanding
from pipeline.understanding.understand import understand

__all__ = [
    "Aside",
    "AsideForm",
    "Family",
    "JoinedTables",
    "Keys",
    "KnownForm",
    "Money",
    "MoneyForm",
    "Profile",
    "Relations",
    "StatusForm",
    "Understanding",
    "ask_year",
    "dated_documents",
    "families_of",
    "fits",
    "is_day",
    "is_number",
    "joined",
    "likely",
    "lines_of_documents",
    "lines_of_periods",
    "lines_with_day",
    "lines_with_name",
    "merged_columns",
    "names_customer",
    "parts_of_a_day",
    "parts_of_a_name",
    "periods_of",
    "profiles",
    "recognise",
    "understand",
    "vocabulary",
    "words",
]
