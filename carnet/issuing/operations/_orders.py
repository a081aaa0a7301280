"""Ordering booklets, and the second person's answer."""

from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.funding.rules import ProgrammeEnded
from carnet.issuing import access
from carnet.issuing.models import Order
from carnet.issuing.operations._journal import by, note
from carnet.issuing.operations._labels import check_operator_labelled
from carnet.issuing.rules import AgreementOfAnotherProgramme, check_booklet_count, check_undecided, suggested_prefix
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import IssuerPrefix
from carnet.parties import operations as parties
from carnet.parties import queries as parties_queries
from carnet.parties.rules import check_allowed_now, digest_of, person_of

APPROVE = "issuing.approve-edition"


@transaction.atomic
def place_order(
    *,
    programme_id: int,
    agreement_id: int,
    booklet_count: int,
    issuer_prefix: str = "",
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Order booklets of the programme's size and value, and ask a second person to approve; return the order's id.

    Without `issuer_prefix`, the operator's initials begin the serials. Nothing is committed yet: shares are
    fixed when codes are drawn; an order that could not be shared today is refused now all the same.
    Raises:  NotAllowed, PersonNeeded, ProgrammeUnknown, ProgrammeEnded, OperatorNotLabelled, BookletCountWrong, IssuerPrefixInvalid,
             AgreementUnknown, AgreementClosed, AgreementOfAnotherProgramme, CapReached, FixedAmountsExhausted.
    Repeat:  the same request_id returns the first id.
    """
    check_allowed_now(actor, "issuing.order", at)
    ordered_by = person_of(actor, "issuing.order")
    repeated = Order.objects.filter(request_id=request_id).values_list("id", flat=True).first()
    if repeated is not None:
        return repeated
    programme = funding_access.operated_programme(actor, programme_id)
    if programme.ended_at is not None:
        raise ProgrammeEnded(ended_at=programme.ended_at)
    check_operator_labelled(programme.operator_id, at=at)
    check_booklet_count(booklet_count)
    if funding.agreement_for_order(agreement_id, at=at).programme_id != programme_id:
        raise AgreementOfAnotherProgramme(agreement=agreement_id)
    terms = programme.terms
    funding.shares_if_ordered(agreement_id, booklet_count * terms.booklet_size * terms.voucher_value_cents, at=at)
    prefix = (
        str(IssuerPrefix.parse(issuer_prefix))
        if issuer_prefix.strip()
        else suggested_prefix(parties_queries.organisation(programme.operator_id).name)
    )
    order = Order.objects.create(
        programme_id=programme_id,
        agreement_id=agreement_id,
        operator_id=programme.operator_id,
        issuer_prefix=prefix,
        booklet_count=booklet_count,
        booklet_size=terms.booklet_size,
        face_value_cents=terms.voucher_value_cents,
        ordered_at=at,
        ordered_by_id=ordered_by,
        request_id=request_id,
    )
    approval = parties.request_approval(
        action=APPROVE,
        subject=("order", order.id),
        digest=_digest(order),
        organisation_id=programme.operator_id,
        programme_id=programme_id,
        actor=actor,
        request_id=uuid5(request_id, "approval"),
        at=at,
    )
    order.approval_id = approval.id
    order.save(update_fields=["approval_id"])
    note(order, "order-placed", actor=actor, request_id=request_id, at=at, facts={"booklets": booklet_count, "prefix": prefix})
    return order.id


@transaction.atomic
def approve_order(*, order_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A second person approves the edition. The same person again changes nothing.

    Raises: OrderUnknown, OrderAlreadyDecided, OperatorNotLabelled, NotAllowed, SecondFactorNeeded, PersonNeeded, SamePerson.
    """
    order = access.operated_order(actor, order_id, lock=True)
    if order.approved_at is not None and order.approved_by_id == actor.person_id:
        return
    check_undecided(order.facts)
    check_operator_labelled(order.operator_id, at=at)
    assert order.approval_id is not None, "an order asks for its approval when it is placed"
    parties.approve(approval_id=order.approval_id, digest=_digest(order), actor=actor, request_id=request_id, at=at)
    order.approved_at, order.approved_by_id = at, person_of(actor, APPROVE)
    order.save(update_fields=["approved_at", "approved_by_id"])
    note(order, "order-approved", actor=actor, request_id=request_id, at=at)


@transaction.atomic
def refuse_order(*, order_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A second person refuses the edition, and says why: it goes no further. Raises: as `approve_order`, and ReasonMissing."""
    order = access.operated_order(actor, order_id, lock=True)
    if order.refused_at is not None and order.refused_by_id == actor.person_id:
        return
    check_undecided(order.facts)
    assert order.approval_id is not None, "an order asks for its approval when it is placed"
    parties.refuse(approval_id=order.approval_id, digest=_digest(order), reason=reason, actor=actor, request_id=request_id, at=at)
    order.refused_at, order.refused_by_id = at, by(actor)
    order.save(update_fields=["refused_at", "refused_by_id"])
    note(order, "order-refused", actor=actor, request_id=request_id, at=at)


def _digest(order: Order) -> bytes:
    return digest_of(
        order.programme_id, order.agreement_id, order.issuer_prefix, order.booklet_count, order.booklet_size, order.face_value_cents
    )
