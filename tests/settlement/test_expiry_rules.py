"""The days of the end of a season, in Paris; whose turn it is; what a decision may move."""

from datetime import date, datetime, timedelta

import pytest

from carnet.distribution.rules.exchanges import exchanged_until
from carnet.kernel.periods import PARIS, end_of_day, start_of_day
from carnet.settlement.rules import ReturnDue
from carnet.settlement.rules.expiry import (
    STEPS,
    Dated,
    DayOutOfOrder,
    DayPast,
    ExpiryStep,
    PrintedPromise,
    PromiseShortened,
    StatementOutdated,
    StepDone,
    StepNotYet,
    StepReasonMissing,
    StepState,
    StepTooEarly,
    StopDayWrong,
    check_signed_as_found,
    check_step_reason,
    check_turn,
    checked_stop,
    credit_note_number,
    days_of,
    later,
    moved,
    opens_on,
    states_of,
    stop_moved,
    turn_of,
)

PRINTED = end_of_day(date(2026, 12, 31))
ACCEPTED = end_of_day(date(2027, 1, 31))
DAYS = days_of(printed_until=PRINTED, accepted_until=ACCEPTED)


def test_accounts_are_settled_once_nothing_is_exchanged_any_more():
    """The page said the accounts late from the seventh day, and refused to settle them before the ninetieth."""
    for days, later_by in ((1, 0), (90, None)):
        found = days_of(printed_until=PRINTED, accepted_until=ACCEPTED, exchange_days=days)
        ended = found[ExpiryStep.ACCEPTANCE_END]
        assert (found[ExpiryStep.STATEMENT] - ended).days == ((DAYS[ExpiryStep.STATEMENT] - ended).days if later_by == 0 else days + 1)
        assert exchanged_until(accepted_until=ACCEPTED, days=days) <= start_of_day(found[ExpiryStep.STATEMENT])
        assert found[ExpiryStep.CREDIT] - found[ExpiryStep.STATEMENT] == DAYS[ExpiryStep.CREDIT] - DAYS[ExpiryStep.STATEMENT]


def steps(*done: ExpiryStep) -> list[Dated]:
    return [Dated(step, DAYS[step], PRINTED if step in done else None) for step in STEPS]


class TestDays:
    def test_are_those_of_the_operators_table(self):
        assert {
            ExpiryStep.ALERT: date(2026, 12, 1),
            ExpiryStep.STOP: date(2026, 12, 16),
            ExpiryStep.CONFIRM: date(2026, 12, 24),
            ExpiryStep.PRINTED_END: date(2026, 12, 31),
            ExpiryStep.ACCEPTANCE_END: date(2027, 2, 1),
            ExpiryStep.STATEMENT: date(2027, 2, 7),
            ExpiryStep.CREDIT: date(2027, 2, 21),
        } == DAYS
        assert opens_on(PRINTED) == DAYS[ExpiryStep.ALERT]

    def test_are_legal_days_through_the_change_of_hour(self):
        spring = days_of(printed_until=end_of_day(date(2026, 4, 5)), accepted_until=end_of_day(date(2026, 4, 5)))
        assert spring[ExpiryStep.STOP] == date(2026, 3, 21)
        assert spring[ExpiryStep.ACCEPTANCE_END] == date(2026, 4, 6)
        assert later(start_of_day(date(2026, 3, 28)), 2) == start_of_day(date(2026, 3, 30)) == datetime(2026, 3, 30, tzinfo=PARIS)

    def test_follow_one_another_whatever_the_grace(self):
        for grace in (0, 1, 31, 366):
            found = list(days_of(printed_until=PRINTED, accepted_until=later(PRINTED, grace)).values())
            assert found == sorted(found)


