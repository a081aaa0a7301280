"""Offers: prepared by one person of the operator, opened by another, closed to new applications. What was opened is never rewritten."""

from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from carnet.connectivity import access
from carnet.connectivity.models import Offer, Residence
from carnet.connectivity.operations._notes import note
from carnet.connectivity.rules import (
    OfferDecided,
    OfferState,
    OfferTerms,
    Part,
    ResidenceUnknown,
    check_undecided,
    checked_terms,
)
from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.funding.rules import AgreementUnknown
from carnet.kernel.actors import Actor
from carnet.parties import operations as parties
from carnet.parties.rules import check_may, digest_of, person_of

APPROVE = "connectivity.approve-offer"


@transaction.atomic
def prepare_offer(*, programme_id: int, terms: OfferTerms, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Prepare an offer, whole, and ask a second person to open it. Returns its id. Money in whole cents.

    Raises: NotAllowed, PersonNeeded, ProgrammeUnknown, AgreementUnknown, AgreementClosed, PartnerUnknown, ResidenceUnknown,
            OfferIncomplete, PaperNeedless. Repeat: the same request_id gives the first offer again.
    """
    check_may(actor, "connectivity.prepare-offer")
    programme = funding_access.operated_programme(actor, programme_id)
    first = Offer.objects.filter(request_id=request_id).first()
    if first is not None:
        return first.id
    checked_terms(terms)
    agreement = funding.agreement_for_order(terms.agreement_id, at=at)
    if agreement.programme_id != programme_id:
        raise AgreementUnknown(agreement=terms.agreement_id)
    access.standing_partner(programme_id, terms.landlord_id, Part.LANDLORD)
    access.standing_partner(programme_id, terms.provider_id, Part.PROVIDER)
    _check_residences(programme_id, terms)
    row = Offer(
        programme_id=programme_id, agreement_id=terms.agreement_id, landlord_id=terms.landlord_id, provider_id=terms.provider_id,
        residence_ids=list(terms.residence_ids), name=terms.name.strip(), household_cents=terms.household_cents,
        landlord_cents=terms.landlord_cents, funders_cents=terms.funders_cents, setup_cents=terms.setup_cents,
        collector=terms.collector.value, down_mbps=terms.down_mbps, up_mbps=terms.up_mbps, has_box=terms.has_box,
        lends_computer=terms.lends_computer, months=terms.months, home_limit=terms.home_limit, tolerated_days=terms.tolerated_days,
        eligibility=terms.eligibility.as_data(), opens_on=terms.opens_on, closes_on=terms.closes_on, state=OfferState.PREPARED.value,
        prepared_by_id=person_of(actor, "connectivity.prepare-offer"), prepared_at=at, request_id=request_id,
    )  # fmt: skip
    row.save(force_insert=True)
    approval = parties.request_approval(
        action=APPROVE, subject=("connection-offer", row.id), digest=_digest(row), organisation_id=programme.operator_id,
        programme_id=programme_id, actor=actor, request_id=uuid5(request_id, "approval"), at=at,
    )  # fmt: skip
    row.approval_id = approval.id
    row.save(update_fields=["approval_id"])
    _note(row, "offer-prepared", actor=actor, request_id=request_id, at=at)
    return row.id


@transaction.atomic
def open_offer(*, offer_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A second person opens the offer: desks may apply from its first day. The same person again changes nothing.

    Raises: OfferUnknown, OfferDecided, NotAllowed, SecondFactorNeeded, PersonNeeded, SamePerson.
    """
    row = access.operated_offer(actor, offer_id, lock=True)
    if row.state == OfferState.OPEN and row.decided_by_id == actor.person_id:
        return
    check_undecided(OfferState(row.state))
    assert row.approval_id is not None, "an offer asks for its approval when it is prepared"
    parties.approve(approval_id=row.approval_id, digest=_digest(row), actor=actor, request_id=request_id, at=at)
    _decide(row, OfferState.OPEN, "offer-opened", actor=actor, request_id=request_id, at=at)


@transaction.atomic
def refuse_offer(*, offer_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A second person refuses the offer, and says why. Raises: as `open_offer`, and ReasonMissing."""
    row = access.operated_offer(actor, offer_id, lock=True)
    if row.state == OfferState.REFUSED and row.decided_by_id == actor.person_id:
        return
    check_undecided(OfferState(row.state))
    assert row.approval_id is not None, "an offer asks for its approval when it is prepared"
    parties.refuse(approval_id=row.approval_id, digest=_digest(row), reason=reason, actor=actor, request_id=request_id, at=at)
    _decide(row, OfferState.REFUSED, "offer-refused", actor=actor, request_id=request_id, at=at)


@transaction.atomic
def close_offer(*, offer_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Take no more applications. What is connected stays so until its end. Raises: NotAllowed, OfferUnknown, OfferDecided.

    Repeat: closing again changes nothing.
    """
    check_may(actor, "connectivity.prepare-offer")
    row = access.operated_offer(actor, offer_id, lock=True)
    if row.state == OfferState.CLOSED:
        return
    if row.state != OfferState.OPEN:
        raise OfferDecided(state=row.state)
    row.state, row.closed_at = OfferState.CLOSED.value, at
    row.save(update_fields=["state", "closed_at"])
    _note(row, "offer-closed", actor=actor, request_id=request_id, at=at)


def _decide(row: Offer, state: OfferState, what: str, *, actor: Actor, request_id: UUID, at: datetime) -> None:
    row.state, row.decided_by_id, row.decided_at = state.value, person_of(actor, APPROVE), at
    row.save(update_fields=["state", "decided_by_id", "decided_at"])
    _note(row, what, actor=actor, request_id=request_id, at=at)


def _check_residences(programme_id: int, terms: OfferTerms) -> None:
    wanted = set(terms.residence_ids)
    known = Residence.objects.filter(id__in=wanted, programme_id=programme_id, landlord_id=terms.landlord_id, ended_at=None).count()
    if known != len(wanted):
        raise ResidenceUnknown


def _digest(row: Offer) -> bytes:
    """Of everything the second person reads."""
    said = row.eligibility
    rules = " ".join([*said["needed"], "/", *said["one_of"], "/", said["proof"], *said["papers"], "/", said["source"]])
    return digest_of(
        row.programme_id, row.agreement_id, row.landlord_id, row.provider_id, " ".join(map(str, row.residence_ids)), row.name,
        row.household_cents, row.landlord_cents, row.funders_cents, row.setup_cents, row.collector, row.down_mbps, row.up_mbps,
        int(row.has_box), int(row.lends_computer), row.months, row.home_limit, row.tolerated_days, rules, row.opens_on.isoformat(),
        row.closes_on.isoformat(),
    )  # fmt: skip


def _note(row: Offer, what: str, *, actor: Actor, request_id: UUID, at: datetime) -> None:
    facts = {
        "agreement": row.agreement_id, "household_cents": row.household_cents, "landlord_cents": row.landlord_cents,
        "funders_cents": row.funders_cents, "setup_cents": row.setup_cents, "months": row.months,
    }  # fmt: skip
    note(what, ("connection-offer", row.id), row.programme_id, facts, actor=actor, request_id=request_id, at=at)
