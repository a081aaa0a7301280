"""The life of one claim on both sides, as pure machines.

The issuer decides each claim once, whatever comes how often and in which order. The place's side never decides: its claim stands as the
messages it received say, whatever their order, and the first answer to each question stands for ever.
"""

from dataclasses import dataclass
from enum import StrEnum


class IssuerState(StrEnum):
    """What the issuer has decided of a claim. TOMBSTONE: withdrawn before it came."""

    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
    TOMBSTONE = "TOMBSTONE"


class IssuerAct(StrEnum):
    """What the issuer does with a message about a claim."""

    ASK_LEDGER = "ASK_LEDGER"  # redeem in its own ledger: accepted, or refused and why
    REPEAT = "REPEAT"  # the very same message came before: its answer again, to the byte
    REUSED = "REUSED"  # the id of an earlier claim with other words: kept as proof, answered by nothing
    REFUSE_WITHDRAWN = "REFUSE_WITHDRAWN"  # its withdrawal came first
    REVERSE = "REVERSE"  # undo in its own ledger: withdrawn, or kept and why
    MARK_WITHDRAWN = "MARK_WITHDRAWN"  # nothing to undo; what comes later finds it withdrawn


@dataclass(frozen=True, slots=True)
class Decided:
    """What the issuer keeps of a claim: its state, and the digests of the messages that were answered about it."""

    state: IssuerState
    claim_digest: bytes | None = None
    withdraw_digest: bytes | None = None


def on_claim(known: Decided | None, digest: bytes) -> IssuerAct:
    """What a CLAIM makes the issuer do."""
    if known is None:
        return IssuerAct.ASK_LEDGER
    if known.claim_digest is not None:
        return IssuerAct.REPEAT if known.claim_digest == digest else IssuerAct.REUSED
    return IssuerAct.REFUSE_WITHDRAWN


def on_withdraw(known: Decided | None, digest: bytes) -> IssuerAct:
    """What a WITHDRAW makes the issuer do."""
    if known is not None and known.withdraw_digest is not None:
        return IssuerAct.REPEAT if known.withdraw_digest == digest else IssuerAct.REUSED
    if known is None or known.state is not IssuerState.ACCEPTED:
        return IssuerAct.MARK_WITHDRAWN
    return IssuerAct.REVERSE


class ClaimState(StrEnum):
    """How a claim stands where the place is."""

    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"
    WITHDRAWING = "WITHDRAWING"
    WITHDRAWN = "WITHDRAWN"


# A voucher has one claim in these states: another is refused before anything is sent.
OPEN_STATES = frozenset({ClaimState.PENDING, ClaimState.ACCEPTED, ClaimState.WITHDRAWING})
# What the partner owes: until it says that it was withdrawn, an accepted claim is owed.
FINAL_STATES = frozenset({ClaimState.REFUSED, ClaimState.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Heard:
    """What the place's side knows of a claim: what it asked, and the first answer to each question."""

    claim_answer: str | None = None  # accepted | refused
    withdraw_sent: bool = False
    withdraw_answer: str | None = None  # withdrawn | kept


def state_of(heard: Heard) -> ClaimState:
    """The state that follows from what was heard, in whatever order it was."""
    if heard.withdraw_answer == "withdrawn":
        return ClaimState.WITHDRAWN
    if heard.claim_answer == "refused":
        return ClaimState.REFUSED
    if heard.withdraw_sent and heard.withdraw_answer is None:
        return ClaimState.WITHDRAWING
    if heard.claim_answer == "accepted":
        return ClaimState.ACCEPTED
    return ClaimState.PENDING


def is_owed(heard: Heard) -> bool:
    """Whether the partner owes this claim: it accepted it, and did not say that it was withdrawn."""
    return heard.claim_answer == "accepted" and heard.withdraw_answer != "withdrawn"


class PartnerState(StrEnum):
    """Where the agreement with a partner is."""

    PROPOSED = "PROPOSED"
    OPEN = "OPEN"
    REFUSED = "REFUSED"
    ENDED = "ENDED"


class PaymentState(StrEnum):
    """How far a payment of clearing to places is. RETURNED: the bank refused it, or gave it back: its claims are owed again."""

    PREPARED = "PREPARED"
    AGREED = "AGREED"
    PAID = "PAID"
    REFUSED = "REFUSED"
    RETURNED = "RETURNED"


# A guess costs a partner a place in this count; past it, its claims wait for the next day's quarter. Unit: unknown codes in 15 minutes.
UNKNOWN_CODES_MAX = 20
