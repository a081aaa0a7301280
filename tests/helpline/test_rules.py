"""Delays in working days, who may say what, how an exact number is read. Without a database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.helpline.rules import (
    ASKED_MAX,
    DELAYS,
    FILED_BY,
    UNKNOWN_MAX,
    Asked,
    AskedAlready,
    CodeDictated,
    ComplaintEmpty,
    ComplaintKind,
    ComplaintKindNotYours,
    ComplaintState,
    ContactInvalid,
    DelayInvalid,
    Filer,
    HeardAlready,
    HearingDayInvalid,
    NumberUnreadable,
    TooManyQuestions,
    check_filer,
    check_heard,
    check_hearing,
    check_pace,
    checked_contact,
    checked_delays,
    checked_words,
    due_on,
    hearing_days,
    is_late,
    is_working_day,
    readings,
    secret_of,
    working_day_after,
)
from carnet.kernel.free_text import CodeInText
from carnet.kernel.identifiers import BookletSerial, SecretCode, VoucherSerial

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
CODE = SecretCode.from_random(4829150067312849)


class TestDelays:
    def test_a_working_week_leaves_out_the_weekend(self) -> None:
        assert due_on(ComplaintKind.REFUSED, filed_at=MONDAY) == date(2026, 3, 9)

    def test_easter_monday_and_the_first_of_may_are_not_counted(self) -> None:
        assert working_day_after(date(2026, 4, 3), 1) == date(2026, 4, 7)
        assert working_day_after(date(2026, 4, 30), 1) == date(2026, 5, 4)

    def test_accessibility_is_answered_within_one_week_of_the_calendar(self) -> None:
        assert due_on(ComplaintKind.ACCESSIBILITY, filed_at=MONDAY) == date(2026, 3, 9)
        assert due_on(ComplaintKind.ACCESSIBILITY, filed_at=MONDAY, own_days={"ACCESSIBILITY": 30}) == date(2026, 3, 9)

    def test_filed_before_midnight_in_paris_counts_from_that_day(self) -> None:
        late_evening = datetime(2026, 3, 2, 22, 59, tzinfo=UTC)
        after_midnight = late_evening + timedelta(minutes=2)
        assert due_on(ComplaintKind.REFUSED, filed_at=late_evening) == date(2026, 3, 9)
        assert due_on(ComplaintKind.REFUSED, filed_at=after_midnight) == date(2026, 3, 10)

    def test_a_programme_promises_its_own_delay_within_the_texts(self) -> None:
        assert due_on(ComplaintKind.OTHER, filed_at=MONDAY, own_days={"OTHER": 2}) == date(2026, 3, 4)
        assert checked_delays({"OTHER": 2, "REFUSED": 1}) == {"REFUSED": 1, "OTHER": 2}
        for days in (0, DELAYS[ComplaintKind.OTHER].days_max + 1):
            with pytest.raises(DelayInvalid):
                checked_delays({"OTHER": days})

    def test_it_is_late_the_day_after_and_never_once_closed(self) -> None:
        due = date(2026, 3, 9)
        on_the_day, after = MONDAY + timedelta(days=7), MONDAY + timedelta(days=8)
        assert not is_late(state=ComplaintState.OPEN, due=due, at=on_the_day)
        assert is_late(state=ComplaintState.OPEN, due=due, at=after)
        assert not is_late(state=ComplaintState.CLOSED, due=due, at=after)

    @given(st.dates(date(2025, 1, 1), date(2030, 1, 1)), st.integers(1, 40))
    def test_so_many_working_days_later_is_a_working_day_and_counts_them(self, day: date, count: int) -> None:
        found = working_day_after(day, count)
        between = [day + timedelta(days=each) for each in range(1, (found - day).days + 1)]
        assert is_working_day(found)
        assert sum(map(is_working_day, between)) == count


class TestWhoSaysWhat:
    def test_only_a_place_or_who_speaks_for_one_says_it_is_paid_late(self) -> None:
        assert {filer for filer, kinds in FILED_BY.items() if ComplaintKind.LATE_PAYMENT in kinds} == {Filer.PLACE, Filer.LINE}
        with pytest.raises(ComplaintKindNotYours):
            check_filer(ComplaintKind.LATE_PAYMENT, Filer.PERSON)
        with pytest.raises(ComplaintKindNotYours):
            check_filer(ComplaintKind.REFUSED, Filer.PLACE)

    def test_words_are_screened_and_never_empty(self) -> None:
        assert checked_words("  refusé ") == "refusé"
        with pytest.raises(ComplaintEmpty):
            checked_words("  ")
        with pytest.raises(CodeInText):
            checked_words(f"mon code {CODE.printed()}")

    @pytest.mark.parametrize(
        ("typed", "kept"), [("", ""), (" a@b.fr ", "a@b.fr"), ("06 39 98 00 01", "+33639980001"), ("+32 2 507 11 11", "+3225071111")]
    )
    def test_a_contact_is_an_address_or_a_telephone(self, typed: str, kept: str) -> None:
        assert checked_contact(typed) == kept

    @pytest.mark.parametrize("typed", ["moi", "a@b", "12", "115"])
    def test_what_is_neither_is_refused(self, typed: str) -> None:
        with pytest.raises(ContactInvalid):
            checked_contact(typed)

    def test_a_place_has_between_one_and_ten_working_days(self) -> None:
        first, proposed, last = hearing_days(MONDAY)
        assert (first, proposed, last) == (date(2026, 3, 3), date(2026, 3, 5), date(2026, 3, 16))
        check_hearing(until_on=last, asked_on=None, heard_at=None, at=MONDAY)
        for until_on in (MONDAY.date(), last + timedelta(days=1)):
            with pytest.raises(HearingDayInvalid):
                check_hearing(until_on=until_on, asked_on=None, heard_at=None, at=MONDAY)

    def test_a_place_is_asked_one_thing_at_a_time_and_answers_once(self) -> None:
        asked_on = date(2026, 3, 5)
        with pytest.raises(AskedAlready):
            check_hearing(until_on=date(2026, 3, 6), asked_on=asked_on, heard_at=None, at=MONDAY)
        check_hearing(until_on=date(2026, 3, 6), asked_on=asked_on, heard_at=MONDAY, at=MONDAY)
        check_hearing(until_on=date(2026, 3, 10), asked_on=asked_on, heard_at=None, at=MONDAY + timedelta(days=4))
        check_heard(asked_on=asked_on, heard_at=None)
        for asked, heard in ((None, None), (asked_on, MONDAY)):
            with pytest.raises(HeardAlready):
                check_heard(asked_on=asked, heard_at=heard)

    @given(st.binary(min_size=32, max_size=32))
    def test_a_secret_is_six_digits(self, mark: bytes) -> None:
        assert len(secret_of(mark)) == 6
        assert secret_of(mark).isdecimal()


class TestTheBox:
    @pytest.mark.parametrize(
        ("typed", "kinds"),
        [
            (VoucherSerial("TS", 12).printed(), [Asked.VOUCHER]),
            (str(VoucherSerial("TS", 12)).lower(), [Asked.VOUCHER]),
            (BookletSerial("TS", 3).printed(), [Asked.BOOKLET]),
            ("R12", [Asked.REPLACEMENT]),
            ("remise 12", [Asked.HAND_OVER]),
            ("H12", [Asked.HAND_OVER]),
            ("12", [Asked.PLACE]),
            ("lieu 12", [Asked.PLACE]),
            ("K7FM-42PX", [Asked.BOOKING, Asked.COMPLAINT, Asked.PLACE]),
            ("I-K7FM-42PX", [Asked.CONNECTION, Asked.PLACE]),
            ("CARNET-31-417-1", [Asked.PAYMENT]),
            ("carnet-314159-2718281-12", [Asked.PAYMENT]),
            ("décompte 417", [Asked.PAYMENT]),
            ("Nantes 2026 - 12 cheques jusqu'au 28/02/2026 - decompte 417", [Asked.PAYMENT]),
            ("73282932000074", [Asked.PLACE]),
            ("732 829 320 00074", [Asked.PLACE]),
            ("W442001234", [Asked.PLACE]),
            ("Médiathèque Jacques-Demy", [Asked.PLACE]),
        ],
    )
    def test_each_exact_number_is_read(self, typed: str, kinds: list[Asked]) -> None:
        found = [each.kind for each in readings(typed)]
        assert found[: len(kinds)] == kinds
        assert set(found) == set(kinds) | ({Asked.PLACE} if Asked.PLACE in found else set())

    @pytest.mark.parametrize(
        "typed",
        [
            CODE.digits,
            CODE.printed(),
            f"le code {CODE.printed()}",
            "123456789012345678",
            "12345678901234567",
            "HTTPS://EXEMPLE.FR/V/ABCDEFGHIJKLMNOPQRSTUVWXYZ23",
        ],
    )
    def test_a_secret_code_is_never_looked_for(self, typed: str) -> None:
        with pytest.raises(CodeDictated) as caught:
            readings(typed)
        assert caught.value.facts == {}

    @pytest.mark.parametrize("typed", ["", "%%%", "TS*", "06 39 98 00 01", "?", "a%b%c"])
    def test_no_wildcard_no_telephone(self, typed: str) -> None:
        with pytest.raises(NumberUnreadable):
            readings(typed)

    def test_a_person_asks_so_much_and_no_more(self) -> None:
        check_pace(asked=ASKED_MAX - 1, unknown=UNKNOWN_MAX - 1)
        for asked, unknown in ((ASKED_MAX, 0), (12, UNKNOWN_MAX)):
            with pytest.raises(TooManyQuestions):
                check_pace(asked=asked, unknown=unknown)
