"""Cards, recoveries and unused accounts, without a database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from carnet.parties.rules import (
    BY_PIN,
    DRIFT_MOST,
    PERMISSIONS,
    SECOND_FACTOR_ROLES,
    CardClock,
    CardKindInvalid,
    CardSerialInvalid,
    RecoveryNotForPerson,
    Role,
    allowed,
    asks_after_idle,
    check_card_kind,
    check_card_serial,
    check_may_recover,
    is_idle_helper,
    learned,
    split_codes,
    steps_to_look_at,
    unused_closed_at,
    unused_warned_on,
    wait_after,
)

AT = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)


def test_the_likeliest_step_is_looked_at_first_and_none_twice() -> None:
    assert steps_to_look_at(now=100, clock=CardClock(), after=0) == [100, 99, 101]
    assert steps_to_look_at(now=100, clock=CardClock(drift=2, reach=2), after=101) == [102, 103, 104]
    assert steps_to_look_at(now=100, clock=CardClock(), after=101) == []


@given(drift=some.integers(-DRIFT_MOST, DRIFT_MOST), reach=some.integers(1, 2), after=some.integers(0, 2_000))
def test_the_window_is_bounded_whatever_was_learned(drift: int, reach: int, after: int) -> None:
    looked = steps_to_look_at(now=1_000, clock=CardClock(drift, reach), after=after)
    assert len(looked) <= 5
    assert all(abs(step - 1_000) <= DRIFT_MOST and step > after for step in looked)


def test_only_a_right_code_moves_and_widens_the_window() -> None:
    moved = learned(now=100, matched=101, clock=CardClock())
    assert moved == CardClock(drift=1, reach=2)
    assert learned(now=200, matched=201, clock=moved) == CardClock(drift=1, reach=1)


def test_wrong_codes_make_wait_longer_and_longer_an_hour_at_most() -> None:
    assert [wait_after(count) // timedelta(minutes=1) for count in (0, 4, 5, 6, 8, 10, 11, 400)] == [0, 0, 1, 2, 8, 32, 60, 60]


def test_one_code_or_two_in_a_row_are_read_and_nothing_else() -> None:
    assert split_codes("123 456", 6) == ("123456",)
    assert split_codes("123456 654321", 6) == ("123456", "654321")
    assert split_codes("12345", 6) == () == split_codes("1234567", 6) == split_codes("", 6)


def test_a_card_the_site_cannot_follow_is_refused() -> None:
    check_card_kind(seed_bytes=20, step_seconds=60, digits=6, algorithm="SHA1")
    for about, wrong in {
        "seed": {"seed_bytes": 15},
        "step": {"step_seconds": 45},
        "digits": {"digits": 4},
        "algorithm": {"algorithm": "MD5"},
    }.items():
        with pytest.raises(CardKindInvalid) as refused:
            check_card_kind(**({"seed_bytes": 20, "step_seconds": 60, "digits": 6, "algorithm": "SHA1"} | wrong))  # type: ignore[arg-type]
        assert refused.value.facts == {"about": about}
    assert check_card_serial(" gadt 0001 ") == "GADT0001"
    for wrong_serial in ("", "ab", "é12", "A" * 33):
        with pytest.raises(CardSerialInvalid):
            check_card_serial(wrong_serial)


def test_helpers_have_a_second_factor_and_a_pin_opens_nothing_of_theirs() -> None:
    assert {Role.HELPER, Role.HELPER_LEAD} <= SECOND_FACTOR_ROLES
    for action in PERMISSIONS:
        if action.startswith(("mandates.", "home.helper")):
            assert not allowed({Role.HELPER, Role.HELPER_LEAD, BY_PIN}, action)
    assert asks_after_idle("home.helper")
    assert asks_after_idle("mandates.act")
    assert not asks_after_idle("parties.see-members")
    assert not asks_after_idle("redemption.redeem")


def test_a_screen_left_fifteen_minutes_is_left_alone() -> None:
    assert is_idle_helper(latest_at=None, at=AT)
    assert not is_idle_helper(latest_at=AT - timedelta(minutes=14, seconds=59), at=AT)
    assert is_idle_helper(latest_at=AT - timedelta(minutes=15), at=AT)


def test_a_structure_does_not_answer_for_whoever_moves_money_elsewhere() -> None:
    check_may_recover({"HELPER", "PRESCRIBER"})
    with pytest.raises(RecoveryNotForPerson):
        check_may_recover({"HELPER", "TREASURER"})


def test_an_account_is_told_after_five_months_and_closed_after_six_in_paris_days() -> None:
    latest = datetime(2026, 3, 31, 8, 0, tzinfo=UTC)
    assert unused_warned_on(latest) == date(2026, 8, 31)
    assert unused_closed_at(latest_at=latest, warned_at=datetime(2026, 8, 31, 3, 0, tzinfo=UTC)) == datetime(2026, 9, 29, 22, 0, tzinfo=UTC)
    late = datetime(2026, 11, 3, 3, 0, tzinfo=UTC)  # the timer was stopped: a month is given all the same
    assert unused_closed_at(latest_at=latest, warned_at=late) == datetime(2026, 12, 2, 23, 0, tzinfo=UTC)
