"""Money between operators, and to the places: what a partner pays is written when the bank shows it; a place is paid out of what came, or of an advance."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import QuerySet

from carnet.continuity.access import clearing as access
from carnet.continuity.models import ClearingClaim, ClearingPayment, ClearingTransfer, Partner
from carnet.continuity.operations.clearing._partners import note
from carnet.continuity.operations.clearing._writing import write_message
from carnet.continuity.rules.clearing.claims import ClaimState, PaymentState
from carnet.continuity.rules.clearing.messages import MessageKind
from carnet.continuity.rules.clearing.refusals import (
    ClearingPaymentNotInState,
    NothingToPay,
    PartnerUnknown,
    TransferAnnounced,
)
from carnet.funding.rules import UNDO_WINDOW_MINUTES_MAX
from carnet.gateways.bank import payments
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.kernel.refusals import Refusal
from carnet.ledger import operations as ledger
from carnet.ledger import queries as ledger_queries
from carnet.ledger.operations import ClearingBook
from carnet.ledger.rules import ClearingNotCovered, check_positive
from carnet.parties import operations as parties
from carnet.parties import queries as parties_queries
from carnet.parties.queries import PayableAccount
from carnet.parties.rules import ReasonMissing, check_allowed_now, digest_of, person_of
from carnet.settlement.rules import next_bank_day

APPROVE = "continuity.approve-clearing-payment"
PAYMENT = "clearing-payment"
# Past every programme's time to undo: a claim that may still be withdrawn is not paid.
SETTLED_AFTER = timedelta(minutes=UNDO_WINDOW_MINUTES_MAX)
EXECUTED_AFTER = timedelta(days=1)


@transaction.atomic
def announce_transfer(*, partner_id: int, reference: str, cents: int, paid_on: date, actor: Actor, request_id: UUID, at: datetime) -> UUID:
    """Tell a partner that it was paid for our vouchers, and under which reference its bank shows it; return the message's id.

    Raises: NotAllowed, SecondFactorNeeded, PartnerUnknown, AmountNotPositive, TransferAnnounced. Repeat: the first id.
    """
    check_allowed_now(actor, "continuity.settle-clearing", at)
    partner = _partner(actor, partner_id)
    repeated = ClearingTransfer.objects.filter(request_id=request_id).values_list("message_id", flat=True).first()
    if repeated is not None:
        return repeated
    said = _reference(partner, "TOLD", reference)
    body = {"reference": said, "cents": check_positive(cents), "paid_on": paid_on.isoformat(), "until": None}
    written = write_message(partner, MessageKind.PAID, body, at=at)
    _keep(partner, "TOLD", said, cents, paid_on, actor, request_id, at, message_id=written.envelope.id)
    note("transfer-announced", partner, {"cents": cents, "paid_on": paid_on}, actor, request_id, at)
    return written.envelope.id


@transaction.atomic
def record_cover(*, partner_id: int, reference: str, cents: int, received_on: date, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Write what the bank says a partner paid us. Never more than it owes. Repeat: nothing more.

    Raises: NotAllowed, SecondFactorNeeded, PartnerUnknown, AmountNotPositive, PartnerOwesLess, TransferAnnounced.
    """
    check_allowed_now(actor, "continuity.settle-clearing", at)
    partner = _partner(actor, partner_id)
    if ClearingTransfer.objects.filter(request_id=request_id).exists():
        return
    said = _reference(partner, "CAME", reference)
    ledger.receive_cover(book=_book(partner), cents=cents, request_id=request_id, at=at)
    _keep(partner, "CAME", said, cents, min(received_on, legal_day(at)), actor, request_id, at)
    note("cover-recorded", partner, {"cents": cents}, actor, request_id, at)


