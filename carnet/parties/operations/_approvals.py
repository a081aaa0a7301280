"""One mechanism for every second person: ask, then approve or refuse exactly what was asked.

The room that owns the subject asks with the digest of what it shows, and calls `approve` or `refuse` inside its own operation,
with the digest of what is there at that moment: a thing changed in between is refused. When `people_needed` is above one, each
yes is a voice: the approval is given with the last one, and one no is enough to refuse.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from carnet.gateways.database import acting_as
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.parties import access
from carnet.parties.models import Approval, ApprovalVoice
from carnet.parties.rules import (
    DECIDABLE,
    WITHDRAWN,
    ApprovalAlreadyWaiting,
    ApprovalDecided,
    ApprovalMissing,
    Decision,
    ReasonMissing,
    VoiceAlreadyGiven,
    check_allowed_now,
    check_decidable,
    check_second_person,
    person_of,
)


@dataclass(frozen=True, slots=True)
class ApprovalGiven:
    """An approval as it stands. `decision` is None while it waits; `voices`: who said yes so far, of the `people_needed`."""

    id: int
    action: str
    organisation_id: int
    programme_id: int | None
    subject_kind: str
    subject_id: int
    requested_by: int
    requested_at: datetime
    decision: str | None
    decided_by: int | None
    decided_at: datetime | None
    reason: str
    people_needed: int = 1
    voices: tuple[int, ...] = ()


@transaction.atomic
def request_approval(
    *,
    action: str,
    subject: tuple[str, int],
    digest: bytes,
    organisation_id: int,
    programme_id: int | None = None,
    people_needed: int = 1,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> ApprovalGiven:
    """Ask `people_needed` other people of `organisation_id`, holders of `action` in the table of permissions, about one exact thing.

    Raises:  PersonNeeded, ApprovalAlreadyWaiting. The calling operation has checked that the actor may prepare.
    Repeat:  the same request_id returns the first approval.
    """
    if action not in DECIDABLE:
        raise KeyError(f"{action} is not a decision of the table of permissions")  # a fault of the program, never of a person
    assert people_needed > 0, "somebody decides"
    requested_by = person_of(actor, action)
    approval = Approval(
        action=action,
        organisation_id=organisation_id,
        programme_id=programme_id,
        subject_kind=subject[0],
        subject_id=subject[1],
        digest=digest,
        requested_by_id=requested_by,
        requested_at=at,
        people_needed=people_needed,
        request_id=request_id,
    )
    try:
        # Whoever asks may belong to another organisation than the one that decides (a place and its operator).
        with acting_as(organisation_ids=[organisation_id]):
            repeated = Approval.objects.filter(request_id=request_id).first()
            if repeated is not None:
                return given(repeated)
            approval.save(force_insert=True)
    except IntegrityError as error:
        if "one_waiting" in str(error):
            raise ApprovalAlreadyWaiting(action=action) from None
        raise
    _journal(actor, "parties.approval-requested", approval, request_id, at)
    return given(approval)


def approve(*, approval_id: int, digest: bytes, actor: Actor, request_id: UUID, at: datetime) -> ApprovalGiven:
    """Say yes. `digest` is that of the thing as it is now. While others must still say yes, the answer's `decision` is None.

    Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, ApprovalUnknown, SamePerson, ApprovalDecided, ApprovalChanged,
            VoiceAlreadyGiven.
    """
    return _decide(Decision.APPROVED, "", approval_id, digest, actor, request_id, at)


def refuse(*, approval_id: int, digest: bytes, reason: str, actor: Actor, request_id: UUID, at: datetime) -> ApprovalGiven:
    """Say no, and why. Raises: as `approve`, and ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing
    return _decide(Decision.REFUSED, reason.strip()[:500], approval_id, digest, actor, request_id, at)


