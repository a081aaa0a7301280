"""A demonstration's lessons: a media library's month, given, given today and to come; and another place's, in a sign language."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import uuid4

from carnet.distribution import operations as distribution
from carnet.distribution import queries as hand_overs
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.periods import PARIS, legal_day
from carnet.redemption import operations as redemption
from carnet.redemption.operations import Asked, Item
from carnet.redemption.queries import Redeemed
from carnet.scenarios.library import RANK
from carnet.scenarios.play import Played
from carnet.workshops import operations, queries
from carnet.workshops.rules import EARLIEST, LATEST, Details, Plan, Rhythm, Teacher

WEEKS_BEFORE, WEEKS_AFTER = 4, 4
SEATS = 6
# Of the numbers kept for fiction.
PHONE = "06 39 98 00 42"
WHY_CANCELLED = "La salle est fermée pour travaux"


@dataclass(frozen=True, slots=True)
class Habit:
    """What is given every week, on a day (0: Monday) at an hour. `past`: for each week given, how many booked and how many came."""

    weekday: int
    begins: time
    details: Details
    past: tuple[tuple[int, int], ...]
    to_come: tuple[int, ...]  # booked already, week after week
    minutes: int = 90


def _about(service: str, title: str, **more: object) -> Details:
    return replace(Details(service=service, title=title, seats=SEATS, waiting_seats=3), **more)  # type: ignore[arg-type]


MONTH = (
    Habit(1, time(10, 0), _about("mailbox", "Ma boîte mail, pas à pas", voucher_count=1), ((5, 4), (6, 5), (3, 3), (6, 4)), (8, 4, 2, 0)),
    Habit(
        3, time(14, 0), _about("smartphone", "Premiers pas avec un téléphone", needs=("reading",), taught_by=Teacher.VOLUNTEER),
        ((6, 6), (4, 2), (6, 5), (5, 5)), (6, 3, 1, 0),
    ),
    Habit(
        5, time(10, 30), _about("open-access", "Le samedi des questions", seats=8, waiting_seats=0, needs=("reading",)),
        ((8, 7), (5, 5), (7, 6), (8, 8)), (4, 1, 0, 0), 120,
    ),
)  # fmt: skip
TODAY = _about("online-procedures", "Mes démarches en ligne", voucher_count=1, note="Apportez votre dernier avis d’impôt.")
ONCE = _about("online-procedures", "Des mots de passe sûrs, avec la police municipale", seats=12, taught_by=Teacher.PARTNER)
ELSEWHERE = _about("mailbox", "La boîte mail, pas à pas", voucher_count=1, languages=("fr", "fsl"), seats=4)


class _Waiting:
    """Who was handed vouchers at the first desk and has no lesson yet: booked for in the order they came, the latest first."""

    def __init__(self, current: Played) -> None:
        self.desk = _desk(current)
        with acting_as(self.desk):
            found = hand_overs.hand_overs(organisation_id=self.desk.organisation_id, programme_id=current.programme_id, limit=200)
        self._left = [(each.handed_over_at, each.id) for each in found]

    def take(self, at: datetime) -> int | None:
        """The hand-over of somebody who came before that moment; None when everybody has a lesson."""
        for rank, (handed_over_at, hand_over_id) in enumerate(self._left):
            if handed_over_at <= at:
                del self._left[rank]
                return hand_over_id
        return None


def give_lessons(current: Played, spare_codes: Sequence[str], *, at: datetime) -> None:
    """Plan, book and attend them through the same operations as the screens. `spare_codes`: vouchers in hands, to spend at a lesson."""
    library, other = current.cast.place_ids[RANK], current.cast.place_ids[0]
    waiting = _Waiting(current)
    monday = legal_day(at) - timedelta(days=legal_day(at).weekday())
    for habit in MONTH:
        _keep_habit(current, waiting, library, habit, monday, at)
    _spend_at_the_latest(current, library, spare_codes, at)
    _give_today(current, waiting, library, at)
    once = _plan(current, library, ONCE, monday + timedelta(days=18), time(18, 0), 90, 1, at=at)
    _book(waiting, once[0], 3, at=at)
    elsewhere = _plan(current, other, ELSEWHERE, monday + timedelta(days=9), time(16, 0), 90, WEEKS_AFTER, at=at)
    _book(waiting, elsewhere[0], 1, at=at)


def _keep_habit(current: Played, waiting: _Waiting, place_id: int, habit: Habit, monday: date, at: datetime) -> None:
    planned_at = at - timedelta(weeks=WEEKS_BEFORE + 1)
    first = monday + timedelta(days=habit.weekday, weeks=-WEEKS_BEFORE)
    weeks = WEEKS_BEFORE + WEEKS_AFTER
    planned = _plan(current, place_id, habit.details, first, habit.begins, habit.minutes, weeks, at=planned_at)
    over = [each for each in planned if queries.session(each, at=at).ends_at <= at]
    for rank, session_id in enumerate(over):
        booked, came = habit.past[rank % len(habit.past)]
        _attend(current, waiting, place_id, session_id, booked, came, at=planned_at)
    later = [each for each in planned if queries.session(each, at=at).starts_at > at]
    for session_id, booked in zip(later, habit.to_come, strict=False):
        _book(waiting, session_id, booked, at=at)
    if habit is MONTH[-1] and later:
        _cancel(current, place_id, later[-1], at=at)


def _attend(current: Played, waiting: _Waiting, place_id: int, session_id: int, booked: int, came: int, *, at: datetime) -> None:
    place, ends_at = _place(current, place_id), queries.session(session_id, at=at).ends_at
    _book(waiting, session_id, booked, at=at)
    with acting_as(place):
        for rank, each in enumerate(queries.bookings_of_session(place, session_id)):
            operations.note_attendance(
                session_id=session_id, booking_id=each.id, came=rank < came, actor=place, request_id=uuid4(), at=ends_at
            )  # fmt: skip


def _spend_at_the_latest(current: Played, place_id: int, codes: Sequence[str], at: datetime) -> None:
    """The vouchers of the latest mail lesson, scanned there: one for each person who came."""
    before = at - timedelta(weeks=WEEKS_BEFORE)
    held = [
        view
        for view in queries.sessions_of(place_ids=[place_id], from_at=before, until_at=at, at=at)
        if view.voucher_count and view.ends_at <= at and view.came_count
    ]
    if not held:
        return
    place, session = _place(current, place_id), held[-1]
    items = [
        Item(code=code, service=session.service, place_id=place_id, attended_on=session.day, workshop_session=str(session.id))
        for code in codes[: session.came_count]
    ]
    with acting_as(place):
        answers = redemption.redeem_at_sessions(asked=[Asked(item, place, "SCREEN") for item in items], at=at)
    assert all(isinstance(answer, Redeemed) for answer in answers), answers


def _give_today(current: Played, waiting: _Waiting, place_id: int, at: datetime) -> None:
    """One lesson that goes on as the visitor arrives (or is next, early in the morning): full, and two people wait."""
    clock = at.astimezone(PARIS)
    hour = min(max(clock.hour, EARLIEST.hour + 2), LATEST.hour - 2)
    begins = time(hour, 0)
    starts_at = datetime.combine(clock.date(), begins, tzinfo=PARIS)
    asked_at = min(at, starts_at) - timedelta(days=1)
    (session_id,) = _plan(current, place_id, TODAY, clock.date(), begins, 120, 1, at=asked_at)
    _book(waiting, session_id, SEATS, at=asked_at)
    place = _place(current, place_id)
    with acting_as(place):
        for phone in (PHONE, ""):
            operations.book(session_id=session_id, phone=phone, actor=place, request_id=uuid4(), at=asked_at)


def _cancel(current: Played, place_id: int, session_id: int, *, at: datetime) -> None:
    place = _place(current, place_id)
    with acting_as(place):
        operations.book(session_id=session_id, phone=PHONE, actor=place, request_id=uuid4(), at=at)
        operations.cancel_session(session_id=session_id, reason=WHY_CANCELLED, actor=place, request_id=uuid4(), at=at)


def _plan(
    current: Played, place_id: int, details: Details, first: date, begins: time, minutes: int, weeks: int, *, at: datetime
) -> tuple[int, ...]:
    plan = Plan(first, begins, minutes, Rhythm.WEEKLY, first + timedelta(weeks=weeks - 1), skips_holidays=False)
    place = _place(current, place_id)
    with acting_as(place):
        return operations.plan_workshop(place_id=place_id, plan=plan, details=details, actor=place, request_id=uuid4(), at=at).session_ids


def _book(waiting: _Waiting, session_id: int, count: int, *, at: datetime) -> None:
    """Seats for people who were handed vouchers, as the page of a hand-over books them; then for whoever asked at the desk."""
    with acting_as(waiting.desk):
        free = queries.session(session_id, at=at).free_seats
        for rank in range(count):
            hand_over_id = waiting.take(at) if rank < free else None
            asked = {"session_id": session_id, "actor": waiting.desk, "request_id": uuid4(), "at": at}
            if hand_over_id is None:
                operations.book(**asked)  # type: ignore[arg-type]
            else:
                distribution.book_lesson(hand_over_id=hand_over_id, **asked)  # type: ignore[arg-type]


def _place(current: Played, place_id: int) -> Actor:
    return _acting_for(current.cast.place_organisations[place_id])


def _desk(current: Played) -> Actor:
    return _acting_for(current.cast.desk_ids[0])


def _acting_for(organisation_id: int) -> Actor:
    return replace(Actor.system("demonstration", organisation_ids={organisation_id}), organisation_id=organisation_id)
