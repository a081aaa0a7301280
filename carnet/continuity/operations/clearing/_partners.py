"""Two people know another operator: one proposes its keys, another reads its fingerprint on the telephone and agrees. It ends likewise."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from carnet.continuity.access import clearing as access
from carnet.continuity.models import Partner, PartnerIdentity
from carnet.continuity.rules.clearing.claims import PartnerState
from carnet.continuity.rules.clearing.identities import Identity, read_identity, read_signed_identity
from carnet.continuity.rules.clearing.refusals import (
    FingerprintDiffers,
    PartnerEnded,
    PartnerIsOurs,
    PartnerNotWaiting,
    PartnerProgrammeMissing,
    SignatureForged,
)
from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.gateways.keys import CLEARING, fingerprint, key_name, signs
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.parties import operations as parties
from carnet.parties.rules import OrganisationKind, check_allowed_now, digest_of, person_of
from carnet.places import operations as places
from carnet.redemption import access as redemption_access

APPROVE = "continuity.approve-partner"
SUBJECT, ENDING = "clearing-partner", "clearing-partner-end"


@transaction.atomic
def propose_partner(
    *, document: bytes, programme_ids: Collection[int], actor: Actor, request_id: UUID, at: datetime
) -> int:  # fmt: skip
    """Propose what another operator's installation says of itself: its keys, its address, its programmes; return the partner's id.

    `programme_ids`: ours, whose vouchers its places may take. Proposing a partner we have again, with other keys or programmes, replaces
    them once agreed. The document is signed by its own key: what makes it true is the fingerprint read out on the telephone.
    Raises: NotAllowed, SecondFactorNeeded, MessageUnreadable, MessageTooLarge, SignatureForged, PartnerIsOurs, OperatorUnnumbered,
            PartnerProgrammeMissing, ProgrammeUnknown, ApprovalAlreadyWaiting.
    Repeat:  the same request_id returns the first id.
    """
    check_allowed_now(actor, "continuity.propose-partner", at)
    operator = access.own_operator(actor)
    repeated = PartnerIdentity.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.partner_id
    told, text = _told(document)
    if told.siret == operator.siret:
        raise PartnerIsOurs
    wanted = sorted({funding_access.operated_programme(actor, each).id for each in programme_ids})
    if not wanted or not told.programmes:
        raise PartnerProgrammeMissing
    partner = (
        Partner.objects.select_for_update(of=("self",))
        .filter(operator_id=operator.id, siret=told.siret, state__in=[PartnerState.PROPOSED, PartnerState.OPEN, PartnerState.ENDED])
        .order_by("-id")
        .first()
    )
    if partner is None:
        partner = Partner.objects.create(
            operator_id=operator.id, siret=told.siret, name=told.name, address=told.address, state=PartnerState.PROPOSED.value,
            programme_ids=wanted, request_id=request_id, created_at=at,
        )  # fmt: skip
    identity = PartnerIdentity(
        partner=partner, operator_id=operator.id, signing=told.signing, sealing=told.sealing, key_name=key_name(told.signing),
        fingerprint=fingerprint(told.signing, told.sealing), programmes=_programmes(told), document=text, made_at=told.made_at, state="PROPOSED",
        proposed_by_id=person_of(actor, "continuity.propose-partner"), proposed_at=at, programme_ids=wanted,
        request_id=request_id,
    )  # fmt: skip
    parties.request_approval(
        action=APPROVE, subject=(SUBJECT, partner.id), digest=_digest(identity), organisation_id=operator.id, actor=actor,
        request_id=uuid5(request_id, "approval"), at=at,
    )  # fmt: skip
    identity.save(force_insert=True)
    note("partner-proposed", partner, {"key": identity.key_name, "programmes": wanted}, actor, request_id, at)
    return partner.id


@transaction.atomic
def agree_partner(*, partner_id: int, heard: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Agree to the keys that somebody else proposed. `heard`: the fingerprint as it was read out on the telephone, typed again.

    From then on its messages are believed, and what its places take of our programmes is owed to it like to a place of ours.
    Raises: NotAllowed, SecondFactorNeeded, PartnerUnknown, PartnerNotWaiting, FingerprintDiffers, SamePerson, ApprovalChanged. Repeat: nothing more.
    """
    check_allowed_now(actor, APPROVE, at)
    partner = access.partner(actor, partner_id, lock=True)
    identity = _waiting(partner)
    if "".join(heard.split()).upper() != identity.fingerprint.replace(" ", ""):
        raise FingerprintDiffers
    told = read_identity(identity.document)
    _answer(partner, identity, None, actor, request_id, at)
    _decide(identity, "OPEN", actor, "", at)
    system = Actor.system(f"clearing partner {partner.id}", organisation_ids={partner.operator_id})
    _open(partner, identity, told, system, request_id, at)
    note("partner-agreed", partner, {"key": identity.key_name}, actor, request_id, at)
    redemption_access.forget_place_keys()


