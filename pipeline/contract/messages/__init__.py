"""What the product says of a run: sentences with what they were made of, their JSON, and the form of money in them."""

from pipeline.contract.messages.as_json import decoded, encoded
from pipeline.contract.messages.currency import CURRENCY_SIGNS, affixes, currency_of, with_currency
from pipeline.contract.messages.invalid import expected_of, settings_in_words
from pipeline.contract.messages.languages import Translator, catalogue, languages, merged, speaker
from pipeline.contract.messages.message_file import messages_of, with_messages
from pipeline.contract.messages.missing import no_column, unknown_name
from pipeline.contract.messages.stored_message import (
    ENGLISH,
    Cased,
    Day,
    Joined,
    Message,
    Own,
    Quantity,
    Speaker,
    Value,
    Words,
    cased,
    joined,
    own,
    percent,
)

__all__ = [
    "CURRENCY_SIGNS",
    "ENGLISH",
    "Cased",
    "Day",
    "Joined",
    "Message",
    "Own",
    "Quantity",
    "Speaker",
    "Translator",
    "Value",
    "Words",
    "affixes",
    "cased",
    "catalogue",
    "currency_of",
    "decoded",
    "encoded",
    "expected_of",
    "joined",
    "languages",
    "merged",
    "messages_of",
    "no_column",
    "own",
    "percent",
    "settings_in_words",
    "speaker",
    "unknown_name",
    "with_currency",
    "with_messages",
]
