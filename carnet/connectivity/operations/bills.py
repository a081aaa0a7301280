"""Bills of providers: sent month by month, checked by one person, agreed by another, paid by the bank. Nothing is owed that was not connected.

Source: docs/decisions/0069-the-money-of-connections.md.
"""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID, uuid5

from django.db import transaction

from carnet.connectivity import access
from carnet.connectivity.access.bills import operated_bill
from carnet.connectivity.models import Bill, BillLine, Connection
from carnet.connectivity.operations._bill_books import approval_digest, frozen_payment, owe_lines, pay_balance_of
from carnet.connectivity.operations._bill_steps import SUBJECT, in_state, lock_bills
from carnet.connectivity.operations._notes import note
from carnet.connectivity.queries.bills import DueLine, due_lines, month_of
from carnet.connectivity.rules import (
    BillAlreadySent,
    BillChanged,
    BillDiffers,
    BillReasonMissing,
    BillState,
    BillUnknown,
    Collector,
    MonthNotOver,
    NothingToBill,
    NothingToPayOn,
    Part,
    parts_of,
)
from carnet.funding import access as funding_access
from carnet.kernel.actors import Actor
from carnet.kernel.periods import add_months, legal_day
from carnet.parties import operations as parties_operations
from carnet.parties.rules import check_allowed_now, check_may, person_of

APPROVE = "connectivity.approve-bill"


@transaction.atomic
def submit_bill(
    *, agreement_id: int, month: date, total_cents: int, reference: str = "", actor: Actor, request_id: UUID, at: datetime
) -> int:
    """A provider asks for the months of its connections that were over by the end of `month` (its first day); return the bill's id.

    `total_cents`: what the provider counts itself, of what is asked of the operator; it must be what the connections' days say.
    Lock: the agreement's bills. Repeat: the same request_id returns the first bill.
    Raises: NotAllowed, BillUnknown (no connection of its own there), MonthNotOver, BillAlreadySent, NothingToBill, BillDiffers.
    """
    check_may(actor, "connectivity.bill")
    mine = Connection.objects.filter(offer__agreement_id=agreement_id, provider_id=actor.organisation_id).order_by("id").first()
    if mine is None:
        raise BillUnknown(agreement=agreement_id)
    lock_bills(agreement_id)
    repeated = Bill.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.id
    access.standing_partner(mine.programme_id, mine.provider_id, Part.PROVIDER)
    month = month.replace(day=1)
    if add_months(month, 1) > legal_day(at):
        raise MonthNotOver(possible_on=add_months(month, 1).isoformat())
    waiting = Bill.objects.filter(
        agreement_id=agreement_id, provider_id=mine.provider_id, state__in=[BillState.SUBMITTED, BillState.CHECKED]
    ).first()
    if waiting is not None:
        raise BillAlreadySent(bill=waiting.id)
    lines = due_lines(agreement_id=agreement_id, provider_id=mine.provider_id, month=month)
    if not lines:
        raise NothingToBill(month=month.isoformat())
    bill = _written(mine, agreement_id, month, reference.strip()[:40], lines, actor, request_id, at)
    counted = _asked(bill)
    if counted != total_cents:
        raise BillDiffers(told_cents=total_cents, counted_cents=counted)
    note("bill-submitted", (SUBJECT, bill.id), bill.programme_id, {"month": month, "lines": len(lines), "cents": counted},
         actor=actor, request_id=request_id, at=at)  # fmt: skip
    return bill.id


@transaction.atomic
def check_bill(*, bill_id: int, execute_on: date | None = None, actor: Actor, request_id: UUID, at: datetime) -> int:
    """One person of the operator counts a bill again and prepares its payment; another will agree. Return the cents to be paid.

    Who is paid, on which account and how much are frozen here. A payment that came back is checked again, under another reference.
    Of the landlords' parts, only what they have paid in is paid on.
    Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, BillUnknown, BillNotInState, BillChanged, AccountMissing, AccountWaiting,
    ExecutionDayPast. Repeat: the same request_id changes nothing.
    """
    check_allowed_now(actor, "connectivity.prepare-bill", at)
    person_id = person_of(actor, "connectivity.prepare-bill")
    bill = operated_bill(actor, bill_id)
    lock_bills(bill.agreement_id)
    if bill.state == BillState.CHECKED and bill.approval_id is not None and bill.checked_by_id == person_id:
        return bill.pay_cents
    in_state(bill, BillState.SUBMITTED, BillState.RETURNED)
    if bill.state == BillState.SUBMITTED:
        _count_again(bill)
    return _prepared(bill, execute_on, person_id, actor, request_id, at)


