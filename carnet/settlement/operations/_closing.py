"""The end of a season: unused vouchers lapse, money goes back to each funder in its share, statements are drawn up."""

from datetime import date, datetime
from uuid import UUID, uuid5

from django.db import transaction

from carnet.funding import access as funding_access
from carnet.funding import operations as funding_operations
from carnet.funding import queries as funding
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.ledger import operations as ledger
from carnet.ledger import queries as ledger_queries
from carnet.notices import operations as notices
from carnet.parties import operations as parties_operations
from carnet.parties import queries as parties
from carnet.parties.rules import check_allowed_now, digest_of, person_of
from carnet.settlement import access
from carnet.settlement.models import Closing, Repayment, Statement
from carnet.settlement.operations._returns import check_ended, lapsed_series, returns_now
from carnet.settlement.operations._signed import check_signed, finish_expiry, issue_credit_notes
from carnet.settlement.queries import statement_figures
from carnet.settlement.rules import (
    ClosingAlreadyOpen,
    ClosingState,
    ReturnDue,
    check_closing_move,
    check_reason,
    check_reference,
    check_same_returns,
)

PREPARE = "settlement.prepare-closing"
APPROVE = "settlement.approve-closing"


@transaction.atomic
def lapse_ended_series(*, programme_id: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Let every series of a programme lapse whose grace has ended; return how many did now. One row of the ledger a series.

    Raises: NotAllowed, SecondFactorNeeded, ProgrammeUnknown.
    """
    check_allowed_now(actor, PREPARE, at)
    funding_access.operated_programme(actor, programme_id)
    access.lock_programme(programme_id)
    ended = [
        series
        for series in ledger_queries.series_list(programme_id=programme_id)
        if series.lapsed_at is None and series.drawn_at is not None and series.accepted_until <= at
    ]
    for series in ended:
        ledger.lapse_series(series_id=series.id, actor=actor, request_id=uuid5(request_id, str(series.id)), at=at)
    if ended:
        journal.record(
            actor=actor,
            action="settlement.series-lapsed",
            subject=("programme", programme_id),
            facts={"series": [series.id for series in ended]},
            programme_id=programme_id,
            request_id=request_id,
            at=at,
        )
    return len(ended)


@transaction.atomic
def prepare_closing(*, agreement_id: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Count what each funder of an ended agreement gets back, for a second person to approve; return the closing's id.

    Every series must have ended, grace and undo window included; those not lapsed yet lapse now. What is owed to places
    stays owed: only what nobody can claim any more goes back.
    Raises:  NotAllowed, SecondFactorNeeded, PersonNeeded, AgreementUnknown, ClosingTooEarly, ClosingAlreadyOpen,
             NothingToReturn, and where an end of validity is played StepNotYet, StatementsNotSigned, StatementOutdated.
    Repeat:  the same request_id returns the first id.
    """
    check_allowed_now(actor, PREPARE, at)
    prepared_by = person_of(actor, PREPARE)
    agreement = funding_access.operated_agreement(actor, agreement_id)
    access.lock_programme(agreement.programme_id)
    repeated = Closing.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.id
    running = Closing.objects.filter(agreement_id=agreement_id, state__in=[ClosingState.PREPARED, ClosingState.APPROVED]).first()
    if running is not None:
        raise ClosingAlreadyOpen(closing_id=running.id)
    check_ended(agreement_id, agreement.programme_id, at)
    lapse_ended_series(programme_id=agreement.programme_id, actor=actor, request_id=uuid5(request_id, "lapse"), at=at)
    due = returns_now(agreement_id)
    check_signed(agreement_id=agreement_id, due=due, at=at)
    closing = Closing.objects.create(
        programme_id=agreement.programme_id,
        agreement_id=agreement_id,
        total_cents=sum(each.cents for each in due),
        digest=_digest(agreement_id, due),
        prepared_by_id=prepared_by,
        prepared_at=at,
        request_id=request_id,
    )
    Repayment.objects.bulk_create(
        Repayment(
            closing=closing,
            programme_id=closing.programme_id,
            agreement_id=agreement_id,
            funder_id=each.funder_id,
            circulation_cents=each.circulation_cents,
            unissued_cents=each.unissued_cents,
        )
        for each in due
    )
    approval = parties_operations.request_approval(
        action=APPROVE,
        subject=("closing", closing.id),
        digest=bytes(closing.digest),
        organisation_id=agreement.programme.operator_id,
        programme_id=closing.programme_id,
        actor=actor,
        request_id=uuid5(request_id, "approval"),
        at=at,
    )
    closing.approval_id = approval.id
    closing.save(update_fields=["approval_id"])
    _journal(actor, "settlement.closing-prepared", closing, request_id, at)
    return closing.id


@transaction.atomic
def approve_closing(*, closing_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A second person approves exactly what was counted.

    Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, ClosingUnknown, ClosingNotInState, SamePerson, ApprovalChanged,
            ClosingChangedSinceApproval.
    """
    check_allowed_now(actor, APPROVE, at)
    closing = access.operated_closing(actor, closing_id)
    if closing.state != ClosingState.PREPARED and closing.approved_by_id == person_of(actor, APPROVE):
        return
    check_closing_move(state=ClosingState(closing.state), to=ClosingState.APPROVED)
    assert closing.approval_id is not None, "a prepared closing waits for its approval"
    prepared = _prepared(closing)
    given = parties_operations.approve(
        approval_id=closing.approval_id,
        digest=_digest(closing.agreement_id, prepared),
        actor=actor,
        request_id=uuid5(request_id, "decision"),
        at=at,
    )
    check_same_returns(approved=prepared, found=returns_now(closing.agreement_id))
    closing.state, closing.approved_by_id, closing.approved_at = ClosingState.APPROVED.value, given.decided_by, at
    closing.save(update_fields=["state", "approved_by_id", "approved_at"])
    issue_credit_notes(closing=closing, actor=actor, request_id=uuid5(request_id, "credit notes"), at=at)
    _journal(actor, "settlement.closing-approved", closing, request_id, at)


@transaction.atomic
def cancel_closing(*, closing_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Give a closing up before it is approved; an approver's "no" is a cancellation too.

    Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, ClosingUnknown, ClosingNotInState, ReasonMissing.
    """
    closing = access.operated_closing(actor, closing_id)
    own = closing.prepared_by_id == actor.person_id
    check_allowed_now(actor, PREPARE if own else APPROVE, at)
    reason = check_reason(reason)
    check_closing_move(state=ClosingState(closing.state), to=ClosingState.CANCELLED)
    waiting = parties.approval_of(action=APPROVE, subject=("closing", closing.id))
    if waiting is not None and not own:
        parties_operations.refuse(
            approval_id=waiting.id,
            digest=bytes(closing.digest),
            reason=reason,
            actor=actor,
            request_id=uuid5(request_id, "decision"),
            at=at,
        )
    closing.state, closing.cancelled_at, closing.cancelled_reason = ClosingState.CANCELLED.value, at, reason
    closing.save(update_fields=["state", "cancelled_at", "cancelled_reason"])
    _journal(actor, "settlement.closing-cancelled", closing, request_id, at)


@transaction.atomic
def record_repayments(*, closing_id: int, reference: str, paid_on: date, actor: Actor, request_id: UUID, at: datetime) -> dict[int, int]:
    """Record that the bank gave each funder its part back; the ledger follows, statements are drawn up, the agreement is closed.

    What is still owed to places is paid under a closed agreement as before.

    Returns whole cents per funder. `reference` is the bank's, `paid_on` its day.
    Raises:  NotAllowed, SecondFactorNeeded, ClosingUnknown, ClosingNotInState, ReferenceMissing, ClosingChangedSinceApproval.
    Repeat:  a closing repaid already returns the same cents.
    """
    check_allowed_now(actor, PREPARE, at)
    closing = access.operated_closing(actor, closing_id)
    prepared = _prepared(closing)
    if closing.state == ClosingState.REPAID:
        return {each.funder_id: each.cents for each in prepared}
    check_closing_move(state=ClosingState(closing.state), to=ClosingState.REPAID)
    reference = check_reference(reference)
    check_same_returns(approved=prepared, found=returns_now(closing.agreement_id))
    for series in lapsed_series(closing.agreement_id):
        ledger.return_circulation(series_id=series.id, actor=actor, request_id=uuid5(request_id, str(series.id)), at=at)
    for each in prepared:
        if each.unissued_cents:
            ledger.repay_unissued(
                programme_id=closing.programme_id,
                agreement_id=closing.agreement_id,
                funder_id=each.funder_id,
                cents=each.unissued_cents,
                actor=actor,
                request_id=uuid5(request_id, f"unissued {each.funder_id}"),
                at=at,
            )
    Repayment.objects.filter(closing=closing).update(reference=reference, paid_on=paid_on)
    closing.state, closing.repaid_at = ClosingState.REPAID.value, at
    closing.save(update_fields=["state", "repaid_at"])
    _journal(actor, "settlement.closing-repaid", closing, request_id, at, reference=reference)
    programme = funding.programme(closing.programme_id)
    for each in prepared:
        notices.post(
            kind="settlement.funder-repaid",
            to_organisation_id=each.funder_id,
            context={"programme": programme.name, "cents": each.cents, "paid_on": paid_on},
            programme_id=closing.programme_id,
            at=at,
        )
    finish_expiry(agreement_id=closing.agreement_id, cents=closing.total_cents, actor=actor, at=at)
    draw_up_statements(agreement_id=closing.agreement_id, actor=actor, request_id=uuid5(request_id, "statements"), at=at)
    funding_operations.close_agreement(agreement_id=closing.agreement_id, actor=actor, request_id=uuid5(request_id, "close"), at=at)
    return {each.funder_id: each.cents for each in prepared}


@transaction.atomic
def draw_up_statements(*, agreement_id: int, actor: Actor, request_id: UUID, at: datetime) -> tuple[int, ...]:
    """Keep, for each funder of an agreement, the figures as they are now; return the statements' ids.

    Raises: NotAllowed, SecondFactorNeeded, AgreementUnknown.
    """
    check_allowed_now(actor, PREPARE, at)
    agreement = funding_access.operated_agreement(actor, agreement_id)
    access.lock_programme(agreement.programme_id)
    repeated = Statement.objects.filter(request_id=request_id, agreement_id=agreement_id).order_by("funder_id")
    if repeated.exists():
        return tuple(repeated.values_list("id", flat=True))
    made: list[int] = []
    for figures in statement_figures(agreement_id=agreement_id, at=at):
        row = Statement.objects.create(
            programme_id=agreement.programme_id,
            agreement_id=agreement_id,
            funder_id=figures.funder_id,
            content=figures.as_json(),
            digest=digest_of(*(f"{name}={value}" for name, value in sorted(figures.as_json().items()))),
            made_at=at,
            request_id=request_id,
        )
        made.append(row.id)
    journal.record(
        actor=actor,
        action="settlement.statements-drawn-up",
        subject=("agreement", agreement_id),
        facts={"statements": made},
        programme_id=agreement.programme_id,
        request_id=request_id,
        at=at,
    )
    return tuple(made)


def _prepared(closing: Closing) -> tuple[ReturnDue, ...]:
    rows = Repayment.objects.filter(closing=closing).order_by("funder_id")
    return tuple(ReturnDue(row.funder_id, row.circulation_cents, row.unissued_cents) for row in rows)


def _digest(agreement_id: int, due: tuple[ReturnDue, ...]) -> bytes:
    parts = [part for each in due for part in (each.funder_id, each.circulation_cents, each.unissued_cents)]
    return digest_of(agreement_id, *parts)


def _journal(actor: Actor, action: str, closing: Closing, request_id: UUID, at: datetime, **facts: object) -> None:
    journal.record(
        actor=actor,
        action=action,
        subject=("closing", closing.id),
        facts={"agreement": closing.agreement_id, "cents": closing.total_cents, **facts},
        programme_id=closing.programme_id,
        request_id=request_id,
        at=at,
    )
