"""Somebody else heads a place's organisation. Nothing that belongs to the organisation changes, and nobody is locked out meanwhile.

The earlier head hands on by itself; when it is gone, one person of the operator relies on a document and another agrees. In both
cases the new head joins by an invitation, and the earlier membership ends at that moment and not before.
"""

from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.db import transaction

from carnet.gateways import documents
from carnet.gateways.database import acting_as
from carnet.gateways.keys import key_ring
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import check_free_text
from carnet.parties import access
from carnet.parties.models import HeadChange, Membership, Organisation
from carnet.parties.operations import _approvals
from carnet.parties.operations._joining import invite_member
from carnet.parties.rules import (
    HeadAlready,
    HeadChangeState,
    HeadChangeUnknown,
    HeadChangeWaiting,
    HeadUnknown,
    PersonNameMissing,
    ReasonMissing,
    Role,
    check_allowed_now,
    clean_email,
    digest_of,
    person_of,
)

APPROVE = "parties.approve-new-head"
SEALED_FOR = "head-document"
DOCUMENT_KEPT = timedelta(days=365)
_OPEN = (HeadChangeState.ASKED.value, HeadChangeState.INVITED.value)


@transaction.atomic
def hand_on(*, email: str, display_name: str, actor: Actor, request_id: UUID, at: datetime) -> int:
    """The head invites its successor: its own membership ends when the successor has joined. Returns the change's id.

    Raises:  NotAllowed, SecondFactorNeeded, PersonNeeded, EmailInvalid, PersonNameMissing, HeadUnknown, HeadAlready, HeadChangeWaiting.
    Repeat:  the same request_id returns the first id.
    """
    check_allowed_now(actor, "parties.hand-on", at)
    leaving_person = person_of(actor, "parties.hand-on")
    organisation = access.managed_organisation(actor, actor.organisation_id or 0)
    with access.stepping_into(organisation):
        repeated = HeadChange.objects.filter(request_id=request_id).first()
        if repeated is not None:
            return repeated.id
        leaving = access.heads(organisation.id, at).filter(person_id=leaving_person).first()
        if leaving is None:
            raise HeadUnknown
        change = _opened(organisation, leaving, email, display_name, actor, request_id, at)
        _invite(change, actor, request_id, at)
    _journal(actor, "handed-on", change, request_id, at)
    return change.id


