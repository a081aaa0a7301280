"""Payment runs: prepared by one person, approved by another, written for the bank, sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Count, Max, Sum

from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.funding.rules.ring_fence import RingFenceEnded
from carnet.gateways.bank import payments
from carnet.gateways.bank.characters import to_sepa
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties import operations as parties_operations
from carnet.parties import queries as parties
from carnet.parties.rules import check_allowed_now, person_of
from carnet.settlement import access
from carnet.settlement.models import Claim, PaymentRun, Transfer
from carnet.settlement.operations import _debts
from carnet.settlement.operations._advices import advise_of_run
from carnet.settlement.operations._bands import bands_in_force
from carnet.settlement.operations._claims import SetAside, review_waiting
from carnet.settlement.rules import (
    ClaimState,
    NothingToPay,
    RunAlreadyOpen,
    RunChangedSinceApproval,
    RunNotControlled,
    RunNotInState,
    RunState,
    TransferState,
    check_execution_day,
    check_reason,
    check_run_move,
    digest_of_run,
    end_to_end_id,
    message_id,
    next_bank_day,
    people_needed,
    remittance,
)
from carnet.settlement.rules.debts import Kept, with_kept

APPROVE = "settlement.approve-payment"
_OPEN = (RunState.PREPARED, RunState.APPROVED)


@dataclass(frozen=True, slots=True)
class RunPrepared:
    """A run ready for the second person, and the accounts it had to leave out. Unit: whole cents."""

    run_id: int
    execute_on: date
    transfer_count: int
    cents: int
    set_aside: tuple[SetAside, ...]


@transaction.atomic
def prepare_run(*, agreement_id: int, execute_on: date | None = None, actor: Actor, request_id: UUID, at: datetime) -> RunPrepared:
    """Gather every claim of an agreement that can be paid into one run, freezing name, account and amount of each.

    Every claim is counted again first; one that differs, or whose account is missing or changing, is set aside and the
    others go on; one that a case keeps in part is redrawn as two. `execute_on` defaults to the bank's next working day.
    How many people approve follows from its amount and the programme's bands, and never changes afterwards. Prepared by the
    timer, it waits for a person's control before anybody is asked to approve.
    Raises:  NotAllowed, SecondFactorNeeded, PersonNeeded, AgreementUnknown, ExecutionDayPast, RunAlreadyOpen, NothingToPay,
             RingFenceEnded (the programme was taken over: its new account is to be entered).
    Repeat:  the same request_id returns the first run.
    """
    check_allowed_now(actor, "settlement.prepare-payment", at)
    prepared_by = None if actor.kind == "system" else person_of(actor, "settlement.prepare-payment")
    agreement = funding_access.operated_agreement(actor, agreement_id)
    access.lock_programme(agreement.programme_id)
    repeated = PaymentRun.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return RunPrepared(repeated.id, repeated.execute_on, repeated.transfer_count, repeated.total_cents, ())
    execute_on = next_bank_day(execute_on or legal_day(at))
    check_execution_day(execute_on=execute_on, at=at)
    open_run = PaymentRun.objects.filter(agreement_id=agreement_id, state__in=_OPEN).first()
    if open_run is not None:
        raise RunAlreadyOpen(run_id=open_run.id)
    set_aside = review_waiting(agreement_id, actor=actor, request_id=request_id, at=at)
    _debts.record_accepted(agreement.programme_id, actor, request_id, at)
    _debts.keep_whole_claims(agreement_id, actor, request_id, at)
    claims = list(Claim.objects.filter(agreement_id=agreement_id, state=ClaimState.READY).order_by("id")[: payments.TRANSFERS_MAX])
    if not claims:
        raise NothingToPay(set_aside=len(set_aside))
    planned = _debts.plan_keeping(agreement_id, claims)
    kept_cents = sum(each.cents for kept in planned.values() for each in kept)
    ring_fence = funding.ring_fence(agreement_id)
    if ring_fence.ended_at is not None:
        raise RingFenceEnded(agreement=agreement_id)
    total_cents = sum(claim.cents for claim in claims) - kept_cents
    run = PaymentRun.objects.create(
        programme_id=agreement.programme_id,
        agreement_id=agreement_id,
        execute_on=execute_on,
        debtor_name=ring_fence.holder,
        debtor_iban=ring_fence.iban,
        debtor_bic=ring_fence.bic,
        transfer_count=len(claims),
        total_cents=total_cents,
        digest=b"",
        prepared_by_id=prepared_by,
        prepared_at=at,
        controlled_by_id=prepared_by,
        controlled_at=None if prepared_by is None else at,
        people_needed=people_needed(bands_in_force(agreement.programme_id), total_cents),
        request_id=request_id,
    )
    transfers = Transfer.objects.bulk_create(_transfers(run, claims, planned, at))
    _debts.keep_from_transfers(transfers, planned, request_id=request_id, at=at)
    Claim.objects.filter(id__in=[claim.id for claim in claims]).update(state=ClaimState.IN_PAYMENT)
    run.message_id = message_id(agreement_id=agreement_id, run_id=run.id)
    run.digest = digest_of_transfers(transfers)
    if prepared_by is not None:
        run.approval_id = ask_approval(run, agreement.programme.operator_id, actor, request_id, at)
    run.save(update_fields=["message_id", "digest", "approval_id"])
    journal_run(actor, "settlement.run-prepared", run, request_id, at, set_aside=len(set_aside), people_needed=run.people_needed)
    return RunPrepared(run.id, run.execute_on, run.transfer_count, run.total_cents, set_aside)


def ask_approval(run: PaymentRun, operator_id: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Ask as many people as the run needs to approve exactly its transfers; return the approval's id."""
    return parties_operations.request_approval(
        action=APPROVE,
        subject=("payment-run", run.id),
        digest=bytes(run.digest),
        organisation_id=operator_id,
        programme_id=run.programme_id,
        people_needed=run.people_needed,
        actor=actor,
        request_id=uuid5(request_id, "approval"),
        at=at,
    ).id


