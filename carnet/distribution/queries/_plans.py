"""What a person asked for, what was proposed, and the lessons booked for the one who was handed vouchers."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from carnet.distribution.models import Plan, PlannedLesson
from carnet.distribution.rules import Answers, Help
from carnet.workshops import queries as workshops
from carnet.workshops.queries import BookingView, SessionView


@dataclass(frozen=True, slots=True)
class PlanView:
    """The answers of a hand-over and what they led to. `lessons`: codes of the places' catalogue, the first to take first."""

    hand_over_id: int
    answers: Answers
    helps: tuple[Help, ...]
    lessons: tuple[str, ...]


def plan_of(hand_over_id: int) -> PlanView | None:
    """The plan of a hand-over of one's desk or programme; None when nothing was answered."""
    row = Plan.objects.filter(hand_over_id=hand_over_id).first()
    return None if row is None else _view(row)


def lessons_of(hand_over_id: int, *, at: datetime) -> list[tuple[BookingView, SessionView]]:
    """The lessons booked for the person of a hand-over, the latest booked last: each booking, and its session."""
    ids = PlannedLesson.objects.filter(hand_over_id=hand_over_id).order_by("id").values_list("booking_id", flat=True)
    return workshops.bookings_named(list(ids), at=at)


def bookings_planned(hand_over_ids: Collection[int]) -> list[int]:
    """The ids of the bookings made with these hand-overs, of one's desk or in one's programme."""
    return list(PlannedLesson.objects.filter(hand_over_id__in=list(hand_over_ids)).order_by("id").values_list("booking_id", flat=True))


def hand_over_of_booking(booking_id: int) -> int | None:
    """The hand-over for whose person a booking was made, if one was, by one's desk or in one's programme."""
    return PlannedLesson.objects.filter(booking_id=booking_id).values_list("hand_over_id", flat=True).first()


def answers_of_programme(*, programme_id: int) -> dict[str, Counter[str]]:
    """How many people answered what, by question, of those who answered something. One person may want several things."""
    counted: dict[str, Counter[str]] = {"wants": Counter(), "sends_mail": Counter(), "moves_files": Counter()}
    rows = Plan.objects.filter(programme_id=programme_id).order_by("id")
    for wants, sends_mail, moves_files in rows.values_list("wants", "sends_mail", "moves_files").iterator():
        counted["wants"].update(wants)
        counted["sends_mail"][str(sends_mail)] += 1
        counted["moves_files"][str(moves_files)] += 1
    return counted


def _view(row: Plan) -> PlanView:
    answers = Answers(
        wants=tuple(row.wants),
        sends_mail=row.sends_mail,
        moves_files=row.moves_files,
        no_equipment=row.no_equipment,
        no_connection=row.no_connection,
        too_costly=row.too_costly,
        prefers_somebody=row.prefers_somebody,
    )
    return PlanView(row.hand_over_id, answers, tuple(Help(each) for each in row.helps), tuple(row.lessons))
