"""Inviting, joining, changing, suspending."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from allauth.mfa.adapter import get_adapter as mfa_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth.hashers import make_password
from django.contrib.auth.tokens import default_token_generator
from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from carnet.gateways.database import acting_as_everything
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.notices import operations as notices
from carnet.parties import access
from carnet.parties.models import HeadChange, Invitation, Membership, Organisation, Person
from carnet.parties.operations._organisations import create_organisation
from carnet.parties.rules import (
    INVITATION_LIFETIME,
    AlreadyInitialised,
    AlreadyMember,
    HeadChangeState,
    InvitationInvalid,
    NotAllowed,
    OrganisationKind,
    OwnMembership,
    PersonNameMissing,
    ReasonMissing,
    ResetLinkInvalid,
    Role,
    check_allowed_now,
    check_may_grant,
    check_role_for,
    clean_email,
    person_of,
    secret_hash,
)


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation. `secret` is what its link holds: given once, to be shown or sent; None when the request is repeated."""

    id: int
    secret: str | None
    expires_at: datetime


@transaction.atomic
def invite_member(
    *, organisation_id: int, email: str, role: str, display_name: str = "", actor: Actor, request_id: UUID, at: datetime
) -> Invited:
    """Invite an e-mail address into an organisation; a notice with a link valid 14 days goes out.

    Raises:  NotAllowed, SecondFactorNeeded, OrganisationUnknown, RoleUnknown, RoleNotForOrganisation, RoleNotYoursToGive,
             EmailInvalid, AlreadyMember.
    Repeat:  the same request_id returns the first invitation, without its secret.
    """
    check_allowed_now(actor, "parties.manage-members", at)
    organisation = access.managed_organisation(actor, organisation_id)
    check_may_grant(
        actor, check_role_for(role, organisation.kinds), organisation_id=organisation.id, registered_by=organisation.registered_by_id
    )
    email = clean_email(email)
    with access.stepping_into(organisation):
        repeated = Invitation.objects.filter(request_id=request_id).first()
        if repeated is not None:
            return Invited(id=repeated.id, secret=None, expires_at=repeated.expires_at)
        if _current(organisation.id, at).filter(person__email=email, role=role).exists():
            raise AlreadyMember(role=role)
        # An earlier letter to the same address for the same role no longer opens anything.
        Invitation.objects.filter(
            organisation_id=organisation.id, email=email, role=role, accepted_at__isnull=True, withdrawn_at__isnull=True
        ).update(withdrawn_at=at)
        secret = secrets.token_urlsafe(32)
        invitation = Invitation.objects.create(
            organisation=organisation,
            email=email,
            display_name=display_name.strip()[:120],
            role=role,
            secret_hash=secret_hash(secret),
            invited_by_id=actor.person_id,
            invited_at=at,
            expires_at=at + INVITATION_LIFETIME,
            request_id=request_id,
        )
    _journal(actor, "parties.member-invited", ("invitation", invitation.id), organisation.id, request_id, at, role=role)
    notices.post(
        kind="parties.invitation",
        to_email=email,
        context={"organisation": organisation.name, "role": role, "secret": secret, "expires_at": invitation.expires_at.isoformat()},
        at=at,
    )
    return Invited(id=invitation.id, secret=secret, expires_at=invitation.expires_at)


