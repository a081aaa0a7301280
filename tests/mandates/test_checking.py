"""What whoever holds the paper of a mandate is told: valid, stopped or over, for what, until when; never why."""

from datetime import date, datetime, timedelta

import pytest

from carnet.kernel.periods import PARIS, start_of_day
from carnet.mandates.rules import Duration as D
from carnet.mandates.rules import Family, MandateState, ends_at, window
from carnet.mandates.rules.checking import CheckAnswer, CheckedFamily, check_answer

AT = datetime(2026, 3, 28, 15, 0, tzinfo=PARIS)  # the day before the clocks change
END = ends_at(window(D.MONTH, AT)[1])


def of(family: Family, ended_at: datetime | None = None, *, end: datetime = END) -> CheckedFamily:
    return CheckedFamily(family, end, ended_at)


def test_nothing_found_is_no_answer() -> None:
    assert check_answer([], at=AT) is None


def test_a_live_mandate_says_its_families_in_order_and_its_last_day() -> None:
    answer = check_answer([of(Family.MONEY), of(Family.PAPERS)], at=AT)
    assert answer == CheckAnswer(MandateState.LIVE, (Family.PAPERS, Family.MONEY), date(2026, 4, 27))


def test_the_last_day_is_good_until_midnight_in_paris_and_not_a_second_more() -> None:
    found = [of(Family.PAPERS)]
    last, over = (check_answer(found, at=END - timedelta(seconds=1)), check_answer(found, at=END))
    assert last and last.state is MandateState.LIVE
    assert over == CheckAnswer(MandateState.EXPIRED, (Family.PAPERS,), date(2026, 4, 27))
    assert start_of_day(date(2026, 4, 28)) == END


def test_a_family_that_was_stopped_is_not_said_while_others_are_good() -> None:
    answer = check_answer([of(Family.MONEY, AT), of(Family.PAPERS)], at=AT)
    assert answer and answer.families == (Family.PAPERS,)


def test_all_stopped_before_their_time_is_revoked_and_says_no_day() -> None:
    answer = check_answer([of(Family.MONEY, AT), of(Family.PAPERS, AT)], at=AT + timedelta(days=90))
    assert answer == CheckAnswer(MandateState.ENDED, (Family.PAPERS, Family.MONEY), None)


@pytest.mark.parametrize("late", [timedelta(0), timedelta(days=3)])
def test_closed_once_its_time_had_run_out_is_over_and_not_stopped(late: timedelta) -> None:
    answer = check_answer([of(Family.PAPERS, END + late)], at=END + timedelta(days=9))
    assert answer and answer.state is MandateState.EXPIRED


def test_one_stopped_and_the_other_over_is_over_for_what_lasted() -> None:
    answer = check_answer([of(Family.PAPERS), of(Family.MONEY, AT)], at=END)
    assert answer and (answer.state, answer.families) == (MandateState.EXPIRED, (Family.PAPERS,))
