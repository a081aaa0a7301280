"""A redemption its place says was a mistake, once it can no longer undo it alone.

Source: docs/decisions/0014-reserved-and-disputed.md.
"""

import re
from datetime import datetime, timedelta
from enum import StrEnum

from carnet.redemption.rules._redeeming import REASON_LENGTH_MAX, ReasonMissing, RedemptionRefused

# Accounts of a season are closed within the year that follows.
DISPUTE_DAYS_MAX = 366
# A refused dispute may be opened again, with more to say; not for ever.
DISPUTES_PER_REDEMPTION_MAX = 3


class DisputeOutcome(StrEnum):
    """What the operator decided. TO_RECOVER: right, but its money was claimed already, and is owed back."""

    REVERSED = "REVERSED"
    TO_RECOVER = "TO_RECOVER"
    REFUSED = "REFUSED"


class UndoWindowOpen(RedemptionRefused):
    """The place can still undo it alone. Facts: undo_until."""

    code = "undo-window-open"


class DisputeTooLate(RedemptionRefused):
    """Redeemed too long ago. Facts: redeemed_at, days_max."""

    code = "dispute-too-late"


class DisputeOpen(RedemptionRefused):
    """A dispute of the same redemption waits for its decision."""

    code = "dispute-open"


class DisputeSettled(RedemptionRefused):
    """Decided in the place's favour already, or refused as often as it may be asked."""

    code = "dispute-settled"


class DisputeUnknown(RedemptionRefused):
    """No such dispute, or another tenant's."""

    code = "dispute-unknown"


class DisputeDecided(RedemptionRefused):
    """Decided already."""

    code = "dispute-decided"


class DecidedByOpener(RedemptionRefused):
    """Whoever opened a dispute never decides it."""

    code = "decided-by-opener"


DISPUTE_REFUSALS: dict[str, type[RedemptionRefused]] = {
    refusal.code: refusal for refusal in (DisputeUnknown, DisputeDecided, DecidedByOpener)
}


def check_disputable(*, redeemed_at: datetime, undo_until: datetime, at: datetime) -> None:
    """Refuse a dispute that is not needed yet, or comes too late. Raises: UndoWindowOpen, DisputeTooLate."""
    if at < undo_until:
        raise UndoWindowOpen(undo_until=undo_until)
    if at - redeemed_at > timedelta(days=DISPUTE_DAYS_MAX):
        raise DisputeTooLate(redeemed_at=redeemed_at, days_max=DISPUTE_DAYS_MAX)


def check_next_dispute(outcomes: list[DisputeOutcome | None]) -> int:
    """The rank of one more dispute of a redemption, after those before it (None: not decided). Raises: DisputeOpen, DisputeSettled."""
    if None in outcomes:
        raise DisputeOpen
    if len(outcomes) >= DISPUTES_PER_REDEMPTION_MAX or any(outcome != DisputeOutcome.REFUSED for outcome in outcomes):
        raise DisputeSettled(disputes_max=DISPUTES_PER_REDEMPTION_MAX)
    return len(outcomes) + 1


def check_decision_reason(reason: str, *, accepted: bool) -> str:
    """The words shown to the place, stripped; a refusal always has some. Raises: ReasonMissing."""
    stripped = reason.strip()
    if len(stripped) > REASON_LENGTH_MAX or not (stripped or accepted):
        raise ReasonMissing(length_max=REASON_LENGTH_MAX)
    return stripped


def dispute_number(dispute_id: int) -> str:
    """The public number of a dispute. It gives no right."""
    return f"D{dispute_id}"


def parse_dispute_number(number: str) -> int:
    """The id of a public number. Raises: DisputeUnknown."""
    found = re.fullmatch(r"D([0-9]{1,18})", number, re.ASCII)
    if found is None:
        raise DisputeUnknown(number=number[:80])
    return int(found[1])
