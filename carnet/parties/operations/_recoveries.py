"""Somebody lost what proves who they are. Their lead answers for them at once, or two people of the operator after a day; a code sent to
their own e-mail address is needed in both cases; whoever still has the lost thing stops it by using it.
"""

from datetime import datetime
from uuid import UUID, uuid5

from allauth.mfa.models import Authenticator
from django.db import transaction

from carnet.gateways.keys import key_ring
from carnet.kernel.actors import Actor
from carnet.notices import operations as notices
from carnet.parties import access
from carnet.parties.models import FactorRecovery, Person
from carnet.parties.operations import _approvals
from carnet.parties.operations._card_ends import end
from carnet.parties.operations._members import current_memberships, noted
from carnet.parties.operations._sessions import forget_sessions_of
from carnet.parties.queries import has_second_factor, organisations_of
from carnet.parties.rules import (
    HELPER_ROLES,
    RECOVERY_DELAY,
    RECOVERY_LIFETIME,
    CardEnd,
    CardHolderUnknown,
    OwnMembership,
    PartiesRefused,
    ReasonMissing,
    RecoveryCodeWrong,
    RecoveryNotForPerson,
    RecoveryState,
    RecoveryUnknown,
    RecoveryWay,
    Role,
    allowed,
    check_allowed_now,
    check_may_recover,
    check_recovery_code,
    digest_of,
    new_code,
    person_of,
    read_code,
    secret_hash,
)

APPROVE = "parties.approve-recovery"
_ENDED = (RecoveryState.DONE, RecoveryState.REFUSED, RecoveryState.CANCELLED)