class TestTurns:
    def test_one_step_at_a_time_and_late_ones_are_shown_late(self):
        today = date(2027, 1, 5)
        states = states_of(steps(ExpiryStep.ALERT), today=today)
        assert [states[step] for step in STEPS[:5]] == [
            StepState.DONE, StepState.LATE, StepState.WAITING, StepState.WAITING, StepState.NEXT,
        ]  # fmt: skip
        assert turn_of(steps(ExpiryStep.ALERT), today=today) is ExpiryStep.STOP
        assert states_of(steps(ExpiryStep.ALERT), today=DAYS[ExpiryStep.STOP])[ExpiryStep.STOP] is StepState.NOW

    def test_nobody_jumps_a_step_nor_goes_before_its_day(self):
        with pytest.raises(StepNotYet) as refused:
            check_turn(steps(ExpiryStep.ALERT), ExpiryStep.CONFIRM, today=date(2027, 1, 5))
        assert refused.value.facts["waits_for"] == "STOP"
        with pytest.raises(StepTooEarly):
            check_turn(steps(ExpiryStep.ALERT), ExpiryStep.STOP, today=date(2026, 12, 15))
        with pytest.raises(StepDone):
            check_turn(steps(ExpiryStep.ALERT), ExpiryStep.ALERT, today=date(2026, 12, 15))
        assert turn_of(steps(*STEPS), today=date(2030, 1, 1)) is None


class TestMoving:
    def test_what_is_printed_never_moves(self):
        with pytest.raises(PrintedPromise):
            moved(steps(), ExpiryStep.PRINTED_END, to_on=date(2027, 1, 15), today=date(2026, 12, 1))

    def test_the_end_of_acceptance_only_moves_later_and_what_follows_keeps_its_distance(self):
        with pytest.raises(PromiseShortened):
            moved(steps(), ExpiryStep.ACCEPTANCE_END, to_on=date(2027, 1, 31), today=date(2026, 12, 1))
        assert moved(steps(), ExpiryStep.ACCEPTANCE_END, to_on=date(2027, 2, 15), today=date(2026, 12, 1)) == {
            ExpiryStep.ACCEPTANCE_END: date(2027, 2, 15),
            ExpiryStep.STATEMENT: date(2027, 2, 21),
            ExpiryStep.CREDIT: date(2027, 3, 7),
        }

    def test_the_order_is_kept(self):
        with pytest.raises(DayOutOfOrder):
            moved(steps(), ExpiryStep.STOP, to_on=date(2026, 12, 25), today=date(2026, 12, 1))
        with pytest.raises(DayPast):
            moved(steps(), ExpiryStep.STOP, to_on=date(2026, 12, 10), today=date(2026, 12, 11))
        with pytest.raises(StepDone):
            moved(steps(ExpiryStep.ALERT), ExpiryStep.ALERT, to_on=date(2026, 12, 12), today=date(2026, 12, 11))
        assert moved(steps(), ExpiryStep.STOP, to_on=DAYS[ExpiryStep.STOP], today=date(2026, 12, 1)) == {}

    def test_a_validated_stop_moves_until_the_printed_end(self):
        stops = [start_of_day(date(2026, 12, 18)), None]
        assert stop_moved(steps(ExpiryStep.ALERT, ExpiryStep.STOP), stops=stops, today=date(2026, 12, 17)) == date(2026, 12, 18)
        with pytest.raises(StepDone):
            stop_moved(steps(ExpiryStep.ALERT, ExpiryStep.STOP), stops=stops, today=date(2027, 1, 1))

    def test_desks_are_told_before_they_are_stopped(self):
        today = date(2026, 12, 16)
        assert checked_stop(date(2026, 12, 17), today=today, printed_until=PRINTED) == start_of_day(date(2026, 12, 17))
        for wrong in (today, date(2027, 1, 2)):
            with pytest.raises(StopDayWrong):
                checked_stop(wrong, today=today, printed_until=PRINTED)
        assert checked_stop(date(2027, 1, 1), today=date(2027, 3, 1), printed_until=PRINTED) == PRINTED


def test_what_goes_back_is_what_was_signed():
    signed = {1: 16_500, 2: 16_500, 3: 0}
    check_signed_as_found(signed=signed, found=[ReturnDue(1, 16_500, 0), ReturnDue(2, 16_000, 500)])
    with pytest.raises(StatementOutdated):
        check_signed_as_found(signed=signed, found=[ReturnDue(1, 16_499, 0), ReturnDue(2, 16_501, 0)])


def test_words_and_numbers():
    assert check_step_reason("  un\n mot ") == "un mot"
    with pytest.raises(StepReasonMissing):
        check_step_reason(" ")
    assert check_step_reason("", needed=False) == ""
    assert credit_note_number(programme_id=7, year=2027, number=12) == "AV-7-2027-0012"
    assert timedelta(0) < ACCEPTED - PRINTED
