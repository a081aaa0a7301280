"""Which reminder is due on which day: never twice, never on a Sunday, never for nothing."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.distribution.rules.reminders import (
    APART_DAYS,
    EXPIRY_DAYS,
    IDLE_DAYS,
    IDLE_MAX,
    LESSON_SOON_DAYS,
    AddressMissing,
    ConsentMissing,
    ContactEnd,
    InHands,
    ReminderKind,
    Situation,
    checked_address,
    checked_consent,
    checked_phone,
    due,
    ending,
)
from carnet.kernel.identifiers import PhoneNumberInvalid
from carnet.kernel.periods import PARIS
from carnet.kernel.text_messages import is_a_day_to_write, is_an_hour_to_write, segments

GIVEN_ON = date(2026, 3, 2)  # a Monday
ENDS_ON = date(2026, 12, 31)
FIRST, IDLE, EXPIRY = ReminderKind


def hands(*, left: int = 5, redeemed: int = 0, said_on: date = ENDS_ON, ends_on: date = ENDS_ON, is_replaced: bool = False) -> InHands:
    return InHands(left + redeemed, left, redeemed, said_on, ends_on, is_replaced)


def on(day: date, **more: object) -> ReminderKind | None:
    return due(Situation(**({"today": day, "moved_on": GIVEN_ON, "hands": hands()} | more)))  # type: ignore[arg-type]


class TestTheFirstLesson:
    def test_is_told_the_day_before_and_once(self) -> None:
        lesson = date(2026, 3, 13)
        said = [day for day in (GIVEN_ON + timedelta(days=rank) for rank in range(14)) if on(day, lesson_on=lesson) is FIRST]
        assert said == [date(2026, 3, 12)]
        assert on(date(2026, 3, 12), lesson_on=lesson, lesson_told_on=lesson) is None

    def test_of_a_monday_is_told_on_the_saturday_and_after_a_holiday_before_it(self) -> None:
        assert on(date(2026, 3, 14), lesson_on=date(2026, 3, 16)) is FIRST
        assert on(date(2026, 3, 15), lesson_on=date(2026, 3, 16)) is None, "a Sunday"
        # 6 April 2026 is Easter Monday: a lesson of Tuesday is told on the Saturday.
        assert on(date(2026, 4, 4), lesson_on=date(2026, 4, 7)) is FIRST

    def test_is_not_told_once_something_was_used(self) -> None:
        assert on(date(2026, 3, 12), lesson_on=date(2026, 3, 13), is_first=False, hands=hands(left=3, redeemed=2)) is None


class TestTheSilence:
    def test_after_thirty_days_then_thirty_more_then_peace(self) -> None:
        first = GIVEN_ON + timedelta(days=IDLE_DAYS)
        assert on(first - timedelta(days=1)) is None
        assert on(first) is IDLE
        again = first + timedelta(days=IDLE_DAYS)
        assert on(again - timedelta(days=2), sent={IDLE: first}, idle_in_a_row=1) is None
        assert on(again, sent={IDLE: first}, idle_in_a_row=1) is None, "the first of May"
        again += timedelta(days=1)
        assert on(again, sent={IDLE: first}, idle_in_a_row=1) is IDLE
        assert on(again + timedelta(days=90), sent={IDLE: again}, idle_in_a_row=IDLE_MAX) is None

    def test_a_lesson_booked_soon_says_more_than_we_would(self) -> None:
        day = GIVEN_ON + timedelta(days=40)
        assert on(day, lesson_on=day + timedelta(days=LESSON_SOON_DAYS)) is None
        assert on(day, lesson_on=day + timedelta(days=LESSON_SOON_DAYS + 1)) is IDLE


class TestTheEnd:
    def test_is_told_once_from_thirty_days_before(self) -> None:
        opens = ENDS_ON - timedelta(days=EXPIRY_DAYS)
        assert on(opens - timedelta(days=1), idle_in_a_row=IDLE_MAX) is None
        assert on(opens, idle_in_a_row=IDLE_MAX) is EXPIRY
        assert on(opens + timedelta(days=10), sent={EXPIRY: opens}) is None

    def test_nothing_is_told_after_the_last_day_nor_when_nothing_is_left(self) -> None:
        assert on(ENDS_ON + timedelta(days=2)) is None
        assert on(ENDS_ON - timedelta(days=10), hands=hands(left=0, redeemed=5)) is None

    @pytest.mark.parametrize(
        ("found", "day", "why"),
        [
            (hands(left=0, redeemed=5), GIVEN_ON, ContactEnd.USED),
            (hands(left=0), GIVEN_ON, ContactEnd.VOID),
            (hands(left=0, redeemed=1, is_replaced=True), GIVEN_ON, ContactEnd.REPLACED),
            (hands(ends_on=ENDS_ON), ENDS_ON, None),
            (hands(ends_on=ENDS_ON), ENDS_ON + timedelta(days=1), ContactEnd.LAPSED),
        ],
    )
    def test_why_a_number_is_erased(self, found: InHands, day: date, why: ContactEnd | None) -> None:
        assert ending(found, today=day) is why


LIVES = st.fixed_dictionaries(
    {
        "start": st.dates(date(2025, 9, 1), date(2027, 9, 1)),
        "lasts": st.integers(20, 420),
        "lessons": st.lists(st.integers(1, 400), max_size=6),
        "uses": st.lists(st.integers(1, 400), max_size=5),
    }
)


@given(life=LIVES)
def test_whatever_happens_in_a_life_the_promises_hold(life: dict[str, object]) -> None:
    """A whole season, day by day: never on a Sunday or a holiday, never two within APART_DAYS, each end told once, silence bounded."""
    start, lasts = life["start"], life["lasts"]
    ends_on = start + timedelta(days=lasts)  # type: ignore[operator]
    lessons = sorted(start + timedelta(days=each) for each in life["lessons"])  # type: ignore[operator, union-attr]
    uses = {start + timedelta(days=each) for each in life["uses"]}  # type: ignore[operator, union-attr]
    sent: list[tuple[date, ReminderKind]] = []
    moved_on, redeemed, in_a_row, told_on = start, 0, 0, None
    for rank in range(lasts + 30):  # type: ignore[operator]
        today = start + timedelta(days=rank)  # type: ignore[operator]
        if today in uses and redeemed < 5:
            redeemed, moved_on, in_a_row = redeemed + 1, today, 0
        found = hands(left=5 - redeemed, redeemed=redeemed, said_on=ends_on, ends_on=ends_on)
        lesson_on = next((each for each in lessons if each > today), None)
        kind = due(Situation(today, moved_on, found, lesson_on, redeemed == 0, {each: day for day, each in sent}, in_a_row, told_on))  # type: ignore[arg-type]
        if kind is None:
            continue
        assert is_a_day_to_write(today)
        assert ending(found, today=today) is None
        assert all((today - day).days >= APART_DAYS for day, _kind in sent)
        if kind is not FIRST and lesson_on is not None:
            assert (lesson_on - today).days > LESSON_SOON_DAYS
        if kind is FIRST:
            assert redeemed == 0 and lesson_on is not None
            told_on = lesson_on
        in_a_row += kind is IDLE
        assert in_a_row <= IDLE_MAX
        sent.append((today, kind))
    assert sum(kind is EXPIRY for _day, kind in sent) <= 1


@given(moment=st.datetimes(timezones=st.just(PARIS), allow_imaginary=False))
def test_nobody_is_written_to_at_night(moment: datetime) -> None:
    may = is_an_hour_to_write(moment)
    assert not may or (9 <= moment.hour < 19 and moment.weekday() != 6)


def test_what_is_left_is_checked_as_it_is_typed() -> None:
    assert str(checked_phone("06 39 98 00 42")) == "+33639980042"
    for wrong in ("3949", "12", ""):
        with pytest.raises(PhoneNumberInvalid):
            checked_phone(wrong)
    assert checked_address("  Mme  Martin \r\n\n1 rue de l’Océan\n44000 Nantes ") == "Mme Martin\n1 rue de l’Océan\n44000 Nantes"
    with pytest.raises(AddressMissing):
        checked_address("Nantes")
    with pytest.raises(ConsentMissing):
        checked_consent(False)
    checked_consent(True)


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), ("a" * 160, 1), ("a" * 161, 2), ("€" * 80, 1), ("€" * 81, 2), ("ê" * 70, 1), ("ê" * 71, 2), ("a" * 460, 4)]
)
def test_a_text_is_billed_by_segments(text: str, count: int) -> None:
    assert segments(text) == count
