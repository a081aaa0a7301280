"""A place is told, heard, answered by another, and may appeal to a third: what a case may become, and how much may wait for it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.controls.rules.cases import (
    ANSWER_DAYS,
    ANSWER_DAYS_LEAST,
    ANSWER_DAYS_MOST,
    DECIDE_DAYS,
    PERIOD_DAYS_MOST,
    REMIND_DAYS,
    TRANSITIONS,
    AlreadyHeldOnce,
    AnswerDaysWrong,
    AppealByTheSame,
    AppealStillOpen,
    AppealTooLate,
    AppealWorse,
    CaseNotInState,
    CaseState,
    CaseWordsMissing,
    ChoiceWrong,
    DecidedByWhoOpened,
    Decision,
    HoldTooLate,
    HoldTooMuch,
    Key,
    Line,
    PeriodWrong,
    StillToBeHeard,
    check_appeal,
    check_appeal_choice,
    check_appeal_decidable,
    check_carry_out,
    check_choice,
    check_decidable,
    check_hold,
    check_move,
    check_period,
    check_words,
    deadlines,
    holds_now,
    keep_back,
    median_days,
    reminds,
)

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OPENER, DECIDER, THIRD = 1, 2, 3


def decidable(state: CaseState, decision: Decision, *, by: int = DECIDER, at: datetime = AT) -> None:
    check_decidable(state=state, decision=decision, opened_by=OPENER, decided_by=by, answer_until=AT + DAY, at=at)


class TestThePath:
    def test_every_state_is_reached_and_only_the_last_leads_nowhere(self):
        reached = {CaseState.OPEN} | {to for moves in TRANSITIONS.values() for to in moves}
        assert reached == set(CaseState) == set(TRANSITIONS)
        assert [state for state, moves in TRANSITIONS.items() if not moves] == [CaseState.CLOSED]

    @pytest.mark.parametrize("state", CaseState)
    @pytest.mark.parametrize("to", CaseState)
    def test_a_move_is_in_the_table_or_refused(self, state: CaseState, to: CaseState):
        if to in TRANSITIONS[state]:
            check_move(state=state, to=to)
        else:
            with pytest.raises(CaseNotInState):
                check_move(state=state, to=to)

    def test_the_time_to_answer_is_bounded_and_the_decision_comes_after(self):
        ends = deadlines(at=AT, answer_days=ANSWER_DAYS)
        assert ends.answer_until == AT + ANSWER_DAYS * DAY
        assert ends.decide_until == ends.answer_until + DECIDE_DAYS * DAY
        for days in (ANSWER_DAYS_LEAST - 1, ANSWER_DAYS_MOST + 1):
            with pytest.raises(AnswerDaysWrong):
                deadlines(at=AT, answer_days=days)

    def test_the_days_asked_about_are_past_and_not_too_old(self):
        check_period(since=AT - 9 * DAY, until=AT - DAY, at=AT)
        for since, until in ((AT, AT), (AT + DAY, AT + 2 * DAY), (AT - (PERIOD_DAYS_MOST + 1) * DAY, AT)):
            with pytest.raises(PeriodWrong):
                check_period(since=since, until=until, at=AT)

    def test_something_is_said(self):
        assert check_words("  oui ", "words") == "oui"
        with pytest.raises(CaseWordsMissing):
            check_words("   ", "words")


class TestWhoDecides:
    def test_another_person_decides_once_the_place_answered_or_had_the_time(self):
        decidable(CaseState.HEARD, Decision.RECOVER)
        decidable(CaseState.OPEN, Decision.RECOVER, at=AT + DAY)
        with pytest.raises(StillToBeHeard):
            decidable(CaseState.OPEN, Decision.PARTLY)

    def test_to_let_go_nobody_waits(self):
        decidable(CaseState.OPEN, Decision.RELEASE)

    @pytest.mark.parametrize("decision", Decision)
    def test_who_opened_never_decides(self, decision: Decision):
        with pytest.raises(DecidedByWhoOpened):
            decidable(CaseState.HEARD, decision, by=OPENER)

    @pytest.mark.parametrize("state", [CaseState.DECIDED, CaseState.APPEALED, CaseState.APPEAL_DECIDED, CaseState.CLOSED])
    def test_a_case_is_decided_once(self, state: CaseState):
        with pytest.raises(CaseNotInState):
            decidable(state, Decision.RELEASE)

    def test_an_appeal_comes_in_time_and_a_third_person_answers(self):
        check_appeal(state=CaseState.DECIDED, appeal_until=AT + DAY, at=AT)
        with pytest.raises(AppealTooLate):
            check_appeal(state=CaseState.DECIDED, appeal_until=AT, at=AT)
        check_appeal_decidable(state=CaseState.APPEALED, people=(OPENER, DECIDER), decided_by=THIRD)
        for person in (OPENER, DECIDER):
            with pytest.raises(AppealByTheSame):
                check_appeal_decidable(state=CaseState.APPEALED, people=(OPENER, DECIDER), decided_by=person)

    def test_nothing_is_taken_back_while_it_may_be_appealed(self):
        facts = {"opened_by": OPENER, "done_by": DECIDER, "at": AT}
        with pytest.raises(AppealStillOpen):
            check_carry_out(state=CaseState.DECIDED, appeal_until=AT + DAY, **facts)
        check_carry_out(state=CaseState.DECIDED, appeal_until=AT, **facts)
        check_carry_out(state=CaseState.APPEAL_DECIDED, appeal_until=AT + DAY, **facts)
        with pytest.raises(CaseNotInState):
            check_carry_out(state=CaseState.APPEALED, appeal_until=AT, **facts)
        with pytest.raises(DecidedByWhoOpened):
            check_carry_out(state=CaseState.APPEAL_DECIDED, appeal_until=AT, opened_by=OPENER, done_by=OPENER, at=AT)


class TestWhatIsTakenBack:
    def test_it_goes_with_the_decision(self):
        everything = {1, 2, 3}
        assert check_choice(decision=Decision.RELEASE, taken_back=(), in_question=everything) == frozenset()
        assert check_choice(decision=Decision.RECOVER, taken_back=(), in_question=everything) == everything
        assert check_choice(decision=Decision.PARTLY, taken_back=(2,), in_question=everything) == {2}
        for decision, chosen in (
            (Decision.RELEASE, (1,)), (Decision.RECOVER, (1,)), (Decision.PARTLY, ()), (Decision.PARTLY, (1, 2, 3)), (Decision.PARTLY, (9,)),
        ):  # fmt: skip
            with pytest.raises(ChoiceWrong):
                check_choice(decision=decision, taken_back=chosen, in_question=everything)

    def test_an_appeal_never_takes_more(self):
        assert check_appeal_choice(decision=Decision.PARTLY, taken_back=(1,), taken_before=(1, 2)) == {1}
        with pytest.raises(AppealWorse):
            check_appeal_choice(decision=Decision.PARTLY, taken_back=(3,), taken_before=(1, 2))


def line(number: int, cents: int, day: int) -> Line:
    return Line(Key(1, number, 0), cents, AT - day * DAY)


class TestWhatWaits:
    def test_a_hold_is_placed_once_before_the_decision_on_no_more_than_is_asked_about(self):
        good = {"cents": 100, "in_question_cents": 100, "was_held": False, "state": CaseState.OPEN, "decide_until": AT + DAY, "at": AT}
        check_hold(**good)
        for change, refusal in (
            ({"cents": 101}, HoldTooMuch), ({"cents": 0}, HoldTooMuch), ({"was_held": True}, AlreadyHeldOnce),
            ({"state": CaseState.DECIDED}, CaseNotInState), ({"at": AT + DAY}, HoldTooLate),
        ):  # fmt: skip
            with pytest.raises(refusal):
                check_hold(**(good | change))

    def test_it_ends_at_its_hour_whoever_says_so(self):
        held = {"held_from": AT, "held_until": AT + DAY, "ended_at": None}
        assert holds_now(**held, at=AT)
        assert not holds_now(**held, at=AT + DAY)
        assert not holds_now(**(held | {"ended_at": AT}), at=AT)
        assert not holds_now(held_from=None, held_until=None, ended_at=None, at=AT)

    def test_what_is_in_question_waits_first_then_the_oldest_of_the_rest(self):
        chosen, others = [line(1, 1000, 3), line(2, 1000, 5)], [line(3, 1000, 9), line(4, 1000, 1)]
        assert [each.key.voucher_id for each in keep_back(cents=3000, chosen=chosen, others=others)] == [2, 1, 3]
        assert keep_back(cents=999, chosen=chosen, others=others) == ()

    @given(
        cents=st.integers(0, 20_000),
        chosen=st.lists(st.tuples(st.integers(1, 3_000), st.integers(0, 60)), max_size=12),
        others=st.lists(st.tuples(st.integers(1, 3_000), st.integers(0, 60)), max_size=12),
    )
    def test_never_a_cent_more_than_the_hold_and_the_same_at_every_asking(self, cents, chosen, others):
        mine = [line(number, value, day) for number, (value, day) in enumerate(chosen)]
        rest = [line(100 + number, value, day) for number, (value, day) in enumerate(others)]
        kept = keep_back(cents=cents, chosen=mine, others=rest)
        assert sum(each.cents for each in kept) <= cents
        assert kept == keep_back(cents=cents, chosen=reversed(mine), others=reversed(rest))
        assert len(set(kept)) == len(kept)
        if sum(each.cents for each in mine) <= cents:
            assert set(mine) <= set(kept)

    def test_a_place_is_reminded_once_near_the_end(self):
        late = {"state": CaseState.OPEN, "answer_until": AT + REMIND_DAYS * DAY, "reminded_at": None}
        assert reminds(**late, at=AT)
        assert not reminds(**late, at=AT - timedelta(seconds=1))
        assert not reminds(**late, at=AT + REMIND_DAYS * DAY)
        assert not reminds(**(late | {"reminded_at": AT}), at=AT)
        assert not reminds(**(late | {"state": CaseState.HEARD}), at=AT)

    def test_the_median_is_that_of_whole_days(self):
        assert median_days([]) is None
        assert median_days([DAY, 9 * DAY, 3 * DAY + timedelta(hours=5)]) == 3
