"""On which days, at which hours, who gets a seat, what a number is: checked without a database."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from carnet.kernel.holidays import easter, is_public_holiday
from carnet.kernel.identifiers import NirInText
from carnet.kernel.periods import PARIS
from carnet.workshops.rules import (
    ALPHABET,
    DAYS_MAX,
    SESSIONS_MAX,
    BookingNumber,
    BookingNumberMistyped,
    BookingState,
    Details,
    HoursImpossible,
    Rhythm,
    RhythmEmpty,
    RhythmTooLong,
    SeatsBelowBooked,
    SessionCancelled,
    SessionFull,
    SessionOver,
    TitleMissing,
    WordUnknown,
    check_seats,
    checked_details,
    days_of,
    moments_of,
    promotions,
    state_of_new_booking,
)

DAYS = st.dates(date(2025, 1, 1), date(2032, 12, 31))
SPANS = st.integers(0, DAYS_MAX).map(lambda days: timedelta(days=days))
REPEATED = st.sampled_from([Rhythm.WEEKLY, Rhythm.FORTNIGHTLY, Rhythm.MONTHLY])
AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


class TestDays:
    @given(rhythm=REPEATED, first_on=DAYS, span=SPANS, skips=st.booleans(), data=st.data())
    def test_every_day_keeps_the_weekday_the_order_the_bounds_and_the_exceptions(self, rhythm, first_on, span, skips, data) -> None:
        until_on = first_on + span
        without = days_of(rhythm, first_on=first_on, until_on=until_on, skips_holidays=False)
        except_on = data.draw(st.sets(st.sampled_from(without), max_size=max(0, len(without) - 1)))
        try:
            found = days_of(rhythm, first_on=first_on, until_on=until_on, except_on=except_on, skips_holidays=skips)
        except RhythmEmpty:
            assert all(day in except_on or (skips and is_public_holiday(day)) for day in without)
            return
        assert list(found) == sorted(set(found))
        assert {day.weekday() for day in found} == {first_on.weekday()}
        assert first_on <= found[0] and found[-1] <= until_on
        assert not except_on & set(found)
        left_out = set(without) - set(found) - except_on
        assert all(skips and is_public_holiday(day) for day in left_out)

    @given(first_on=DAYS, span=SPANS)
    def test_weeks_and_fortnights_are_exact(self, first_on, span) -> None:
        for rhythm, step in ((Rhythm.WEEKLY, 7), (Rhythm.FORTNIGHTLY, 14)):
            found = days_of(rhythm, first_on=first_on, until_on=first_on + span, skips_holidays=False)
            assert [(day - first_on).days for day in found] == list(range(0, span.days + 1, step))

    @given(first_on=DAYS, span=SPANS)
    def test_each_month_has_its_day_of_the_same_rank_or_its_last(self, first_on, span) -> None:
        found = days_of(Rhythm.MONTHLY, first_on=first_on, until_on=first_on + span, skips_holidays=False)
        assert found[0] == first_on
        months = [(day.year, day.month) for day in found]
        assert len(set(months)) == len(months)
        for day in found:
            if first_on.day > 28:
                assert (day + timedelta(days=7)).month != day.month, "the fifth is the last of each month"
            else:
                assert (day.day - 1) // 7 == (first_on.day - 1) // 7

    def test_a_holiday_is_skipped_and_a_first_day_that_is_one_is_kept(self) -> None:
        found = days_of(Rhythm.WEEKLY, first_on=date(2026, 11, 11), until_on=date(2027, 1, 6), skips_holidays=True)
        assert found[0] == date(2026, 11, 11)
        fridays = days_of(Rhythm.WEEKLY, first_on=date(2026, 12, 18), until_on=date(2027, 1, 8), skips_holidays=True)
        assert fridays == (date(2026, 12, 18), date(2027, 1, 8))

    def test_no_day_left_and_too_many_are_said(self) -> None:
        with pytest.raises(RhythmEmpty):
            days_of(Rhythm.ONCE, first_on=date(2026, 12, 1), until_on=date(2026, 12, 1), except_on=[date(2026, 12, 1)])
        with pytest.raises(RhythmTooLong):
            days_of(Rhythm.WEEKLY, first_on=date(2026, 1, 1), until_on=date(2026, 1, 1) + timedelta(days=DAYS_MAX + 1))
        assert SESSIONS_MAX >= DAYS_MAX // 7, "a weekly workshop of a whole season is one plan"

    @pytest.mark.parametrize(
        ("year", "day"),
        [
            (2024, date(2024, 3, 31)),
            (2025, date(2025, 4, 20)),
            (2026, date(2026, 4, 5)),
            (2038, date(2038, 4, 25)),
            (2008, date(2008, 3, 23)),
        ],
    )
    def test_easter_is_where_the_calendars_say(self, year: int, day: date) -> None:
        assert easter(year) == day

    def test_the_eleven_holidays_of_a_year(self) -> None:
        first = date(2026, 1, 1)
        found = [day for day in (first + timedelta(days=rank) for rank in range(365)) if is_public_holiday(day)]
        assert [f"{day:%d/%m}" for day in found] == [
            "01/01", "06/04", "01/05", "08/05", "14/05", "25/05", "14/07", "15/08", "01/11", "11/11", "25/12",
        ]  # fmt: skip


class TestHours:
    @given(
        day=DAYS,
        begins=st.times(time(6), time(22, 45)),
        minutes=st.integers(15, 480),
        zone=st.sampled_from([PARIS, ZoneInfo("Indian/Reunion")]),
    )
    def test_a_session_is_where_the_clock_on_the_wall_says_whatever_the_change_of_time(self, day, begins, minutes, zone) -> None:
        begins = begins.replace(second=0, microsecond=0)
        try:
            starts, ends = moments_of(day, begins=begins, minutes=minutes, zone=zone)
        except HoursImpossible:
            assert datetime.combine(day, begins) + timedelta(minutes=minutes) > datetime.combine(day, time(23))
            return
        assert starts.astimezone(zone).time() == begins
        assert starts.astimezone(UTC).astimezone(zone) == starts, "a moment that exists, once"
        assert ends.astimezone(UTC) - starts.astimezone(UTC) == timedelta(minutes=minutes)
        assert starts.astimezone(zone).date() == ends.astimezone(zone).date() == day

    def test_the_same_hour_is_another_moment_after_the_change(self) -> None:
        before, _ = moments_of(date(2026, 10, 24), begins=time(14, 0), minutes=60)
        after, _ = moments_of(date(2026, 10, 31), begins=time(14, 0), minutes=60)
        assert (before.astimezone(UTC).hour, after.astimezone(UTC).hour) == (12, 13)

    @pytest.mark.parametrize(
        ("begins", "minutes"), [(time(5, 59), 60), (time(22, 30), 31), (time(10), 14), (time(8), 481), (time(2, 30), 30)]
    )
    def test_hours_no_lesson_has_are_refused(self, begins: time, minutes: int) -> None:
        with pytest.raises(HoursImpossible):
            moments_of(date(2026, 3, 29), begins=begins, minutes=minutes)


class TestNumbers:
    @given(st.integers(0, BookingNumber.DRAWN_MAX - 1))
    def test_a_number_is_read_back_however_it_is_typed(self, drawn: int) -> None:
        number = BookingNumber.from_drawn(drawn)
        assert BookingNumber.parse(f" {number.printed().lower()} ".replace("-", " - ")) == number

    @given(st.integers(0, BookingNumber.DRAWN_MAX - 1), st.integers(0, 7), st.sampled_from(ALPHABET))
    def test_one_wrong_symbol_is_always_seen(self, drawn: int, rank: int, symbol: str) -> None:
        text = str(BookingNumber.from_drawn(drawn))
        assume(text[rank] != symbol)
        with pytest.raises(BookingNumberMistyped):
            BookingNumber.parse(text[:rank] + symbol + text[rank + 1 :])

    @given(st.integers(0, BookingNumber.DRAWN_MAX - 1), st.integers(0, 5), st.integers(1, 6))
    def test_two_symbols_exchanged_are_always_seen(self, drawn: int, first: int, second: int) -> None:
        text = list(str(BookingNumber.from_drawn(drawn)))
        assume(first < second and text[first] != text[second])
        text[first], text[second] = text[second], text[first]
        with pytest.raises(BookingNumberMistyped):
            BookingNumber.parse("".join(text))

    @pytest.mark.parametrize("typed", ["", "K7FM", "K7FM-42P0", "🎟" * 8, "K7FM-42PX-K7FM-42PX", "'; DROP TABLE"])
    def test_anything_else_is_mistyped(self, typed: str) -> None:
        with pytest.raises(BookingNumberMistyped):
            BookingNumber.parse(typed)


class TestSeats:
    def asked(self, **facts: object) -> BookingState:
        usual = {
            "starts_at": AT + timedelta(days=1), "ends_at": AT + timedelta(days=1, hours=2), "cancelled_at": None, "seats": 2, "booked": 0,
            "waiting_seats": 0, "waiting": 0, "by_place": False, "at": AT,
        }  # fmt: skip
        return state_of_new_booking(**(usual | facts))  # type: ignore[arg-type]

    def test_a_seat_then_a_place_in_line_then_no(self) -> None:
        assert self.asked(booked=1) is BookingState.BOOKED
        assert self.asked(booked=2, waiting_seats=1) is BookingState.WAITING
        with pytest.raises(SessionFull):
            self.asked(booked=2, waiting_seats=1, waiting=1)

    def test_nobody_passes_before_those_who_wait(self) -> None:
        assert self.asked(booked=1, waiting=1, waiting_seats=2) is BookingState.WAITING

    def test_a_session_begun_takes_only_who_comes_to_the_door(self) -> None:
        begun = AT + timedelta(days=1)
        with pytest.raises(SessionOver):
            self.asked(at=begun)
        assert self.asked(at=begun, by_place=True) is BookingState.BOOKED
        with pytest.raises(SessionOver):
            self.asked(at=begun + timedelta(hours=2), by_place=True)
        with pytest.raises(SessionCancelled):
            self.asked(cancelled_at=AT)

    @given(st.integers(1, 60), st.integers(0, 60), st.integers(0, 30))
    def test_promotions_never_overfill(self, seats: int, booked: int, waiting: int) -> None:
        count = promotions(seats=seats, booked=booked, waiting=waiting, starts_at=AT + timedelta(hours=1), at=AT)
        assert 0 <= count <= waiting
        assert count == 0 or booked + count <= seats
        assert booked + count >= seats or count == waiting, "no seat stays empty while somebody waits"
        assert promotions(seats=seats, booked=booked, waiting=waiting, starts_at=AT, at=AT) == 0

    @given(st.integers(1, 60), st.integers(0, 30), st.integers(0, 60), st.integers(0, 30))
    def test_what_was_given_is_never_taken_back(self, seats: int, waiting_seats: int, booked: int, waiting: int) -> None:
        try:
            check_seats(seats=seats, waiting_seats=waiting_seats, booked=booked, waiting=waiting)
        except SeatsBelowBooked:
            return
        moved_up = min(waiting, seats - booked)
        assert booked + moved_up <= seats and waiting - moved_up <= waiting_seats


class TestDetails:
    def test_texts_are_stripped_and_lists_put_in_order(self) -> None:
        said = checked_details(
            Details(service="mailbox", title="  Ma boîte mail ", seats=8, languages=("fsl", "fr"), needs=("sight", "hearing"))
        )
        assert (said.title, said.languages, said.needs) == ("Ma boîte mail", ("fr", "fsl"), ("hearing", "sight"))

    def test_no_social_security_number_gets_in(self) -> None:
        with pytest.raises(NirInText):
            checked_details(Details(service="mailbox", title="Atelier", note="pour 2 69 05 49 588 157 80", seats=8))

    def test_what_is_missing_or_unknown_is_said(self) -> None:
        with pytest.raises(TitleMissing):
            checked_details(Details(service="mailbox", title="   ", seats=8))
        with pytest.raises(WordUnknown):
            checked_details(Details(service="mailbox", title="A", seats=8, languages=("klingon",)))