@transaction.atomic
def prepare_balance(
    *, agreement_id: int, provider_id: int, execute_on: date | None = None, actor: Actor, request_id: UUID, at: datetime
) -> int:
    """Prepare the payment of what landlords paid in after their bills were agreed; return the bill's id. It has no lines.

    Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, AgreementUnknown, BillAlreadySent, NothingToPayOn, AccountMissing, AccountWaiting.
    Repeat: the same request_id returns the first.
    """
    check_allowed_now(actor, "connectivity.prepare-bill", at)
    person_id = person_of(actor, "connectivity.prepare-bill")
    agreement = funding_access.operated_agreement(actor, agreement_id)
    lock_bills(agreement_id)
    repeated = Bill.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.id
    waiting = Bill.objects.filter(agreement_id=agreement_id, provider_id=provider_id, state__in=[BillState.SUBMITTED, BillState.CHECKED])
    if waiting.exists():
        raise BillAlreadySent(bill=waiting[0].id)
    if not pay_balance_of(agreement_id, provider_id):
        raise NothingToPayOn(provider=provider_id)
    bill = Bill.objects.create(
        programme_id=agreement.programme_id, agreement_id=agreement_id, provider_id=provider_id, month=legal_day(at).replace(day=1),
        state=BillState.SUBMITTED.value, line_count=0, household_cents=0, landlord_cents=0, funders_cents=0, setup_cents=0,
        collected_cents=0, digest=_digest_of([]), submitted_at=at, submitted_by_id=person_id, request_id=request_id,
    )  # fmt: skip
    _prepared(bill, execute_on, person_id, actor, request_id, at)
    return bill.id


