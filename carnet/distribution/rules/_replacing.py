"""A booklet given to somebody, then lost, stolen or damaged: what is left of it is blocked, and as much given again. Pure.

Nobody asks who the person is. What bounds abuse: a booklet is replaced once, by as many vouchers as were unspent, a replacement is not
replaced again by the same desk, a desk replaces few, says why, and the journal keeps each.
"""

from datetime import datetime
from enum import StrEnum

from carnet.distribution.rules._handing import DistributionRefused
from carnet.ledger.rules import EndReason

REPLACED_DAYS = 30
REPLACED_MIN = 3
# Of the hand-overs of the last REPLACED_DAYS, in percent.
REPLACED_PERCENT = 10


class NeverHandedOver(DistributionRefused):
    """The booklet was handed to nobody by this desk: there is nothing to replace."""

    code = "never-handed-over"


class ChooseHandOver(DistributionRefused):
    """Vouchers of this booklet went to several people: say which hand-over. Facts: count."""

    code = "choose-hand-over"


class ReplacedBefore(DistributionRefused):
    """This hand-over's booklet was replaced before. Facts: replaced_at."""

    code = "replaced-before"


class ReplacementOfReplacement(DistributionRefused):
    """The booklet was itself given for another: only the operator replaces it again."""

    code = "replacement-of-replacement"


class TooManyReplacements(DistributionRefused):
    """The desk replaced as many as it may by itself. Facts: count, days."""

    code = "too-many-replacements"


class NothingLeftToReplace(DistributionRefused):
    """Every voucher of it was spent, or ended before."""

    code = "nothing-left-to-replace"


class ReplacementUnknown(DistributionRefused):
    """No such replacement, or another desk's."""

    code = "replacement-unknown"


class ReplacementGiven(DistributionRefused):
    """The other booklet was given before. Facts: given_at."""

    code = "replacement-given"


class ReplacementTooSmall(DistributionRefused):
    """The booklet chosen has fewer vouchers left than are owed. Facts: left, owed."""

    code = "replacement-too-small"


class FoundBy(StrEnum):
    """How the booklet was found again: by its number, or by the hand-over of the desk that gave it."""

    NUMBER = "NUMBER"
    HAND_OVER = "HAND_OVER"


def replacements_allowed(hand_over_count: int) -> int:
    """How many booklets a desk may replace by itself in REPLACED_DAYS, having made that many hand-overs in them."""
    return max(REPLACED_MIN, hand_over_count * REPLACED_PERCENT // 100)


def check_replaceable(
    *, replaced_at: datetime | None, was_given_for_another: bool, by_operator: bool, replaced_count: int, hand_over_count: int
) -> None:
    """Refuse what a desk may not replace by itself; the operator is held only to *once*.

    Raises: ReplacedBefore, ReplacementOfReplacement, TooManyReplacements.
    """
    if replaced_at is not None:
        raise ReplacedBefore(replaced_at=replaced_at)
    if by_operator:
        return
    if was_given_for_another:
        raise ReplacementOfReplacement
    if replaced_count >= replacements_allowed(hand_over_count):
        raise TooManyReplacements(count=replaced_count, days=REPLACED_DAYS)


def check_owed(*, left: int, owed: int) -> None:
    """Refuse a booklet that cannot hold what is owed. Raises: ReplacementTooSmall."""
    if left < owed:
        raise ReplacementTooSmall(left=left, owed=owed)


REPLACED_FOR = (EndReason.LOST, EndReason.STOLEN, EndReason.DAMAGED)
