"""A place asks for its payment, where a programme pays on demand: whatever the amount, whole."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from carnet.funding import queries as funding
from carnet.funding.rules import PaymentFrequency
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_allowed_now, person_of
from carnet.settlement import access
from carnet.settlement.models import PaymentRequest
from carnet.settlement.queries._asked import unclaimed_before
from carnet.settlement.rules import NothingToRequest, RequestAlreadyMade, RequestNotPossible, payable_on

ASK = "settlement.claim"


@dataclass(frozen=True, slots=True)
class PaymentAsked:
    """What was asked for, and the day it comes. Unit: whole cents."""

    payable_on: date
    voucher_count: int
    cents: int


@transaction.atomic
def request_payment(*, programme_id: int, actor: Actor, request_id: UUID, at: datetime) -> PaymentAsked:
    """Ask to be paid every voucher accepted before `at`. No least amount: one voucher is enough.

    Its claim is drawn up once the last of them can no longer be undone; what is accepted afterwards waits to be asked for.
    Raises:  NotAllowed, PersonNeeded, ProgrammeUnknown, RequestNotPossible, RequestAlreadyMade, NothingToRequest.
    Repeat:  the same request_id returns the first answer.
    """
    check_allowed_now(actor, ASK, at)
    asked_by, organisation_id = person_of(actor, ASK), actor.organisation_id or 0
    rules = funding.rules_for_redemption(programme_id)
    access.lock_programme(programme_id)
    row = PaymentRequest.objects.filter(request_id=request_id, organisation_id=organisation_id).first()
    if row is None:
        if rules.payment_frequency is not PaymentFrequency.ON_DEMAND:
            raise RequestNotPossible()
        waiting = PaymentRequest.objects.filter(programme_id=programme_id, organisation_id=organisation_id, cut_off__isnull=True).first()
        if waiting is not None:
            raise RequestAlreadyMade(payable_on=waiting.payable_on)
        if not unclaimed_before(organisation_id=organisation_id, programme_id=programme_id, until=at).cents:
            raise NothingToRequest()
        undo_window = timedelta(minutes=rules.undo_window_minutes)
        row = PaymentRequest.objects.create(
            programme_id=programme_id,
            organisation_id=organisation_id,
            until=at,
            payable_on=payable_on(redeemed_at=at, frequency=rules.payment_frequency, undo_window=undo_window),
            requested_by_id=asked_by,
            request_id=request_id,
        )
        journal.record(
            actor=actor,
            action="settlement.payment-requested",
            subject=("payment-request", row.id),
            facts={"payable_on": row.payable_on},
            programme_id=programme_id,
            organisation_id=organisation_id,
            request_id=request_id,
            at=at,
        )
    asked = unclaimed_before(organisation_id=organisation_id, programme_id=programme_id, until=row.until)
    return PaymentAsked(row.payable_on, asked.voucher_count, asked.cents)
