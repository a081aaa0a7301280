"""Durations in Paris days, whatever the clocks do; families; names; numbers and codes. No database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.kernel.periods import PARIS, legal_day, start_of_day
from carnet.mandates.rules import (
    FAMILIES,
    FAMILY_OF_PROCEDURE,
    CheckCode,
    CheckCodeMistyped,
    Duration,
    FamiliesMissing,
    Family,
    FamilyNotAllowed,
    IdentityIncomplete,
    MandateNumber,
    MandateNumberMistyped,
    MandateState,
    PersonCode,
    PersonNumber,
    PivotIdentity,
    RenewalTooLate,
    asked_prefixes,
    check_renewable,
    checked_families,
    checked_identity,
    ends_at,
    is_soon_over,
    last_day,
    prefixes,
    procedures_of,
    state_of,
    window,
)
from carnet.places.rules.procedures import PROCEDURES

DAYS = {Duration.DAY: 1, Duration.MONTH: 31, Duration.SEMESTER: 182, Duration.YEAR: 365}
moments = st.datetimes(datetime(2020, 1, 1), datetime(2045, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  # the zone is given beside


@given(st.sampled_from(Duration), moments)
def test_a_mandate_lasts_whole_paris_days(duration: Duration, signed_at: datetime) -> None:
    starts_on, ends_on = window(duration, signed_at)
    assert starts_on == signed_at.astimezone(PARIS).date()
    assert (ends_on - starts_on).days == DAYS[duration] == duration.days
    over = ends_at(ends_on)
    assert over.astimezone(PARIS).time().isoformat() == "00:00:00"
    # In force from the signature to the last instant of the last day, and no more at midnight.
    assert state_of(ended_at=None, ends_on=ends_on, at=signed_at) is MandateState.LIVE
    assert state_of(ended_at=None, ends_on=ends_on, at=over - timedelta(microseconds=1)) is MandateState.LIVE
    assert state_of(ended_at=None, ends_on=ends_on, at=over) is MandateState.EXPIRED
    assert legal_day(over - timedelta(microseconds=1)) == last_day(ends_on)


@given(st.sampled_from(Duration), moments, moments)
def test_what_was_stopped_before_its_end_is_ended_and_never_later(duration: Duration, signed_at: datetime, ended_at: datetime) -> None:
    ends_on = window(duration, signed_at)[1]
    state = state_of(ended_at=ended_at, ends_on=ends_on, at=max(ended_at, ends_at(ends_on)))
    assert state is (MandateState.ENDED if ended_at < ends_at(ends_on) else MandateState.EXPIRED)


@pytest.mark.parametrize(
    ("signed_at", "first", "over"),
    [
        # The night the clocks go forward, and back: a day is a day.
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), date(2026, 3, 29), datetime(2026, 3, 29, 22, 0, tzinfo=UTC)),
        (datetime(2026, 10, 24, 22, 30, tzinfo=UTC), date(2026, 10, 25), datetime(2026, 10, 25, 23, 0, tzinfo=UTC)),
        # Half past midnight in Paris is yesterday in UTC: the defect of a frozen or foreign date.
        (datetime(2026, 7, 1, 22, 30, tzinfo=UTC), date(2026, 7, 2), datetime(2026, 7, 2, 22, 0, tzinfo=UTC)),
    ],
)
def test_a_day_across_a_change_of_clocks(signed_at: datetime, first: date, over: datetime) -> None:
    starts_on, ends_on = window(Duration.DAY, signed_at)
    assert starts_on == first and ends_at(ends_on) == over


def test_renewing_is_possible_until_a_year_after_the_end() -> None:
    ends_on = date(2026, 4, 2)
    check_renewable(ends_on=ends_on, ended_at=None, at=start_of_day(date(2027, 4, 2)))
    with pytest.raises(RenewalTooLate):
        check_renewable(ends_on=ends_on, ended_at=None, at=start_of_day(date(2027, 4, 3)))
    # It ended before its day: the year runs from then.
    stopped_at = start_of_day(date(2026, 3, 10))
    with pytest.raises(RenewalTooLate):
        check_renewable(ends_on=ends_on, ended_at=stopped_at, at=start_of_day(date(2027, 3, 11)))


def test_soon_is_within_thirty_days_and_not_after() -> None:
    at = start_of_day(date(2026, 3, 1))
    assert is_soon_over(ends_on=date(2026, 3, 31), at=at) and is_soon_over(ends_on=date(2026, 3, 2), at=at)
    assert not is_soon_over(ends_on=date(2026, 4, 1), at=at) and not is_soon_over(ends_on=date(2026, 3, 1), at=at)


def test_ten_families_and_every_procedure_belongs_to_one() -> None:
    assert len(FAMILIES) == 10 == len(Family)
    assert {each.code for each in PROCEDURES} == set(FAMILY_OF_PROCEDURE)
    for family in Family:
        assert procedures_of(family)[-1] == "other"
    named = [code for family in Family for code in procedures_of(family) if code != "other"]
    assert len(named) == len(set(named)) == len(PROCEDURES) - 1


@given(st.sets(st.sampled_from([each.value for each in Family])), st.sets(st.sampled_from([each.value for each in Family])))
def test_only_open_families_are_signed(asked: set[str], allowed: set[str]) -> None:
    if not asked:
        with pytest.raises(FamiliesMissing):
            checked_families(asked, allowed=allowed)
    elif not asked <= allowed:
        with pytest.raises(FamilyNotAllowed):
            checked_families(asked, allowed=allowed)
    else:
        assert {each.value for each in checked_families(asked, allowed=allowed)} == asked
    with pytest.raises(FamilyNotAllowed):
        checked_families([*asked, "unheard-of", "work"], allowed=[each.value for each in Family])


@pytest.mark.parametrize(
    ("typed", "is_same"),
    [("BENALI|amina", True), ("Bénali|Amina", True), ("Ben Ali|Amina", False), ("Benali|Amina Zohra", False), ("Martin|Amina", False)],
)
def test_one_paper_typed_in_several_ways_is_one_identity(typed: str, is_same: bool) -> None:
    family_name, given_names = typed.split("|")
    first = PivotIdentity("Benali", "Amina", "1958-04-03")
    assert (PivotIdentity(family_name, given_names, "1958-04-03").told_apart == first.told_apart) is is_same
    assert PivotIdentity("Benali", "Amina", "1958-04-04").told_apart != first.told_apart


@given(st.text(max_size=40), st.text(max_size=40))
def test_what_one_begins_to_type_is_always_found(family_name: str, given_names: str) -> None:
    found = prefixes(PivotIdentity(family_name, given_names, "1958-04-03"))
    for beginning in asked_prefixes(family_name)[:4]:
        assert beginning in found
    assert all(len(each) <= 12 for each in found)


@pytest.mark.parametrize("birthdate", ["", "1958", "1958-13-01", "2999-01-01", "1899-01-01", "03/04/1958"])
def test_a_paper_says_a_name_and_a_day(birthdate: str) -> None:
    with pytest.raises(IdentityIncomplete):
        checked_identity(PivotIdentity("Benali", "Amina", birthdate), today=date(2026, 3, 2))
    with pytest.raises(IdentityIncomplete):
        checked_identity(PivotIdentity(" - ", "Amina", "1958-04-03"), today=date(2026, 3, 2))
    assert checked_identity(PivotIdentity(" Benali  El ", "Amina", "1958-00-00"), today=date(2026, 3, 2)).family_name == "Benali El"


@given(st.integers(0, MandateNumber.DRAWN_MAX - 1))
def test_numbers_are_read_with_or_without_their_letter_and_never_mistaken(drawn: int) -> None:
    mandate, person = MandateNumber.from_drawn(drawn), PersonNumber.from_drawn(drawn)
    assert mandate.printed()[:2] == "M-" and person.printed()[:2] == "P-"
    for typed in (mandate.printed(), mandate.printed().lower(), str(mandate), f" {mandate.printed()[2:]} "):
        assert MandateNumber.parse(typed) == mandate
    with pytest.raises(MandateNumberMistyped):
        MandateNumber.parse(person.printed())


@given(st.binary(min_size=32, max_size=32))
def test_codes_follow_from_a_mark_and_are_read_as_printed(mark: bytes) -> None:
    for kind, length in ((CheckCode, 16), (PersonCode, 12)):
        code = kind.from_mark(mark)
        assert len(str(code)) == length and kind.parse(code.printed().lower()) == code
    with pytest.raises(CheckCodeMistyped):
        CheckCode.parse(str(CheckCode.from_mark(mark))[:-1])