@transaction.atomic
def withdraw_invitation(*, organisation_id: int, invitation_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Make an unanswered invitation useless. Raises: NotAllowed, SecondFactorNeeded, OrganisationUnknown, InvitationInvalid."""
    check_allowed_now(actor, "parties.manage-members", at)
    organisation = access.managed_organisation(actor, organisation_id)
    with access.stepping_into(organisation):
        withdrawn = Invitation.objects.filter(
            id=invitation_id, organisation_id=organisation.id, accepted_at__isnull=True, withdrawn_at__isnull=True
        ).update(withdrawn_at=at)
    if not withdrawn:
        raise InvitationInvalid
    _journal(actor, "parties.invitation-withdrawn", ("invitation", invitation_id), organisation.id, request_id, at)


@transaction.atomic
def accept_invitation(
    *, secret: str, display_name: str = "", password: str | None = None, language: str = "fr", request_id: UUID, at: datetime
) -> int:
    """Join with the secret of an invitation and return the person's id.

    Whoever holds the letter proved the address. A known person joins as they are (name and password are left alone); a new one
    needs a name and a password (already validated by the door).
    Raises:  InvitationInvalid (unknown, expired, withdrawn, used: same words), PersonNameMissing, AlreadyMember.
    """
    with access.presenting(secret):
        invitation = Invitation.objects.filter(secret_hash=secret_hash(secret)).select_related("organisation").first()
    if invitation is None:
        raise InvitationInvalid
    with access.stepping_into(invitation.organisation):
        invitation = Invitation.objects.select_for_update(of=("self",)).select_related("organisation").get(id=invitation.id)
        if invitation.accepted_at or invitation.withdrawn_at or at >= invitation.expires_at or invitation.organisation.ended_on:
            raise InvitationInvalid
        with access.signing_in(invitation.email):
            person = Person.objects.filter(email=invitation.email).first()
            if person is None:
                person = _new_person(invitation.email, display_name or invitation.display_name, password, language)
            invitation.accepted_at, invitation.accepted_by = at, person
            invitation.save(update_fields=["accepted_at", "accepted_by"])
            membership = _join(person, invitation.organisation, invitation.role, request_id, at)
        _finish_head_change(invitation.id, at)
    actor = Actor(kind="person", label="", person_id=person.id, organisation_id=invitation.organisation_id)
    _journal(
        actor, "parties.member-joined", ("membership", membership.id), invitation.organisation_id, request_id, at, role=membership.role
    )
    return person.id


@transaction.atomic
def enrol_member(
    *,
    organisation_id: int,
    email: str,
    display_name: str,
    role: str,
    password: str | None = None,
    language: str = "fr",
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Make someone a member without a letter, for programs only (first administrator, scenarios); return the person's id.

    Raises:  NotAllowed (a person invites instead), OrganisationUnknown, RoleUnknown, RoleNotForOrganisation, EmailInvalid,
             PersonNameMissing, AlreadyMember.
    Repeat:  the same request_id returns the first person's id.
    """
    if actor.kind != "system":
        raise NotAllowed(action="parties.enrol-member", roles=())
    organisation = access.managed_organisation(actor, organisation_id)
    check_role_for(role, organisation.kinds)
    email = clean_email(email)
    with access.stepping_into(organisation), access.signing_in(email):
        repeated = Membership.objects.filter(request_id=request_id).first()
        if repeated is not None:
            return repeated.person_id
        person = Person.objects.filter(email=email).first() or _new_person(email, display_name, password, language)
        membership = _join(person, organisation, role, request_id, at)
    _journal(actor, "parties.member-joined", ("membership", membership.id), organisation.id, request_id, at, role=role)
    return person.id


@transaction.atomic
def change_role(*, organisation_id: int, membership_id: int, role: str, actor: Actor, request_id: UUID, at: datetime) -> int:
    """End a membership and begin another with the new role; return the new membership's id.

    Raises: NotAllowed, SecondFactorNeeded, OrganisationUnknown, MembershipUnknown, OwnMembership, RoleUnknown,
            RoleNotForOrganisation, RoleNotYoursToGive, AlreadyMember.
    """
    organisation, membership = _open_membership(organisation_id, membership_id, actor, at)
    new_role = check_role_for(role, organisation.kinds)
    for changed in (membership.role, new_role):
        check_may_grant(actor, changed, organisation_id=organisation.id, registered_by=organisation.registered_by_id)
    with access.stepping_into(organisation):
        repeated = Membership.objects.filter(request_id=request_id).first()
        if repeated is not None:
            return repeated.id
        if _current(organisation.id, at).filter(person_id=membership.person_id, role=new_role).exists():
            raise AlreadyMember(role=new_role.value)
        membership.ends_at = at
        membership.save(update_fields=["ends_at"])
        begun = _join(membership.person, organisation, new_role, request_id, at)
    facts = {"from": membership.role, "to": new_role.value, "person_id": membership.person_id}
    _journal(actor, "parties.role-changed", ("membership", begun.id), organisation.id, request_id, at, **facts)
    return begun.id


@transaction.atomic
def suspend_member(*, organisation_id: int, membership_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Stop a member at once: their next request is refused. Suspending again changes nothing.

    Raises: NotAllowed, SecondFactorNeeded, OrganisationUnknown, MembershipUnknown, OwnMembership, RoleNotYoursToGive, ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing
    organisation, membership = _open_membership(organisation_id, membership_id, actor, at)
    check_may_grant(actor, membership.role, organisation_id=organisation.id, registered_by=organisation.registered_by_id)
    if membership.suspended_at is not None:
        return
    with access.stepping_into(organisation):
        membership.suspended_at, membership.suspended_by_id = at, person_of(actor, "parties.manage-members")
        membership.suspended_reason = reason.strip()[:200]
        membership.save(update_fields=["suspended_at", "suspended_by_id", "suspended_reason"])
    _journal(
        actor, "parties.member-suspended", ("membership", membership.id), organisation.id, request_id, at, person_id=membership.person_id
    )


@transaction.atomic
def reinstate(*, organisation_id: int, membership_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """End a suspension. Raises: as `suspend_member`, without the reason."""
    organisation, membership = _open_membership(organisation_id, membership_id, actor, at)
    check_may_grant(actor, membership.role, organisation_id=organisation.id, registered_by=organisation.registered_by_id)
    if membership.suspended_at is None:
        return
    with access.stepping_into(organisation):
        membership.suspended_at = membership.suspended_by_id = None
        membership.suspended_reason = ""
        membership.save(update_fields=["suspended_at", "suspended_by_id", "suspended_reason"])
    _journal(
        actor, "parties.member-reinstated", ("membership", membership.id), organisation.id, request_id, at, person_id=membership.person_id
    )


@transaction.atomic
def update_account(*, display_name: str, phone: str, language: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Change one's own name, phone and language. Raises: PersonNeeded, PersonNameMissing."""
    person_id = person_of(actor, "account.manage")
    if not display_name.strip():
        raise PersonNameMissing
    with access.recognised(person_id):
        Person.objects.filter(id=person_id).update(
            display_name=display_name.strip()[:120], phone=phone.strip()[:20], language="en" if language == "en" else "fr"
        )
    _journal(actor, "parties.account-updated", ("person", person_id), actor.organisation_id, request_id, at)


@transaction.atomic
def request_password_reset(*, email: str, request_id: UUID, at: datetime) -> None:
    """Post a notice with a link, when the address is known; say nothing either way (the door answers the same)."""
    with access.signing_in(email):
        person = Person.objects.filter(email=email.strip().lower(), is_active=True).first()
    if person is None:
        return
    notices.post(
        kind="parties.password-reset",
        to_email=person.email,
        context={"person_id": person.id, "token": default_token_generator.make_token(person)},
        language=person.language,
        at=at,
    )
    _journal(Actor.anonymous(), "parties.password-reset-requested", ("person", person.id), None, request_id, at)


@transaction.atomic
def reset_password(*, person_id: int, token: str, password: str, request_id: UUID, at: datetime) -> None:
    """Set the new password of whoever holds a valid link (two hours, one use, on the real clock). Second factors stay.

    Raises: ResetLinkInvalid.
    """
    with access.signing_in(person_id):
        person = Person.objects.select_for_update(of=("self",)).filter(id=person_id, is_active=True).first()
        if person is None or not default_token_generator.check_token(person, token):
            raise ResetLinkInvalid
        person.set_password(password)
        person.save(update_fields=["password"])
    _journal(Actor.anonymous(), "parties.password-reset", ("person", person.id), None, request_id, at)


@transaction.atomic
def set_second_factor(*, person_id: int, secret: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Give a person a TOTP secret (base32) chosen by a program, for demonstrations and scenarios. People enrol on their screen.

    Raises: NotAllowed.
    """
    if actor.kind != "system":
        raise NotAllowed(action="parties.set-second-factor", roles=())
    with access.recognised(person_id):
        person = Person.objects.get(id=person_id)
        Authenticator.objects.filter(user=person).delete()
        Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": mfa_adapter().encrypt(secret)})
        RecoveryCodes.activate(person)
    _journal(actor, "parties.second-factor-set", ("person", person_id), None, request_id, at)


@transaction.atomic
def set_password(*, person_id: int, password: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Give a person a password chosen by a program, for demonstrations. People choose theirs through a letter.

    Raises: NotAllowed.
    """
    if actor.kind != "system":
        raise NotAllowed(action="parties.set-password", roles=())
    with access.recognised(person_id):
        person = Person.objects.get(id=person_id)
        person.set_password(password)
        person.save(update_fields=["password"])
    _journal(actor, "parties.password-set", ("person", person_id), None, request_id, at)


@transaction.atomic
def bootstrap_administrator(
    *,
    email: str,
    display_name: str,
    password: str,
    organisation_name: str,
    siret: str | None = None,
    rna: str | None = None,
    is_simulated: bool = False,
    kinds: tuple[str, ...] = (OrganisationKind.OPERATOR.value,),
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> tuple[int, int]:
    """The first operator and its first administrator; return (organisation id, person id).

    Raises: AlreadyInitialised (an administrator exists), and what `create_organisation` and `enrol_member` raise.
    """
    with acting_as_everything(why="is there an administrator already?"):
        with connection.cursor() as cursor:  # two at once: the second waits, then finds the first
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('parties.first-administrator', 0))")
        if Membership.objects.filter(role=Role.OPERATOR_ADMIN).exists():
            raise AlreadyInitialised
    organisation_id = create_organisation(
        name=organisation_name,
        kinds=kinds,
        siret=siret,
        rna=rna,
        is_simulated=is_simulated,
        actor=actor,
        request_id=uuid5(request_id, "organisation"),
        at=at,
    )
    person_id = enrol_member(
        organisation_id=organisation_id,
        email=email,
        display_name=display_name,
        role=Role.OPERATOR_ADMIN,
        password=password,
        actor=actor,
        request_id=uuid5(request_id, "administrator"),
        at=at,
    )
    return organisation_id, person_id


def _open_membership(organisation_id: int, membership_id: int, actor: Actor, at: datetime) -> tuple[Organisation, Membership]:
    check_allowed_now(actor, "parties.manage-members", at)
    organisation = access.managed_organisation(actor, organisation_id)
    with access.stepping_into(organisation):
        membership = access.managed_membership(actor, organisation, membership_id)
    if membership.person_id == actor.person_id:
        raise OwnMembership
    return organisation, membership


def _current(organisation_id: int, at: datetime):  # type: ignore[no-untyped-def]
    return Membership.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), organisation_id=organisation_id)


def _finish_head_change(invitation_id: int, at: datetime) -> None:
    """The invited head has joined: the earlier one's membership ends now, and not before."""
    change = HeadChange.objects.filter(invitation_id=invitation_id, state=HeadChangeState.INVITED).select_related("leaving").first()
    if change is None:
        return
    if change.leaving is not None and change.leaving.ends_at is None:
        change.leaving.ends_at = at
        change.leaving.save(update_fields=["ends_at"])
    change.state, change.done_at = HeadChangeState.DONE.value, at
    change.save(update_fields=["state", "done_at"])


def _new_person(email: str, display_name: str, password: str | None, language: str) -> Person:
    if not display_name.strip():
        raise PersonNameMissing
    return Person.objects.create(
        email=email, display_name=display_name.strip()[:120], language="en" if language == "en" else "fr", password=make_password(password)
    )


def _join(person: Person, organisation: Organisation, role: str, request_id: UUID, at: datetime) -> Membership:
    try:
        with transaction.atomic():
            return Membership.objects.create(
                person=person, organisation=organisation, role=Role(role).value, starts_at=at, request_id=request_id
            )
    except IntegrityError as error:
        if "one_role_once" in str(error):
            raise AlreadyMember(role=role) from None
        raise


def _journal(
    actor: Actor, action: str, subject: tuple[str, int], organisation_id: int | None, request_id: UUID, at: datetime, **facts: object
) -> None:
    journal.record(actor=actor, action=action, subject=subject, facts=facts, organisation_id=organisation_id, request_id=request_id, at=at)
