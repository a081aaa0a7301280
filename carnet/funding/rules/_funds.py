"""When a ring-fenced fund runs low: told once when it crosses its threshold, over when money arrives."""

from enum import StrEnum

from carnet.funding.rules._refusals import ThresholdNegative
from carnet.ledger.rules import Money


class FundStep(StrEnum):
    """What looking at a fund comes to."""

    NOTHING = "NOTHING"
    OPEN = "OPEN"
    END = "END"


def ring_fenced_cents(money: Money) -> int:
    """What is on the account of an agreement: brought in, neither paid to a place or a provider nor given back. Unit: whole cents."""
    return money.unissued + money.in_circulation + money.owed + money.reserved


def fund_step(*, balance_cents: int, threshold_cents: int, is_open: bool, is_watched: bool) -> FundStep:
    """What looking at a fund comes to: an alert opens under the threshold, once, and ends at or above it.

    A threshold of zero is none. `is_watched`: the agreement is not closed and its vouchers may still be spent; a fund that empties
    because the season is over worries nobody. Unit: whole cents.
    """
    is_low = is_watched and balance_cents < threshold_cents
    if is_low == is_open:
        return FundStep.NOTHING
    return FundStep.OPEN if is_low else FundStep.END


def check_threshold(cents: int) -> None:
    """Refuse a threshold below zero. Raises: ThresholdNegative."""
    if cents < 0:
        raise ThresholdNegative(cents=cents)
