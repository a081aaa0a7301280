"""Cases: a place is asked, heard, answered by somebody else than who asked, and may appeal to a third person. Pure.

A case is about payments to a place, never about a person nor about a voucher in somebody's hands. Money that waits for a case is held: for a
time that ends by itself, up to an amount, and the ledger does not move for it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from carnet.kernel.refusals import Refusal

# A place is told what is asked and has the time to answer; the law names no number of days, only enough of them.
# Source: docs/sources/hearing-before-deciding.md#enough-time.
ANSWER_DAYS, ANSWER_DAYS_LEAST, ANSWER_DAYS_MOST = 15, 8, 60
REMIND_DAYS = 3
# Past the answer or its deadline, the operator decides; a hold without a decision ends by itself.
DECIDE_DAYS = 15
# Nothing is taken back before the appeal is over. The law's own ways (two months) stay open beside it.
# Source: docs/sources/hearing-before-deciding.md#appeal.
APPEAL_DAYS = 30
APPEAL_DECIDE_DAYS = 30
CARRY_OUT_DAYS = 15
# What was redeemed longer ago is beyond what a dispute can still undo by the time a case ends (redemption.rules.DISPUTE_DAYS_MAX).
PERIOD_DAYS_MOST = 200
REDEMPTIONS_MOST = 2_000
PAPERS_MOST = 10
WORDS_LENGTH_MAX = 2_000
PHONE_LENGTH_MAX = 30
# Papers have served once nobody can contest any more; what was decided stays with the accounts.
PAPERS_KEPT = timedelta(days=365)


class CaseState(StrEnum):
    """Where a case stands. APPEAL_DECIDED: what stands is still to be carried out."""

    OPEN = "OPEN"
    HEARD = "HEARD"
    DECIDED = "DECIDED"
    APPEALED = "APPEALED"
    APPEAL_DECIDED = "APPEAL_DECIDED"
    CLOSED = "CLOSED"


TRANSITIONS: Mapping[CaseState, frozenset[CaseState]] = {
    CaseState.OPEN: frozenset({CaseState.HEARD, CaseState.DECIDED}),
    CaseState.HEARD: frozenset({CaseState.HEARD, CaseState.DECIDED}),
    CaseState.DECIDED: frozenset({CaseState.APPEALED, CaseState.CLOSED}),
    CaseState.APPEALED: frozenset({CaseState.APPEAL_DECIDED}),
    CaseState.APPEAL_DECIDED: frozenset({CaseState.CLOSED}),
    CaseState.CLOSED: frozenset(),
}
UNDECIDED = (CaseState.OPEN, CaseState.HEARD)


class Decision(StrEnum):
    """What is decided of the redemptions in question: all stand, some are taken back, all are."""

    RELEASE = "RELEASE"
    PARTLY = "PARTLY"
    RECOVER = "RECOVER"


class Wish(StrEnum):
    """How a place asks to be heard beside what it writes."""

    WRITTEN = "WRITTEN"
    CALL = "CALL"
    MEETING = "MEETING"


class StepKind(StrEnum):
    """One gesture of a case."""

    OPENED = "OPENED"
    HELD = "HELD"
    RELEASED = "RELEASED"
    RELEASED_BY_ITSELF = "RELEASED_BY_ITSELF"
    REMINDED = "REMINDED"
    ANSWERED = "ANSWERED"
    NOTED = "NOTED"
    PAPER_ADDED = "PAPER_ADDED"
    DECIDED = "DECIDED"
    APPEALED = "APPEALED"
    APPEAL_DECIDED = "APPEAL_DECIDED"
    RECOVERED = "RECOVERED"
    CLOSED = "CLOSED"


class HoldEnd(StrEnum):
    """Why a hold ended."""

    RELEASED = "RELEASED"
    DECIDED = "DECIDED"
    RECOVERED = "RECOVERED"
    BY_ITSELF = "BY_ITSELF"


class CasesRefused(Refusal):
    """Base of the refusals of cases."""

    code = "case-refused"


class CaseUnknown(CasesRefused):
    """No such case among those this actor may read. Facts: none."""

    code = "case-unknown"


class CaseNotInState(CasesRefused):
    """The case is not at this step. Facts: `state`."""

    code = "case-not-in-state"


class CaseWordsMissing(CasesRefused):
    """Something must be said. Facts: `field`."""

    code = "case-words-missing"


class AnswerDaysWrong(CasesRefused):
    """Too short to answer, or too long to wait. Facts: `least`, `most`."""

    code = "case-answer-days-wrong"


class PeriodWrong(CasesRefused):
    """The period is empty, to come, or too old. Facts: `days_most`."""

    code = "case-period-wrong"


class TooManyRedemptions(CasesRefused):
    """More redemptions than one case holds: ask about a shorter period. Facts: `most`."""

    code = "case-too-many-redemptions"


class NothingInQuestion(CasesRefused):
    """Nothing was redeemed there in that period that another open case does not hold already."""

    code = "case-nothing-in-question"


class StillToBeHeard(CasesRefused):
    """The place has not answered, and its deadline is not over. Facts: `answer_until`."""

    code = "case-still-to-be-heard"


class HoldTooMuch(CasesRefused):
    """A hold is never more than what the case is about. Facts: `most_cents`."""

    code = "case-hold-too-much"


class HoldTooLate(CasesRefused):
    """The time to decide is over: nothing more waits for this case. Facts: `decide_until`."""

    code = "case-hold-too-late"


class AlreadyHeldOnce(CasesRefused):
    """A case holds money once: what was let go is not held again."""

    code = "case-held-once"


class NothingHeld(CasesRefused):
    """Nothing waits for this case."""

    code = "case-nothing-held"


class DecidedByWhoOpened(CasesRefused):
    """Whoever opened a case never decides it."""

    code = "case-decided-by-opener"


class AppealByTheSame(CasesRefused):
    """An appeal is decided by neither who opened the case nor who decided it."""

    code = "case-appeal-by-the-same"


class ChoiceWrong(CasesRefused):
    """What is taken back does not go with the decision: none to release, some but not all for a part."""

    code = "case-choice-wrong"


class AppealWorse(CasesRefused):
    """An appeal never takes back more than the decision it is about."""

    code = "case-appeal-worse"


class AppealTooLate(CasesRefused):
    """The time to appeal is over. Facts: `appeal_until`."""

    code = "case-appeal-too-late"


class AppealStillOpen(CasesRefused):
    """Nothing is taken back while the place may still appeal. Facts: `appeal_until`."""

    code = "case-appeal-still-open"


class CasePaperUnknown(CasesRefused):
    """No such paper in this case, or it was erased."""

    code = "case-paper-unknown"


class CasePapersTooMany(CasesRefused):
    """As many papers as a case holds. Facts: `most`."""

    code = "case-papers-too-many"


@dataclass(frozen=True, slots=True)
class Key:
    """Which redemption: one voucher, one of its lives."""

    series_id: int
    voucher_id: int
    generation: int


@dataclass(frozen=True, slots=True)
class Line:
    """One redemption whose money is owed. Unit: whole cents."""

    key: Key
    cents: int
    redeemed_at: datetime


@dataclass(frozen=True, slots=True)
class Deadlines:
    """What is awaited, and until when (aware, exclusive)."""

    answer_until: datetime
    decide_until: datetime


def deadlines(*, at: datetime, answer_days: int) -> Deadlines:
    """The deadlines of a case opened at `at`. Raises: AnswerDaysWrong."""
    if not ANSWER_DAYS_LEAST <= answer_days <= ANSWER_DAYS_MOST:
        raise AnswerDaysWrong(least=ANSWER_DAYS_LEAST, most=ANSWER_DAYS_MOST)
    answer_until = at + timedelta(days=answer_days)
    return Deadlines(answer_until, answer_until + timedelta(days=DECIDE_DAYS))


def check_period(*, since: datetime, until: datetime, at: datetime) -> None:
    """The redemptions of a case are past, and not too old to be undone. Raises: PeriodWrong."""
    if not since < until or since > at or at - since > timedelta(days=PERIOD_DAYS_MOST):
        raise PeriodWrong(days_most=PERIOD_DAYS_MOST)


def check_words(words: str, field: str) -> str:
    """What is said, trimmed. Raises: CaseWordsMissing (`field`)."""
    said = words.strip()[:WORDS_LENGTH_MAX]
    if not said:
        raise CaseWordsMissing(field=field)
    return said


def check_move(*, state: CaseState, to: CaseState) -> None:
    """Let a case pass from `state` to `to`. Raises: CaseNotInState."""
    if to not in TRANSITIONS[state]:
        raise CaseNotInState(state=state.value)


def check_hold(*, cents: int, in_question_cents: int, was_held: bool, state: CaseState, decide_until: datetime, at: datetime) -> None:
    """A hold is placed once, before the decision and its deadline, and never on more than the case is about.

    Raises: CaseNotInState, HoldTooLate, AlreadyHeldOnce, HoldTooMuch.
    """
    if state not in UNDECIDED:
        raise CaseNotInState(state=state.value)
    if at >= decide_until:
        raise HoldTooLate(decide_until=decide_until)
    if was_held:
        raise AlreadyHeldOnce()
    if not 0 < cents <= in_question_cents:
        raise HoldTooMuch(most_cents=in_question_cents)


def holds_now(*, held_from: datetime | None, held_until: datetime | None, ended_at: datetime | None, at: datetime) -> bool:
    """Whether a hold still holds at `at`: one that reached its end holds nothing, even when nobody said so."""
    return held_from is not None and held_until is not None and ended_at is None and at < held_until


def check_decidable(*, state: CaseState, decision: Decision, opened_by: int, decided_by: int, answer_until: datetime, at: datetime) -> None:
    """A case is decided once, by another person, after the place answered or had the time to. To let go, nobody needs to wait.

    Raises: CaseNotInState, DecidedByWhoOpened, StillToBeHeard.
    """
    check_move(state=state, to=CaseState.DECIDED)
    if decided_by == opened_by:
        raise DecidedByWhoOpened()
    if decision is not Decision.RELEASE and state is CaseState.OPEN and at < answer_until:
        raise StillToBeHeard(answer_until=answer_until)


def check_choice(*, decision: Decision, taken_back: Collection[int], in_question: Collection[int]) -> frozenset[int]:
    """The redemptions taken back, as the decision says. Raises: ChoiceWrong."""
    chosen, everything = frozenset(taken_back), frozenset(in_question)
    if decision is Decision.RELEASE and not chosen:
        return frozenset()
    if decision is Decision.RECOVER and chosen in (frozenset(), everything):
        return everything
    if decision is Decision.PARTLY and chosen and chosen < everything:
        return chosen
    raise ChoiceWrong()


def check_appeal(*, state: CaseState, appeal_until: datetime | None, at: datetime) -> None:
    """A place appeals once, in time. Raises: CaseNotInState, AppealTooLate."""
    check_move(state=state, to=CaseState.APPEALED)
    if appeal_until is None or at >= appeal_until:
        raise AppealTooLate(appeal_until=appeal_until)


def check_appeal_decidable(*, state: CaseState, people: Collection[int | None], decided_by: int) -> None:
    """An appeal is decided by a third person: `people` opened and decided the case. Raises: CaseNotInState, AppealByTheSame."""
    check_move(state=state, to=CaseState.APPEAL_DECIDED)
    if decided_by in people:
        raise AppealByTheSame()


def check_appeal_choice(*, decision: Decision, taken_back: Collection[int], taken_before: Collection[int]) -> frozenset[int]:
    """What is still taken back after an appeal: never more than before it. Raises: ChoiceWrong, AppealWorse."""
    if not frozenset(taken_back) <= frozenset(taken_before):
        raise AppealWorse()
    return check_choice(decision=decision, taken_back=taken_back, in_question=taken_before)


def check_carry_out(*, state: CaseState, appeal_until: datetime | None, opened_by: int, done_by: int, at: datetime) -> None:
    """What stands is carried out once nothing can be appealed any more, not by who opened the case.

    Raises: CaseNotInState, AppealStillOpen, DecidedByWhoOpened.
    """
    if state not in (CaseState.DECIDED, CaseState.APPEAL_DECIDED):
        raise CaseNotInState(state=state.value)
    if done_by == opened_by:
        raise DecidedByWhoOpened()
    if state is CaseState.DECIDED and appeal_until is not None and at < appeal_until:
        raise AppealStillOpen(appeal_until=appeal_until)


def keep_back(*, cents: int, chosen: Iterable[Line], others: Iterable[Line]) -> tuple[Line, ...]:
    """What a hold of `cents` keeps out of what could be paid now: first the redemptions in question, then the place's others, oldest first.

    Never a cent more than the hold; the same at every asking, so that what waited yesterday is what waits today. `others` stand for what was
    paid already.
    """
    kept: list[Line] = []
    left = cents
    for line in (*_oldest_first(chosen), *_oldest_first(others)):
        if line.cents <= left:
            kept.append(line)
            left -= line.cents
    return tuple(kept)


def _oldest_first(lines: Iterable[Line]) -> Sequence[Line]:
    return sorted(lines, key=lambda line: (line.redeemed_at, line.key.series_id, line.key.voucher_id, line.key.generation))


def reminds(*, state: CaseState, answer_until: datetime, reminded_at: datetime | None, at: datetime) -> bool:
    """Whether a place that has not answered is reminded now: once, a few days before its deadline."""
    return state is CaseState.OPEN and reminded_at is None and answer_until - timedelta(days=REMIND_DAYS) <= at < answer_until


def median_days(spans: Iterable[timedelta]) -> int | None:
    """Half of the cases took this many whole days or less. None without a case."""
    ordered = sorted(spans)
    return ordered[(len(ordered) - 1) // 2].days if ordered else None
