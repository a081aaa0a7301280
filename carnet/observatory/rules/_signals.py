"""What an agreement's figures warn of, early enough for somebody to act. Pure. Thresholds are here, and on the page that shows them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

# More vouchers at the desks than time left to hand them over, by this part of the whole: they sleep.
SLEEPING_AHEAD = Fraction(1, 4)
# Less than this part of what was brought in is left to be handed over, while desks still hand over.
FUNDS_LOW_BELOW = Fraction(1, 10)


class Signal(StrEnum):
    """What is late or about to be, the most pressing first."""

    PLACES_UNPAID = "places_unpaid"
    MONEY_AWAITED = "money_awaited"
    SLEEPING_STOCK = "sleeping_stock"
    PUBLIC_BEHIND = "public_behind"
    FUNDS_LOW = "funds_low"


@dataclass(frozen=True, slots=True)
class Watched:
    """What is looked at. Vouchers, whole cents, and the half-open time in which desks hand over."""

    at: datetime
    hand_over_from: datetime
    hand_over_until: datetime
    is_closed: bool
    active_count: int
    stock_count: int
    funded_cents: int
    to_hand_over_cents: int
    missing_cents: int
    late_count: int
    is_public_behind: bool

    @property
    def is_handing_over(self) -> bool:
        """Whether desks may hand over at that moment."""
        return not self.is_closed and self.hand_over_from <= self.at < self.hand_over_until

    @property
    def time_left(self) -> Fraction:
        """The part of the time of hand-over still to come."""
        left = self.hand_over_until - max(self.at, self.hand_over_from)
        whole = self.hand_over_until - self.hand_over_from
        return max(Fraction(0), Fraction(int(left.total_seconds()), int(whole.total_seconds())))


def signals(seen: Watched) -> tuple[Signal, ...]:
    """What to warn of. A closed agreement warns of unpaid places only."""
    told = {
        Signal.PLACES_UNPAID: seen.late_count > 0,
        Signal.MONEY_AWAITED: not seen.is_closed and seen.missing_cents > 0,
        Signal.SLEEPING_STOCK: seen.is_handing_over
        and seen.active_count > 0
        and Fraction(seen.stock_count, seen.active_count) - seen.time_left >= SLEEPING_AHEAD,
        Signal.PUBLIC_BEHIND: not seen.is_closed and seen.is_public_behind,
        Signal.FUNDS_LOW: seen.is_handing_over
        and seen.funded_cents > 0
        and Fraction(seen.to_hand_over_cents, seen.funded_cents) < FUNDS_LOW_BELOW,
    }
    return tuple(signal for signal in Signal if told[signal])