@transaction.atomic
def approve_run(*, run_id: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Another person approves exactly the transfers that were prepared; return how many people must still say yes.

    Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, RunUnknown, RunNotInState, RunNotControlled, SamePerson, ApprovalChanged,
            VoiceAlreadyGiven, RunChangedSinceApproval.
    """
    check_allowed_now(actor, APPROVE, at)
    run = access.operated_run(actor, run_id)
    if run.state == RunState.STOPPED:
        raise RunNotInState(state=run.state, needed=RunState.PREPARED.value)
    if run.state != RunState.PREPARED and run.approved_by_id == person_of(actor, APPROVE):
        return 0
    check_run_move(state=RunState(run.state), to=RunState.APPROVED)
    if run.approval_id is None:
        raise RunNotControlled()
    transfers = transfers_of(run)
    given = parties_operations.approve(
        approval_id=run.approval_id, digest=digest_of_transfers(transfers), actor=actor, request_id=uuid5(request_id, "decision"), at=at
    )
    check_sum(run)
    if given.decision is None:
        journal_run(actor, "settlement.run-voice-given", run, request_id, at, given=len(given.voices), needed=given.people_needed)
        return given.people_needed - len(given.voices)
    run.state, run.approved_by_id, run.approved_at = RunState.APPROVED.value, given.decided_by, at
    run.save(update_fields=["state", "approved_by_id", "approved_at"])
    journal_run(actor, "settlement.run-approved", run, request_id, at)
    return 0


@transaction.atomic
def cancel_run(*, run_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Give a run up before its file was taken out; its claims wait again. An approver's "no" is a cancellation too.

    Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, RunUnknown, RunNotInState, RunFileAlreadyWritten, ReasonMissing.
    """
    run = access.operated_run(actor, run_id)
    own = actor.person_id in (run.prepared_by_id, run.controlled_by_id) or run.controlled_at is None
    check_allowed_now(actor, "settlement.prepare-payment" if own else APPROVE, at)
    reason = check_reason(reason)
    check_run_move(state=RunState(run.state), to=RunState.CANCELLED, file_is_written=run.file_digest is not None)
    waiting = parties.approval_of(action=APPROVE, subject=("payment-run", run.id))
    if waiting is not None and not own:
        parties_operations.refuse(
            approval_id=waiting.id,
            digest=bytes(run.digest),
            reason=reason,
            actor=actor,
            request_id=uuid5(request_id, "decision"),
            at=at,
        )
    run.state, run.cancelled_at, run.cancelled_reason = RunState.CANCELLED.value, at, reason
    run.save(update_fields=["state", "cancelled_at", "cancelled_reason"])
    Claim.objects.filter(id__in=Transfer.objects.filter(run=run).values("claim_id")).update(state=ClaimState.READY)
    Transfer.objects.filter(run=run).update(state=TransferState.CANCELLED)
    _debts.release_run(run, at)
    journal_run(actor, "settlement.run-cancelled", run, request_id, at)


@transaction.atomic
def mark_sent(*, run_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Declare that the file was given to the bank; each place is told what comes, and when.

    Raises: NotAllowed, SecondFactorNeeded, RunUnknown, RunNotInState.
    """
    check_allowed_now(actor, "settlement.export-payment", at)
    run = access.operated_run(actor, run_id)
    if run.state == RunState.SENT:
        return
    check_run_move(state=RunState(run.state), to=RunState.SENT)
    if run.file_digest is None:
        raise RunNotInState(state=run.state, needed="FILE_WRITTEN")
    run.state, run.sent_at = RunState.SENT.value, at
    run.save(update_fields=["state", "sent_at"])
    Transfer.objects.filter(run=run, state=TransferState.PENDING).update(state=TransferState.SENT)
    journal_run(actor, "settlement.run-sent", run, request_id, at)
    transfers = transfers_of(run)
    tell_payees("settlement.transfer-sent", transfers, actor, request_id, at)
    advise_of_run(run, transfers, at)


def _transfers(run: PaymentRun, claims: Sequence[Claim], planned: Mapping[int, Sequence[Kept]], at: datetime) -> list[Transfer]:
    attempts = dict(Transfer.objects.filter(claim_id__in=[claim.id for claim in claims]).values_list("claim_id").annotate(Max("attempt")))
    programme = funding.programme(run.programme_id).name
    accounts = parties.payable_accounts(organisation_ids={claim.organisation_id for claim in claims}, at=at)
    made: list[Transfer] = []
    for claim in claims:
        # The review has just found it; it is frozen here, whatever becomes of it afterwards.
        account = accounts[claim.organisation_id]
        assert isinstance(account, parties.PayableAccount), "an account without one is set aside"
        attempt = attempts.get(claim.id, 0) + 1
        last_day = legal_day(claim.until - timedelta(microseconds=1))
        words = remittance(
            programme=to_sepa(programme, length_max=70), until_on=last_day, voucher_count=claim.voucher_count, claim_id=claim.id
        )
        kept_cents = sum(each.cents for each in planned.get(claim.id, ()))
        made.append(
            Transfer(
                run=run,
                claim=claim,
                programme_id=run.programme_id,
                agreement_id=run.agreement_id,
                organisation_id=claim.organisation_id,
                attempt=attempt,
                end_to_end_id=end_to_end_id(run_id=run.id, claim_id=claim.id, attempt=attempt),
                creditor_name=account.holder_name,
                creditor_iban=account.iban,
                creditor_bic=account.bic,
                remittance=with_kept(words, kept_cents),
                execute_on=run.execute_on,
                cents=claim.cents - kept_cents,
            )
        )
    return made


def transfers_of(run: PaymentRun) -> list[Transfer]:
    """What a run pays, in order of claim: without what left it when it was released."""
    return list(Transfer.objects.filter(run=run).exclude(state=TransferState.CANCELLED).order_by("claim_id"))


def digest_of_transfers(transfers: Sequence[Transfer]) -> bytes:
    """What exactly is approved and paid."""
    ordered = sorted(transfers, key=lambda transfer: transfer.claim_id)
    return digest_of_run((each.end_to_end_id, each.creditor_name, each.creditor_iban, each.cents) for each in ordered)


def check_sum(run: PaymentRun) -> None:
    """Invariant 9: the file's sum is its claims' sum, counted again at every step; a hundred thousand lines are read as they pass."""
    transfers = Transfer.objects.filter(run=run).exclude(state=TransferState.CANCELLED)
    counted = transfers.aggregate(cents=Sum("cents", default=0), count=Count("id"))
    claimed = Claim.objects.filter(id__in=transfers.values("claim_id")).aggregate(cents=Sum("cents", default=0))["cents"]
    claimed -= _debts.kept_of_run(run)
    lines = transfers.order_by("claim_id").values_list("end_to_end_id", "creditor_name", "creditor_iban", "cents")
    is_same = digest_of_run(lines.iterator(chunk_size=2000)) == bytes(run.digest)
    if not (is_same and run.total_cents == counted["cents"] == claimed and run.transfer_count == counted["count"]):
        raise RunChangedSinceApproval(approved_cents=run.total_cents, found_cents=counted["cents"])


# What each payee's line says of its transfer, beside the amount and the reference.
TOLD_OF = {
    "settlement.transfer-sent": ("execute_on",),
    "settlement.transfer-paid": ("booked_on",),
    "settlement.transfer-returned": ("returned_on", "reason_code"),
}


def tell_payees(action: str, transfers: Sequence[Transfer], actor: Actor, request_id: UUID, at: datetime) -> None:
    """A line of the journal for each payee, about its own money: what its own programs are told of."""
    for programme_id in sorted({each.programme_id for each in transfers}):
        journal.record_many(
            actor=actor,
            action=action,
            subject_kind="claim",
            lines=[
                journal.Told(each.claim_id, each.organisation_id, _told(each, action))
                for each in transfers
                if each.programme_id == programme_id
            ],
            programme_id=programme_id,
            request_id=request_id,
            at=at,
        )


def _told(transfer: Transfer, action: str) -> dict[str, object]:
    facts: dict[str, object] = {"cents": transfer.cents, "reference": transfer.end_to_end_id}
    return facts | {name: getattr(transfer, name) for name in TOLD_OF[action]}


def journal_run(actor: Actor, action: str, run: PaymentRun, request_id: UUID, at: datetime, **facts: object) -> None:
    journal.record(
        actor=actor,
        action=action,
        subject=("payment-run", run.id),
        facts={"agreement": run.agreement_id, "transfers": run.transfer_count, "cents": run.total_cents, **facts},
        programme_id=run.programme_id,
        request_id=request_id,
        at=at,
    )
