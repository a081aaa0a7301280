"""Between the preparation of a run and the bank: a person's control, the release of its file, a stop and its end."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_allowed_now, person_of
from carnet.settlement import access
from carnet.settlement.models import Claim, PaymentRun, Transfer
from carnet.settlement.operations import _debts, _redemptions
from carnet.settlement.operations._claims import reasons_to_wait
from carnet.settlement.operations._redrawing import redraw
from carnet.settlement.operations._runs import ask_approval, check_sum, digest_of_transfers, journal_run, transfers_of
from carnet.settlement.rules import (
    ClaimState,
    NothingToPay,
    RunAlreadyOpen,
    RunFileAlreadyWritten,
    RunNotInState,
    RunState,
    TransferState,
    check_reason,
    check_resume,
    check_run_move,
)

CONTROL, STOP, RESUME = "settlement.prepare-payment", "settlement.stop-payment", "settlement.resume-payment"


@transaction.atomic
def control_run(*, run_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A person takes over a run that the timer prepared, having looked at it; others are then asked to approve it.

    Whoever controls a run never approves it. Repeated, it changes nothing.
    Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, RunUnknown, RunNotInState, RunChangedSinceApproval.
    """
    check_allowed_now(actor, CONTROL, at)
    run = access.operated_run(actor, run_id)
    if run.controlled_at is not None:
        return
    if run.state != RunState.PREPARED:
        raise RunNotInState(state=run.state, needed=RunState.PREPARED.value)
    check_sum(run)
    run.controlled_by_id, run.controlled_at = person_of(actor, CONTROL), at
    run.approval_id = ask_approval(run, funding.programme(run.programme_id).operator_id, actor, request_id, at)
    run.save(update_fields=["controlled_by_id", "controlled_at", "approval_id"])
    journal_run(actor, "settlement.run-controlled", run, request_id, at)


@transaction.atomic
def stop_run(*, run_id: int, reason: str, is_not_at_bank: bool = False, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Hold a run back before it is given to the bank. Nothing of it is approved, written or sent until it is resumed.

    `is_not_at_bank`: once its file was taken out, whoever stops it says that the bank does not have it. Such a run is never
    cancelled: it can only be resumed, and gives the same file again. What it pays is in no other file.
    Raises: NotAllowed, PersonNeeded, RunUnknown, RunNotInState, RunFileAlreadyWritten (not said), ReasonMissing.
    """
    check_allowed_now(actor, STOP, at)
    stopped_by = person_of(actor, STOP)
    run = access.operated_run(actor, run_id)
    reason = check_reason(reason)
    if run.state == RunState.STOPPED:
        return
    check_run_move(state=RunState(run.state), to=RunState.STOPPED)
    if run.file_digest is not None and not is_not_at_bank:
        raise RunFileAlreadyWritten()
    run.stopped_from, run.state = run.state, RunState.STOPPED.value
    run.stopped_by_id, run.stopped_at, run.stopped_reason = stopped_by, at, reason
    run.save(update_fields=["stopped_from", "state", "stopped_by_id", "stopped_at", "stopped_reason"])
    journal_run(actor, "settlement.run-stopped", run, request_id, at, is_written=run.file_digest is not None)


@transaction.atomic
def resume_run(*, run_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Let a stopped run go on from where it stood, its transfers counted again. Its file, if it was taken out, is the same bytes.

    Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, RunUnknown, RunNotInState, NotYoursToResume, RunAlreadyOpen,
            RunChangedSinceApproval.
    """
    check_allowed_now(actor, RESUME, at)
    person_id = person_of(actor, RESUME)
    run = access.operated_run(actor, run_id)
    if run.state in (RunState.PREPARED, RunState.APPROVED) and run.stopped_at is not None:
        return
    if run.state != RunState.STOPPED:
        raise RunNotInState(state=run.state, needed=RunState.STOPPED.value)
    check_resume(person_id=person_id, stopped_by=run.stopped_by_id, prepared_by=run.prepared_by_id, controlled_by=run.controlled_by_id)
    other = PaymentRun.objects.filter(agreement_id=run.agreement_id, state__in=[RunState.PREPARED, RunState.APPROVED]).first()
    if other is not None:
        raise RunAlreadyOpen(run_id=other.id)
    check_sum(run)
    run.state = run.stopped_from
    run.save(update_fields=["state"])
    journal_run(actor, "settlement.run-resumed", run, request_id, at, is_written=run.file_digest is not None)


def release(run: PaymentRun, actor: Actor, request_id: UUID, at: datetime) -> None:
    """The last look before a run's orders are written, inside the caller's transaction and lock; a run is released once.

    Each claim's lines are summed again against the redemptions. One that differs, is held, or whose account was ended since
    leaves the run and waits; the others are paid. One that a case keeps in part leaves too: redrawn, the rest of it is paid by the next run.
    Raises: RunNotInState, NothingToPay, RunChangedSinceApproval.
    """
    if run.released_at is not None:
        return
    if run.state != RunState.APPROVED:
        raise RunNotInState(state=run.state, needed=RunState.APPROVED.value)
    check_sum(run)
    leaving = _leave(run, transfers_of(run), actor, request_id, at)
    run.released_by_id, run.released_at = actor.person_id, at
    run.save(update_fields=["released_by_id", "released_at", "transfer_count", "total_cents", "digest"])
    journal_run(actor, "settlement.run-released", run, request_id, at, set_aside=leaving)


def _leave(run: PaymentRun, transfers: list[Transfer], actor: Actor, request_id: UUID, at: datetime) -> int:
    """Take out of a run what must not be paid; return how many transfers left."""
    claims = list(Claim.objects.filter(id__in=[each.claim_id for each in transfers]).order_by("id"))
    span = (min(each.first_redeemed_at for each in claims), max(each.until for each in claims))
    _redemptions.lay_out(programme_id=run.programme_id, since=span[0], until=span[1], at=at)
    reasons = reasons_to_wait(claims, at, account_is_frozen=True)
    if not reasons:
        return 0
    kept = [each for each in transfers if each.claim_id not in reasons]
    if not kept:
        raise NothingToPay(set_aside=len(reasons))
    for claim in claims:
        if claim.id in reasons:
            claim.state, claim.set_aside_reason, claim.set_aside_at = ClaimState.SET_ASIDE.value, reasons[claim.id].value, at
    Claim.objects.bulk_update([each for each in claims if each.id in reasons], ["state", "set_aside_reason", "set_aside_at"])
    _debts.release_transfers([each for each in transfers if each.claim_id in reasons], actor, at)
    Transfer.objects.filter(run=run, claim_id__in=list(reasons)).update(state=TransferState.CANCELLED)
    redraw(programme_id=run.programme_id, claim_ids=list(reasons), actor=actor, request_id=request_id, at=at)
    run.transfer_count, run.total_cents = len(kept), sum(each.cents for each in kept)
    run.digest = digest_of_transfers(kept)
    return len(reasons)
