"""What is known of personal data without asking the database: words, tables, periods, who erases what. Pure."""

from carnet.privacy.rules._people import Sought, SoughtBy, holds, marked, sought, words_of
from carnet.privacy.rules._refusals import NobodyFound, NotCorrectable, PrivacyRefused, RowUnknown, TooVague
from carnet.privacy.rules._words import Outcome, RequestKind

__all__ = [
    "NobodyFound",
    "NotCorrectable",
    "Outcome",
    "PrivacyRefused",
    "RequestKind",
    "RowUnknown",
    "Sought",
    "SoughtBy",
    "TooVague",
    "holds",
    "marked",
    "sought",
    "words_of",
]
