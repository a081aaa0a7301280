"""A voucher held by a place for a booked lesson: until when, and how it stands.

Source: docs/decisions/0014-reserved-and-disputed.md.
"""

import re
from datetime import datetime, timedelta
from typing import Literal

from carnet.redemption.rules._redeeming import RedemptionRefused

# A lesson is booked a few weeks ahead; longer would keep the person from going elsewhere.
RESERVATION_DAYS_MAX = 30
RESERVATIONS_MAX = 500

ReservationState = Literal["held", "captured", "undone", "released", "replaced", "expired", "ended"]


class ReservationTooLate(RedemptionRefused):
    """Held for too long, or past the voucher's own end. Facts: until, until_max, days_max."""

    code = "reservation-too-late"


class ReservationInPast(RedemptionRefused):
    """The end of the reservation is not ahead."""

    code = "reservation-in-past"


class ReservationUnknown(RedemptionRefused):
    """No such reservation, or another organisation's."""

    code = "reservation-unknown"


class ReservationEnded(RedemptionRefused):
    """It holds nothing any more. Facts: state (a ReservationState), until."""

    code = "reservation-ended"


def check_until(until: datetime, *, at: datetime, accepted_until: datetime | None = None) -> datetime:
    """Until when a voucher may be held (aware): ahead, at most RESERVATION_DAYS_MAX days, never past its end of acceptance.

    Raises: ReservationInPast, ReservationTooLate.
    """
    if until <= at:
        raise ReservationInPast(until=until)
    until_max = at + timedelta(days=RESERVATION_DAYS_MAX)
    if accepted_until is not None:
        until_max = min(until_max, accepted_until)
    if until > until_max:
        raise ReservationTooLate(until=until, until_max=until_max, days_max=RESERVATION_DAYS_MAX)
    return until


def reservation_state(
    *,
    until: datetime,
    place_id: int,
    end: Literal["released", "replaced"] | None,
    redeemed_at: datetime | None,
    redeemed_place_id: int | None,
    reversed_at: datetime | None,
    is_dead: bool,
    at: datetime,
) -> ReservationState:
    """How a reservation stands, from its end, the redemption of the same voucher and generation, and the voucher.

    `is_dead`: the voucher was lost, ended or lapsed. The database says the same in ``redemption_reservations``; a test holds both equal.
    """
    if end is not None:
        return end
    if redeemed_at is not None and redeemed_at < until and redeemed_place_id == place_id:
        return "captured" if reversed_at is None else "undone"
    if at >= until:
        return "expired"
    return "ended" if is_dead else "held"


def reservation_number(reservation_id: int) -> str:
    """The public number of a reservation. It gives no right but to whoever made it."""
    return f"R{reservation_id}"


def parse_reservation_number(number: str) -> int:
    """The id of a public number. Raises: ReservationUnknown."""
    found = re.fullmatch(r"R([0-9]{1,18})", number, re.ASCII)
    if found is None:
        raise ReservationUnknown(number=number[:80])
    return int(found[1])
