"""A person confirms the step of the day, and it is played."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from carnet.funding import operations as funding_operations
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.ledger import operations as ledger
from carnet.ledger import queries as ledger_queries
from carnet.parties.rules import Role, check_allowed_now, person_of
from carnet.settlement import access
from carnet.settlement.models import Expiry, ExpiryStep
from carnet.settlement.operations._closing import lapse_ended_series
from carnet.settlement.operations._returns import check_ended, money_to_return
from carnet.settlement.operations._signed import check_signed, steps_of
from carnet.settlement.operations.expiry._joint import draw_up_joint
from carnet.settlement.operations.expiry._telling import desks, funders, last_day, living, note, place_operators, tell
from carnet.settlement.rules.expiry import ExpiryStep as Step
from carnet.settlement.rules.expiry import MoneyToReturn, check_step_reason, check_turn, checked_stop, default_stop_day

PLAY = "settlement.play-expiry"
ANSWER = "settlement.confirm-expiry"
ASKED_OF_FUNDERS = (Step.STOP, Step.CONFIRM)


@transaction.atomic
def confirm_step(
    *, expiry_id: int, step: Step, stops_on: date | None = None, reason: str = "", actor: Actor, request_id: UUID, at: datetime
) -> None:
    """Confirm a step whose day has come, and play it. `stops_on`: the first legal day without hand-over.

    A funder of the agreement validates the stop (so may the operator) and confirms at D-7; when the operator writes that answer down for
    it, `reason` says where it is.
    Raises:  NotAllowed, SecondFactorNeeded, PersonNeeded, ExpiryUnknown, StepDone, StepNotYet, StepTooEarly, StepReasonMissing,
             StopDayWrong, ClosingTooEarly, SeriesNotEnded, StatementsNotSigned, MoneyToReturn.
    Repeat:  the same request_id changes nothing.
    """
    as_funder = step in ASKED_OF_FUNDERS and Role.FUNDER in actor.roles
    action = ANSWER if as_funder else PLAY
    check_allowed_now(actor, action, at)
    done_by = person_of(actor, action)
    row = access.expiry_played(actor, expiry_id) if as_funder else access.expiry_operated(actor, expiry_id)
    own = ExpiryStep.objects.get(expiry=row, kind=step.value)
    if own.request_id == request_id:
        return
    check_turn(steps_of(row), step, today=legal_day(at))
    own.reason = check_step_reason(reason, needed=step is Step.CONFIRM and not as_funder)
    own.figures = _play(row, step, stops_on, actor, request_id, at)
    own.proposed_at, own.done_at, own.done_by_id, own.done_for_id = own.proposed_at or at, at, done_by, actor.organisation_id
    own.request_id = request_id
    own.save(update_fields=["reason", "figures", "proposed_at", "done_at", "done_by_id", "done_for_id", "request_id"])
    note(actor, "settlement.expiry-step-confirmed", row, {"step": step.value, **own.figures}, request_id, at)


def _play(row: Expiry, step: Step, stops_on: date | None, actor: Actor, request_id: UUID, at: datetime) -> dict[str, Any]:
    """What a step does, and the figures it leaves."""
    if step is Step.STATEMENT:
        check_ended(row.agreement_id, row.programme_id, at)
        return draw_up_joint(row, at=at)
    if step is Step.CREDIT:
        return _end_without_money(row, actor, request_id, at)
    figures: dict[str, Any] = asdict(ledger_queries.booklet_progress(agreement_id=row.agreement_id))
    if step is Step.ALERT:
        _alert(row, figures, at)
    elif step is Step.STOP:
        figures["stop_on"] = legal_day(stop(row, stops_on, at)).isoformat()
    elif step is Step.PRINTED_END:
        said = {"last_on": last_day(row.printed_until), "accepted_on": last_day(row.accepted_until)}
        tell("settlement.printed-end", desks(row, at) | place_operators(row, at), row, said, at)
    elif step is Step.ACCEPTANCE_END:
        lapse_ended_series(programme_id=row.programme_id, actor=actor, request_id=uuid5(request_id, "lapse"), at=at)
        figures |= {f"vouchers_{name}": count for name, count in ledger_queries.counts(agreement_id=row.agreement_id).as_dict().items()}
    return figures


def _alert(row: Expiry, figures: dict[str, Any], at: datetime) -> None:
    """Funders have the figures of the agreement; each desk, how many booklets it still has to give."""
    agreement = funding.agreement(Actor.system("end of validity"), row.agreement_id, at=at)
    said = {"last_on": last_day(row.printed_until)}
    tell("settlement.expiry-alert", funders(row, at), row, {**said, "agreement": agreement.name, **figures}, at)
    held: dict[int, int] = {}
    for line in ledger_queries.stock(programme_id=row.programme_id, to_give_at=at):
        held[line.holder_id] = held.get(line.holder_id, 0) + line.booklet_count
    for desk_id in desks(row, at) & held.keys():
        tell("settlement.expiry-desk", {desk_id}, row, {**said, "booklets": held[desk_id]}, at)


def stop(row: Expiry, stops_on: date | None, at: datetime) -> datetime:
    """Stop every series of the agreement from that day, and tell the desks; the instant it stops. Raises: StopDayWrong."""
    today = legal_day(at)
    chosen = stops_on or default_stop_day(today=today, printed_until=row.printed_until)
    stop_at = checked_stop(chosen, today=today, printed_until=row.printed_until)
    for series in living(row.agreement_id):
        ledger.stop_hand_overs(series_id=series.id, stop_at=min(stop_at, series.printed_until))
    tell("settlement.hand-overs-stop", desks(row, at), row, {"stop_on": legal_day(stop_at)}, at)
    return stop_at


def _end_without_money(row: Expiry, actor: Actor, request_id: UUID, at: datetime) -> dict[str, Any]:
    """Everything was used: nothing goes back, and the agreement is closed. Raises: StatementsNotSigned, MoneyToReturn."""
    due = money_to_return(row.agreement_id)
    if due:
        raise MoneyToReturn(cents=sum(each.cents for each in due))
    check_signed(agreement_id=row.agreement_id, due=due, at=at)
    funding_operations.close_agreement(agreement_id=row.agreement_id, actor=actor, request_id=uuid5(request_id, "close"), at=at)
    return {"return_cents": 0}