@transaction.atomic
def advance(*, partner_id: int, cents: int, reference: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Put in the operator's own money, so that places are paid before their partner pays. Never an agreement's. Repeat: nothing more.

    Raises: NotAllowed, SecondFactorNeeded, PartnerUnknown, AmountNotPositive, PartnerOwesLess.
    """
    _own_money("ADVANCED", partner_id, cents, reference, actor, request_id, at)


@transaction.atomic
def take_back_advance(*, partner_id: int, cents: int, reference: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Take back what the operator advanced, once the partner's money came, and never what a payment at the bank waits for.

    Repeat: nothing more. Raises: as `advance`, ClearingNotCovered.
    """
    _own_money("TAKEN_BACK", partner_id, cents, reference, actor, request_id, at)


@transaction.atomic
def prepare_payments(*, partner_id: int, actor: Actor, request_id: UUID, at: datetime) -> list[int]:
    """Prepare what each place may be paid now, the oldest claims first, out of what came and was advanced; return the payments' ids.

    A place whose account is not known or waits is left for another time. Somebody else agrees.
    Raises: NotAllowed, SecondFactorNeeded, PartnerUnknown, NothingToPay, AccountMissing (the operator's). Repeat: the first ids.
    """
    check_allowed_now(actor, "continuity.settle-clearing", at)
    partner = _partner(actor, partner_id)
    repeated = list(ClearingPayment.objects.filter(request_id=request_id).order_by("id").values_list("id", flat=True))
    if repeated:
        return repeated
    debtor = parties_queries.payable_account(organisation_id=partner.operator_id, at=at)
    made = []
    for organisation_id, (account, claims) in sorted(_payable(partner, at).items()):
        row = ClearingPayment.objects.create(
            partner=partner, operator_id=partner.operator_id, organisation_id=organisation_id, state=PaymentState.PREPARED.value,
            claim_count=len(claims), cents=sum(each.cents or 0 for each in claims), creditor_name=account.holder_name,
            creditor_iban=account.iban, creditor_bic=account.bic, debtor_name=debtor.holder_name, debtor_iban=debtor.iban,
            debtor_bic=debtor.bic, prepared_by_id=person_of(actor, "continuity.settle-clearing"), prepared_at=at,
            execute_on=next_bank_day(legal_day(at + EXECUTED_AFTER)), request_id=request_id,
        )  # fmt: skip
        ClearingClaim.objects.filter(id__in=[each.id for each in claims]).update(payment_id=row.id)
        parties.request_approval(
            action=APPROVE, subject=(PAYMENT, row.id), digest=_digest(row), organisation_id=partner.operator_id, actor=actor,
            request_id=uuid5(request_id, f"approval {organisation_id}"), at=at,
        )  # fmt: skip
        made.append(row.id)
    if not made:
        raise NothingToPay
    note("places-payment-prepared", partner, {"payments": made}, actor, request_id, at)
    return made


@transaction.atomic
def agree_payment(*, payment_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Agree to a payment that somebody else prepared: exactly that account, that sum. Repeat: nothing more.

    Raises: NotAllowed, SecondFactorNeeded, ClearingPaymentUnknown, ClearingPaymentNotInState, SamePerson, ApprovalChanged.
    """
    _decide(payment_id, None, actor, request_id, at)


@transaction.atomic
def refuse_payment(*, payment_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Refuse it, and why: its claims may be paid another time. Raises: as `agree_payment`, and ReasonMissing."""
    _decide(payment_id, reason, actor, request_id, at)


@transaction.atomic
def payment_file(*, payment_id: int, actor: Actor, at: datetime) -> tuple[str, bytes]:
    """The `pain.001` of an agreed payment: its name and its bytes, the same whenever it is taken out.

    Raises: NotAllowed, SecondFactorNeeded, ClearingPaymentUnknown, ClearingPaymentNotInState, and the gateway's PaymentFileInvalid.
    """
    check_allowed_now(actor, "continuity.settle-clearing", at)
    row = access.payment(actor, payment_id)
    _in_state(row, PaymentState.AGREED, PaymentState.PAID)
    assert row.decided_at is not None
    reference = reference_of(row)
    transfer = payments.CreditTransfer(
        reference,
        payments.Party(row.creditor_name, row.creditor_iban, row.creditor_bic),
        row.cents,
        f"Cheques d'un autre operateur {reference}",
    )
    content = payments.to_bytes(
        payments.Payment(
            message_id=reference, created_at=row.decided_at, execute_on=row.execute_on,
            debtor=payments.Party(row.debtor_name, row.debtor_iban, row.debtor_bic), transfers=(transfer,),
        )
    )  # fmt: skip
    return f"{reference}.xml", content


@transaction.atomic
def book_payment(*, payment_id: int, booked_on: date, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Write that the bank paid it: what the place was owed is paid. Repeat: nothing more.

    Raises: NotAllowed, SecondFactorNeeded, ClearingPaymentUnknown, ClearingPaymentNotInState, ClearingNotCovered.
    """
    check_allowed_now(actor, "continuity.settle-clearing", at)
    row = access.payment(actor, payment_id)
    if row.state == PaymentState.PAID:
        return
    _in_state(row, PaymentState.AGREED)
    partner = access.locked_partner(row.partner_id)
    ledger.honour_places(
        book=_book(partner), by_organisation={row.organisation_id: row.cents}, request_id=uuid5(row.request_id, f"paid {row.id}"), at=at
    )
    row.state, row.booked_on = PaymentState.PAID.value, min(booked_on, legal_day(at))
    row.save(update_fields=["state", "booked_on"])
    note("place-paid", partner, {"payment": row.id, "cents": row.cents}, actor, request_id, at)


@transaction.atomic
def return_payment(*, payment_id: int, reason: str, returned_on: date, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Write that the bank refused an agreed payment, or gave a booked one back: its claims are owed again, and may be paid another time.

    Repeat: nothing more. Raises: NotAllowed, SecondFactorNeeded, ClearingPaymentUnknown, ClearingPaymentNotInState, ReasonMissing.
    """
    check_allowed_now(actor, "continuity.settle-clearing", at)
    # The partner first, as whoever prepares does: what comes back may be paid again at once.
    partner = access.locked_partner(access.payment(actor, payment_id, lock=False).partner_id)
    row = access.payment(actor, payment_id)
    if row.state == PaymentState.RETURNED:
        return
    _in_state(row, PaymentState.AGREED, PaymentState.PAID)
    said = reason.strip()[:200]
    if not said:
        raise ReasonMissing
    was_booked = row.state == PaymentState.PAID
    if was_booked:
        ledger.bounce_place(
            book=_book(partner), place_organisation_id=row.organisation_id, cents=row.cents,
            request_id=uuid5(row.request_id, f"returned {row.id}"), at=at,
        )  # fmt: skip
    row.state, row.returned_on, row.reason = PaymentState.RETURNED.value, min(returned_on, legal_day(at)), said
    row.save(update_fields=["state", "returned_on", "reason"])
    ClearingClaim.objects.filter(payment_id=row.id).update(payment_id=None)
    facts = {"payment": row.id, "cents": row.cents, "was_booked": was_booked}
    note("place-payment-returned", partner, facts, actor, request_id, at)


def reference_of(row: ClearingPayment) -> str:
    """What the bank calls a payment."""
    return f"CLR{row.operator_id}-{row.id}"


def _decide(payment_id: int, reason: str | None, actor: Actor, request_id: UUID, at: datetime) -> None:
    check_allowed_now(actor, APPROVE, at)
    row = access.payment(actor, payment_id)
    # What was refused is not agreed to by asking again: only the same answer is a repetition.
    if reason is None and row.state in (PaymentState.AGREED, PaymentState.PAID) and row.decided_by_id == actor.person_id:
        return
    _in_state(row, PaymentState.PREPARED)
    parties.answer(
        action=APPROVE, subject=(PAYMENT, row.id), digest=_digest(row), requested_by=row.prepared_by_id, refused_because=reason, actor=actor,
        request_id=uuid5(request_id, "approval"), at=at,
    )  # fmt: skip
    row.state = PaymentState.AGREED.value if reason is None else PaymentState.REFUSED.value
    row.decided_by_id, row.decided_at, row.reason = person_of(actor, APPROVE), at, (reason or "").strip()[:200]
    # Agreed days later: no bank executes yesterday.
    row.execute_on = max(row.execute_on, next_bank_day(legal_day(at)))
    row.save(update_fields=["state", "decided_by_id", "decided_at", "reason", "execute_on"])
    if reason is not None:
        ClearingClaim.objects.filter(payment_id=row.id).update(payment_id=None)
    partner = Partner.objects.get(id=row.partner_id)
    note("places-payment-agreed" if reason is None else "places-payment-refused", partner, {"payment": row.id}, actor, request_id, at)


_Payable = dict[int, tuple[PayableAccount, list[ClearingClaim]]]


def _payable(partner: Partner, at: datetime) -> _Payable:
    """The claims that may be paid now by place, the oldest first, as far as the money goes. A place without an account holds back no other."""
    claims = [row for row in _claims_waiting(partner, at) if row.cents]
    asked = sorted({row.organisation_id for row in claims})
    accounts = parties_queries.payable_accounts(organisation_ids=asked, at=at) if asked else {}
    left = _available(partner)
    chosen: _Payable = {}
    for row in claims:
        account = accounts[row.organisation_id]
        if isinstance(account, Refusal):
            continue
        assert row.cents is not None
        if row.cents > left:
            break
        left -= row.cents
        chosen.setdefault(row.organisation_id, (account, []))[1].append(row)
    return chosen


def _claims_waiting(partner: Partner, at: datetime) -> QuerySet[ClearingClaim]:
    """Accepted, past every time to undo, in no payment; locked. The oldest first."""
    rows = ClearingClaim.objects.select_for_update(of=("self",)).filter(
        partner=partner, state=ClaimState.ACCEPTED.value, payment_id__isnull=True, redeemed_at__lte=at - SETTLED_AFTER
    )
    return rows.order_by("redeemed_at", "id")


def _available(partner: Partner) -> int:
    """What came or was advanced, less what was paid and what payments under way will take. Its partner is locked. Unit: whole cents."""
    assert partner.organisation_id is not None
    stands = ledger_queries.clearing_standing(operator_id=partner.operator_id, partner_id=partner.organisation_id)
    held = ClearingPayment.objects.filter(partner=partner, state__in=[PaymentState.PREPARED, PaymentState.AGREED])
    return stands.available_cents - sum(held.order_by().values_list("cents", flat=True))


def _own_money(kind: str, partner_id: int, cents: int, reference: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    check_allowed_now(actor, "continuity.settle-clearing", at)
    partner = _partner(actor, partner_id)
    if ClearingTransfer.objects.filter(request_id=request_id).exists():
        return
    if kind == "TAKEN_BACK" and cents > _available(partner):
        raise ClearingNotCovered(cents=cents, available_cents=max(0, _available(partner)))
    move = ledger.advance_clearing if kind == "ADVANCED" else ledger.recoup_clearing
    move(book=_book(partner), cents=cents, request_id=request_id, at=at)
    _keep(partner, kind, reference.strip()[:60], cents, legal_day(at), actor, request_id, at)
    note("advance" if kind == "ADVANCED" else "advance-taken-back", partner, {"cents": cents}, actor, request_id, at)


def _partner(actor: Actor, partner_id: int) -> Partner:
    partner = access.partner(actor, partner_id, lock=True)
    if partner.organisation_id is None:
        raise PartnerUnknown
    return partner


def _book(partner: Partner) -> ClearingBook:
    assert partner.organisation_id is not None
    return ClearingBook(partner.operator_id, partner.organisation_id)


def _reference(partner: Partner, kind: str, reference: str) -> str:
    said = "".join(each for each in reference if each.isprintable()).strip()[:60]
    if not said or ClearingTransfer.objects.filter(partner=partner, kind=kind, reference=said).exists():
        raise TransferAnnounced(reference=said)
    return said


def _keep(
    partner: Partner, kind: str, reference: str, cents: int, moved_on: date, actor: Actor, request_id: UUID, at: datetime,
    message_id: UUID | None = None,
) -> None:  # fmt: skip
    ClearingTransfer.objects.create(
        partner=partner, operator_id=partner.operator_id, kind=kind, reference=reference, cents=cents, moved_on=moved_on, message_id=message_id,
        recorded_by_id=actor.person_id, request_id=request_id, at=at,
    )  # fmt: skip


def _in_state(row: ClearingPayment, *states: PaymentState) -> None:
    if row.state not in states:
        raise ClearingPaymentNotInState(state=row.state)


def _digest(row: ClearingPayment) -> bytes:
    return digest_of(
        PAYMENT, row.organisation_id, row.claim_count, row.cents, row.creditor_iban, row.debtor_iban, row.execute_on.isoformat()
    )