@transaction.atomic
def withdraw_approval(*, approval_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """What was asked is asked no more: its line leaves the inbox. Taken back before: nothing changes.

    The calling operation has checked that the actor may, and sees the approval by its programme. Raises: PersonNeeded, ApprovalDecided.
    """
    withdrawn_by = person_of(actor, "parties.see-approvals")
    approval = Approval.objects.select_for_update(of=("self",)).get(id=approval_id)
    if approval.decision == WITHDRAWN:
        return
    if approval.decision is not None:
        raise ApprovalDecided(decision=approval.decision)
    approval.decision, approval.decided_by_id, approval.decided_at = WITHDRAWN, withdrawn_by, at
    approval.save(update_fields=["decision", "decided_by_id", "decided_at"])
    _journal(actor, "parties.approval-withdrawn", approval, request_id, at)


def answer(
    *,
    action: str,
    subject: tuple[str, int],
    digest: bytes,
    requested_by: int,
    refused_because: str | None,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> ApprovalGiven:
    """The second person's answer to what waits about `subject`: yes, or no and why. `digest` is that of the thing as it is now.

    Raises: as `approve` and `refuse`, and ApprovalMissing.
    """
    check_second_person(requested_by=requested_by, decided_by=person_of(actor, action), action=action)
    with acting_as(actor):
        waiting = Approval.objects.filter(action=action, subject_kind=subject[0], subject_id=subject[1], decision__isnull=True).first()
    if waiting is None:
        raise ApprovalMissing(action=action)
    if refused_because is None:
        return approve(approval_id=waiting.id, digest=digest, actor=actor, request_id=request_id, at=at)
    return refuse(approval_id=waiting.id, digest=digest, reason=refused_because, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def _decide(
    decision: Decision, reason: str, approval_id: int, digest: bytes, actor: Actor, request_id: UUID, at: datetime
) -> ApprovalGiven:
    approval = access.decidable_approval(actor, approval_id, lock=True)
    check_allowed_now(actor, approval.action, at)
    decided_by = person_of(actor, approval.action)
    if approval.decided_by_id == decided_by and approval.decision == decision and bytes(approval.digest) == digest:
        return given(approval)  # the same person saying the same again
    check_decidable(decision=approval.decision, digest=bytes(approval.digest), shown=digest)
    check_second_person(requested_by=approval.requested_by_id, decided_by=decided_by, action=approval.action)
    if decision is Decision.APPROVED and not _is_last_voice(approval, decided_by, request_id, at):
        _journal(actor, "parties.approval-voice-given", approval, request_id, at)
        return given(approval)
    approval.decision, approval.decided_by_id, approval.decided_at, approval.reason = decision.value, decided_by, at, reason
    approval.save(update_fields=["decision", "decided_by_id", "decided_at", "reason"])
    _journal(actor, f"parties.approval-{decision.value.lower()}", approval, request_id, at)
    return given(approval)


def _is_last_voice(approval: Approval, person_id: int, request_id: UUID, at: datetime) -> bool:
    """Keep one person's yes; whether it is the last one needed. The approval's row is locked by the caller."""
    earlier = ApprovalVoice.objects.filter(approval=approval, person_id=person_id).first()
    if earlier is not None and earlier.request_id != request_id:
        raise VoiceAlreadyGiven(action=approval.action)
    if earlier is None:
        ApprovalVoice.objects.create(
            approval=approval,
            organisation_id=approval.organisation_id,
            programme_id=approval.programme_id,
            person_id=person_id,
            given_at=at,
            request_id=request_id,
        )
    return ApprovalVoice.objects.filter(approval=approval).count() >= approval.people_needed


def given(approval: Approval) -> ApprovalGiven:
    """The row as a value."""
    return ApprovalGiven(
        id=approval.id,
        action=approval.action,
        organisation_id=approval.organisation_id,
        programme_id=approval.programme_id,
        subject_kind=approval.subject_kind,
        subject_id=approval.subject_id,
        requested_by=approval.requested_by_id,
        requested_at=approval.requested_at,
        decision=approval.decision,
        decided_by=approval.decided_by_id,
        decided_at=approval.decided_at,
        reason=approval.reason,
        people_needed=approval.people_needed,
        voices=tuple(approval.voices.order_by("id").values_list("person_id", flat=True)) if approval.pk else (),
    )


def _journal(actor: Actor, action: str, approval: Approval, request_id: UUID, at: datetime) -> None:
    journal.record(
        actor=actor,
        action=action,
        subject=("approval", approval.id),
        facts={"action": approval.action, "of": f"{approval.subject_kind} {approval.subject_id}"},
        programme_id=approval.programme_id,
        organisation_id=approval.organisation_id,
        request_id=request_id,
        at=at,
    )
