"""The closed lists of a desk that joins."""

from enum import StrEnum


class SuspendedFor(StrEnum):
    """Why a desk hands nothing over for now."""

    DECISION = "DECISION"  # two people of the operator decided so
    NOT_RENEWED = "NOT_RENEWED"  # its agreement ended and no other was signed
