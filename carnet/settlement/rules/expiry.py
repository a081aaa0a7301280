"""End of validity as a procedure: its steps, their days in Paris, who is waited for, and what a decision may move. Pure.

Source: the sequence of the former operator of the pass numérique (docs/decisions/0045-the-end-of-a-season-is-a-procedure.md).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from carnet.kernel.periods import legal_day, start_of_day
from carnet.settlement.rules._closing import ReturnDue
from carnet.settlement.rules._refusals import SettlementRefused

_INSTANT = timedelta(microseconds=1)
ALERT_DAYS, STOP_DAYS, CONFIRM_DAYS = 30, 15, 7
# From the first day nothing is taken: a week for the undo window and what devices still hold, then a fortnight to sign.
STATEMENT_DAYS, SIGNING_DAYS = 6, 14


class ExpiryUnknown(SettlementRefused):
    """No such end of validity, or not the reader's."""

    code = "expiry-unknown"


class StepNotYet(SettlementRefused):
    """Another step comes first. Facts: waits_for (its code)."""

    code = "expiry-step-not-yet"


class StepTooEarly(SettlementRefused):
    """The day of the step has not come. Facts: due_on."""

    code = "expiry-step-too-early"


class StepDone(SettlementRefused):
    """The step was confirmed already. Facts: done_at."""

    code = "expiry-step-done"


class StepReasonMissing(SettlementRefused):
    """Whoever confirms for somebody else, or moves a day, says why."""

    code = "expiry-reason-missing"


class PrintedPromise(SettlementRefused):
    """What is printed on vouchers in hands is never moved."""

    code = "expiry-printed"


class PromiseShortened(SettlementRefused):
    """The end of acceptance was told to people: it only moves later. Facts: accepted_until."""

    code = "expiry-shortened"


class DayOutOfOrder(SettlementRefused):
    """The day would come before the step before it, or after the step after it. Facts: after_on, before_on."""

    code = "expiry-day-out-of-order"


class DayPast(SettlementRefused):
    """The day is behind us. Facts: day."""

    code = "expiry-day-past"


class StopDayWrong(SettlementRefused):
    """Hand-overs stop from tomorrow at the earliest, and at the end of the printed validity at the latest. Facts: first_on, last_on."""

    code = "expiry-stop-day"


class StatementUnknown(SettlementRefused):
    """No such joint statement, or another funder's."""

    code = "joint-statement-unknown"


class StatementChanged(SettlementRefused):
    """What is signed is not what was read: the figures were drawn up again."""

    code = "joint-statement-changed"


class StatementSigned(SettlementRefused):
    """This side has signed already: it contests no more. Facts: signed_at."""

    code = "joint-statement-signed"


class StatementContested(SettlementRefused):
    """One side contests: it is answered, and drawn up again, before anybody signs. Facts: contested_at."""

    code = "joint-statement-contested"


class StatementsNotSigned(SettlementRefused):
    """Money goes back once both sides have signed. Facts: waiting (how many)."""

    code = "joint-statements-not-signed"


class StatementOutdated(SettlementRefused):
    """The ledger has moved since the statement: it is drawn up again. Facts: signed_cents, found_cents."""

    code = "joint-statement-outdated"


class MoneyToReturn(SettlementRefused):
    """Money is to go back: it is counted, approved and repaid, and that ends the procedure. Facts: cents."""

    code = "expiry-money-to-return"


class NothingChanged(SettlementRefused):
    """A statement is drawn up again when it is contested, or when the figures have moved."""

    code = "joint-statement-same"


class ExpiryStep(StrEnum):
    """The steps, in order."""

    ALERT = "ALERT"
    STOP = "STOP"
    CONFIRM = "CONFIRM"
    PRINTED_END = "PRINTED_END"
    ACCEPTANCE_END = "ACCEPTANCE_END"
    STATEMENT = "STATEMENT"
    CREDIT = "CREDIT"


class StepState(StrEnum):
    """Where a step stands on a day. WAITING: its day has come, an earlier step has not been confirmed."""

    DONE = "DONE"
    NOW = "NOW"
    LATE = "LATE"
    WAITING = "WAITING"
    NEXT = "NEXT"


STEPS: tuple[ExpiryStep, ...] = tuple(ExpiryStep)


@dataclass(frozen=True, slots=True)
class Dated:
    """One step of one procedure: its day, and when it was confirmed."""

    step: ExpiryStep
    due_on: date
    done_at: datetime | None = None


def days_of(*, printed_until: datetime, accepted_until: datetime, exchange_days: int = 0) -> dict[ExpiryStep, date]:
    """The legal day of each step, from the two exclusive ends of the vouchers handed over last.

    Where ended vouchers are exchanged for `exchange_days` more, accounts are settled after that: their money may still be needed.
    """
    last = legal_day(printed_until - _INSTANT)
    ended = legal_day(accepted_until - _INSTANT) + timedelta(days=1)
    settled = ended + timedelta(days=max(STATEMENT_DAYS, exchange_days + 1 if exchange_days else 0))
    return {
        ExpiryStep.ALERT: last - timedelta(days=ALERT_DAYS),
        ExpiryStep.STOP: last - timedelta(days=STOP_DAYS),
        ExpiryStep.CONFIRM: last - timedelta(days=CONFIRM_DAYS),
        ExpiryStep.PRINTED_END: last,
        ExpiryStep.ACCEPTANCE_END: ended,
        ExpiryStep.STATEMENT: settled,
        ExpiryStep.CREDIT: settled + timedelta(days=SIGNING_DAYS),
    }


