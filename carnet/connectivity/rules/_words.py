"""The closed lists of the solidarity connection."""

from enum import StrEnum


class Part(StrEnum):
    """What an organisation does for connections in a programme."""

    LANDLORD = "LANDLORD"
    PROVIDER = "PROVIDER"


class OfferState(StrEnum):
    """An offer's life: prepared by one person, opened (or refused) by another, closed to new applications."""

    PREPARED = "PREPARED"
    OPEN = "OPEN"
    REFUSED = "REFUSED"
    CLOSED = "CLOSED"


class Collector(StrEnum):
    """Who takes the household's part each month: the landlord with the rent, or the provider."""

    LANDLORD = "LANDLORD"
    PROVIDER = "PROVIDER"


class ConnectionState(StrEnum):
    """A connection's life. Money is reserved from ACCEPTED until it ends."""

    APPLIED = "APPLIED"
    WITHDRAWN = "WITHDRAWN"
    REFUSED = "REFUSED"
    ACCEPTED = "ACCEPTED"
    TO_ACTIVATE = "TO_ACTIVATE"  # the provider gave a day
    COULD_NOT = "COULD_NOT"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    ENDED = "ENDED"


class Channel(StrEnum):
    """How somebody applied."""

    DESK = "DESK"
    PHONE = "PHONE"


class RefusalReason(StrEnum):
    """Why a landlord says no. Never who the person is."""

    NOT_TENANT = "NOT_TENANT"
    HOME_EMPTY = "HOME_EMPTY"
    WORKS = "WORKS"
    WRONG_HOME = "WRONG_HOME"
    NO_MORE = "NO_MORE"


class ObstacleReason(StrEnum):
    """Why a home could not be connected on the day."""

    NOBODY_HOME = "NOBODY_HOME"
    NO_LINE = "NO_LINE"
    BLOCKED_DUCT = "BLOCKED_DUCT"
    REFUSED_AT_DOOR = "REFUSED_AT_DOOR"
    NO_ELECTRICITY = "NO_ELECTRICITY"
    EQUIPMENT = "EQUIPMENT"


class SuspensionReason(StrEnum):
    """Why a connection stops for a while."""

    ASKED = "ASKED"
    ABSENT = "ABSENT"
    WORKS = "WORKS"


class EndReason(StrEnum):
    """Why a connection ends."""

    ASKED = "ASKED"
    MOVED_OUT = "MOVED_OUT"
    TERM = "TERM"
    OTHER_OFFER = "OTHER_OFFER"
    NOT_CONNECTED = "NOT_CONNECTED"
    OFFER_STOPPED = "OFFER_STOPPED"
    DEATH = "DEATH"


class IncidentKind(StrEnum):
    """What does not work, in words anybody may choose from."""

    NOTHING = "NOTHING"
    SLOW = "SLOW"
    CUTS = "CUTS"
    BOX = "BOX"
    COMPUTER = "COMPUTER"


class IncidentBy(StrEnum):
    """Who said that it does not work."""

    PERSON = "PERSON"
    DESK = "DESK"
    HELPLINE = "HELPLINE"
    LANDLORD = "LANDLORD"
    OPERATOR = "OPERATOR"


class MendedBy(StrEnum):
    """What put an incident right."""

    FROM_AFAR = "FROM_AFAR"
    VISIT = "VISIT"
    REPLACED = "REPLACED"
    LINE = "LINE"
    EXPLAINED = "EXPLAINED"
    WAS_WORKING = "WAS_WORKING"
    ENDED = "ENDED"  # the connection ended before anything else