@transaction.atomic
def refuse_partner(*, partner_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Refuse what was proposed, and why. A partner agreed to before stays as it was.

    Raises: as `agree_partner`, and ReasonMissing.
    """
    check_allowed_now(actor, APPROVE, at)
    partner = access.partner(actor, partner_id, lock=True)
    identity = _waiting(partner)
    _answer(partner, identity, reason, actor, request_id, at)
    _decide(identity, "REFUSED", actor, reason.strip()[:200], at)
    if partner.state == PartnerState.PROPOSED:
        partner.state = PartnerState.REFUSED.value
        partner.save(update_fields=["state"])
    note("partner-refused", partner, {"key": identity.key_name}, actor, request_id, at)


@transaction.atomic
def ask_end(*, partner_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Propose to end clearing with a partner. Raises: NotAllowed, SecondFactorNeeded, PartnerUnknown, PartnerEnded, ApprovalAlreadyWaiting."""
    check_allowed_now(actor, "continuity.propose-partner", at)
    partner = access.partner(actor, partner_id, lock=True)
    if partner.state != PartnerState.OPEN:
        raise PartnerEnded
    parties.request_approval(
        action=APPROVE, subject=(ENDING, partner.id), digest=_end_digest(partner), organisation_id=partner.operator_id, actor=actor,
        request_id=uuid5(request_id, "approval"), at=at,
    )  # fmt: skip
    partner.ending_by_id = person_of(actor, "continuity.propose-partner")
    partner.save(update_fields=["ending_by_id"])
    note("partner-end-asked", partner, {}, actor, request_id, at)


@transaction.atomic
def agree_end(*, partner_id: int, refused_because: str | None, actor: Actor, request_id: UUID, at: datetime) -> None:
    """End clearing with a partner, or not, and why. What is owed stays owed; answers, statements and payments go on; no new claim.

    Raises: NotAllowed, SecondFactorNeeded, PartnerUnknown, PartnerNotWaiting, SamePerson, ReasonMissing.
    """
    check_allowed_now(actor, APPROVE, at)
    partner = access.partner(actor, partner_id, lock=True)
    if partner.ending_by_id is None or partner.state != PartnerState.OPEN:
        raise PartnerNotWaiting
    parties.answer(
        action=APPROVE, subject=(ENDING, partner.id), digest=_end_digest(partner), requested_by=partner.ending_by_id,
        refused_because=refused_because, actor=actor, request_id=uuid5(request_id, "approval"), at=at,
    )  # fmt: skip
    if refused_because is not None:
        partner.ending_by_id = None
        partner.save(update_fields=["ending_by_id"])
        return
    partner.state, partner.ended_at = PartnerState.ENDED.value, at
    partner.save(update_fields=["state", "ended_at"])
    system = Actor.system(f"clearing partner {partner.id}", organisation_ids={partner.operator_id})
    assert partner.organisation_id is not None
    places.end_partner_place(organisation_id=partner.organisation_id, actor=system, at=at)
    note("partner-ended", partner, {}, actor, request_id, at)
    redemption_access.forget_place_keys()


def learn_identity(partner: Partner, told: Identity, text: str) -> bool:
    """Take in what a partner says of its programmes, signed by a key that two people agreed to; later than what we know. Returns whether it is new.

    New keys of its own are not taken in: they are proposed and agreed to like the first.
    """
    known = (
        PartnerIdentity.objects.filter(partner=partner, state="OPEN", signing=told.signing, sealing=told.sealing).order_by("-id").first()
    )
    if known is None or told.siret != partner.siret or told.made_at <= known.made_at:
        return False
    known.programmes, known.document, known.made_at = _programmes(told), text, told.made_at
    known.save(update_fields=["programmes", "document", "made_at"])
    if (told.name, told.address) != (partner.name, partner.address):
        partner.name, partner.address = told.name, told.address
        partner.save(update_fields=["name", "address"])
    return True


def _open(partner: Partner, identity: PartnerIdentity, told: Identity, system: Actor, request_id: UUID, at: datetime) -> None:
    organisation_id = parties.enlist_organisation(
        number=partner.siret, kind=OrganisationKind.PLACE_OPERATOR, name=told.name, is_simulated=False, contact_email="",
        registered_by=partner.operator_id, actor=system, request_id=uuid5(request_id, "organisation"), at=at,
    )  # fmt: skip
    with acting_as(organisation_ids={partner.operator_id, organisation_id}):
        place_id = places.open_partner_place(
            organisation_id=organisation_id, name=told.name,
            services={each.id: each.terms.service_codes for each in funding.programmes(identity.programme_ids)},
            actor=system, request_id=uuid5(request_id, "place"), at=at,
        )  # fmt: skip
    partner.state, partner.name, partner.address = PartnerState.OPEN.value, told.name, told.address
    partner.organisation_id, partner.place_id, partner.programme_ids = organisation_id, place_id, identity.programme_ids
    # Ended before: the same messages and numbers go on, so that nothing on its way is decided twice.
    partner.ending_by_id = partner.ended_at = None
    partner.save(update_fields=["state", "name", "address", "organisation_id", "place_id", "programme_ids", "ending_by_id", "ended_at"])


def _told(document: bytes) -> tuple[Identity, str]:
    text, key, signature = read_signed_identity(document)
    told = read_identity(text)
    # By the key it speaks of: whoever wrote it holds that key.
    if key != key_name(told.signing) or not signs(told.signing, CLEARING, text.encode(), signature):
        raise SignatureForged
    return told, text


def _programmes(told: Identity) -> list[dict[str, Any]]:
    return [each.as_json() for each in told.programmes]


def _waiting(partner: Partner) -> PartnerIdentity:
    found = PartnerIdentity.objects.filter(partner=partner, state="PROPOSED").first()
    if found is None:
        raise PartnerNotWaiting
    return found


def _answer(partner: Partner, identity: PartnerIdentity, refused_because: str | None, actor: Actor, request_id: UUID, at: datetime) -> None:
    parties.answer(
        action=APPROVE, subject=(SUBJECT, partner.id), digest=_digest(identity), requested_by=identity.proposed_by_id,
        refused_because=refused_because, actor=actor, request_id=uuid5(request_id, "approval"), at=at,
    )  # fmt: skip


def _decide(identity: PartnerIdentity, state: str, actor: Actor, reason: str, at: datetime) -> None:
    identity.state, identity.decided_by_id, identity.decided_at, identity.reason = state, person_of(actor, APPROVE), at, reason
    identity.save(update_fields=["state", "decided_by_id", "decided_at", "reason"])


def _digest(identity: PartnerIdentity) -> bytes:
    return digest_of("clearing-partner", identity.document, *sorted(identity.programme_ids))


def _end_digest(partner: Partner) -> bytes:
    return digest_of("clearing-partner-end", partner.id, partner.siret)


def note(action: str, partner: Partner, facts: dict[str, Any], actor: Actor, request_id: UUID, at: datetime) -> None:
    """One line of the journal about a partner."""
    journal.record(
        actor=actor, action=f"continuity.{action}", subject=(SUBJECT, partner.id), facts=json.loads(json.dumps(facts, default=str)),
        organisation_id=partner.operator_id, request_id=request_id, at=at,
    )  # fmt: skip
