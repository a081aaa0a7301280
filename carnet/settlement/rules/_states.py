"""The states of claims, runs, transfers and closings, and their legal moves."""

from collections.abc import Mapping
from enum import StrEnum


class ClaimState(StrEnum):
    """What is owed waits (READY), waits for something (SET_ASIDE), is being paid, came back, is paid.

    REDRAWN: two others stand for it, one that is paid and one that waits; it is paid no more, and kept.
    """

    READY = "READY"
    SET_ASIDE = "SET_ASIDE"
    IN_PAYMENT = "IN_PAYMENT"
    RETURNED = "RETURNED"
    PAID = "PAID"
    REDRAWN = "REDRAWN"


class SetAsideReason(StrEnum):
    """Why one account waits while the others are paid."""

    DIFFERS = "DIFFERS"
    ACCOUNT_MISSING = "ACCOUNT_MISSING"
    ACCOUNT_CHANGING = "ACCOUNT_CHANGING"
    HELD = "HELD"


class RunState(StrEnum):
    """A payment run: prepared, approved by others, sent, settled; or cancelled before its file was taken out.

    STOPPED: somebody held it back before it was given to the bank; it is resumed where it stood.
    """

    PREPARED = "PREPARED"
    APPROVED = "APPROVED"
    SENT = "SENT"
    SETTLED = "SETTLED"
    CANCELLED = "CANCELLED"
    STOPPED = "STOPPED"


class TransferState(StrEnum):
    """One payment to one account. REPLACED: it came back and another one pays instead."""

    PENDING = "PENDING"
    SENT = "SENT"
    PAID = "PAID"
    RETURNED = "RETURNED"
    REPLACED = "REPLACED"
    CANCELLED = "CANCELLED"


LIVING_TRANSFERS = (TransferState.PENDING, TransferState.SENT, TransferState.PAID)

RUN_MOVES: Mapping[RunState, frozenset[RunState]] = {
    RunState.PREPARED: frozenset({RunState.APPROVED, RunState.CANCELLED, RunState.STOPPED}),
    RunState.APPROVED: frozenset({RunState.SENT, RunState.CANCELLED, RunState.STOPPED}),
    RunState.STOPPED: frozenset({RunState.PREPARED, RunState.APPROVED, RunState.CANCELLED}),
    RunState.SENT: frozenset({RunState.SETTLED}),
    RunState.SETTLED: frozenset(),
    RunState.CANCELLED: frozenset(),
}


class ClosingState(StrEnum):
    """A closing: prepared by one, approved by another, repaid; or cancelled before."""

    PREPARED = "PREPARED"
    APPROVED = "APPROVED"
    REPAID = "REPAID"
    CANCELLED = "CANCELLED"