@transaction.atomic
def approve_bill(*, bill_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Another person agrees to exactly the bill and the payment that were checked: its months are owed from now on.

    Reserved money is owed to the provider line by line; landlords are called for theirs; what ended connections cannot cost any more is free.
    Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, BillUnknown, BillNotInState, BillChanged, SamePerson, ApprovalChanged,
    ReservedTooLittle. Repeat: by the same person, it changes nothing.
    """
    check_allowed_now(actor, APPROVE, at)
    bill = operated_bill(actor, bill_id)
    if bill.decided_by_id == person_of(actor, APPROVE) and bill.state not in (BillState.CHECKED, BillState.REFUSED):
        return
    lock_bills(bill.agreement_id)
    in_state(bill, BillState.CHECKED)
    assert bill.approval_id is not None, "a checked bill asks for an approval"
    was_owed = bill.attempt > 1
    if not was_owed and bill.line_count:
        _count_again(bill)
    given = parties_operations.approve(
        approval_id=bill.approval_id, digest=approval_digest(bill), actor=actor, request_id=uuid5(request_id, "decision"), at=at
    )
    bill.decided_by_id, bill.decided_at = given.decided_by, at
    bill.state = BillState.AGREED.value if bill.pay_cents else BillState.PAID.value
    bill.save(update_fields=["decided_by_id", "decided_at", "state"])
    if not was_owed:
        owe_lines(bill, actor, at)
    note("bill-agreed", (SUBJECT, bill.id), bill.programme_id, {"cents": bill.pay_cents}, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def refuse_bill(*, bill_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say no to a bill before it is agreed, and why: its months can be billed again. Whoever checks it may, then only who would agree.

    Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, BillUnknown, BillNotInState, BillReasonMissing, SamePerson.
    """
    bill = operated_bill(actor, bill_id)
    check_allowed_now(actor, "connectivity.prepare-bill" if bill.state == BillState.SUBMITTED else APPROVE, at)
    if not reason.strip():
        raise BillReasonMissing()
    in_state(bill, BillState.SUBMITTED, BillState.CHECKED)
    if bill.state == BillState.CHECKED:
        assert bill.approval_id is not None, "a checked bill asks for an approval"
        parties_operations.refuse(
            approval_id=bill.approval_id, digest=approval_digest(bill), reason=reason.strip()[:200], actor=actor,
            request_id=uuid5(request_id, "decision"), at=at,
        )  # fmt: skip
    # A payment that came back stays owed: only its new payment is given up.
    bill.state = BillState.RETURNED.value if bill.attempt > 1 else BillState.REFUSED.value
    bill.reason = reason.strip()[:200]
    bill.save(update_fields=["state", "reason"])
    if bill.state == BillState.REFUSED:
        BillLine.objects.filter(bill=bill, voided_at=None).update(voided_at=at)
    note("bill-refused", (SUBJECT, bill.id), bill.programme_id, {}, actor=actor, request_id=request_id, at=at)


def _prepared(bill: Bill, execute_on: date | None, person_id: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    frozen_payment(bill, execute_on, at)
    bill.state, bill.checked_by_id, bill.checked_at, bill.decided_by_id, bill.decided_at = (
        BillState.CHECKED.value,
        person_id,
        at,
        None,
        None,
    )
    bill.approval_id = parties_operations.request_approval(
        action=APPROVE,
        subject=(SUBJECT, bill.id),
        digest=approval_digest(bill),
        organisation_id=funding_access.operated_programme(actor, bill.programme_id).operator_id,
        programme_id=bill.programme_id,
        actor=actor,
        request_id=uuid5(request_id, "approval"),
        at=at,
    ).id
    bill.save()
    note("bill-checked", (SUBJECT, bill.id), bill.programme_id, {"cents": bill.pay_cents}, actor=actor, request_id=request_id, at=at)
    return bill.pay_cents


def _written(
    mine: Connection, agreement_id: int, month: date, reference: str, lines: Sequence[DueLine], actor: Actor, request_id: UUID, at: datetime
) -> Bill:
    def total(name: str) -> int:
        return sum(getattr(each.due, name) for each in lines)

    bill = Bill.objects.create(
        programme_id=mine.programme_id, agreement_id=agreement_id, provider_id=mine.provider_id, month=month, reference=reference,
        state=BillState.SUBMITTED.value, line_count=len(lines), household_cents=total("household_cents"),
        landlord_cents=total("landlord_cents"), funders_cents=total("funders_cents"), setup_cents=total("setup_cents"),
        collected_cents=sum(parts_of(each.due, each.collector).collected_cents for each in lines), digest=_digest_of(lines),
        submitted_by_id=actor.person_id, submitted_at=at, request_id=request_id,
    )  # fmt: skip
    BillLine.objects.bulk_create(
        BillLine(
            bill=bill, connection_id=each.connection_id, programme_id=mine.programme_id, landlord_id=each.landlord_id,
            provider_id=mine.provider_id, since=each.due.since, until=each.due.until, whole_until=each.due.whole_until,
            suspended_days=each.due.suspended_days, incident_days=each.due.incident_days, household_cents=each.due.household_cents,
            landlord_cents=each.due.landlord_cents, funders_cents=each.due.funders_cents, setup_cents=each.due.setup_cents,
            collector=each.collector.value,
        )
        for each in lines
    )  # fmt: skip
    return bill


def _count_again(bill: Bill) -> None:
    """What is owed is what the connections say now, line by line, and what the kept lines say. Raises: BillChanged."""
    counted = due_lines(agreement_id=bill.agreement_id, provider_id=bill.provider_id, month=bill.month, without_bill=bill.id)
    rows = BillLine.objects.filter(bill=bill).select_related("connection").order_by("connection__number", "since")
    kept = [DueLine(row.connection_id, row.connection.number, row.landlord_id, Collector(row.collector), month_of(row)) for row in rows]
    if not _digest_of(counted) == _digest_of(kept) == bytes(bill.digest):
        raise BillChanged(sent_cents=_asked(bill), counted_cents=sum(each.due.total_cents for each in counted) - bill.collected_cents)


def _asked(bill: Bill) -> int:
    return bill.household_cents + bill.landlord_cents + bill.funders_cents + bill.setup_cents - bill.collected_cents


def _digest_of(lines: Sequence[DueLine]) -> bytes:
    told = "\n".join(f"{each.number} {each.collector} {each.landlord_id} {each.due!r}" for each in lines)
    return hashlib.sha256(told.encode()).digest()
