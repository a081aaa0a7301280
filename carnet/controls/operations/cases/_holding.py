"""Keeping a place's payments waiting for a case, up to an amount and until an hour; letting them go."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from carnet.controls.access import cases as access
from carnet.controls.models import Case
from carnet.controls.operations.cases._steps import HOLD, is_repeated, last_day, record, step, tell
from carnet.controls.rules.cases import CARRY_OUT_DAYS, CaseState, HoldEnd, NothingHeld, StepKind, check_hold, check_words, holds_now
from carnet.kernel.actors import Actor
from carnet.kernel.free_text import screen
from carnet.parties.rules import check_allowed_now, person_of


@transaction.atomic
def hold_payments(*, case_id: int, cents: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Keep up to `cents` of the place's payments waiting until its case is decided; the rest is paid as usual. Once a case.

    Raises:  NotAllowed, SecondFactorNeeded, PersonNeeded, CaseUnknown, CaseNotInState, AlreadyHeldOnce, HoldTooMuch.
    Repeat:  the same request_id changes nothing more.
    """
    check_allowed_now(actor, HOLD, at)
    case = access.operated_case(actor, case_id)
    if is_repeated(case, StepKind.HELD, request_id):
        return
    hold(case, cents, actor, at)
    step(case, StepKind.HELD, actor, request_id, at, cents=cents)
    record(actor, "payment-held", case, request_id, at, held_cents=cents, until=case.held_until)
    tell("controls.payment-held", case, at, held_cents=cents, answer_on=last_day(case.answer_until))


@transaction.atomic
def release_payments(*, case_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Let what waits be paid with the next payment, while the case goes on. `reason` is read by the place.

    Raises:  NotAllowed, SecondFactorNeeded, PersonNeeded, CaseUnknown, NothingHeld, CaseWordsMissing.
    Repeat:  the same request_id changes nothing more.
    """
    check_allowed_now(actor, HOLD, at)
    person_of(actor, HOLD)
    case = access.operated_case(actor, case_id)
    if is_repeated(case, StepKind.RELEASED, request_id):
        return
    words = screen(check_words(reason, "reason"))
    if not holds(case, at):
        raise NothingHeld
    end_hold(case, HoldEnd.RELEASED, at)
    case.save(update_fields=["hold_ended_at", "hold_end"])
    step(case, StepKind.RELEASED, actor, request_id, at, words=words, cents=case.held_cents)
    record(actor, "payment-released", case, request_id, at, held_cents=case.held_cents)
    tell("controls.payment-released", case, at, held_cents=case.held_cents)


def hold(case: Case, cents: int, actor: Actor, at: datetime) -> None:
    """Place a hold. Raises: CaseNotInState, AlreadyHeldOnce, HoldTooMuch."""
    check_hold(
        cents=cents,
        in_question_cents=case.cents,
        was_held=case.held_from is not None,
        state=CaseState(case.state),
        decide_until=case.decide_until,
        at=at,
    )
    case.held_cents, case.held_by_id, case.held_from, case.held_until = cents, person_of(actor, HOLD), at, case.decide_until
    case.save(update_fields=["held_cents", "held_by_id", "held_from", "held_until"])


def holds(case: Case, at: datetime) -> bool:
    """Whether the case keeps anything waiting at `at`."""
    return holds_now(held_from=case.held_from, held_until=case.held_until, ended_at=case.hold_ended_at, at=at)


def end_hold(case: Case, because: HoldEnd, at: datetime) -> None:
    """Say that a hold ended, and why."""
    case.hold_ended_at, case.hold_end = at, because.value


def hold_what_stands(case: Case, taken_cents: int, final_at: datetime | None, at: datetime) -> None:
    """What is not taken back is let go at once; what is waits until it can be carried out, and a little more."""
    if not holds(case, at):
        return
    if not taken_cents or final_at is None:
        end_hold(case, HoldEnd.DECIDED, at)
        return
    case.held_cents = min(case.held_cents, taken_cents)
    case.held_until = final_at + timedelta(days=CARRY_OUT_DAYS)