@transaction.atomic
def prepare_new_head(
    *,
    organisation_id: int,
    membership_id: int | None,
    email: str,
    display_name: str,
    reason: str,
    document: bytes,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """The head is gone: someone of the operator prepares a successor, relying on a document. Returns the change's id.

    `membership_id`: the earlier head's, which will end when the new one joins; None when nobody is left.
    Raises:  NotAllowed, PersonNeeded, OrganisationUnknown, HeadUnknown, EmailInvalid, PersonNameMissing, ReasonMissing, NirInText,
             IbanInText, DocumentTooHeavy, DocumentUnreadable, DocumentLocked, HeadAlready, HeadChangeWaiting.
    Repeat:  the same request_id returns the first id.
    """
    check_allowed_now(actor, "parties.prepare-new-head", at)
    person_of(actor, "parties.prepare-new-head")
    organisation = access.managed_organisation(actor, organisation_id)
    if not reason.strip():
        raise ReasonMissing
    check_free_text(reason)
    paper = documents.read(document)
    with access.stepping_into(organisation):
        repeated = HeadChange.objects.filter(request_id=request_id).first()
        if repeated is not None:
            return repeated.id
        leaving = None
        if membership_id is not None:
            leaving = access.heads(organisation.id, at).filter(id=membership_id).first()
            if leaving is None:
                raise HeadUnknown
        change = _opened(organisation, leaving, email, display_name, actor, request_id, at)
        change.operator_id = actor.organisation_id
        change.reason, change.media_type = reason.strip()[:500], paper.media_type
        change.sealed_document = key_ring().seal(SEALED_FOR, paper.content)
        change.save(update_fields=["operator", "reason", "media_type", "sealed_document"])
    _approvals.request_approval(
        action=APPROVE,
        subject=("head-change", change.id),
        digest=_digest(change),
        organisation_id=actor.organisation_id or organisation.id,
        actor=actor,
        request_id=uuid5(request_id, "approval"),
        at=at,
    )
    _journal(actor, "new-head-prepared", change, request_id, at)
    return change.id


@transaction.atomic
def approve_new_head(*, change_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A second person has read the document and agrees: the new head is invited.

    Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, HeadChangeUnknown, SamePerson, ApprovalChanged.
    """
    change = _waiting(change_id, actor, at)
    _decide(change, actor, request_id, at, refused_because=None)
    with access.stepping_into(change.organisation):
        change.decided_by_id = actor.person_id
        system = Actor.system(f"head change {change.id}", organisation_ids={change.organisation_id})
        _invite(change, system, request_id, at)
    _journal(actor, "new-head-approved", change, request_id, at)


@transaction.atomic
def refuse_new_head(*, change_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A second person does not agree, and says why: nothing changes. Raises: as `approve_new_head`, and ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing
    change = _waiting(change_id, actor, at)
    _decide(change, actor, request_id, at, refused_because=reason)
    with acting_as(actor):
        change.state, change.decided_by_id, change.done_at = HeadChangeState.REFUSED.value, actor.person_id, at
        change.save(update_fields=["state", "decided_by_id", "done_at"])
    _journal(actor, "new-head-refused", change, request_id, at)


@transaction.atomic
def look_at_head_document(*, change_id: int, actor: Actor, request_id: UUID, at: datetime) -> tuple[bytes, str]:
    """The document a change relies on, and its media type. Each look is journalled. Raises: NotAllowed, HeadChangeUnknown, KeysUnreadable."""
    check_allowed_now(actor, "parties.see-organisations", at)
    change = access.head_change(actor, change_id)
    if change.sealed_document is None:
        raise HeadChangeUnknown
    _journal(actor, "head-document-seen", change, request_id, at)
    return key_ring().unseal(SEALED_FOR, bytes(change.sealed_document)), change.media_type


def forget_head_documents(*, at: datetime) -> int:
    """Erase the documents of changes decided or done a year ago; return how many. Call it seeing everything."""
    old = HeadChange.objects.filter(sealed_document__isnull=False, done_at__lte=at - DOCUMENT_KEPT)
    return old.update(sealed_document=None)


def _opened(
    organisation: Organisation, leaving: Membership | None, email: str, display_name: str, actor: Actor, request_id: UUID, at: datetime
) -> HeadChange:
    Organisation.objects.select_for_update(of=("self",)).get(id=organisation.id)
    email = clean_email(email)
    if not display_name.strip():
        raise PersonNameMissing
    if access.heads(organisation.id, at).filter(person__email=email).exists():
        raise HeadAlready(email=email)
    if HeadChange.objects.filter(organisation=organisation, state__in=_OPEN).exists():
        raise HeadChangeWaiting
    return HeadChange.objects.create(
        organisation=organisation,
        leaving=leaving,
        email=email,
        display_name=display_name.strip()[:120],
        state=HeadChangeState.ASKED.value,
        asked_by_id=person_of(actor, APPROVE),
        asked_at=at,
        request_id=request_id,
    )


def _invite(change: HeadChange, actor: Actor, request_id: UUID, at: datetime) -> None:
    invited = invite_member(
        organisation_id=change.organisation_id,
        email=change.email,
        display_name=change.display_name,
        role=Role.PLACE_MANAGER,
        actor=actor,
        request_id=uuid5(request_id, "invitation"),
        at=at,
    )
    change.state, change.invitation_id = HeadChangeState.INVITED.value, invited.id
    change.save(update_fields=["state", "invitation", "decided_by_id"])


def _waiting(change_id: int, actor: Actor, at: datetime) -> HeadChange:
    check_allowed_now(actor, APPROVE, at)
    change = access.head_change(actor, change_id, lock=True)
    if change.state != HeadChangeState.ASKED:
        raise HeadChangeUnknown
    return change


def _decide(change: HeadChange, actor: Actor, request_id: UUID, at: datetime, *, refused_because: str | None) -> None:
    with acting_as(actor):
        _approvals.answer(
            action=APPROVE, subject=("head-change", change.id), digest=_digest(change), requested_by=change.asked_by_id,
            refused_because=refused_because, actor=actor, request_id=uuid5(request_id, "decision"), at=at,
        )  # fmt: skip


def _digest(change: HeadChange) -> bytes:
    return digest_of(change.organisation_id, change.leaving_id, change.email, change.display_name, change.reason)


def _journal(actor: Actor, what: str, change: HeadChange, request_id: UUID, at: datetime) -> None:
    journal.record(
        actor=actor,
        action=f"parties.{what}",
        subject=("head-change", change.id),
        facts={"leaving_membership": change.leaving_id},
        organisation_id=change.organisation_id,
        request_id=request_id,
        at=at,
    )
