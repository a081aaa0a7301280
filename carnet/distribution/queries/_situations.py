"""Everything a reminder depends on, read for a few contacts at once: the ledger by series, lessons, what was sent before."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from carnet.distribution.models import HandOver, PlannedLesson, Reminder, ReminderContact, Replacement
from carnet.distribution.rules import Kind
from carnet.distribution.rules.reminders import InHands, ReminderKind, Situation
from carnet.kernel.periods import legal_day
from carnet.ledger import queries as ledger
from carnet.ledger.queries import VoucherLeft
from carnet.ledger.rules import State
from carnet.workshops import queries as workshops
from carnet.workshops.queries import LessonBooked

_JUST_BEFORE = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one contact today. `is_waiting`: a call or a letter is still to be made."""

    situation: Situation
    lesson: LessonBooked | None
    is_waiting: bool


def hands_of(given: HandOver) -> InHands:
    """What is left of one hand-over, read from the ledger by series."""
    return _all_hands([given])[given.id]


def situations(contacts: Sequence[ReminderContact], *, at: datetime) -> list[Known]:
    """What is known of each contact, in their order. Call it seeing everything."""
    given = {each.id: each for each in HandOver.objects.filter(id__in={each.hand_over_id for each in contacts}).order_by("id")}
    hands = _all_hands(given.values())
    lessons = _next_lessons(given.values(), at)
    told: dict[int, list[Reminder]] = defaultdict(list)
    for reminder in Reminder.objects.filter(contact__in=contacts).order_by("due_on", "id"):
        told[reminder.contact_id].append(reminder)
    return [_known(each, hands[each.hand_over_id], lessons.get(each.hand_over_id), told[each.id], at) for each in contacts]


def _known(row: ReminderContact, hands: InHands, lesson: LessonBooked | None, told: Sequence[Reminder], at: datetime) -> Known:
    today = legal_day(at)
    moved_on = row.moved_on if hands.left == row.left_count else today
    of_lessons = [each.lesson_at for each in told if each.kind == ReminderKind.FIRST_LESSON and each.lesson_at is not None]
    return Known(
        Situation(
            today=today,
            moved_on=moved_on,
            hands=hands,
            lesson_on=legal_day(lesson.starts_at) if lesson else None,
            is_first=hands.redeemed == 0,
            sent={ReminderKind(each.kind): each.due_on for each in told},
            idle_in_a_row=sum(each.kind == ReminderKind.IDLE and each.due_on > moved_on for each in told),
            lesson_told_on=legal_day(of_lessons[-1]) if of_lessons else None,
        ),
        lesson,
        is_waiting=any(each.done_at is None for each in told),
    )


def _all_hands(given: Iterable[HandOver]) -> dict[int, InHands]:
    series = {each.series_id: ledger.series(each.series_id) for each in given}
    wanted = {each.id: _voucher_ids(each, series[each.series_id]) for each in given}
    of_series: dict[int, set[int]] = defaultdict(set)
    for each in given:
        of_series[each.series_id] |= set(wanted[each.id])
    states = {series_id: ledger.vouchers_left(series_id=series_id, voucher_ids=ids) for series_id, ids in of_series.items()}
    replaced = set(Replacement.objects.filter(hand_over__in=list(wanted)).order_by("id").values_list("hand_over_id", flat=True))
    return {
        each.id: _hands(each, [states[each.series_id][number] for number in wanted[each.id] if number in states[each.series_id]],
                        is_replaced=each.id in replaced)
        for each in given
    }  # fmt: skip


def _voucher_ids(given: HandOver, series: ledger.SeriesView) -> Sequence[int]:
    if given.kind == Kind.VOUCHERS:
        return given.voucher_ids
    first, size = series.first_voucher_id, series.booklet_size
    start = first + (given.first_booklet_id - series.first_booklet_id) * size
    return range(start, start + (given.last_booklet_id - given.first_booklet_id + 1) * size)


def _hands(given: HandOver, vouchers: Sequence[VoucherLeft], *, is_replaced: bool) -> InHands:
    left = [each for each in vouchers if each.state is State.HANDED_OVER]
    ends = max((each.accepted_until for each in left), default=given.printed_until)
    return InHands(
        given=len(vouchers),
        left=len(left),
        redeemed=sum(each.state is State.REDEEMED for each in vouchers),
        said_on=legal_day(given.printed_until - _JUST_BEFORE),
        ends_on=legal_day(ends - _JUST_BEFORE),
        is_replaced=is_replaced,
    )


def _next_lessons(given: Iterable[HandOver], at: datetime) -> dict[int, LessonBooked]:
    """The next lesson of each hand-over: booked by a desk with it, or by the person with the booklet's number."""
    # A booklet some vouchers of which were given may be shared: its own bookings are then nobody's in particular.
    of_booklet = {
        each.first_booklet_id: each.id for each in given if each.kind != Kind.VOUCHERS and each.first_booklet_id == each.last_booklet_id
    }
    ids = [each.id for each in given]
    of_booking = dict(PlannedLesson.objects.filter(hand_over__in=ids).order_by("id").values_list("booking_id", "hand_over_id"))
    found: dict[int, LessonBooked] = {}
    for lesson in workshops.lessons_booked(booklet_ids=of_booklet, booking_ids=of_booking, at=at):
        owner = of_booking.get(lesson.booking_id) or of_booklet.get(lesson.booklet_id or 0)
        if owner is not None:
            found.setdefault(owner, lesson)
    return found
