"""The life of a connection: the only changes there are."""

from datetime import date, datetime, timedelta

from carnet.connectivity.rules._refusals import DayInvalid, WrongState
from carnet.connectivity.rules._words import ConnectionState

_S = ConnectionState

TRANSITIONS: dict[ConnectionState, frozenset[ConnectionState]] = {
    _S.APPLIED: frozenset({_S.ACCEPTED, _S.REFUSED, _S.WITHDRAWN}),
    _S.ACCEPTED: frozenset({_S.TO_ACTIVATE, _S.ACTIVE, _S.COULD_NOT, _S.ENDED}),
    _S.TO_ACTIVATE: frozenset({_S.TO_ACTIVATE, _S.ACTIVE, _S.COULD_NOT, _S.ENDED}),
    _S.COULD_NOT: frozenset({_S.TO_ACTIVATE, _S.ACTIVE, _S.ENDED}),
    _S.ACTIVE: frozenset({_S.SUSPENDED, _S.ENDED}),
    _S.SUSPENDED: frozenset({_S.ACTIVE, _S.ENDED}),
    _S.REFUSED: frozenset(),
    _S.WITHDRAWN: frozenset(),
    _S.ENDED: frozenset(),
}

# A home has one of these at most: the database refuses a second.
LIVE = frozenset(state for state, following in TRANSITIONS.items() if following)
OVER = frozenset(TRANSITIONS) - LIVE

# From its acceptance to its end, the funders' part is reserved.
FUNDED = LIVE - {_S.APPLIED}

CONTACT_KEPT_DAYS = 30  # after the end: the box and the computer are still to be given back
APPOINTMENT_MOST_DAYS = 180
BACKDATED_MOST_DAYS = 31


def can_become(state: ConnectionState, wanted: ConnectionState) -> bool:
    """Whether a connection in `state` may become `wanted`."""
    return wanted in TRANSITIONS[state]


def check_becomes(state: ConnectionState, wanted: ConnectionState) -> None:
    """Raises: WrongState."""
    if not can_become(state, wanted):
        raise WrongState(state=state.value, wanted=wanted.value)


def check_appointment(day: date, *, today: date) -> None:
    """A day to come, within half a year. Raises: DayInvalid."""
    if not today <= day <= today + timedelta(days=APPOINTMENT_MOST_DAYS):
        raise DayInvalid(day=day.isoformat())


def check_done_on(day: date, *, since: date, today: date) -> None:
    """A day that has come, not before `since`, at most a month ago: what was said late is still true. Raises: DayInvalid."""
    if not max(since, today - timedelta(days=BACKDATED_MOST_DAYS)) <= day <= today:
        raise DayInvalid(day=day.isoformat())


def contact_ends_at(over_at: datetime) -> datetime:
    """When the contact of a connection that is over is erased, if nobody did before (aware)."""
    return over_at + timedelta(days=CONTACT_KEPT_DAYS)
