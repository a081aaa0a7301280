"""When vouchers are handed over, until when they are printed valid, and until when they are really taken.

Two instants are kept apart. `printed_until` is what the paper says; `accepted_until` comes `grace_days`
later and is the one a redemption is checked against. Both are exclusive: "jusqu'au 31 décembre" is
1 January 00:00 in Paris.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from carnet.funding.rules._refusals import (
    AcceptanceBeforeHandOver,
    AcceptanceUnclear,
    GraceNegative,
    GraceShorter,
    HandOverEnded,
    HandOverNotOpen,
    HandOverWindowReversed,
    ProgrammeEnded,
)
from carnet.kernel.periods import add_months, aware, end_of_day, legal_day, start_of_day

GRACE_DAYS_MAX = 366


@dataclass(frozen=True, slots=True)
class Windows:
    """A programme's windows. Exactly one of `printed_until` and `months_after_hand_over` is set."""

    hand_over_from: datetime
    hand_over_until: datetime
    printed_until: datetime | None
    months_after_hand_over: int | None
    grace_days: int


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The two ends of one voucher's life, both exclusive instants."""

    printed_until: datetime
    accepted_until: datetime


def check_windows(windows: Windows) -> None:
    """Refuse windows that no voucher could live in.

    Raises: HandOverWindowReversed, AcceptanceUnclear, AcceptanceBeforeHandOver, GraceNegative.
    """
    if aware(windows.hand_over_until) <= aware(windows.hand_over_from):
        raise HandOverWindowReversed(hand_over_from=windows.hand_over_from, hand_over_until=windows.hand_over_until)
    months = windows.months_after_hand_over
    if (windows.printed_until is None) == (months is None):
        raise AcceptanceUnclear
    if months is not None and not 1 <= months <= 60:
        raise AcceptanceUnclear
    if windows.printed_until is not None and aware(windows.printed_until) < windows.hand_over_until:
        raise AcceptanceBeforeHandOver(hand_over_until=windows.hand_over_until, printed_until=windows.printed_until)
    if not 0 <= windows.grace_days <= GRACE_DAYS_MAX:
        raise GraceNegative(grace_days=windows.grace_days, most=GRACE_DAYS_MAX)


def acceptance_after(windows: Windows, *, handed_over_at: datetime) -> Acceptance:
    """Until when a voucher handed over at that moment is printed valid, and taken. Raises: AcceptanceUnclear.

    Months are counted on the calendar, in Paris, and the last day counts: handed over on 31 January for
    one month, a voucher is good up to and including 28 (or 29) February.
    """
    if windows.printed_until is not None:
        printed_until = windows.printed_until
    elif windows.months_after_hand_over is not None:
        printed_until = end_of_day(add_months(legal_day(handed_over_at), windows.months_after_hand_over))
    else:
        raise AcceptanceUnclear
    return Acceptance(printed_until, _after_grace(printed_until, windows.grace_days))


def latest_acceptance(windows: Windows) -> Acceptance:
    """The ends of the voucher handed over at the very last moment: when a whole series has ended."""
    last_moment = windows.hand_over_until - timedelta(microseconds=1)
    return acceptance_after(windows, handed_over_at=last_moment)


def check_hand_over_open(windows: Windows, *, at: datetime) -> None:
    """Refuse to hand over outside the window.

    Raises: HandOverNotOpen, HandOverEnded.
    """
    if aware(at) < windows.hand_over_from:
        raise HandOverNotOpen(hand_over_from=windows.hand_over_from)
    if at >= windows.hand_over_until:
        raise HandOverEnded(hand_over_until=windows.hand_over_until)


def check_longer_grace(*, current: int, proposed: int, ended_at: datetime | None) -> None:
    """Days of grace already promised only grow, while the programme lives. Raises: ProgrammeEnded, GraceShorter, GraceNegative."""
    if ended_at is not None:
        raise ProgrammeEnded(ended_at=ended_at)
    if proposed < current:
        raise GraceShorter(grace_days=current)
    if proposed > GRACE_DAYS_MAX:
        raise GraceNegative(grace_days=proposed, most=GRACE_DAYS_MAX)


def _after_grace(printed_until: datetime, grace_days: int) -> datetime:
    # Days of grace are legal days: adding 24-hour days would drift on the night the clocks change.
    if grace_days == 0:
        return printed_until
    day = legal_day(printed_until)
    elapsed = printed_until - start_of_day(day)
    return start_of_day(day + timedelta(days=grace_days)) + elapsed
