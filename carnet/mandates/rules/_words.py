"""Words of a mandate: how long, how one was recognised, how one agreed, why it ended."""

from enum import StrEnum


class Duration(StrEnum):
    """For how long a mandate is signed. Whole Paris days, the day of signing being the first."""

    DAY = "DAY"
    MONTH = "MONTH"
    SEMESTER = "SEMESTER"
    YEAR = "YEAR"

    @property
    def days(self) -> int:
        """How many days it lasts, the first one included."""
        return _DAYS[self]


_DAYS = {Duration.DAY: 1, Duration.MONTH: 31, Duration.SEMESTER: 182, Duration.YEAR: 365}


class IdentityCheck(StrEnum):
    """How the person proved who they are: signed in at FranceConnect, or shown a paper to two helpers."""

    FRANCECONNECT = "FRANCECONNECT"
    PAPER = "PAPER"


class Consent(StrEnum):
    """How the person agreed: face to face, or by answering a text message."""

    FACE = "FACE"
    SMS = "SMS"


class Protection(StrEnum):
    """What the person answered about a protection measure (sauvegarde, curatelle, tutelle)."""

    NONE = "NONE"
    MEASURE = "MEASURE"


class EndReason(StrEnum):
    """Why an authorisation, or a mandate, stopped being in force."""

    REVOKED = "REVOKED"
    DONE = "DONE"
    REPLACED = "REPLACED"
    EXPIRED = "EXPIRED"
    DEATH = "DEATH"
    PROTECTION = "PROTECTION"
    TRANSFERRED = "TRANSFERRED"
    STRUCTURE = "STRUCTURE"


class MandateState(StrEnum):
    """What anybody who checks a mandate is told."""

    LIVE = "LIVE"
    EXPIRED = "EXPIRED"
    ENDED = "ENDED"


class DraftKind(StrEnum):
    """What is being prepared with the person."""

    SIGNATURE = "SIGNATURE"
    RENEWAL = "RENEWAL"


LANGUAGE = "fr"
PERSON_ENDS = (EndReason.DEATH, EndReason.PROTECTION)
WISHED_ENDS = (EndReason.REVOKED, EndReason.DONE)
