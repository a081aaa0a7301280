"""A demonstration's lessons: a month already given at one place, with who came, and the weeks to come at two."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from uuid import uuid4

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.scenarios.play import Played
from carnet.workshops import operations, queries
from carnet.workshops.rules import Details, Plan, Rhythm

WEEKS_BEFORE, WEEKS_AFTER = 4, 4
SEATS = 6
# For each week given: who had booked, and how many of them came.
PAST = ((5, 4), (6, 5), (3, 3), (6, 4))
ONE_VOUCHER = Details(service="mailbox", title="", seats=SEATS, waiting_seats=3, voucher_count=1)
TO_COME: tuple[tuple[int, int, Details], ...] = (
    (2, 10, replace(ONE_VOUCHER, title="Ouvrir et utiliser une boîte mail")),
    (4, 14, replace(ONE_VOUCHER, service="smartphone", title="Premiers pas avec un téléphone", voucher_count=0, needs=("reading",))),
)
OTHER_TO_COME = (3, 16, replace(ONE_VOUCHER, title="La boîte mail, pas à pas", languages=("fr", "fsl"), seats=4))


def give_lessons(current: Played, *, at: datetime) -> None:
    """Plan, book and attend them through the same operations as the screens."""
    library, other = current.cast.place_ids[:2]
    _give_past_month(current, library, at)
    for days, hour, details in TO_COME:
        planned = _plan(current, library, details, at + timedelta(days=days), hour, WEEKS_AFTER, at=at)
        _book(_desk(current), planned[0], 2 + days, at=at)
    days, hour, details = OTHER_TO_COME
    _book(_desk(current), _plan(current, other, details, at + timedelta(days=days), hour, WEEKS_AFTER, at=at)[0], 1, at=at)


def _give_past_month(current: Played, place_id: int, at: datetime) -> None:
    free = Details(service="open-access", title="L’heure des questions", seats=SEATS, waiting_seats=2)
    planned_at = at - timedelta(weeks=WEEKS_BEFORE, days=1)
    planned = _plan(current, place_id, free, planned_at + timedelta(days=1), 10, WEEKS_BEFORE, at=planned_at)
    place = _place(current, place_id)
    for session_id, (booked, came) in zip(planned, PAST, strict=False):
        _book(_desk(current), session_id, booked, at=planned_at)
        ends_at = queries.session(session_id, at=at).ends_at
        if ends_at > at:
            continue
        with acting_as(place):
            for rank, each in enumerate(queries.bookings_of_session(place, session_id)):
                operations.note_attendance(
                    session_id=session_id, booking_id=each.id, came=rank < came, actor=place, request_id=uuid4(), at=ends_at
                )  # fmt: skip


def _plan(current: Played, place_id: int, details: Details, first: datetime, hour: int, weeks: int, *, at: datetime) -> Sequence[int]:
    day = legal_day(first)
    plan = Plan(day, time(hour, 0), 90, Rhythm.WEEKLY, day + timedelta(weeks=weeks - 1), skips_holidays=False)
    place = _place(current, place_id)
    with acting_as(place):
        return operations.plan_workshop(place_id=place_id, plan=plan, details=details, actor=place, request_id=uuid4(), at=at).session_ids


def _book(desk: Actor, session_id: int, count: int, *, at: datetime) -> None:
    with acting_as(desk):
        for _rank in range(count):
            operations.book(session_id=session_id, actor=desk, request_id=uuid4(), at=at)


def _place(current: Played, place_id: int) -> Actor:
    return _acting_for(current.cast.place_organisations[place_id])


def _desk(current: Played) -> Actor:
    return _acting_for(current.cast.desk_ids[0])


def _acting_for(organisation_id: int) -> Actor:
    return replace(Actor.system("demonstration", organisation_ids={organisation_id}), organisation_id=organisation_id)