@transaction.atomic
def begin_recovery(*, person_id: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """The lead answers for a helper who lost a card or a telephone: everything that proved who they are is dead at once, and a code goes
    to their e-mail address. Returns the recovery's id.

    An earlier recovery of the same person is set aside: its code opens nothing.
    Raises:  NotAllowed, SecondFactorNeeded, PersonNeeded, CardHolderUnknown (nobody who helps here), OwnMembership, RecoveryNotForPerson.
    Repeat:  the same request_id returns the first id, and sends nothing more.
    """
    check_allowed_now(actor, "parties.begin-recovery", at)
    asked_by = person_of(actor, "parties.begin-recovery")
    organisation_id = actor.organisation_id or 0
    repeated = FactorRecovery.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.id
    person = _helper(person_id, organisation_id, at)
    if person_id == asked_by:
        raise OwnMembership
    _check_person(person_id, at)
    return _begun(person, organisation_id, actor, request_id, at).id


@transaction.atomic
def prepare_recovery(*, organisation_id: int, person_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> int:
    """One person of the operator asks that a helper without a lead may choose another second factor; return the recovery's id.

    Nothing dies yet. The person is told at once, at their own address.
    Raises:  NotAllowed, SecondFactorNeeded, PersonNeeded, OrganisationUnknown, ReasonMissing, CardHolderUnknown, RecoveryNotForPerson.
    Repeat:  the same request_id returns the first id.
    """
    check_allowed_now(actor, "parties.prepare-recovery", at)
    if not reason.strip():
        raise ReasonMissing
    organisation = access.managed_organisation(actor, organisation_id)
    with access.stepping_into(organisation):
        repeated = FactorRecovery.objects.filter(request_id=request_id).first()
        if repeated is not None:
            return repeated.id
        person = _helper(person_id, organisation_id, at)
    _check_person(person_id, at)
    return _asked_by_operator(organisation_id, person, reason.strip()[:200], actor, request_id, at).id


@transaction.atomic
def approve_recovery(*, recovery_id: int, actor: Actor, request_id: UUID, at: datetime) -> datetime:
    """A second person agrees; return the aware moment, a day later, at which the code is sent.

    Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, RecoveryUnknown, SamePerson, ApprovalChanged.
    """
    recovery = _decided(recovery_id, None, actor, request_id, at)
    recovery.state, recovery.agreed_by_id, recovery.opens_at = RecoveryState.AGREED.value, actor.person_id, at + RECOVERY_DELAY
    recovery.save(update_fields=["state", "agreed_by_id", "opens_at"])
    _noted("agreed", recovery, actor, request_id, at, opens_at=recovery.opens_at)
    with access.recognised(recovery.person_id):
        _tell(recovery, Person.objects.get(id=recovery.person_id), at)
    return recovery.opens_at


@transaction.atomic
def refuse_recovery(*, recovery_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A second person does not agree, and says why. Raises: as `approve_recovery`, and ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing
    recovery = _decided(recovery_id, reason, actor, request_id, at)
    _end(recovery, RecoveryState.REFUSED, "refused", actor, request_id, at)


@transaction.atomic
def open_recoveries(*, at: datetime, limit: int = 50) -> int:
    """Open the recoveries whose day has passed: what was lost dies, the code is sent. Return how many. For the timer, which sees everything."""
    ripe = FactorRecovery.objects.select_for_update(of=("self",), skip_locked=True).select_related("person")
    rows = list(ripe.filter(state=RecoveryState.AGREED.value, opens_at__lte=at).order_by("id")[:limit])
    for recovery in rows:
        recovery.state = RecoveryState.OPEN.value
        recovery.save(update_fields=["state"])
        _open(recovery, recovery.person, Actor.system("recoveries"), uuid5(recovery.request_id, "opened"), at)
    return len(rows)


def forget_recoveries(*, before: datetime) -> int:
    """Forget the recoveries over before `before`; return how many: the journal keeps that they were. Call it seeing everything."""
    gone, _by_table = FactorRecovery.objects.filter(ended_at__lt=before).delete()
    return gone


@transaction.atomic
def try_recovery_code(*, person_id: int, code: str, request_id: UUID, at: datetime) -> int | PartiesRefused:
    """Whether the code received by e-mail is right: the recovery's id, to be kept in the session. A wrong one is counted, not raised.

    It stays good until another factor is set up, forty-eight hours at most; five wrong ones end the recovery.
    """
    with access.recognised(person_id):
        recovery = access.waiting_recovery(person_id, lock=True)
        if recovery is None or recovery.state != RecoveryState.OPEN:
            return RecoveryCodeWrong()
        matches = bytes(recovery.code_hash or b"") == _mark(person_id, read_code(code))
        try:
            check_recovery_code(matches=matches, expires_at=recovery.expires_at, wrong_count=recovery.wrong_count, at=at)
        except RecoveryCodeWrong as refusal:
            recovery.wrong_count += 1
            recovery.save(update_fields=["wrong_count"])
            _noted("code-wrong", recovery, Actor.anonymous(), request_id, at)
            return refusal
    return recovery.id


def finish(person_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Another factor stands: the recovery that waited is over. Nothing to do when none waits. Call it where the person is recognised."""
    recovery = access.waiting_recovery(person_id, lock=True)
    if recovery is None:
        return
    is_open = recovery.state == RecoveryState.OPEN
    _end(recovery, RecoveryState.DONE if is_open else RecoveryState.CANCELLED, "done" if is_open else "cancelled", actor, request_id, at)


@transaction.atomic
def note_second_factor(*, person_id: int, request_id: UUID, at: datetime) -> None:
    """Somebody has just set up, or used, a second factor: a recovery that waited for them is done, or cancelled by that very proof."""
    with access.recognised(person_id):
        finish(person_id, Actor(kind="person", label="", person_id=person_id), request_id, at)


def after_loss(person_id: int, organisation_id: int | None, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A card is gone. When nothing else proves who its holder is, a password alone must not choose what comes next: a recovery begins."""
    with access.recognised(person_id):
        person = Person.objects.filter(id=person_id).first()
        if person is None or has_second_factor(person_id) or access.waiting_recovery(person_id) is not None:
            return
    if organisation_id is None or not organisations_of(person_id=person_id, at=at):
        return  # whoever belongs nowhere any more has nothing to come back to
    if allowed(actor.roles, "parties.begin-recovery") and actor.person_id != person_id and actor.organisation_id == organisation_id:
        # Without asking the lead for a fresh proof: the card is dead whatever they have at hand, and only the holder's own address is told.
        _begun(person, organisation_id, actor, request_id, at)
    elif actor.person_id is not None:
        _asked_by_operator(organisation_id, person, "", actor, request_id, at)


def _begun(person: Person, organisation_id: int, actor: Actor, request_id: UUID, at: datetime) -> FactorRecovery:
    asked_by = person_of(actor, "parties.begin-recovery")
    with access.recognised(person.id):
        _set_aside(person.id, actor, request_id, at)
        recovery = FactorRecovery.objects.create(
            organisation_id=organisation_id, person_id=person.id, way=RecoveryWay.LEAD.value, state=RecoveryState.OPEN.value,
            asked_by_id=asked_by, asked_at=at, opens_at=at, request_id=request_id,
        )  # fmt: skip
        _noted("begun", recovery, actor, request_id, at)
        _open(recovery, person, actor, request_id, at)
    _tell_leads(recovery, asked_by, at)
    return recovery


def _asked_by_operator(organisation_id: int, person: Person, reason: str, actor: Actor, request_id: UUID, at: datetime) -> FactorRecovery:
    asked_by = person_of(actor, "parties.prepare-recovery")
    with access.recognised(person.id):
        _set_aside(person.id, actor, request_id, at)
    recovery = FactorRecovery.objects.create(
        organisation_id=organisation_id, operator_id=actor.organisation_id, person_id=person.id, way=RecoveryWay.OPERATOR.value,
        state=RecoveryState.ASKED.value, reason=reason, asked_by_id=asked_by, asked_at=at, request_id=request_id,
    )  # fmt: skip
    _approvals.request_approval(
        action=APPROVE, subject=("recovery", recovery.id), digest=_digest(recovery), organisation_id=actor.organisation_id or 0,
        actor=actor, request_id=uuid5(request_id, "approval"), at=at,
    )  # fmt: skip
    _noted("asked", recovery, actor, request_id, at)
    _tell(recovery, person, at)
    return recovery


def _decided(recovery_id: int, refused_because: str | None, actor: Actor, request_id: UUID, at: datetime) -> FactorRecovery:
    check_allowed_now(actor, APPROVE, at)
    recovery = access.decidable_recovery(actor, recovery_id, lock=True)
    if recovery.state != RecoveryState.ASKED or recovery.asked_by_id is None:
        raise RecoveryUnknown
    _approvals.answer(
        action=APPROVE, subject=("recovery", recovery.id), digest=_digest(recovery), requested_by=recovery.asked_by_id,
        refused_because=refused_because, actor=actor, request_id=uuid5(request_id, "decision"), at=at,
    )  # fmt: skip
    return recovery


def _open(recovery: FactorRecovery, person: Person, actor: Actor, request_id: UUID, at: datetime) -> None:
    """What was lost dies now, and the code that lets another be chosen goes to the person's own address."""
    with access.recognised(person.id):
        card = access.held_card(person.id, lock=True)
        if card is not None and card.validated_at is not None:
            end(card, CardEnd.LOST, actor, uuid5(request_id, "card"), at)
        Authenticator.objects.filter(user_id=person.id).delete()
        forget_sessions_of(person.id)  # what was lost may still be signed in
        code = new_code()
        recovery.code_hash, recovery.expires_at = _mark(person.id, code), at + RECOVERY_LIFETIME
        recovery.save(update_fields=["code_hash", "expires_at"])
    if person.email:
        context = {"code": f"{code[:4]}-{code[4:]}", "expires_at": recovery.expires_at.isoformat()}
        notices.post(kind="parties.recovery-code", to_email=person.email, context=context, language=person.language, at=at)
    _noted("opened", recovery, actor, uuid5(request_id, "opened"), at)


def _set_aside(person_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    earlier = access.waiting_recovery(person_id, lock=True)
    if earlier is not None:
        _end(earlier, RecoveryState.CANCELLED, "set-aside", actor, uuid5(request_id, "earlier"), at)


def _end(recovery: FactorRecovery, state: RecoveryState, what: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    assert state in _ENDED, "an ending"
    recovery.state, recovery.ended_at = state.value, at
    recovery.code_hash = recovery.expires_at = None
    recovery.save(update_fields=["state", "ended_at", "code_hash", "expires_at"])
    _noted(what, recovery, actor, request_id, at)


def _helper(person_id: int, organisation_id: int, at: datetime) -> Person:
    membership = access.helpers(organisation_id, at).filter(person_id=person_id).first()
    if membership is None:
        raise CardHolderUnknown
    return membership.person


def _check_person(person_id: int, at: datetime) -> None:
    everywhere = frozenset[str]().union(*(each.roles for each in organisations_of(person_id=person_id, at=at)))
    check_may_recover(everywhere)
    if HELPER_ROLES.isdisjoint(everywhere):
        raise RecoveryNotForPerson


def _tell(recovery: FactorRecovery, person: Person, at: datetime) -> None:
    """To the person themselves: somebody says that you lost it."""
    if person.email:
        context = {"opens_at": recovery.opens_at.isoformat() if recovery.opens_at else None}
        notices.post(kind="parties.recovery-asked", to_email=person.email, context=context, language=person.language, at=at)


def _tell_leads(recovery: FactorRecovery, asked_by: int, at: datetime) -> None:
    """To the other leads of the structure: nobody answers for somebody else unseen."""
    leads = current_memberships(recovery.organisation_id, at).filter(role=Role.HELPER_LEAD, suspended_at=None)
    name = Person.objects.filter(id=recovery.person_id).values_list("display_name", flat=True).first() or ""
    for lead in leads.exclude(person_id__in=[asked_by, recovery.person_id]).select_related("person").order_by("id"):
        if lead.person.email:
            notices.post(
                kind="parties.recovery-begun", to_email=lead.person.email, context={"name": name}, language=lead.person.language, at=at
            )


def _digest(recovery: FactorRecovery) -> bytes:
    return digest_of(recovery.organisation_id, recovery.person_id, recovery.reason)


def _mark(person_id: int, code: str) -> bytes:
    return secret_hash(key_ring().mark("recovery code", f"{person_id} {code}").hex())


def _noted(what: str, recovery: FactorRecovery, actor: Actor, request_id: UUID, at: datetime, **facts: object) -> None:
    of = {"person_id": recovery.person_id, "way": recovery.way, **facts}
    noted(actor, f"parties.recovery-{what}", ("recovery", recovery.id), recovery.organisation_id, request_id, at, **of)
