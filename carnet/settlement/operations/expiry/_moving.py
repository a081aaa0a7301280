"""A decision moves the day of a step: with a reason, told to everybody it touches, never against what vouchers in hands say."""

from datetime import date, datetime
from uuid import UUID, uuid5

from django.db import transaction

from carnet.funding import operations as funding_operations
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.ledger import operations as ledger
from carnet.ledger import queries as ledger_queries
from carnet.parties.rules import check_allowed_now, person_of
from carnet.settlement import access
from carnet.settlement.models import Expiry, ExpiryChange, ExpiryStep
from carnet.settlement.operations._signed import steps_of
from carnet.settlement.operations.expiry._confirming import stop
from carnet.settlement.operations.expiry._telling import desks, funders, note, place_operators, tell
from carnet.settlement.rules.expiry import STEPS, check_step_reason, later, moved, stop_moved
from carnet.settlement.rules.expiry import ExpiryStep as Step

MOVE = "settlement.move-expiry"
AFTER_ACCEPTANCE = [each.value for each in STEPS[STEPS.index(Step.ACCEPTANCE_END) :]]


@transaction.atomic
def move_step(*, expiry_id: int, step: Step, to_on: date, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Move the day of a step; the end of acceptance only later, and for the whole programme; a validated stop too, while it can be.

    Raises:  NotAllowed, SecondFactorNeeded, PersonNeeded, ExpiryUnknown, StepReasonMissing, PrintedPromise, StepDone, DayPast,
             PromiseShortened, DayOutOfOrder, StopDayWrong, AcceptanceOwn, GraceNegative, ProgrammeEnded.
    Repeat:  the same request_id changes nothing, nor does the same day.
    """
    check_allowed_now(actor, MOVE, at)
    decided_by = person_of(actor, MOVE)
    row = access.expiry_operated(actor, expiry_id)
    if ExpiryChange.objects.filter(request_id=request_id).exists():
        return
    said = check_step_reason(reason)
    from_on = _moved(row, step, to_on, said, actor, request_id, at)
    if from_on == to_on:
        return
    ExpiryChange.objects.create(
        expiry=row, programme_id=row.programme_id, kind=step.value, from_on=from_on, to_on=to_on, reason=said, decided_by_id=decided_by,
        at=at, request_id=request_id,
    )  # fmt: skip
    facts = {"step": step.value, "from": from_on.isoformat(), "to": to_on.isoformat(), "reason": said}
    note(actor, "settlement.expiry-moved", row, facts, request_id, at)
    told = desks(row, at) | place_operators(row, at) | funders(row, at)
    tell("settlement.expiry-moved", told, row, {"step": step.value, "from_on": from_on, "to_on": to_on, "reason": said}, at)


def _moved(row: Expiry, step: Step, to_on: date, reason: str, actor: Actor, request_id: UUID, at: datetime) -> date:
    """Move it; the day it had."""
    steps = steps_of(row)
    own = next(each for each in steps if each.step is step)
    if step is Step.STOP and own.done_at is not None:
        stops = [each.hand_overs_stop_at for each in ledger_queries.series_list(agreement_id=row.agreement_id)]
        from_on = stop_moved(steps, stops=stops, today=legal_day(at))
        if from_on != to_on:
            stop(row, to_on, at)
        return from_on
    days = moved(steps, step, to_on=to_on, today=legal_day(at))
    if step is Step.ACCEPTANCE_END and days:
        _take_longer(row.programme_id, (to_on - own.due_on).days, actor, request_id, at)
    else:
        for each in ExpiryStep.objects.filter(expiry=row, kind__in=[moving.value for moving in days]):
            each.due_on = days[Step(each.kind)]
            each.save(update_fields=["due_on"])
    return own.due_on


def _take_longer(programme_id: int, days: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Every voucher of the programme that has not lapsed is taken so many days longer: a place knows one programme, not its agreements."""
    grace = funding.programme(programme_id).windows.grace_days
    funding_operations.extend_grace(
        programme_id=programme_id, grace_days=grace + days, actor=actor, request_id=uuid5(request_id, "grace"), at=at
    )
    for series in ledger_queries.series_list(programme_id=programme_id):
        if series.lapsed_at is None:
            ledger.extend_acceptance(series_id=series.id, accepted_until=later(series.accepted_until, days))
    for row in Expiry.objects.filter(programme_id=programme_id):
        steps = list(ExpiryStep.objects.filter(expiry=row, kind__in=AFTER_ACCEPTANCE))
        if any(each.done_at is not None for each in steps):
            continue
        row.accepted_until = later(row.accepted_until, days)
        row.save(update_fields=["accepted_until"])
        for each in steps:
            each.due_on = date.fromordinal(each.due_on.toordinal() + days)
            each.save(update_fields=["due_on"])
