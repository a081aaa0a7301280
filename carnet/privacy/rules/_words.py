"""The words of requests."""

from enum import StrEnum


class RequestKind(StrEnum):
    """What a person asked: GDPR, articles 15, 16 and 17 (docs/sources/personal-data.md)."""

    ACCESS = "ACCESS"
    CORRECT = "CORRECT"
    ERASE = "ERASE"


class Outcome(StrEnum):
    """What becomes of one row: to be done, done, done already, or kept because a law says so."""

    WAITS = "WAITS"
    ERASED = "ERASED"
    ALREADY = "ALREADY"
    KEPT = "KEPT"