def opens_on(printed_until: datetime) -> date:
    """The first day of the procedure: the alert's."""
    return legal_day(printed_until - _INSTANT) - timedelta(days=ALERT_DAYS)


def states_of(steps: Iterable[Dated], *, today: date) -> dict[ExpiryStep, StepState]:
    """Where each step stands: one at a time is played, however late the others are."""
    found: dict[ExpiryStep, StepState] = {}
    is_first = True
    for each in in_order(steps):
        if each.done_at is not None:
            found[each.step] = StepState.DONE
            continue
        if today < each.due_on:
            found[each.step] = StepState.NEXT
        elif is_first:
            found[each.step] = StepState.LATE if each.due_on < today else StepState.NOW
        else:
            found[each.step] = StepState.WAITING
        is_first = False
    return found


def in_order(steps: Iterable[Dated]) -> list[Dated]:
    """The steps in the order in which they are played."""
    return sorted(steps, key=lambda each: STEPS.index(each.step))


def turn_of(steps: Iterable[Dated], *, today: date) -> ExpiryStep | None:
    """The step a person may confirm today: the first that is not done, if its day has come."""
    for each in in_order(steps):
        if each.done_at is None:
            return each.step if each.due_on <= today else None
    return None


def check_turn(steps: Iterable[Dated], step: ExpiryStep, *, today: date) -> None:
    """The step's turn has come. Raises: StepDone, StepNotYet, StepTooEarly."""
    for each in in_order(steps):
        if each.step is step:
            if each.done_at is not None:
                raise StepDone(done_at=each.done_at)
            if today < each.due_on:
                raise StepTooEarly(due_on=each.due_on)
            return
        if each.done_at is None:
            raise StepNotYet(waits_for=each.step.value)


def check_step_reason(reason: str, *, needed: bool = True) -> str:
    """The words of a decision, trimmed to 300. Raises: StepReasonMissing."""
    said = " ".join(reason.split())[:300]
    if needed and not said:
        raise StepReasonMissing
    return said


def default_stop_day(*, today: date, printed_until: datetime) -> date:
    """The first day without hand-over that is proposed: tomorrow, or the day after the printed end when it is past."""
    return min(today + timedelta(days=1), legal_day(printed_until - _INSTANT) + timedelta(days=1))


def checked_stop(stops_on: date, *, today: date, printed_until: datetime) -> datetime:
    """The instant from which nothing is handed over: midnight in Paris, of a day desks can still be told. Raises: StopDayWrong."""
    end_on = legal_day(printed_until - _INSTANT) + timedelta(days=1)
    first_on = min(today + timedelta(days=1), end_on)
    if not first_on <= stops_on <= end_on:
        raise StopDayWrong(first_on=first_on, last_on=end_on)
    return min(start_of_day(stops_on), printed_until)


def moved(steps: Iterable[Dated], step: ExpiryStep, *, to_on: date, today: date) -> dict[ExpiryStep, date]:
    """The days that change when one is moved by a decision. What follows the end of acceptance keeps its distance from it.

    Raises: PrintedPromise, StepDone, DayPast, PromiseShortened, DayOutOfOrder.
    """
    known = in_order(steps)
    place = next(number for number, each in enumerate(known) if each.step is step)
    own = known[place]
    if step is ExpiryStep.PRINTED_END:
        raise PrintedPromise
    if own.done_at is not None:
        raise StepDone(done_at=own.done_at)
    if to_on < today:
        raise DayPast(day=to_on)
    if step is ExpiryStep.ACCEPTANCE_END:
        if to_on < own.due_on:
            raise PromiseShortened(accepted_until=start_of_day(own.due_on))
        longer = to_on - own.due_on
        return {each.step: each.due_on + longer for each in known[place:]} if longer else {}
    after_on = max((each.due_on for each in known[:place]), default=date.min)
    before_on = min((each.due_on for each in known[place + 1 :]), default=date.max)
    if not after_on <= to_on <= before_on:
        raise DayOutOfOrder(after_on=after_on, before_on=before_on)
    return {step: to_on} if to_on != own.due_on else {}


def stop_moved(steps: Iterable[Dated], *, stops: Iterable[datetime | None], today: date) -> date:
    """The validated day of the stop, while it can still be changed: until the printed end is confirmed. Raises: StepDone."""
    ended = next(each for each in steps if each.step is ExpiryStep.PRINTED_END)
    if ended.done_at is not None or today > ended.due_on:
        raise StepDone(done_at=ended.done_at or start_of_day(ended.due_on + timedelta(days=1)))
    return max(legal_day(each) for each in stops if each is not None)


def later(ends_at: datetime, days: int) -> datetime:
    """The same hour in Paris, so many legal days later."""
    day = legal_day(ends_at)
    return start_of_day(day + timedelta(days=days)) + (ends_at - start_of_day(day))


def check_signed_as_found(*, signed: Mapping[int, int], found: Iterable[ReturnDue]) -> None:
    """What goes back to each funder is what its signed statement says. Raises: StatementOutdated."""
    now = {each.funder_id: each.cents for each in found}
    if {funder_id: cents for funder_id, cents in signed.items() if cents} != now:
        raise StatementOutdated(signed_cents=sum(signed.values()), found_cents=sum(now.values()))


def credit_note_number(*, programme_id: int, year: int, number: int) -> str:
    """The printed number of a credit note: ``AV-12-2026-0001``, without a gap in its programme and year."""
    return f"AV-{programme_id}-{year}-{number:04d}"
